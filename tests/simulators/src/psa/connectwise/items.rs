//! The addresses and numbers of contacts, each a record of its own.

use serde_json::{Value, json};

use super::answers::{self, Refusal};
use super::patch::{self, Step};
use super::state::{Item, State};
use super::{listing, render};
use crate::exchange::{Answer, Request};

/// The most characters of a value.
const VALUE_CHARS_MAX: usize = 250;
/// The most characters of an extension.
const EXTENSION_CHARS_MAX: usize = 15;

const COLUMNS: listing::Columns = listing::Columns {
    names: &["id", "value", "type", "defaultFlag", "communicationType"],
    is_contacts: false,
};

/// Makes an item of a body, without keeping it.
pub(crate) fn read(state: &mut State, body: &Value) -> Result<Item, Refusal> {
    let refuse = |field, message: &str| Refusal::field("InvalidField", field, message);
    let kind = body.pointer("/type/id").and_then(Value::as_i64);
    let Some((kind, class)) =
        kind.and_then(|kind| Some((kind, state.communication_types.get(&kind)?.class)))
    else {
        return Err(refuse("type", "The type is not known."));
    };
    let named = body.get("communicationType").and_then(Value::as_str);
    if named.is_some_and(|named| named != class.as_str()) {
        return Err(refuse("communicationType", "It does not fit the type."));
    }
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let item = Item {
        id: state.next_id(),
        kind,
        value: text("value").to_owned(),
        extension: text("extension").to_owned(),
        default: body.get("defaultFlag") == Some(&json!(true)),
        class,
    };
    check(&item)?;
    Ok(item)
}

fn check(item: &Item) -> Result<(), Refusal> {
    let refuse = |message: &str| Err(Refusal::field("OutOfRange", "value", message));
    let length = item.value.chars().count();
    if length == 0 || length > VALUE_CHARS_MAX {
        return refuse("The value must have 1 to 250 characters.");
    }
    if item.extension.chars().count() > EXTENSION_CHARS_MAX {
        return refuse("The extension must have at most 15 characters.");
    }
    if item.class == super::state::Class::Email && !item.value.contains('@') {
        return refuse("The value is no e-mail address.");
    }
    Ok(())
}

/// Puts an item among others; a new default takes the place of the old one.
pub(crate) fn put(items: &mut Vec<Item>, item: Item) {
    if item.default {
        let own = items.iter_mut().filter(|other| other.class == item.class);
        own.for_each(|other| other.default = false);
    }
    match items.iter_mut().find(|other| other.id == item.id) {
        Some(there) => *there = item,
        None => items.push(item),
    }
}

/// Adds an item to a contact, and returns its id.
pub(crate) fn add(state: &mut State, contact: i64, body: &Value) -> Result<i64, Refusal> {
    let item = read(state, body)?;
    let id = item.id;
    let time = state.tick();
    if let Some(contact) = state.contacts.get_mut(&contact) {
        put(&mut contact.items, item);
        contact.last_updated = time;
    }
    Ok(id)
}

/// Carries the steps of a patch out on an item.
pub(crate) fn apply(item: &mut Item, steps: &[Step<'_>]) -> Result<(), Refusal> {
    for step in steps {
        match step.path.as_slice() {
            ["value"] => item.value = patch::text(step.value)?,
            ["extension"] => item.extension = patch::text(step.value)?,
            ["defaultFlag"] => item.default = patch::flag(step.value)?,
            _ => return Err(Refusal::new("InvalidPatch", "The path is not known.")),
        }
    }
    check(item)
}

pub(crate) fn list(state: &State, contact: i64, request: &Request) -> Answer {
    let Some(found) = state.contacts.get(&contact) else {
        return answers::not_found("Contact", contact);
    };
    let rows = found.items.iter().map(|item| full(state, contact, item));
    listing::answer(state, request, &COLUMNS, rows.collect())
}

pub(crate) fn create(state: &mut State, contact: i64, request: &Request) -> Answer {
    if !state.contacts.contains_key(&contact) {
        return answers::not_found("Contact", contact);
    }
    let body = request.json().unwrap_or_default();
    match add(state, contact, &body) {
        Ok(id) => one(state, contact, id, 201),
        Err(refusal) => answers::refused(&refusal),
    }
}

pub(crate) fn detail(state: &State, contact: i64, id: i64) -> Answer {
    one(state, contact, id, 200)
}

pub(crate) fn change(state: &mut State, contact: i64, id: i64, request: &Request) -> Answer {
    let Some(mut item) = find(state, contact, id) else {
        return answers::not_found("Communication", id);
    };
    let body = request.json().unwrap_or_default();
    let changed = patch::steps(&body).and_then(|steps| apply(&mut item, &steps));
    if let Err(refusal) = changed {
        return answers::refused(&refusal);
    }
    let time = state.tick();
    if let Some(contact) = state.contacts.get_mut(&contact) {
        put(&mut contact.items, item);
        contact.last_updated = time;
    }
    one(state, contact, id, 200)
}

pub(crate) fn delete(state: &mut State, contact: i64, id: i64) -> Answer {
    if find(state, contact, id).is_none() {
        return answers::not_found("Communication", id);
    }
    let time = state.tick();
    if let Some(contact) = state.contacts.get_mut(&contact) {
        contact.items.retain(|item| item.id != id);
        contact.last_updated = time;
    }
    answers::nothing()
}

fn find(state: &State, contact: i64, id: i64) -> Option<Item> {
    let items = &state.contacts.get(&contact)?.items;
    items.iter().find(|item| item.id == id).cloned()
}

fn one(state: &State, contact: i64, id: i64, status: u16) -> Answer {
    match find(state, contact, id) {
        Some(item) => answers::ok(status, &full(state, contact, &item)),
        None => answers::not_found("Communication", id),
    }
}

fn full(state: &State, contact: i64, item: &Item) -> Value {
    let mut record = render::item(state, item);
    if let Some(members) = record.as_object_mut() {
        members.insert("contactId".into(), json!(contact));
    }
    record
}
