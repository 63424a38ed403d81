//! A change of a contact in ConnectWise PSA's words. Pure. A contact is changed by a JSON Patch, and
//! each of its addresses and numbers by one of its own, since their places in the contact's list
//! shift.
//!
//! Invariants: nothing but what is to change is sent; a reference is replaced whole, since a patch
//! inside of one is taken and does nothing.

use domain::fields::Attribute;
use domain::push::contact::ContactUpdate;
use domain::push::custom::OFFICE_365_ID;
use serde_json::{Value, json};

use super::custom;
use super::kinds::{Kinds, is_email, is_phone, main_email, number_of, text_of};
use super::wire::{Replace, WireContact, WireItem};
use super::write::{Refusal, Tables, email_item, kind_of, phone_item, refusal, split_number};

/// One call of a change.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    /// The contact itself.
    Contact(Vec<Replace>),
    /// A new address or number.
    Add(Value),
    /// Another value for the address or number of this id.
    Change(i64, Vec<Replace>),
    /// The address or number of this id goes.
    Remove(i64),
}

/// The calls that make a contact, as it stands there now, say what it should. Those for its
/// addresses and numbers leave out what says so already.
pub(super) fn update(
    update: &ContactUpdate,
    current: &WireContact,
    tables: &Tables,
) -> Result<Vec<Step>, Refusal> {
    let items = current.communication_items.as_deref().unwrap_or_default();
    let mut patch = Vec::new();
    let mut steps = Vec::new();
    for (attribute, value) in &update.set {
        let value = value.as_deref().map(str::trim).filter(|v| !v.is_empty());
        match attribute {
            Attribute::GivenName => patch.push(Replace::new("/firstName", value)),
            Attribute::Surname => patch.push(Replace::new("/lastName", value)),
            Attribute::JobTitle => patch.push(Replace::new("/title", value)),
            Attribute::Department => {
                let department = value.and(tables.department);
                let reference = department.map(|id| json!({ "id": id }));
                patch.push(Replace::new("/department", reference));
            }
            Attribute::Email => steps.extend(email_step(items, value, tables.kinds)?),
            Attribute::Mobile | Attribute::Phone => {
                steps.extend(phone_step(*attribute, items, value, tables.kinds)?);
            }
            Attribute::DisplayName | Attribute::Username => {}
        }
    }
    patch.extend(custom_fields(update, current));
    if let Some(active) = update.active {
        patch.push(Replace::new("/inactiveFlag", !active));
    }
    if !patch.is_empty() {
        steps.insert(0, Step::Contact(patch));
    }
    Ok(steps)
}

/// The custom fields, where one of them is to change and the MSP has it.
fn custom_fields(update: &ContactUpdate, current: &WireContact) -> Option<Replace> {
    let id = update.external_id.iter();
    let id = id.map(|id| (OFFICE_365_ID, id.as_str()));
    let custom = update.custom.iter();
    let custom = custom.map(|(field, text)| (field.name(), text.as_str()));
    let changes: Vec<(&str, &str)> = id.chain(custom).collect();
    let fields = current.custom_fields.as_deref().unwrap_or_default();
    let list = custom::list(fields, &changes)?;
    Some(Replace::new("/customFields", list))
}

fn email_step(
    items: &[WireItem],
    value: Option<&str>,
    kinds: Kinds,
) -> Result<Option<Step>, Refusal> {
    let main = main_email(items, kinds);
    let Some(address) = value else {
        return main.map(remove).transpose();
    };
    let Some(main) = main else {
        let kind = kind_of(Attribute::Email, kinds)?;
        return Ok(Some(Step::Add(email_item(kind, address, true))));
    };
    if text_of(main) == address {
        return Ok(None);
    }
    // Two items with one address are no use to anybody: the other one becomes the main one.
    let emails = items.iter().filter(|item| is_email(item, kinds));
    let mut others = emails.filter(|item| item.id != main.id);
    match others.find(|item| text_of(item).eq_ignore_ascii_case(address)) {
        Some(other) => change(other, vec![Replace::new("/defaultFlag", true)]),
        None => change(main, vec![Replace::new("/value", address)]),
    }
}

fn phone_step(
    attribute: Attribute,
    items: &[WireItem],
    value: Option<&str>,
    kinds: Kinds,
) -> Result<Option<Step>, Refusal> {
    let is_mobile = attribute == Attribute::Mobile;
    let kind = if is_mobile { kinds.mobile } else { kinds.phone };
    let there = number_of(items, kinds, kind);
    let Some(text) = value else {
        return there.map(remove).transpose();
    };
    let Some(there) = there else {
        let has_default = (items.iter().filter(|item| is_phone(item, kinds)))
            .any(|item| item.default_flag == Some(true));
        let item = phone_item(kind_of(attribute, kinds)?, text, !has_default);
        return Ok(Some(Step::Add(item)));
    };
    let (number, extension) = split_number(text);
    let mut patch = Vec::new();
    if text_of(there) != number {
        patch.push(Replace::new("/value", number));
    }
    let old = there.extension.as_deref().unwrap_or_default().trim();
    if old != extension {
        patch.push(Replace::new("/extension", extension));
    }
    if patch.is_empty() {
        return Ok(None);
    }
    change(there, patch)
}

fn change(item: &WireItem, patch: Vec<Replace>) -> Result<Option<Step>, Refusal> {
    Ok(Some(Step::Change(id_of(item)?, patch)))
}

fn remove(item: &WireItem) -> Result<Step, Refusal> {
    Ok(Step::Remove(id_of(item)?))
}

fn id_of(item: &WireItem) -> Result<i64, Refusal> {
    item.id.ok_or_else(|| {
        let reason = "ConnectWise PSA shows an address or number without an id to change it by";
        refusal("communicationItems", reason)
    })
}

#[cfg(test)]
mod tests;
