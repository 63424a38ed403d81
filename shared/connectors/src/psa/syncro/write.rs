//! Our words to Syncro's. Pure. A change holds only what is to be written, and the name, which Syncro
//! asks for in every change: it keeps what it is not given, and an empty text clears.
//!
//! Invariants: properties are sent as a whole, with what others keep there, since nothing says
//! whether they replace or join what is there; a name is never empty.

use std::collections::BTreeSet;

use domain::fields::Attribute;
use domain::push::contact::{ContactUpdate, NewContact};
use domain::push::custom::{CustomField, OFFICE_365_ID};
use serde_json::{Map, Value, json};

use super::custom;
use super::wire::WireContact;
use crate::psa::names::whole_name;

/// The longest text of any field, in characters. Syncro publishes no lengths; this is what a column
/// of a short text holds.
pub(super) const LENGTH_MAX: usize = 255;

/// Why a change cannot be sent at all. Names the field, never its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The field, in our words.
    pub(super) field: &'static str,
    /// Why, for people.
    pub(super) reason: String,
}

/// A body in Syncro's words.
#[derive(Debug)]
pub(super) struct Write {
    /// The body.
    pub(super) body: Value,
    /// The texts in it, lower case: an error of Syncro's may repeat them, ours must not.
    pub(super) texts: Vec<String>,
}

/// What is to be changed of a contact, whatever it is now.
#[derive(Debug, Default)]
pub(super) struct Change {
    members: Map<String, Value>,
    properties: Vec<(&'static str, String)>,
    texts: Vec<String>,
}

/// What Syncro calls an attribute. `None` for what its contacts lack.
fn member(attribute: Attribute) -> Option<&'static str> {
    match attribute {
        Attribute::DisplayName => Some("name"),
        Attribute::Email => Some("email"),
        Attribute::Mobile => Some("mobile"),
        Attribute::Phone => Some("phone"),
        Attribute::JobTitle => Some("title"),
        Attribute::Username | Attribute::GivenName | Attribute::Surname | Attribute::Department => {
            None
        }
    }
}

/// Which of our fields a refusal of Syncro's speaks of, by the words in it.
pub(super) fn field_named_in(text: &str) -> Option<&'static str> {
    let words: BTreeSet<String> = text
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .map(str::to_ascii_lowercase)
        .collect();
    let named = [
        ("email", Attribute::Email.as_str()),
        ("mobile", Attribute::Mobile.as_str()),
        ("phone", Attribute::Phone.as_str()),
        ("title", Attribute::JobTitle.as_str()),
        ("customer_id", "company"),
        ("customer", "company"),
        // It comes last: it is also an ordinary word.
        ("name", Attribute::DisplayName.as_str()),
    ];
    let named = named.into_iter().find(|(word, _)| words.contains(*word));
    named.map(|(_, field)| field)
}

/// A new contact of that customer, without what Syncro takes in a change only.
pub(super) fn create(new: &NewContact, customer: i64) -> Result<Write, Refusal> {
    let name = whole_name(&new.fields).ok_or_else(|| {
        let reason = "Syncro needs a name, and the account has none of any kind";
        refusal(Attribute::DisplayName.as_str(), reason)
    })?;
    let mut change = Change::default();
    change.attribute(Attribute::DisplayName, &name)?;
    for attribute in [Attribute::Email, Attribute::Mobile, Attribute::Phone] {
        if let Some(value) = new.fields.get(attribute) {
            change.attribute(attribute, value)?;
        }
    }
    let mut body = change.members;
    body.insert("customer_id".into(), json!(customer));
    // What is not sent now is of the same person, and is not to be told either.
    let all = Attribute::ALL.into_iter().filter_map(|a| new.fields.get(a));
    let texts = all.map(|text| text.trim().to_lowercase());
    Ok(Write {
        body: Value::Object(body),
        texts: texts
            .filter(|text| !text.is_empty())
            .chain(change.texts)
            .collect(),
    })
}

/// What is left to be written once a contact is made: its title and its custom fields.
pub(super) fn rest(new: &NewContact) -> Result<Change, Refusal> {
    let mut rest = Change::default();
    if let Some(title) = new.fields.get(Attribute::JobTitle) {
        rest.attribute(Attribute::JobTitle, title)?;
    }
    rest.properties(new.external_id.as_deref(), &new.custom)?;
    Ok(rest)
}

/// A change of a contact.
pub(super) fn update(update: &ContactUpdate) -> Result<Change, Refusal> {
    if update.active.is_some() {
        let reason = "contacts of Syncro cannot be put out of use, nor back";
        return Err(refusal("active", reason));
    }
    let mut change = Change::default();
    for (attribute, value) in &update.set {
        let value = value.as_deref().unwrap_or_default();
        if *attribute == Attribute::DisplayName && value.trim().is_empty() {
            return Err(refusal(attribute.as_str(), "Syncro needs a name"));
        }
        change.attribute(*attribute, value)?;
    }
    change.properties(update.external_id.as_deref(), &update.custom)?;
    Ok(change)
}

impl Change {
    /// Nothing to write?
    pub(super) fn is_empty(&self) -> bool {
        self.members.is_empty() && self.properties.is_empty()
    }

    /// The names of the custom fields in it.
    pub(super) fn fields(&self) -> Vec<&'static str> {
        self.properties.iter().map(|(name, _)| *name).collect()
    }

    /// The same without the custom fields that are not there (B153).
    #[must_use]
    pub(super) fn without(mut self, is_lacking: impl Fn(&str) -> bool) -> Self {
        self.properties.retain(|(name, _)| !is_lacking(name));
        self
    }

    /// The body that makes this change of a contact that is so now.
    pub(super) fn to_write(&self, now: &WireContact) -> Result<Write, Refusal> {
        let mut body = self.members.clone();
        let mut texts = self.texts.clone();
        if !body.contains_key("name") {
            let Some(name) = now.name.value() else {
                let reason = "the contact has no name in Syncro, which takes no change without one";
                return Err(refusal(Attribute::DisplayName.as_str(), reason));
            };
            texts.push(name.trim().to_lowercase());
            body.insert("name".into(), json!(name));
        }
        if let (Some(held), false) = (&now.properties, self.properties.is_empty()) {
            let mut properties = held.clone();
            for (name, text) in &self.properties {
                let value = custom::written(text, held.get(*name));
                properties.insert((*name).into(), value);
            }
            // It is kept there too, and must not bring the old one back.
            if let Some(title) = body.get("title") {
                properties.insert("title".into(), title.clone());
            }
            let held_texts = held.values().filter_map(Value::as_str);
            texts.extend(
                held_texts
                    .filter(|text| !text.trim().is_empty())
                    .map(str::to_lowercase),
            );
            body.insert("properties".into(), Value::Object(properties));
        }
        Ok(Write {
            body: Value::Object(body),
            texts,
        })
    }

    fn attribute(&mut self, attribute: Attribute, value: &str) -> Result<(), Refusal> {
        let Some(key) = member(attribute) else {
            let reason = "contacts of Syncro have no such field";
            return Err(refusal(attribute.as_str(), reason));
        };
        self.take(attribute.as_str(), value)?;
        self.members.insert(key.into(), json!(value));
        Ok(())
    }

    fn properties(
        &mut self,
        external_id: Option<&str>,
        custom: &[(CustomField, String)],
    ) -> Result<(), Refusal> {
        if let Some(id) = external_id {
            self.take("external_id", id)?;
            self.properties.push((OFFICE_365_ID, id.to_owned()));
        }
        for (field, text) in custom {
            self.take(field.name(), text)?;
            self.properties.push((field.name(), text.clone()));
        }
        Ok(())
    }

    /// Refuses what is too long, and keeps the text to be masked.
    fn take(&mut self, field: &'static str, value: &str) -> Result<(), Refusal> {
        let length = value.chars().count();
        if length > LENGTH_MAX {
            let reason = format!("it has {length} characters, Syncro takes {LENGTH_MAX}");
            return Err(refusal(field, &reason));
        }
        if !value.trim().is_empty() {
            self.texts.push(value.trim().to_lowercase());
        }
        Ok(())
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
            alternate_emails: vec!["i@a.example".into()],
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

    fn now(value: Value) -> WireContact {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_create_holds_what_syncro_takes_in_one_and_the_rest_follows() {
        let mut new = new_contact(Fields {
            given_name: Some("Iver".into()),
            surname: Some("Dahl".into()),
            email: Some("iver@northwinddental.example".into()),
            mobile: Some("+46 70 555 0199".into()),
            job_title: Some("Dentist".into()),
            department: Some("Endodontics".into()),
            ..Fields::default()
        });
        new.external_id = Some("0c2e7d1a".into());
        new.custom = vec![(CustomField::SupportPin, "493817".into())];
        let write = create(&new, 42).unwrap();
        assert_eq!(
            write.body,
            json!({
                "customer_id": 42, "name": "Iver Dahl", "email": "iver@northwinddental.example",
                "mobile": "+46 70 555 0199"
            })
        );
        let made = now(json!({ "name": "Iver Dahl", "properties": {} }));
        assert_eq!(
            rest(&new).unwrap().to_write(&made).unwrap().body,
            json!({
                "name": "Iver Dahl", "title": "Dentist",
                "properties": { "title": "Dentist", "Office365Id": "0c2e7d1a", "SupportPIN": "493817" }
            })
        );
        let nothing = rest(&new_contact(Fields::default())).unwrap();
        assert!(nothing.is_empty());
        let nameless = create(&new_contact(Fields::default()), 42).unwrap_err();
        assert_eq!(nameless.field, "display_name");
    }

    #[test]
    fn a_change_holds_what_changes_the_name_and_all_properties_or_none() {
        let held = now(json!({
            "name": "Mara Lindqvist", "mobile": "1",
            "properties": { "title": "Dentist", "IsOffice365": "0", "Badge": "17" }
        }));
        let set = vec![
            (Attribute::Mobile, Some("+46 70 555 0150".to_owned())),
            (Attribute::JobTitle, None),
        ];
        let write = update(&change(set)).unwrap().to_write(&held).unwrap();
        assert_eq!(
            write.body,
            json!({ "name": "Mara Lindqvist", "mobile": "+46 70 555 0150", "title": "" })
        );
        assert!(write.texts.contains(&"mara lindqvist".to_owned()));
        let mut custom = change(vec![(Attribute::DisplayName, Some("Mara Berg".into()))]);
        custom.custom = vec![
            (CustomField::IsOffice365, "True".into()),
            (CustomField::SupportPin, "4711".into()),
        ];
        let custom = update(&custom).unwrap();
        assert_eq!(custom.fields(), ["IsOffice365", "SupportPIN"]);
        let custom = custom.without(|name| name == "SupportPIN");
        assert_eq!(
            custom.to_write(&held).unwrap().body,
            json!({ "name": "Mara Berg",
                "properties": { "title": "Dentist", "IsOffice365": "1", "Badge": "17" } })
        );
        // Without knowing what is there, nothing is put in its place.
        let thin = now(json!({ "name": "Mara" }));
        let write = custom.to_write(&thin).unwrap();
        assert_eq!(write.body, json!({ "name": "Mara Berg" }));
        let nameless = now(json!({ "name": null }));
        let set = vec![(Attribute::Mobile, None)];
        let refused = update(&change(set))
            .unwrap()
            .to_write(&nameless)
            .unwrap_err();
        assert_eq!(refused.field, "display_name");
    }

    #[test]
    fn what_syncro_cannot_hold_is_refused_by_the_fields_name() {
        let text = |length: usize| Some("\u{e4}".repeat(length));
        for (attribute, value, reason) in [
            (
                Attribute::JobTitle,
                text(256),
                "it has 256 characters, Syncro takes 255",
            ),
            (Attribute::DisplayName, None, "Syncro needs a name"),
            (
                Attribute::DisplayName,
                Some(" ".into()),
                "Syncro needs a name",
            ),
            (
                Attribute::Surname,
                text(1),
                "contacts of Syncro have no such field",
            ),
            (
                Attribute::Department,
                text(1),
                "contacts of Syncro have no such field",
            ),
        ] {
            let refused = update(&change(vec![(attribute, value)])).unwrap_err();
            let found = (refused.field, refused.reason.as_str());
            assert_eq!(found, (attribute.as_str(), reason));
        }
        assert!(update(&change(vec![(Attribute::JobTitle, text(255))])).is_ok());
        let mut long = change(Vec::new());
        long.custom = vec![(CustomField::SupportPin, "1".repeat(256))];
        assert_eq!(update(&long).unwrap_err().field, "SupportPIN");
        for active in [true, false] {
            let mut out = change(vec![(Attribute::JobTitle, None)]);
            out.active = Some(active);
            assert_eq!(update(&out).unwrap_err().field, "active", "B150");
        }
    }

    #[test]
    fn a_refusal_is_traced_to_the_field_it_speaks_of() {
        for (text, expected) in [
            ("Email is not an email", Some("email")),
            ("Customer cannot be blank", Some("company")),
            ("Name cannot be blank", Some("display_name")),
            ("mobile: too long", Some("mobile")),
            ("Title of the name", Some("job_title")),
            ("Something went wrong", None),
        ] {
            assert_eq!(field_named_in(text), expected, "{text}");
        }
    }
}
