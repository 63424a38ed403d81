//! Contacts: list, single ones, and the writes. They come bare.

use serde_json::{Map, Value, json};

use super::listing::envelope;
use super::routes::not_found;
use super::state::{Contact, Refusal, State};
use crate::exchange::{Answer, Request};

pub(crate) fn list(state: &State, request: &Request) -> Answer {
    let customer = request
        .query("customer_id")
        .map(|text| text.parse::<i64>().ok());
    let found: Vec<&Contact> = (state.contacts.values())
        .filter(|_| !state.behaviour.hide_everything)
        .filter(|contact| customer.is_none_or(|wanted| wanted == Some(contact.customer())))
        .collect();
    let per_page = state.behaviour.contacts_per_page;
    envelope(
        request,
        "contacts",
        &found,
        per_page,
        &state.behaviour,
        |contact| shown(state, contact, state.behaviour.thin_rows),
    )
}

pub(crate) fn one(state: &State, id: i64) -> Answer {
    let seen = (state.contacts.get(&id)).filter(|_| !state.behaviour.hide_everything);
    match seen {
        Some(contact) => Answer::json(200, &shown(state, contact, false)),
        None => not_found(),
    }
}

/// A contact as answers show it; a thin one without its properties.
pub(crate) fn shown(state: &State, contact: &Contact, is_thin: bool) -> Value {
    let mut shown = contact.members.clone();
    if is_thin {
        return Value::Object(shown);
    }
    let mut properties = contact.properties.clone();
    properties.retain(|name, _| state.keeps(name));
    if state.behaviour.undocumented {
        shown.insert("lifecycle".to_owned(), json!("platinum"));
        shown.insert("presence".to_owned(), json!({ "state": 17 }));
        properties.insert("portal".to_owned(), json!({ "theme": ["dark"] }));
    }
    shown.insert("properties".to_owned(), Value::Object(properties));
    Value::Object(shown)
}

/// Takes what the document names for a create: neither a title nor properties.
pub(crate) fn create(state: &mut State, request: &Request) -> Answer {
    let Some(body) = body(request) else {
        return Answer::text(400, "There was a problem in the JSON you submitted");
    };
    if let Some(customer) = body.get("customer_id").and_then(Value::as_i64)
        && !state.customers.contains_key(&customer)
    {
        return not_found();
    }
    match state.create(&body) {
        Ok(id) => saved(state, id),
        Err(refusal) => refused(&refusal),
    }
}

pub(crate) fn update(state: &mut State, id: i64, request: &Request) -> Answer {
    let Some(body) = body(request) else {
        return Answer::text(400, "There was a problem in the JSON you submitted");
    };
    if state.behaviour.hide_everything {
        return not_found();
    }
    match state.update(id, &body) {
        None => not_found(),
        Some(Ok(())) => saved(state, id),
        Some(Err(refusal)) => refused(&refusal),
    }
}

pub(crate) fn delete(state: &mut State, id: i64) -> Answer {
    match state.contacts.remove(&id) {
        Some(_) => Answer::json(200, &json!({ "success": true })),
        None => not_found(),
    }
}

fn body(request: &Request) -> Option<Map<String, Value>> {
    match request.json()? {
        Value::Object(body) => Some(body),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            None
        }
    }
}

fn saved(state: &State, id: i64) -> Answer {
    if state.behaviour.silent_writes {
        return Answer::text(200, "");
    }
    match state.contacts.get(&id) {
        Some(contact) => Answer::json(200, &shown(state, contact, false)),
        None => not_found(),
    }
}

/// The record that was refused comes along, and `errors` is one text.
fn refused(refusal: &Refusal) -> Answer {
    let body = json!({ "record": refusal.record, "errors": refusal.words });
    Answer::json(422, &body)
}
