//! The members of a Halo user that the simulator knows, by type, and the rules of writing them.
//!
//! Facts from Halo's published API document and its integrators: unknown members are ignored
//! without a word, integer members refuse `18.0`, text is at most 255 characters in `name`.

use serde_json::{Map, Value, json};

/// Text members; the row of a list holds those up to `other5`.
pub(crate) const TEXTS: [&str; 31] = [
    "name",
    "firstname",
    "surname",
    "initials",
    "title",
    "emailaddress",
    "phonenumber",
    "mobilenumber",
    "homenumber",
    "login",
    "other1",
    "other2",
    "other3",
    "other4",
    "other5",
    "email2",
    "email3",
    "azureoid",
    "mobilenumber2",
    "fax",
    "whatsapp_number",
    "samaccountname",
    "activedirectory_dn",
    "department",
    "manager_email",
    "notes",
    "azure_tenant_id",
    "azure_tenant_domain",
    "third_party_id",
    "oktaid",
    "admanager",
];
/// Yes-or-no members.
pub(crate) const FLAGS: [&str; 6] = [
    "inactive",
    "isserviceaccount",
    "isimportantcontact",
    "isimportantcontact2",
    "neversendemails",
    "ismaincontact",
];
/// Integer members.
pub(crate) const INTEGERS: [&str; 5] = [
    "site_id",
    "relationship_id",
    "telpref",
    "linked_agent_id",
    "azure_connectionid",
];

/// What a list row holds on every build.
pub(crate) const ROW: [&str; 19] = [
    "name",
    "firstname",
    "surname",
    "initials",
    "title",
    "emailaddress",
    "phonenumber",
    "mobilenumber",
    "homenumber",
    "login",
    "inactive",
    "isserviceaccount",
    "isimportantcontact",
    "other1",
    "other2",
    "other3",
    "other4",
    "other5",
    "linked_agent_id",
];
/// What newer builds add to a list row.
pub(crate) const FULL_ROW: [&str; 5] =
    ["email2", "email3", "azureoid", "datecreated", "ulastupdate"];

/// Longest display name, in characters.
const NAME_CHARS_MAX: usize = 255;

/// The members of `element` that are kept, or the words that Halo refuses them with.
pub(crate) fn accepted(element: &Map<String, Value>) -> Result<Map<String, Value>, String> {
    let mut kept = Map::new();
    for (name, value) in element {
        let name = name.as_str();
        let (known, fits) = if TEXTS.contains(&name) {
            (true, value.is_string() || value.is_null())
        } else if FLAGS.contains(&name) {
            (true, value.is_boolean())
        } else if INTEGERS.contains(&name) {
            (true, value.is_i64() || value.is_u64())
        } else {
            (false, name != "id" || value.is_i64() || value.is_u64())
        };
        if !fits {
            return Err(format!(
                "The JSON value could not be converted. Path: $[0].{name}."
            ));
        }
        if known {
            let value = if value.is_null() {
                json!("")
            } else {
                value.clone()
            };
            kept.insert(name.to_owned(), value);
        }
    }
    match kept.get("name").and_then(Value::as_str) {
        Some(name) if name.trim().is_empty() => Err("The name field is required.".to_owned()),
        Some(name) if name.chars().count() > NAME_CHARS_MAX => Err(format!(
            "The name must not be longer than {NAME_CHARS_MAX} characters."
        )),
        Some(_) | None => Ok(kept),
    }
}

/// Every member with its empty value, so that a detail shows all of them.
pub(crate) fn blank() -> Map<String, Value> {
    let texts = TEXTS.iter().map(|name| ((*name).to_owned(), json!("")));
    let flags = FLAGS.iter().map(|name| ((*name).to_owned(), json!(false)));
    let integers = INTEGERS.iter().map(|name| ((*name).to_owned(), json!(0)));
    texts.chain(flags).chain(integers).collect()
}
