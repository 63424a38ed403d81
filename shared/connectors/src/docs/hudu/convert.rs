//! Hudu's words to ours, and ours to Hudu's. Pure.

use domain::docs::entry::{Entry, EntryUpdate, NewEntry, Organization};
use domain::id::{EntryId, OrganizationId};
use serde_json::{Map, Value, json};

use super::wire::{WireCompany, WirePassword};
use crate::docs::{NO_PASSWORD, NOTE};
use crate::psa::masking;

/// Bodies longer than this are not looked at for a reason, in bytes.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// A company; `None` for a row without a usable id.
pub(super) fn organization(row: WireCompany) -> Option<Organization> {
    Some(Organization {
        id: OrganizationId::parse(row.id?).ok()?,
        name: row.name.unwrap_or_default(),
        is_active: !row.archived,
    })
}

/// An entry; `None` for a row without usable ids. Attached to the company itself is not embedded.
pub(super) fn entry(row: WirePassword) -> Option<Entry> {
    let hangs_on = row.passwordable_type.as_deref();
    let is_of_company = hangs_on.is_none_or(|thing| thing.eq_ignore_ascii_case("company"));
    Some(Entry {
        id: EntryId::parse(row.id?).ok()?,
        organization: OrganizationId::parse(row.company_id?).ok()?,
        name: row.name.unwrap_or_default(),
        username: row.username,
        category: row.password_type,
        is_archived: row.archived,
        is_embedded: row.passwordable_id.is_some() && !is_of_company,
        seal: None,
    })
}

/// A new entry, shown to nobody outside of the MSP. `company` is its number, and `asset` that of what it
/// is attached to, whose permissions it has then.
pub(super) fn create(new: &NewEntry, company: u64, asset: Option<u64>) -> Value {
    let mut body = json!({
        "company_id": company,
        "name": new.name,
        "username": new.username,
        "password": NO_PASSWORD,
        "password_type": new.category,
        "description": NOTE,
        "in_portal": false,
    });
    if let (Some(asset), Some(members)) = (asset, body.as_object_mut()) {
        members.insert("passwordable_type".into(), json!("Asset"));
        members.insert("passwordable_id".into(), json!(asset));
    }
    body
}

/// A change, of what changes only: what is read of an entry is not what may be written (its `url` is
/// another thing then). `notes` are all of them.
pub(super) fn update(update: &EntryUpdate, notes: Option<&str>) -> Value {
    let mut members = Map::new();
    if let Some(category) = &update.category {
        members.insert("password_type".into(), json!(category));
    }
    if let Some(username) = &update.username {
        members.insert("username".into(), json!(username));
    }
    if let Some(notes) = notes {
        members.insert("description".into(), json!(notes));
    }
    Value::Object(members)
}

/// The refusal in an error body: the field it is about, and why. Bodies of refusals only, which hold no
/// entries.
pub(super) fn refusal(body: &[u8]) -> (Option<String>, String) {
    if body.len() > BODY_BYTES_MAX {
        return (None, String::new());
    }
    let Ok(Value::Object(object)) = serde_json::from_slice::<Value>(body) else {
        return (None, masking::said(body));
    };
    if let Some((name, reasons)) = (object.get("errors"))
        .and_then(Value::as_object)
        .and_then(|errors| errors.iter().next())
    {
        return (
            Some(name.clone()),
            format!("{name} {}", first_text(reasons)),
        );
    }
    let said = ["error", "errors", "details"].map(|key| object.get(key).map(first_text));
    let reason = said.into_iter().flatten().collect::<Vec<_>>().join(": ");
    let mut words = reason.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    let named = words.find(|word| is_field(&word.to_lowercase()));
    (named.map(str::to_lowercase), reason)
}

fn first_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(all) => all.first().map(first_text).unwrap_or_default(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => String::new(),
    }
}

/// Our name for a field of Hudu's.
pub(super) fn field(name: &str) -> Option<&'static str> {
    match name {
        "name" => Some("name"),
        "username" => Some("username"),
        "password" => Some("password"),
        "password_type" => Some("category"),
        "company_id" | "company" => Some("organization"),
        "description" => Some("notes"),
        "passwordable" | "passwordable_id" | "passwordable_type" => Some("configuration"),
        _ => None,
    }
}

/// Is this the name of a field?
pub(super) fn is_field(word: &str) -> bool {
    field(word).is_some()
}

/// A version, as far as it is compared.
pub(super) fn version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.trim().trim_start_matches(['v', 'V']).split('.');
    let mut number = || parts.next()?.parse().ok();
    Some((number()?, number()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(row: Value) -> Option<Entry> {
        entry(serde_json::from_value(row).unwrap())
    }

    #[test]
    fn a_row_is_read_without_its_secrets() {
        let entry = read(json!({
            "id": 9041, "slug": "9c81d8b25e07", "company_id": 42, "name": "M365 - Priya Nair",
            "username": "priya@fernhill.example", "password": "canary", "otp_secret": "canary",
            "password_type": " Microsoft 365 ", "description": "canary", "passwordable_type": null,
            "passwordable_id": null, "archived": false
        }))
        .unwrap();
        assert_eq!(
            (entry.id.as_str(), entry.organization.as_str()),
            ("9041", "42")
        );
        assert_eq!(entry.category.as_deref(), Some("Microsoft 365"));
        assert!(!entry.is_archived && !entry.is_embedded && entry.seal.is_none());
        assert!(!format!("{entry:?} {}", entry.name).contains("canary"));
    }

    #[test]
    fn what_is_empty_is_none_and_what_hangs_on_an_asset_is_embedded() {
        for (kind, id, is_embedded) in [
            (json!("Asset"), json!(7), true),
            (json!("Company"), json!(42), false),
            (json!(null), json!(null), false),
            (json!("Asset"), json!(null), false),
        ] {
            let entry = read(
                json!({ "id": 1, "company_id": 42, "username": "", "password_type": "",
                "passwordable_type": kind, "passwordable_id": id, "archived": true }),
            )
            .unwrap();
            assert_eq!(entry.is_embedded, is_embedded);
            assert_eq!((entry.username, entry.category), (None, None));
            assert!(entry.is_archived);
        }
        assert_eq!(read(json!({ "id": 1 })), None);
        assert_eq!(read(json!({ "company_id": 1 })), None);
    }

    #[test]
    fn refusals_name_their_field() {
        for (body, expected, reason) in [
            (
                r#"{"errors":{"name":["can't be blank"]}}"#,
                Some("name"),
                "name can't be blank",
            ),
            (
                r#"{"errors":{"password_type":"is odd"}}"#,
                Some("category"),
                "password_type is odd",
            ),
            (
                r#"{"error":"Parameter missing","details":"param is missing or the value is empty: company"}"#,
                Some("organization"),
                "Parameter missing: param is missing or the value is empty: company",
            ),
            (
                r#"{"error":"Invalid","details":["Invalid field names: 361"]}"#,
                None,
                "Invalid: Invalid field names: 361",
            ),
            (
                r#"{"errors":"Username is taken"}"#,
                Some("username"),
                "Username is taken",
            ),
            ("Retry later", None, "Retry later"),
        ] {
            let (found, told) = refusal(body.as_bytes());
            let found = found.and_then(|found| field(&found));
            assert_eq!((found, told.as_str()), (expected, reason), "{body}");
        }
    }

    #[test]
    fn versions_are_read_as_far_as_they_matter() {
        for (text, expected) in [
            ("2.44.0", Some((2, 44))),
            ("v2.40", Some((2, 40))),
            ("2.x", None),
            ("", None),
        ] {
            assert_eq!(version(text), expected, "{text}");
        }
    }
}
