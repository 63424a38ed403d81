//! Our words to BMS's. Pure. A change is a JSON Patch of exactly the members that change: a whole
//! contact would be put out of use by a member that is left out. Addresses and phones are changed
//! apart, see `items.rs`; custom fields too, see `custom.rs`.
//!
//! Invariants: first and last name and the main address are never empty, since BMS asks for them; a
//! text that is too long never leaves.

use std::collections::BTreeSet;

use domain::fields::{Attribute, Fields as AccountFields};
use domain::push::contact::{ContactUpdate, NewContact};
use domain::push::custom::{CustomField, OFFICE_365_ID};
use serde_json::{Map, Value, json};

use super::convert::number;
use super::custom::{Fields, Stored};
use super::types::{Kind, Types};
use crate::psa::names::{Name, filled, two_names};

/// Why a change cannot be sent at all. Names the field, never its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The field, in our words.
    pub(super) field: &'static str,
    /// Why, for people.
    pub(super) reason: String,
}

/// A new contact in BMS's words, in two parts: a create takes no job title.
#[derive(Debug)]
pub(super) struct Create {
    /// The body of the create.
    pub(super) body: Value,
    /// The patch that follows; nothing where there is nothing to add.
    pub(super) patch: Vec<Value>,
    /// The texts in both, lower case: an error of BMS's may repeat them, ours must not.
    pub(super) texts: Vec<String>,
}

/// A change in BMS's words.
#[derive(Debug, Default)]
pub(super) struct Update {
    /// The patch of the contact itself.
    pub(super) patch: Vec<Value>,
    /// The new main address.
    pub(super) email: Option<String>,
    /// The phones to set or to clear.
    pub(super) phones: Vec<(Kind, Option<String>)>,
    /// The values of custom fields.
    pub(super) values: Vec<Stored>,
    /// The texts in it, as above.
    pub(super) texts: Vec<String>,
}

/// Where an attribute is kept.
enum Place {
    /// A member of the contact.
    Member(&'static str),
    /// The main one of its addresses.
    Email,
    /// One of its phones.
    Phone(Kind),
}

/// Where BMS keeps an attribute, and how many characters are sent: the vendor publishes no lengths,
/// so that these are bounds of ours. `None` for what its contacts lack.
fn place(attribute: Attribute) -> Option<(Place, usize)> {
    match attribute {
        Attribute::DisplayName | Attribute::Username | Attribute::Department => None,
        Attribute::GivenName => Some((Place::Member("FirstName"), 100)),
        Attribute::Surname => Some((Place::Member("LastName"), 100)),
        Attribute::JobTitle => Some((Place::Member("JobTitle"), 100)),
        Attribute::Email => Some((Place::Email, 254)),
        Attribute::Mobile => Some((Place::Phone(Kind::Mobile), 50)),
        Attribute::Phone => Some((Place::Phone(Kind::Desk), 50)),
    }
}

/// The longest value of a custom field that is sent, in characters.
const VALUE_LENGTH_MAX: usize = 255;

/// Which of our fields a sentence of BMS's speaks of, by the words in it.
pub(super) fn field_named_in(text: &str) -> Option<&'static str> {
    let words: BTreeSet<String> = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .map(str::to_ascii_lowercase)
        .collect();
    // Ordinary words come last.
    [
        ("supportpin", CustomField::SupportPin.name()),
        ("isoffice365", CustomField::IsOffice365.name()),
        ("office365id", "external_id"),
        ("locationid", "site"),
        ("accountid", "company"),
        ("isactive", "active"),
        ("firstname", Attribute::GivenName.as_str()),
        ("lastname", Attribute::Surname.as_str()),
        ("jobtitle", Attribute::JobTitle.as_str()),
        ("emailaddress", Attribute::Email.as_str()),
        ("emails", Attribute::Email.as_str()),
        ("phonenumber", Attribute::Phone.as_str()),
        ("phones", Attribute::Phone.as_str()),
        ("location", "site"),
        ("email", Attribute::Email.as_str()),
        ("phone", Attribute::Phone.as_str()),
    ]
    .into_iter()
    .find(|(word, _)| words.contains(*word))
    .map(|(_, field)| field)
}

/// Which kinds of addresses and phones a new contact has.
pub(super) fn kinds_of(fields: &AccountFields) -> Vec<Kind> {
    [Kind::Email, Kind::Mobile, Kind::Desk]
        .into_iter()
        .filter(|kind| filled(fields, kind.attribute()).is_some())
        .collect()
}

/// What can never be made needs no call to be refused.
pub(super) fn check_new(new: &NewContact, has_module: bool) -> Result<(), Refusal> {
    let fields = &new.fields;
    let (first, last) = names_of(fields)?;
    let mut texts = Texts::default();
    texts.keep(first.0, 100, &first.1)?;
    texts.keep(last.0, 100, &last.1)?;
    if filled(fields, Attribute::Email).is_none() {
        return Err(needed(Attribute::Email));
    }
    for attribute in Attribute::ALL {
        if let (Some(value), Some((_, most))) = (filled(fields, attribute), place(attribute)) {
            texts.keep(attribute.as_str(), most, value)?;
        }
    }
    check_custom(new.external_id.as_deref(), &new.custom, has_module)
}

/// A new contact on that location.
pub(super) fn create(
    new: &NewContact,
    (company, site): (i64, i64),
    types: &Types,
    fields: &Fields,
) -> Result<Create, Refusal> {
    let get = |attribute| filled(&new.fields, attribute);
    let (first, last) = names_of(&new.fields)?;
    let mut texts = Texts::default();
    let mut body = Map::new();
    body.insert(
        "FirstName".into(),
        json!(texts.keep(first.0, 100, &first.1)?),
    );
    body.insert("LastName".into(), json!(texts.keep(last.0, 100, &last.1)?));
    body.insert("AccountId".into(), json!(company));
    body.insert("LocationId".into(), json!(site));
    let address = get(Attribute::Email).ok_or_else(|| needed(Attribute::Email))?;
    let address = texts.keep(Attribute::Email.as_str(), 254, address)?;
    let type_id = types.require(Kind::Email)?;
    let email = json!({ "EmailAddress": address, "EmailTypeId": type_id, "IsDefault": true });
    body.insert("Emails".into(), json!([email]));
    let mut phones = Vec::new();
    for kind in [Kind::Mobile, Kind::Desk] {
        if let Some(value) = get(kind.attribute()) {
            let number = texts.keep(kind.attribute().as_str(), 50, value)?;
            let is_first = phones.is_empty();
            phones.push(
                json!({ "PhoneNumber": number, "PhoneTypeId": types.require(kind)?,
                "IsDefault": is_first }),
            );
        }
    }
    if !phones.is_empty() {
        body.insert("Phones".into(), Value::Array(phones));
    }
    let values = values(new.external_id.as_deref(), &new.custom, fields, &mut texts)?;
    let value = |stored: &Stored| json!({ "CustomFieldId": stored.field, "Data": stored.data, "SettingsId": stored.item });
    if !values.is_empty() {
        body.insert(
            "CustomFieldsData".into(),
            values.iter().map(value).collect(),
        );
    }
    let mut patch = Vec::new();
    if let Some(title) = get(Attribute::JobTitle) {
        let title = texts.keep(Attribute::JobTitle.as_str(), 100, title)?;
        patch.push(replace("JobTitle", &json!(title)));
    }
    // What is not sent may be known there from before.
    let known = Attribute::ALL.into_iter().filter_map(get);
    let others = new.alternate_emails.iter().map(String::as_str);
    texts.0.extend(known.chain(others).map(str::to_lowercase));
    Ok(Create {
        body: Value::Object(body),
        patch,
        texts: texts.0,
    })
}

/// A change of a contact. `has_module`: does the connection name the module of its custom fields?
pub(super) fn update(
    update: &ContactUpdate,
    fields: &Fields,
    has_module: bool,
) -> Result<Update, Refusal> {
    check_custom(update.external_id.as_deref(), &update.custom, has_module)?;
    let mut change = Update::default();
    let mut texts = Texts::default();
    for (attribute, value) in &update.set {
        let (place, most) = place(*attribute).ok_or_else(|| {
            refusal(
                attribute.as_str(),
                "contacts of Kaseya BMS have no such field",
            )
        })?;
        let value = value
            .as_deref()
            .map(str::trim)
            .filter(|value| !value.is_empty());
        let value = match value {
            Some(value) => Some(texts.keep(attribute.as_str(), most, value)?),
            None => None,
        };
        match (place, value) {
            (Place::Member("FirstName" | "LastName") | Place::Email, None) => {
                return Err(needed(*attribute));
            }
            (Place::Member(member), value) => change.patch.push(replace(member, &json!(value))),
            (Place::Email, value) => change.email = value,
            (Place::Phone(kind), value) => change.phones.push((kind, value)),
        }
    }
    if let Some(active) = update.active {
        change.patch.push(replace("IsActive", &json!(active)));
    }
    change.values = values(
        update.external_id.as_deref(),
        &update.custom,
        fields,
        &mut texts,
    )?;
    change.texts = texts.0;
    Ok(change)
}

/// The number of the contact that is to be changed.
pub(super) fn contact_number(update: &ContactUpdate) -> Result<i64, Refusal> {
    let id = number(update.contact.as_str());
    id.ok_or_else(|| refusal("id", "an id of Kaseya BMS is a whole number above zero"))
}

fn check_custom(
    external_id: Option<&str>,
    custom: &[(CustomField, String)],
    has_module: bool,
) -> Result<(), Refusal> {
    let field = custom.first().map(|(field, _)| field.name());
    let field = external_id.map(|_| "external_id").or(field);
    match field.filter(|_| !has_module) {
        Some(field) => {
            let reason = "the connection does not name contacts_module, without which custom fields \
                          of contacts cannot be written";
            Err(refusal(field, reason))
        }
        None => Ok(()),
    }
}

/// Values for the custom fields that there are; one that there is not is left out (B153).
fn values(
    external_id: Option<&str>,
    custom: &[(CustomField, String)],
    fields: &Fields,
    texts: &mut Texts,
) -> Result<Vec<Stored>, Refusal> {
    let id = external_id.map(|id| (OFFICE_365_ID, "external_id", id));
    let custom = custom.iter();
    let custom = custom.map(|(field, text)| (field.name(), field.name(), text.as_str()));
    let mut values = Vec::new();
    for (name, field, text) in id.into_iter().chain(custom) {
        texts.keep(field, VALUE_LENGTH_MAX, text)?;
        values.extend(fields.stored(name, text));
    }
    Ok(values)
}

/// First and last name, which BMS both asks for.
fn names_of(fields: &AccountFields) -> Result<(Name, Name), Refusal> {
    two_names(fields).ok_or_else(|| {
        let reason = "Kaseya BMS needs a name, and the account has none of any kind";
        refusal(Attribute::DisplayName.as_str(), reason)
    })
}

/// The texts of a write, lower case.
#[derive(Default)]
struct Texts(Vec<String>);

impl Texts {
    /// Does it fit? Then it is one of the texts that no error may repeat.
    fn keep(
        &mut self,
        field: &'static str,
        length_max: usize,
        value: &str,
    ) -> Result<String, Refusal> {
        // The vendor's database counts UTF-16 units.
        let length = value.encode_utf16().count();
        if length > length_max {
            let reason = format!("it has {length} characters, {length_max} are sent to Kaseya BMS");
            return Err(refusal(field, &reason));
        }
        self.0.push(value.to_lowercase());
        Ok(value.to_owned())
    }
}

fn replace(member: &str, value: &Value) -> Value {
    json!({ "op": "replace", "path": format!("/{member}"), "value": value })
}

fn needed(attribute: Attribute) -> Refusal {
    let reason = "Kaseya BMS needs a first name, a last name and an e-mail address";
    refusal(attribute.as_str(), reason)
}

pub(super) fn refusal(field: &'static str, reason: &str) -> Refusal {
    Refusal {
        field,
        reason: reason.to_owned(),
    }
}
