//! Custom fields by module: which there are, and their values. Values are text, whatever the field.

use serde_json::{Value, json};

use super::CustomField;
use super::envelope::{invalid, missing, success};
use super::state::{State, Stored};
use crate::exchange::{Answer, Request};

/// Answers `GET /v2/system/customFields/{moduleId}`. A module that there is not has no fields.
pub(crate) fn fields(state: &mut State, module: i64) -> Answer {
    let own = state.fields.iter().filter(|((of, _), _)| *of == module);
    let rows = own.map(|((_, id), field)| {
        let item = |(id, name): &(i64, String)| json!({ "Id": id, "Name": name, "IsActive": true });
        json!({ "Id": id, "Name": field.name, "DataType": data_type(field),
            "IsRequired": field.required, "ErrorMessage": null, "IsActive": true,
            "Settings": field.items.iter().map(item).collect::<Vec<Value>>() })
    });
    success(&state.behaviour, rows.collect())
}

/// Answers `GET /v2/system/customFields/{moduleId}/{objectId}`: fields with a value only.
pub(crate) fn values(state: &mut State, module: i64, record: i64) -> Answer {
    let is_hidden = state.behaviour.hide_everything;
    if !state.has_record(module, record) || is_hidden {
        return missing(&state.behaviour, "Record");
    }
    let rows = shown(state, module, record);
    success(&state.behaviour, rows)
}

/// The values of a record.
pub(crate) fn shown(state: &State, module: i64, record: i64) -> Value {
    let own = state.values.iter();
    let own = own.filter(|((of, on, _), _)| (*of, *on) == (module, record));
    own.filter_map(|((_, _, id), value)| {
        let field = state.fields.get(&(module, *id))?;
        Some(
            json!({ "Id": value.id, "Name": field.name, "Data": value.data,
            "SettingsId": value.item.unwrap_or(0), "CustomFieldType": data_type(field),
            "CustomFieldId": id }),
        )
    })
    .collect()
}

/// Codes are not published.
fn data_type(field: &CustomField) -> i64 {
    if field.items.is_empty() { 1 } else { 5 }
}

/// Answers `PUT /v2/system/customFields/data/{moduleId}/{entityId}/{customFieldId}`.
pub(crate) fn write(state: &mut State, key: (i64, i64, i64), request: &Request) -> Answer {
    let (module, record, id) = key;
    if !state.has_record(module, record) {
        return missing(&state.behaviour, "Record");
    }
    let Some(field) = state.fields.get(&(module, id)).cloned() else {
        return missing(&state.behaviour, "Custom field");
    };
    let body = request.json().unwrap_or_default();
    let Some(value) = body.get("Value").and_then(Value::as_str) else {
        return invalid(&state.behaviour, "Value", "is required");
    };
    let Some(item) = item_of(&field, value) else {
        return invalid(&state.behaviour, "Value", "is no item of the list");
    };
    let stored = store(state, key, value, item);
    let result = json!({
        "Id": stored, "Value": value, "EntityId": record, "CustomFieldName": field.name,
        "CustomFieldId": id, "ModuleName": super::module_name(module), "ModuleId": module,
    });
    success(&state.behaviour, result)
}

/// The item of a list with that name; `None` where there is none, and no item for a text.
pub(crate) fn item_of(field: &CustomField, value: &str) -> Option<Option<i64>> {
    if field.items.is_empty() {
        return Some(None);
    }
    let item = field.items.iter().find(|(_, name)| name == value);
    item.map(|(id, _)| Some(*id))
}

/// Stores a value; an empty one is none. Returns the id of the entry.
pub(crate) fn store(
    state: &mut State,
    key: (i64, i64, i64),
    value: &str,
    item: Option<i64>,
) -> i64 {
    let id = match state.values.get(&key) {
        Some(stored) => stored.id,
        None => state.next_id(),
    };
    if value.is_empty() {
        state.values.remove(&key);
    } else {
        let data = value.to_owned();
        state.values.insert(key, Stored { id, data, item });
    }
    id
}
