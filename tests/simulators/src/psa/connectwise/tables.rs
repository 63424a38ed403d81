//! The MSP's own tables: kinds of communication, contact types, departments.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::answers::{self, Refusal};
use super::listing;
use super::state::{Class, State};
use crate::exchange::{Answer, Request};

/// The most characters of a department's name.
const NAME_CHARS_MAX: usize = 30;

const COLUMNS: listing::Columns = listing::Columns {
    names: &["id", "name", "description", "defaultFlag"],
    is_contacts: false,
};

pub(crate) fn communication_types(state: &State, request: &Request) -> Answer {
    let kinds = state.communication_types.iter();
    let rows = kinds.map(|(id, kind)| {
        json!({"id": id, "description": kind.description, "phoneFlag": kind.class == Class::Phone,
            "faxFlag": kind.class == Class::Fax, "emailFlag": kind.class == Class::Email,
            "defaultFlag": kind.default})
    });
    listing::answer(state, request, &COLUMNS, rows.collect())
}

pub(crate) fn contact_types(state: &State, request: &Request) -> Answer {
    let rows = named(&state.contact_types, "description");
    listing::answer(state, request, &COLUMNS, rows)
}

pub(crate) fn departments(state: &State, request: &Request) -> Answer {
    listing::answer(state, request, &COLUMNS, named(&state.departments, "name"))
}

fn named(table: &BTreeMap<i64, String>, member: &str) -> Vec<Value> {
    let rows = table.iter();
    rows.map(|(id, name)| json!({"id": id, member: name}))
        .collect()
}

pub(crate) fn add_department(state: &mut State, request: &Request) -> Answer {
    if state.behaviour.deny_table_writes {
        return answers::forbidden();
    }
    let body = request.json().unwrap_or_default();
    let name = body.get("name").and_then(Value::as_str).unwrap_or_default();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
        let message = "The name must have 1 to 30 characters.";
        return answers::refused(&Refusal::field("OutOfRange", "name", message));
    }
    let names = state.departments.values();
    if names.into_iter().any(|own| own.eq_ignore_ascii_case(name)) {
        let refusal = Refusal::field("ObjectExists", "name", "The department exists.");
        return answers::refused(&refusal);
    }
    let id = state.department(name);
    answers::ok(201, &json!({"id": id, "name": name}))
}
