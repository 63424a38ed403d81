//! Making and changing passwords of IT Glue's. Attributes are taken in kebab-case and in snake_case.

use serde_json::{Map, Value, json};

use super::answers::{document, error, not_found};
use super::routes::password_row;
use super::state::{State, number};
use crate::exchange::{Answer, Request};

/// The longest name or user name, in characters. IT Glue does not publish its own.
const LENGTH_MAX: usize = 255;
/// The longest notes, in bytes. Not published either.
const NOTES_BYTES_MAX: usize = 65_535;
/// What a password may be embedded in; another spelling makes a general one without a word.
const RESOURCE_TYPES: [&str; 8] = [
    "Configuration",
    "Contact",
    "Document",
    "Domain",
    "Location",
    "SSL Certificate",
    "Flexible Asset",
    "Ticket",
];
/// Attributes that can be written.
const WRITABLE: [&str; 13] = [
    "organization-id",
    "name",
    "username",
    "password",
    "otp-secret",
    "url",
    "notes",
    "password-category-id",
    "password-folder-id",
    "restricted",
    "archived",
    "resource-id",
    "resource-type",
];

/// Makes a password; in the organization of the path, else of the attributes.
pub(crate) fn create(state: &mut State, request: &Request, of: Option<u64>) -> Answer {
    let mut attributes = match attributes_of(request) {
        Ok(attributes) => attributes,
        Err(answer) => return *answer,
    };
    let Some(of) = of.or_else(|| number(&attributes, "organization-id")) else {
        return error(
            422,
            "Valid organization_id is required",
            Some("organization_id"),
        );
    };
    if !state.organizations.contains_key(&of) {
        return not_found();
    }
    attributes.insert("organization-id".to_owned(), json!(of));
    for needed in ["name", "password"] {
        let text = attributes.get(needed).and_then(Value::as_str);
        if text.is_none_or(|text| text.trim().is_empty()) {
            return error(422, "can't be blank", Some(needed));
        }
    }
    let kind = attributes.get("resource-type").and_then(Value::as_str);
    if !kind.is_some_and(|kind| RESOURCE_TYPES.contains(&kind)) {
        attributes.remove("resource-id");
        attributes.remove("resource-type");
    }
    let kind = attributes.get("resource-type").and_then(Value::as_str);
    if kind == Some("Configuration") {
        let id = number(&attributes, "resource-id");
        let home = id.and_then(|id| state.configurations.get(&id));
        if home != Some(&of) {
            return error(422, "must exist", Some("resource-id"));
        }
    }
    if let Err(answer) = checked(state, &attributes) {
        return *answer;
    }
    let id = state.add_password(attributes);
    let shows = request.query("show_password") == Some("true");
    let row = password_row(state, id, shows);
    document(state.behaviour.create_status, &json!({ "data": row }))
}

/// Changes what is sent, and nothing else.
pub(crate) fn update(state: &mut State, request: &Request, id: u64) -> Answer {
    let mut attributes = match attributes_of(request) {
        Ok(attributes) => attributes,
        Err(answer) => return *answer,
    };
    if state.behaviour.hide_everything || !state.passwords.contains_key(&id) {
        return not_found();
    }
    // What a password hangs on is fixed when it is made.
    attributes.remove("resource-id");
    attributes.remove("resource-type");
    let blank = |name: &str| {
        let value = attributes.get(name);
        value.is_some_and(|value| value.as_str().is_none_or(|text| text.trim().is_empty()))
    };
    if blank("name") {
        return error(422, "can't be blank", Some("name"));
    }
    if let Err(answer) = checked(state, &attributes) {
        return *answer;
    }
    state.edit_password(id, attributes);
    let shows = request.query("show_password") == Some("true");
    document(200, &json!({ "data": password_row(state, id, shows) }))
}

/// The attributes of a body that is one password, in kebab-case; those that cannot be written are left
/// out.
fn attributes_of(request: &Request) -> Result<Map<String, Value>, Box<Answer>> {
    let media_type = request.header("content-type").unwrap_or_default();
    if !media_type.contains("json") {
        return Err(Box::new(error(415, "Unsupported media type", None)));
    }
    let body = request.json().unwrap_or_default();
    let data = body.get("data").and_then(Value::as_object);
    let kind = data.and_then(|data| data.get("type")?.as_str());
    let attributes = data.and_then(|data| data.get("attributes")?.as_object());
    let (Some("passwords"), Some(attributes)) = (kind, attributes) else {
        return Err(Box::new(error(
            400,
            "data must be a password with its attributes",
            None,
        )));
    };
    let named = attributes
        .iter()
        .map(|(name, value)| (name.replace('_', "-"), value.clone()));
    Ok(named
        .filter(|(name, _)| WRITABLE.contains(&name.as_str()))
        .collect())
}

fn checked(state: &State, attributes: &Map<String, Value>) -> Result<(), Box<Answer>> {
    let refuse = |title: &str, name: &str| Err(Box::new(error(422, title, Some(name))));
    for name in ["name", "username"] {
        let text = attributes
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default();
        if text.chars().count() > LENGTH_MAX {
            return refuse("is too long (maximum is 255 characters)", name);
        }
    }
    let notes = attributes.get("notes").and_then(Value::as_str);
    if notes.is_some_and(|notes| notes.len() > NOTES_BYTES_MAX) {
        return refuse("is too long", "notes");
    }
    let category = attributes.get("password-category-id");
    if category.is_some_and(|id| !id.is_null()) {
        let id = number(attributes, "password-category-id");
        if !id.is_some_and(|id| state.categories.contains_key(&id)) {
            return refuse("must exist", "password-category-id");
        }
    }
    Ok(())
}
