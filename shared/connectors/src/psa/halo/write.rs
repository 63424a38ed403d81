//! Our words to Halo's. Pure. A write is an array of one object that holds only what is to be
//! written: Halo keeps what it is not given, and an empty text clears.
//!
//! Invariants: numbers leave as integers (Halo refuses `18.0` for them); an update always carries
//! an id above zero, since Halo makes a new user of anything else; a name is never empty.

use std::collections::BTreeSet;

use domain::fields::Attribute;
use domain::push::contact::{ContactUpdate, NewContact};
use domain::push::custom::{CustomField, TENANT_365_ID};
use serde_json::{Map, Value, json};

use super::convert::number;
use super::custom::{self, WireField};
use crate::psa::names::{other_addresses, whole_name};

/// Why a change cannot be sent at all. Names the field, never its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The field, in our words.
    pub(super) field: &'static str,
    /// Why, for people.
    pub(super) reason: String,
}

/// A change in Halo's words.
pub(super) struct Write {
    /// The body of `POST /Users`.
    pub(super) body: Value,
    /// The texts in it, lower case: an error of Halo's may repeat them, ours must not.
    pub(super) texts: Vec<String>,
}

impl Write {
    /// Adds values of custom fields; `held` is the whole list as it is now.
    pub(super) fn custom(&mut self, held: &[WireField], changes: &[(CustomField, String)]) {
        let named: Vec<(&str, &str)> = (changes.iter())
            .map(|(field, text)| (field.name(), text.as_str()))
            .collect();
        self.texts
            .extend(changes.iter().map(|(_, text)| text.to_lowercase()));
        if let Some(object) = self.body.get_mut(0).and_then(Value::as_object_mut) {
            object.insert("customfields".into(), custom::list(held, &named));
        }
    }

    /// The name in it; empty in an update that leaves it alone.
    pub(super) fn name(&self) -> &str {
        self.body
            .pointer("/0/name")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }
}

/// What Halo calls an attribute, and how many characters it holds (its database script; phones and
/// titles have no limit there). `None` for what its contacts lack.
fn column(attribute: Attribute) -> Option<(&'static str, usize)> {
    match attribute {
        Attribute::DisplayName => Some(("name", 255)),
        Attribute::Username => None,
        Attribute::GivenName => Some(("firstname", 200)),
        Attribute::Surname => Some(("surname", 200)),
        Attribute::Email => Some(("emailaddress", 4000)),
        Attribute::Mobile => Some(("mobilenumber", 4000)),
        Attribute::Phone => Some(("phonenumber", 4000)),
        Attribute::JobTitle => Some(("title", 4000)),
        Attribute::Department => Some(("department", 4000)),
    }
}

/// The longest external id, in characters.
const EXTERNAL_ID_LENGTH_MAX: usize = 1000;

/// Which of our fields a refusal of Halo's speaks of, by the words in it.
pub(super) fn field_named_in(text: &str) -> Option<&'static str> {
    let words: BTreeSet<String> = text
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .map(str::to_ascii_lowercase)
        .collect();
    if words.contains("site_id") || words.contains("site") {
        return Some("site");
    }
    if words.contains("azureoid") {
        return Some("external_id");
    }
    // "name" comes last: it is also an ordinary word.
    let mut attributes = Attribute::ALL;
    attributes.reverse();
    attributes
        .into_iter()
        .find(|attribute| {
            column(*attribute).is_some_and(|(name, _)| words.contains(name))
                || (*attribute == Attribute::Email && words.contains("email"))
        })
        .map(Attribute::as_str)
}

/// A new user on that site.
pub(super) fn create(new: &NewContact, site: i64) -> Result<Write, Refusal> {
    if site <= 0 {
        return Err(refusal("site", "no site with this id can exist in HaloPSA"));
    }
    let name = whole_name(&new.fields).ok_or_else(|| {
        let reason = "HaloPSA needs a name, and the account has none of any kind";
        refusal(Attribute::DisplayName.as_str(), reason)
    })?;
    let mut write = Writer::default();
    write.attribute(Attribute::DisplayName, &name)?;
    for attribute in Attribute::ALL {
        let is_name = attribute == Attribute::DisplayName || attribute == Attribute::Username;
        if let Some(value) = new.fields.get(attribute).filter(|_| !is_name) {
            write.attribute(attribute, value)?;
        }
    }
    for (key, address) in ["email2", "email3"].into_iter().zip(other_addresses(new)) {
        write.text(key, "alternate_emails", 4000, address)?;
    }
    if let Some(id) = &new.external_id {
        write.text("azureoid", "external_id", EXTERNAL_ID_LENGTH_MAX, id)?;
    }
    write.object.insert("site_id".into(), json!(site));
    Ok(write.finish())
}

/// A change of a user.
pub(super) fn update(update: &ContactUpdate) -> Result<Write, Refusal> {
    let Some(id) = number(update.contact.as_str()) else {
        let reason = "an id of HaloPSA is a whole number above zero";
        return Err(refusal("id", reason));
    };
    let mut write = Writer::default();
    write.object.insert("id".into(), json!(id));
    for (attribute, value) in &update.set {
        let value = value.as_deref().unwrap_or_default();
        if *attribute == Attribute::DisplayName && value.trim().is_empty() {
            return Err(refusal(attribute.as_str(), "HaloPSA needs a name"));
        }
        write.attribute(*attribute, value)?;
    }
    if let Some(external_id) = &update.external_id {
        write.text(
            "azureoid",
            "external_id",
            EXTERNAL_ID_LENGTH_MAX,
            external_id,
        )?;
    }
    if let Some(active) = update.active {
        write.object.insert("inactive".into(), json!(!active));
    }
    Ok(write.finish())
}

/// The tenant's id on a client.
pub(super) fn tenant_id(client: i64, held: &[WireField], tenant_id: &str) -> Write {
    let fields = custom::list(held, &[(TENANT_365_ID, tenant_id)]);
    Write {
        body: json!([{ "id": client, "customfields": fields }]),
        texts: vec![tenant_id.to_lowercase()],
    }
}

#[derive(Default)]
struct Writer {
    object: Map<String, Value>,
    texts: Vec<String>,
}

impl Writer {
    fn attribute(&mut self, attribute: Attribute, value: &str) -> Result<(), Refusal> {
        let Some((key, length_max)) = column(attribute) else {
            return Err(refusal(
                attribute.as_str(),
                "contacts of HaloPSA have no such field",
            ));
        };
        self.text(key, attribute.as_str(), length_max, value)
    }

    fn text(
        &mut self,
        key: &str,
        field: &'static str,
        length_max: usize,
        value: &str,
    ) -> Result<(), Refusal> {
        // The database counts UTF-16 units.
        let length = value.encode_utf16().count();
        if length > length_max {
            return Err(refusal(
                field,
                &format!("it has {length} characters, HaloPSA takes {length_max}"),
            ));
        }
        if !value.trim().is_empty() {
            self.texts.push(value.trim().to_lowercase());
        }
        self.object.insert(key.into(), json!(value));
        Ok(())
    }

    fn finish(self) -> Write {
        Write {
            body: Value::Array(vec![Value::Object(self.object)]),
            texts: self.texts,
        }
    }
}

fn refusal(field: &'static str, reason: &str) -> Refusal {
    Refusal {
        field,
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use domain::fields::Fields;
    use domain::id::{AccountId, CompanyId, ContactId};

    use super::*;

    fn new_contact(fields: Fields) -> NewContact {
        NewContact {
            account: AccountId::parse("acc_1").unwrap(),
            company: CompanyId::parse("42").unwrap(),
            site: None,
            fields,
            alternate_emails: Vec::new(),
            external_id: None,
            custom: Vec::new(),
        }
    }

    fn change(set: Vec<(Attribute, Option<String>)>) -> ContactUpdate {
        ContactUpdate {
            account: AccountId::parse("acc_1").unwrap(),
            contact: ContactId::parse("1187").unwrap(),
            set,
            external_id: None,
            active: None,
            custom: Vec::new(),
        }
    }

    #[test]
    fn a_create_holds_only_what_the_account_has() {
        let mut new = new_contact(Fields {
            display_name: Some("Iver Dahl".into()),
            username: Some("iver@northwinddental.example".into()),
            given_name: Some("Iver".into()),
            email: Some("iver@northwinddental.example".into()),
            ..Fields::default()
        });
        new.external_id = Some("0c2e7d1a-5a35-4f2f-b6a1-9a2f8f4f7b10".into());
        new.alternate_emails = ["IVER@northwinddental.example", "i@a.example", "i@a.example"]
            .map(str::to_owned)
            .to_vec();
        assert_eq!(
            create(&new, 95).unwrap_or_else(|_| panic!()).body,
            json!([{
                "name": "Iver Dahl", "firstname": "Iver", "site_id": 95,
                "emailaddress": "iver@northwinddental.example", "email2": "i@a.example",
                "azureoid": "0c2e7d1a-5a35-4f2f-b6a1-9a2f8f4f7b10"
            }])
        );
    }

    #[test]
    fn a_create_always_has_a_name() {
        let text = |t: &str| Some(t.to_owned());
        let (name, given, surname) = (
            Attribute::DisplayName,
            Attribute::GivenName,
            Attribute::Surname,
        );
        let (username, email) = (Attribute::Username, Attribute::Email);
        for (values, expected) in [
            (vec![(name, "Iver D."), (given, "Iver")], "Iver D."),
            (
                vec![(name, " "), (given, "Iver"), (surname, "Dahl")],
                "Iver Dahl",
            ),
            (vec![(surname, "Dahl"), (username, "idahl")], "Dahl"),
            (vec![(username, "idahl"), (email, "i@a.example")], "idahl"),
            (vec![(email, "i@a.example")], "i@a.example"),
        ] {
            let mut fields = Fields::default();
            for (attribute, value) in values {
                fields.set(attribute, text(value));
            }
            let body = create(&new_contact(fields), 95)
                .unwrap_or_else(|_| panic!())
                .body;
            assert_eq!(body[0]["name"], expected);
            assert!(body[0].get("login").is_none());
        }
        let nothing = create(&new_contact(Fields::default()), 95).err().unwrap();
        assert_eq!(nothing.field, "display_name");
        let nowhere = create(&new_contact(Fields::default()), 0).err().unwrap();
        assert_eq!(nowhere.field, "site");
    }

    #[test]
    fn an_update_is_partial_and_clears_with_an_empty_text() {
        let mut update_of = change(vec![
            (Attribute::Mobile, Some("+46 70 555 0150".into())),
            (Attribute::JobTitle, None),
        ]);
        update_of.active = Some(false);
        update_of.external_id = Some("7d0f".into());
        let write = update(&update_of).unwrap_or_else(|_| panic!());
        assert_eq!(
            write.body,
            json!([{ "id": 1187, "mobilenumber": "+46 70 555 0150", "title": "",
                "inactive": true, "azureoid": "7d0f" }])
        );
        assert_eq!(write.texts, ["+46 70 555 0150", "7d0f"]);
    }

    #[test]
    fn an_update_without_a_real_id_would_make_a_new_contact_and_is_refused() {
        for id in ["0", "-1", "abc", "1.5"] {
            let mut bad = change(vec![(Attribute::Mobile, None)]);
            bad.contact = ContactId::parse(id).unwrap();
            assert_eq!(update(&bad).err().unwrap().field, "id", "{id}");
        }
    }

    #[test]
    fn what_halo_cannot_hold_is_refused_with_the_name_of_the_field() {
        for (attribute, value, reason) in [
            (
                Attribute::DisplayName,
                Some("n".repeat(256)),
                "it has 256 characters, HaloPSA takes 255",
            ),
            (
                Attribute::GivenName,
                Some("n".repeat(201)),
                "it has 201 characters, HaloPSA takes 200",
            ),
            (Attribute::DisplayName, None, "HaloPSA needs a name"),
            (
                Attribute::Username,
                Some("idahl".into()),
                "contacts of HaloPSA have no such field",
            ),
        ] {
            let refused = update(&change(vec![(attribute, value)])).err().unwrap();
            assert_eq!(
                (refused.field, refused.reason.as_str()),
                (attribute.as_str(), reason)
            );
        }
        let longest = change(vec![(Attribute::Surname, Some("\u{1f600}".repeat(100)))]);
        assert!(update(&longest).is_ok());
    }

    #[test]
    fn a_refusal_is_traced_to_the_field_it_speaks_of() {
        for (text, expected) in [
            ("site_id must be supplied", Some("site")),
            ("The emailaddress is not valid.", Some("email")),
            ("Invalid Email", Some("email")),
            ("firstname: too long", Some("given_name")),
            ("'name' is required", Some("display_name")),
            ("azureoid in use", Some("external_id")),
            ("Something went wrong", None),
        ] {
            assert_eq!(field_named_in(text), expected, "{text}");
        }
    }
}
