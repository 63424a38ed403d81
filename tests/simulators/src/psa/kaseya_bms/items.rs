//! Addresses and phones of a contact: lists of their own, changed by operations that name a row by
//! what it says. Either all of a request is done or nothing.

use serde_json::{Value, json};

use super::envelope::{invalid, missing, success};
use super::state::{Item, State};
use crate::exchange::{Answer, Request};

/// Which list, and what its members are called.
#[derive(Debug, Clone, Copy)]
pub(crate) struct List {
    phones: bool,
    /// In requests.
    value: &'static str,
    new_value: &'static str,
    /// In answers.
    list: &'static str,
    shown: &'static str,
    type_id: &'static str,
    type_name: &'static str,
}

pub(crate) const EMAILS: List = List {
    phones: false,
    value: "EmailAddress",
    new_value: "NewEmailAddress",
    list: "Emails",
    shown: "EmailAddress",
    type_id: "EmailTypeId",
    type_name: "EmailType",
};
pub(crate) const PHONES: List = List {
    phones: true,
    value: "PhoneNumber",
    new_value: "NewPhoneNumber",
    list: "Phones",
    shown: "Phone",
    type_id: "PhoneTypeId",
    type_name: "PhoneType",
};

impl List {
    fn knows_type(self, state: &State, id: i64) -> bool {
        self.types(state).contains_key(&id)
    }

    fn types(self, state: &State) -> &std::collections::BTreeMap<i64, &'static str> {
        if self.phones {
            &state.phone_types
        } else {
            &state.email_types
        }
    }
}

/// The rows of a list as answers show them.
pub(crate) fn shown(state: &State, list: List, items: &[Item]) -> Value {
    let row = |item: &Item| {
        json!({ "Id": item.id, list.shown: item.value, list.type_id: item.type_id,
            list.type_name: list.types(state).get(&item.type_id), "IsDefault": item.default })
    };
    items.iter().map(row).collect()
}

/// The rows of a create.
pub(crate) fn given(
    state: &mut State,
    list: List,
    body: &Value,
) -> Result<Vec<Item>, (&'static str, &'static str)> {
    let rows = body
        .get(list.list)
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let mut items = Vec::new();
    for row in rows {
        let value = row
            .get(list.value)
            .and_then(Value::as_str)
            .unwrap_or_default();
        if value.trim().is_empty() {
            return Err((list.value, "is required"));
        }
        let type_id = row.get(list.type_id).and_then(Value::as_i64).unwrap_or(0);
        if !list.knows_type(state, type_id) {
            return Err((list.type_id, "is not valid"));
        }
        let item = Item {
            id: state.next_id(),
            value: value.to_owned(),
            type_id,
            default: row
                .get("IsDefault")
                .and_then(Value::as_bool)
                .unwrap_or(false),
        };
        items.push(item);
    }
    Ok(items)
}

/// Answers `PATCH /v2/crm/contacts/{id}/emails` and `/phones`.
pub(crate) fn patch(state: &mut State, id: i64, list: List, request: &Request) -> Answer {
    let Some(mut contact) = state.contacts.get(&id).cloned() else {
        return missing(&state.behaviour, "Contact");
    };
    let body = request.json().unwrap_or_default();
    let Some(operations) = body.as_array() else {
        return invalid(&state.behaviour, list.list, "must be an array");
    };
    let mut items = if list.phones {
        contact.phones.clone()
    } else {
        contact.emails.clone()
    };
    let (mut added, mut updated, mut deleted) = (0, 0, 0);
    for operation in operations {
        match operate(state, list, &mut items, operation) {
            Ok(Done::Added) => added += 1,
            Ok(Done::Updated) => updated += 1,
            Ok(Done::Deleted) => deleted += 1,
            Err((member, words)) => return invalid(&state.behaviour, member, words),
        }
    }
    let result = json!({ "Added": added, "Updated": updated, "Deleted": deleted,
        list.list: shown(state, list, &items) });
    if list.phones {
        contact.phones = items;
    } else {
        contact.emails = items;
    }
    state.save(id, contact);
    success(&state.behaviour, result)
}

type Mistake = (&'static str, &'static str);

enum Done {
    Added,
    Updated,
    Deleted,
}

/// One operation: 0 adds, 1 updates, 2 deletes.
fn operate(
    state: &mut State,
    list: List,
    items: &mut Vec<Item>,
    operation: &Value,
) -> Result<Done, Mistake> {
    let text = |name: &str| operation.get(name).and_then(Value::as_str);
    let value = text(list.value).unwrap_or_default();
    let type_id = operation.get("TypeId").and_then(Value::as_i64);
    if type_id.is_some_and(|id| !list.knows_type(state, id)) {
        return Err(("TypeId", "is not valid"));
    }
    let at = items.iter().position(|item| item.value == value);
    let (done, mut changed) = match (operation.get("Operation").and_then(Value::as_i64), at) {
        (Some(0), None) if !value.trim().is_empty() => {
            let item = Item {
                id: state.next_id(),
                value: value.to_owned(),
                type_id: type_id.ok_or(("TypeId", "is required"))?,
                default: false,
            };
            (Done::Added, item)
        }
        (Some(0), _) => return Err((list.value, "is empty or there already")),
        (Some(1), Some(at)) => {
            let mut item = items.remove(at);
            text(list.new_value)
                .unwrap_or(value)
                .clone_into(&mut item.value);
            item.type_id = type_id.unwrap_or(item.type_id);
            (Done::Updated, item)
        }
        (Some(2), Some(at)) => {
            items.remove(at);
            return Ok(Done::Deleted);
        }
        (Some(1 | 2), None) => return Err((list.value, "is not one of the contact's")),
        _ => return Err(("Operation", "is not valid")),
    };
    if let Some(default) = operation.get("IsDefault").and_then(Value::as_bool) {
        if default {
            items.iter_mut().for_each(|item| item.default = false);
        }
        changed.default = default;
    }
    // Where it was.
    items.insert(at.unwrap_or(items.len()), changed);
    Ok(done)
}
