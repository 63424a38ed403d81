//! Our words to ConnectWise PSA's: what can be written at all, and the body that makes a contact.
//! How one is changed is in `change.rs`. Pure.
//!
//! Invariant: what is too long or cannot be said is refused before anything is sent.

use domain::fields::{Attribute, Fields};
use domain::push::contact::{ContactUpdate, NewContact};
use domain::push::custom::OFFICE_365_ID;
use serde_json::{Map, Value, json};

use super::convert::number_in;
use super::custom::FieldIds;
use super::kinds::Kinds;
use crate::psa::names::filled;

/// Why a change cannot be sent at all. Names the field, never its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The field, in our words.
    pub(super) field: &'static str,
    /// Why, for people.
    pub(super) reason: String,
}

/// What the tables of the MSP say of a contact to be written.
#[derive(Debug, Clone, Default)]
pub(super) struct Tables {
    pub(super) kinds: Kinds,
    /// The id of the department.
    pub(super) department: Option<i64>,
    /// The id of the contact type that new contacts get.
    pub(super) contact_type: Option<i64>,
    /// The custom fields that new contacts have.
    pub(super) fields: FieldIds,
}

/// The most characters of an address or number.
const VALUE_LENGTH_MAX: usize = 250;
/// The most digits of an extension.
const EXTENSION_LENGTH_MAX: usize = 15;
/// The most characters of the Entra object id, which is a text of a custom field.
const EXTERNAL_ID_LENGTH_MAX: usize = 50;

/// How many characters an attribute may have. `None` for what contacts lack. Names and titles as an
/// older description has them; the newest names no limit, and a text that is cut would be worse than
/// one that is refused.
fn length_max(attribute: Attribute) -> Option<usize> {
    match attribute {
        Attribute::DisplayName | Attribute::Username => None,
        Attribute::GivenName | Attribute::Surname | Attribute::Department => Some(30),
        Attribute::Email | Attribute::Mobile | Attribute::Phone => Some(VALUE_LENGTH_MAX),
        Attribute::JobTitle => Some(100),
    }
}

/// Can this contact be made? Asked before any call.
pub(super) fn check_new(new: &NewContact) -> Result<(), Refusal> {
    let (first, last) = names_of(&new.fields)?;
    check(Attribute::GivenName, &first)?;
    check(Attribute::Surname, &last)?;
    for attribute in written() {
        if let Some(value) = new.fields.get(attribute) {
            check(attribute, value)?;
        }
    }
    for address in alternates(new) {
        check_text("alternate_emails", VALUE_LENGTH_MAX, address)?;
    }
    if let Some(site) = &new.site
        && number_in(site.as_str()).is_none()
    {
        return Err(refusal(
            "site",
            "no site with this id can exist in ConnectWise PSA",
        ));
    }
    check_external_id(new.external_id.as_deref())
}

/// Can this change be made? Asked before any call.
pub(super) fn check_update(update: &ContactUpdate) -> Result<(), Refusal> {
    if number_in(update.contact.as_str()).is_none() {
        let reason = "an id of ConnectWise PSA is a whole number above zero";
        return Err(refusal("id", reason));
    }
    for (attribute, value) in &update.set {
        let value = value.as_deref().unwrap_or_default();
        if *attribute == Attribute::GivenName && value.trim().is_empty() {
            let reason = "ConnectWise PSA needs a first name";
            return Err(refusal(attribute.as_str(), reason));
        }
        check(*attribute, value)?;
    }
    check_external_id(update.external_id.as_deref())
}

fn check(attribute: Attribute, value: &str) -> Result<(), Refusal> {
    let Some(length_max) = length_max(attribute) else {
        let reason = "contacts of ConnectWise PSA have a first and a last name, and no such field";
        return Err(refusal(attribute.as_str(), reason));
    };
    if matches!(attribute, Attribute::Mobile | Attribute::Phone) {
        let (number, extension) = split_number(value);
        check_text(attribute.as_str(), EXTENSION_LENGTH_MAX, extension)?;
        return check_text(attribute.as_str(), length_max, number);
    }
    check_text(attribute.as_str(), length_max, value)
}

fn check_external_id(id: Option<&str>) -> Result<(), Refusal> {
    id.map_or(Ok(()), |id| {
        check_text("external_id", EXTERNAL_ID_LENGTH_MAX, id)
    })
}

fn check_text(field: &'static str, length_max: usize, value: &str) -> Result<(), Refusal> {
    // The database counts UTF-16 units.
    let length = value.encode_utf16().count();
    if length > length_max {
        let reason = format!("it has {length} characters, ConnectWise PSA takes {length_max}");
        return Err(refusal(field, &reason));
    }
    if value.contains(char::is_control) {
        let reason = "it holds a line break or another control character, which ConnectWise PSA \
                      does not take";
        return Err(refusal(field, reason));
    }
    Ok(())
}

/// The body that makes a contact.
pub(super) fn create(
    new: &NewContact,
    company: i64,
    tables: &Tables,
) -> Result<Map<String, Value>, Refusal> {
    let (first, last) = names_of(&new.fields)?;
    let mut body = Map::new();
    body.insert("firstName".into(), json!(first));
    if !last.is_empty() {
        body.insert("lastName".into(), json!(last));
    }
    body.insert("company".into(), json!({ "id": company }));
    if let Some(site) = new.site.as_ref().and_then(|site| number_in(site.as_str())) {
        body.insert("site".into(), json!({ "id": site }));
    }
    if let Some(title) = filled(&new.fields, Attribute::JobTitle) {
        body.insert("title".into(), json!(title));
    }
    if let Some(department) = tables.department {
        body.insert("department".into(), json!({ "id": department }));
    }
    let items = new_items(new, tables.kinds)?;
    if !items.is_empty() {
        body.insert("communicationItems".into(), Value::Array(items));
    }
    if let Some(contact_type) = tables.contact_type {
        body.insert("typeIds".into(), json!([contact_type]));
    }
    let external_id = new.external_id.iter();
    let external_id = external_id.map(|id| (OFFICE_365_ID, id.as_str()));
    let custom = new.custom.iter();
    let custom = custom.map(|(field, text)| (field.name(), text.as_str()));
    let fields: Vec<Value> = external_id
        .chain(custom)
        .filter_map(|(name, text)| tables.fields.entry(name, text))
        .collect();
    if !fields.is_empty() {
        body.insert("customFields".into(), Value::Array(fields));
    }
    Ok(body)
}

fn new_items(new: &NewContact, kinds: Kinds) -> Result<Vec<Value>, Refusal> {
    let mut items = Vec::new();
    let main = filled(&new.fields, Attribute::Email);
    if let Some(address) = main {
        items.push(email_item(kind_of(Attribute::Email, kinds)?, address, true));
    }
    // Without a kind of its own for it another address is left out, as `Gaps` lets all but one be.
    let other = kinds
        .home_email
        .and_then(|kind| Some((kind, alternates(new).next()?)));
    if let Some((kind, address)) = other {
        items.push(email_item(kind, address, main.is_none()));
    }
    let mut is_first = true;
    for attribute in [Attribute::Phone, Attribute::Mobile] {
        if let Some(number) = filled(&new.fields, attribute) {
            items.push(phone_item(kind_of(attribute, kinds)?, number, is_first));
            is_first = false;
        }
    }
    Ok(items)
}

/// The id of the kind that holds an attribute.
pub(super) fn kind_of(attribute: Attribute, kinds: Kinds) -> Result<i64, Refusal> {
    let (kind, name) = if attribute == Attribute::Mobile {
        (kinds.mobile, "Mobile, for phones")
    } else if attribute == Attribute::Phone {
        (kinds.phone, "Direct, for phones")
    } else {
        (kinds.email, "Email, for e-mail addresses")
    };
    kind.ok_or_else(|| {
        let reason = format!(
            "there is no communication type {name}; add it in ConnectWise PSA (System > Setup \
             Tables > Communication Type)"
        );
        refusal(attribute.as_str(), &reason)
    })
}

/// What cannot be written for want of a kind, each a sentence with its remedy.
pub(super) fn missing_kinds(kinds: Kinds) -> Vec<String> {
    [Attribute::Email, Attribute::Phone, Attribute::Mobile]
        .into_iter()
        .filter_map(|attribute| kind_of(attribute, kinds).err())
        .map(|refusal| format!("{} cannot be written: {}", refusal.field, refusal.reason))
        .collect()
}

pub(super) fn email_item(kind: i64, address: &str, is_default: bool) -> Value {
    json!({
        "type": { "id": kind }, "value": address, "defaultFlag": is_default,
        "communicationType": "Email"
    })
}

pub(super) fn phone_item(kind: i64, text: &str, is_default: bool) -> Value {
    let (number, extension) = split_number(text);
    let mut item = json!({
        "type": { "id": kind }, "value": number, "defaultFlag": is_default,
        "communicationType": "Phone"
    });
    if let (false, Some(item)) = (extension.is_empty(), item.as_object_mut()) {
        item.insert("extension".into(), json!(extension));
    }
    item
}

/// A number and its extension, as in "555 0100 x12" or "555 0100 ext. 12".
pub(super) fn split_number(text: &str) -> (&str, &str) {
    let text = text.trim();
    let whole = (text, "");
    let digits = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let extension = text.strip_prefix(digits).unwrap_or_default();
    let marked = digits.trim_end();
    let marks = ["ext.", "Ext.", "EXT.", "ext", "Ext", "EXT", "x", "X", "#"];
    let number = marks.iter().find_map(|mark| marked.strip_suffix(mark));
    match number.map(str::trim_end) {
        Some(number) if !number.is_empty() && !extension.is_empty() => (number, extension),
        Some(_) | None => whole,
    }
}

/// First and last name of a new contact: the account's, else what people call it, at its first blank,
/// else what it signs in with or its address. The first is never empty.
fn names_of(fields: &Fields) -> Result<(String, String), Refusal> {
    let given = filled(fields, Attribute::GivenName);
    let surname = filled(fields, Attribute::Surname).unwrap_or_default();
    if let Some(given) = given {
        return Ok((given.to_owned(), surname.to_owned()));
    }
    let shown = filled(fields, Attribute::DisplayName)
        .or_else(|| filled(fields, Attribute::Surname))
        .or_else(|| filled(fields, Attribute::Username))
        .or_else(|| filled(fields, Attribute::Email));
    let Some(shown) = shown else {
        let reason = "ConnectWise PSA needs a first name, and the account has no name of any kind";
        return Err(refusal(Attribute::GivenName.as_str(), reason));
    };
    let rest = shown.strip_suffix(surname).map(str::trim_end);
    if let Some(rest) = rest.filter(|rest| !surname.is_empty() && !rest.is_empty()) {
        return Ok((rest.to_owned(), surname.to_owned()));
    }
    let (first, last) = shown.split_once(' ').unwrap_or((shown, ""));
    Ok((first.to_owned(), last.trim().to_owned()))
}

/// The addresses besides the main one.
fn alternates(new: &NewContact) -> impl Iterator<Item = &str> {
    let main = filled(&new.fields, Attribute::Email).unwrap_or_default();
    (new.alternate_emails.iter())
        .map(|address| address.trim())
        .filter(move |address| !address.is_empty() && !address.eq_ignore_ascii_case(main))
}

/// The attributes of the account that a new contact is given besides its names.
fn written() -> impl Iterator<Item = Attribute> {
    Attribute::ALL.into_iter().filter(|attribute| {
        let is_name = matches!(attribute, Attribute::GivenName | Attribute::Surname);
        !is_name && length_max(*attribute).is_some()
    })
}

/// The texts of a change, lower case: an error of the vendor's may repeat them, ours must not.
pub(super) fn texts<'a>(values: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let texts = values.into_iter().map(|text| text.trim().to_lowercase());
    texts.filter(|text| !text.is_empty()).collect()
}

pub(super) fn refusal(field: &'static str, reason: &str) -> Refusal {
    Refusal {
        field,
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests;
