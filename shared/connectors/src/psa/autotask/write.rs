//! Our words to Autotask's. Pure. A write is an object that holds only what is to be written:
//! Autotask keeps what it is not given, and null clears.
//!
//! Invariants: `isActive` leaves as 1 or 0 (a boolean is a fault of the whole call); a change always
//! carries an id above zero; first and last name are never empty, since both are asked for; a text
//! that is too long never leaves, since it would fail the whole write.

use std::collections::BTreeSet;

use domain::fields::Attribute;
use domain::push::contact::{ContactUpdate, NewContact};
use domain::push::custom::{CustomField, OFFICE_365_ID};
use serde_json::{Map, Value, json};

use super::convert::{company_number, number};
use super::fields::{IdPlace, UserFields};
use crate::psa::names::{other_addresses, two_names};

/// Why a change cannot be sent at all. Names the field, never its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The field, in our words.
    pub(super) field: &'static str,
    /// Why, for people.
    pub(super) reason: String,
}

/// A change in Autotask's words.
pub(super) struct Write {
    /// The company under which it is written.
    pub(super) company: i64,
    /// The body.
    pub(super) body: Value,
    /// The texts in it, lower case: an error of Autotask's may repeat them, ours must not.
    pub(super) texts: Vec<String>,
}

impl Write {
    /// Does it say nothing but which contact it is?
    pub(super) fn is_empty(&self) -> bool {
        let members = self.body.as_object();
        members.is_none_or(|members| members.keys().all(|key| key == "id"))
    }
}

/// What Autotask calls an attribute, and how many characters it holds (its help pages and the
/// metadata of its fields). `None` for what its contacts lack.
fn column(attribute: Attribute) -> Option<(&'static str, usize)> {
    match attribute {
        Attribute::DisplayName | Attribute::Username | Attribute::Department => None,
        Attribute::GivenName => Some(("firstName", 50)),
        Attribute::Surname => Some(("lastName", 50)),
        Attribute::Email => Some(("emailAddress", EMAIL_LENGTH_MAX)),
        Attribute::Mobile => Some(("mobilePhone", 25)),
        Attribute::Phone => Some(("phone", 25)),
        Attribute::JobTitle => Some(("title", 50)),
    }
}

const EMAIL_LENGTH_MAX: usize = 254;
/// The longest external id: what `externalID` holds. A user-defined text holds more.
const EXTERNAL_ID_LENGTH_MAX: usize = 50;
/// The places for addresses besides the main one.
pub(super) const ALTERNATES: [&str; 2] = ["emailAddress2", "emailAddress3"];

/// Which of our fields a sentence of Autotask's speaks of, by the words in it.
pub(super) fn field_named_in(text: &str) -> Option<&'static str> {
    let words: BTreeSet<String> = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .map(str::to_ascii_lowercase)
        .collect();
    for (word, field) in [
        ("supportpin", CustomField::SupportPin.name()),
        ("isoffice365", CustomField::IsOffice365.name()),
        ("companylocationid", "site"),
        ("companyid", "company"),
        ("externalid", "external_id"),
        ("office365id", "external_id"),
        ("isactive", "active"),
        ("emailaddress2", "alternate_emails"),
        ("emailaddress3", "alternate_emails"),
    ] {
        if words.contains(word) {
            return Some(field);
        }
    }
    // "title" and "phone" come last: they are ordinary words too.
    Attribute::ALL
        .into_iter()
        .find(|attribute| {
            column(*attribute).is_some_and(|(name, _)| words.contains(&name.to_ascii_lowercase()))
        })
        .map(Attribute::as_str)
}

/// A new contact of a tenant with these fields.
pub(super) fn create(new: &NewContact, user_fields: &UserFields) -> Result<Write, Refusal> {
    let company = company_number(new.company.as_str());
    let company =
        company.ok_or_else(|| refusal("company", "Autotask has no company of that id"))?;
    let (first, last) = two_names(&new.fields).ok_or_else(|| {
        let reason = "Autotask needs a name, and the account has none of any kind";
        refusal(Attribute::DisplayName.as_str(), reason)
    })?;
    let mut write = Writer::default();
    write.text("firstName", first.0, 50, &first.1)?;
    write.text("lastName", last.0, 50, &last.1)?;
    for attribute in Attribute::ALL {
        let is_name = matches!(attribute, Attribute::GivenName | Attribute::Surname);
        if let Some(value) = new.fields.get(attribute).filter(|_| !is_name)
            && column(attribute).is_some()
        {
            write.attribute(attribute, value)?;
        }
    }
    for (key, address) in ALTERNATES.into_iter().zip(other_addresses(new)) {
        write.text(key, "alternate_emails", EMAIL_LENGTH_MAX, address)?;
    }
    if let Some(id) = &new.external_id {
        write.external_id(id, user_fields)?;
    }
    for (field, value) in &new.custom {
        write.custom(*field, value, user_fields)?;
    }
    if let Some(site) = &new.site {
        let site = number(site.as_str());
        let site = site.ok_or_else(|| refusal("site", "Autotask has no location of that id"))?;
        write.object.insert("companyLocationID".into(), json!(site));
    }
    // What has no place is not sent, and still of a person.
    for value in Attribute::ALL
        .into_iter()
        .filter_map(|attribute| new.fields.get(attribute))
    {
        write.texts.push(value.trim().to_lowercase());
    }
    write.object.insert("companyID".into(), json!(company));
    write.object.insert("isActive".into(), json!(1));
    Ok(write.finish(company))
}

/// A change of a contact of that company.
pub(super) fn update(
    update: &ContactUpdate,
    company: i64,
    user_fields: &UserFields,
) -> Result<Write, Refusal> {
    let id = contact_number(update)?;
    let mut write = Writer::default();
    write.object.insert("id".into(), json!(id));
    for (attribute, value) in &update.set {
        match value
            .as_deref()
            .map(str::trim)
            .filter(|value| !value.is_empty())
        {
            Some(value) => write.attribute(*attribute, value)?,
            None => write.clear(*attribute)?,
        }
    }
    if let Some(external_id) = &update.external_id {
        write.external_id(external_id, user_fields)?;
    }
    for (field, value) in &update.custom {
        write.custom(*field, value, user_fields)?;
    }
    if let Some(active) = update.active {
        write
            .object
            .insert("isActive".into(), json!(i32::from(active)));
    }
    Ok(write.finish(company))
}

/// The number of the contact that is to be changed.
pub(super) fn contact_number(update: &ContactUpdate) -> Result<i64, Refusal> {
    let id = number(update.contact.as_str());
    id.ok_or_else(|| refusal("id", "an id of Autotask is a whole number above zero"))
}

#[derive(Default)]
struct Writer {
    object: Map<String, Value>,
    texts: Vec<String>,
}

impl Writer {
    fn attribute(&mut self, attribute: Attribute, value: &str) -> Result<(), Refusal> {
        let (key, length_max) = known(attribute)?;
        self.text(key, attribute.as_str(), length_max, value)
    }

    fn clear(&mut self, attribute: Attribute) -> Result<(), Refusal> {
        let (key, _) = known(attribute)?;
        if matches!(attribute, Attribute::GivenName | Attribute::Surname) {
            let reason = "Autotask needs both a first and a last name";
            return Err(refusal(attribute.as_str(), reason));
        }
        self.object.insert(key.into(), Value::Null);
        Ok(())
    }

    fn external_id(&mut self, id: &str, user_fields: &UserFields) -> Result<(), Refusal> {
        match user_fields.id_place() {
            IdPlace::ExternalField => {
                self.text("externalID", "external_id", EXTERNAL_ID_LENGTH_MAX, id)
            }
            IdPlace::UserDefined => self.user_field(OFFICE_365_ID, "external_id", id, user_fields),
        }
    }

    /// One that the tenant does not have is left out, so that all else is written (B153).
    fn custom(
        &mut self,
        field: CustomField,
        value: &str,
        user_fields: &UserFields,
    ) -> Result<(), Refusal> {
        match user_fields.stored(field.name(), value) {
            _ if !user_fields.has(field.name()) => Ok(()),
            Some(stored) => self.user_field(field.name(), field.name(), &stored, user_fields),
            None => {
                let reason = "its list in Autotask has no item for this value";
                Err(refusal(field.name(), reason))
            }
        }
    }

    fn user_field(
        &mut self,
        name: &'static str,
        field: &'static str,
        value: &str,
        user_fields: &UserFields,
    ) -> Result<(), Refusal> {
        self.keep(field, user_fields.length_max(name), value)?;
        let entry = json!({ "name": name, "value": value });
        let list = (self.object.entry("userDefinedFields")).or_insert_with(|| json!([]));
        if let Some(list) = list.as_array_mut() {
            list.push(entry);
        }
        Ok(())
    }

    fn text(
        &mut self,
        key: &str,
        field: &'static str,
        length_max: usize,
        value: &str,
    ) -> Result<(), Refusal> {
        self.keep(field, length_max, value)?;
        self.object.insert(key.into(), json!(value));
        Ok(())
    }

    /// Does it fit? Then it is one of the texts that no error may repeat.
    fn keep(&mut self, field: &'static str, length_max: usize, value: &str) -> Result<(), Refusal> {
        // The database counts UTF-16 units.
        let length = value.encode_utf16().count();
        if length > length_max {
            let reason = format!("it has {length} characters, Autotask takes {length_max}");
            return Err(refusal(field, &reason));
        }
        self.texts.push(value.trim().to_lowercase());
        Ok(())
    }

    fn finish(self, company: i64) -> Write {
        Write {
            company,
            body: Value::Object(self.object),
            texts: self.texts,
        }
    }
}

fn known(attribute: Attribute) -> Result<(&'static str, usize), Refusal> {
    let reason = "contacts of Autotask have no such field";
    column(attribute).ok_or_else(|| refusal(attribute.as_str(), reason))
}

pub(super) fn refusal(field: &'static str, reason: &str) -> Refusal {
    Refusal {
        field,
        reason: reason.to_owned(),
    }
}
