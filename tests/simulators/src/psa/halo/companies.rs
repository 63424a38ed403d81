//! Clients and sites: lists, details, and the custom fields of clients, which can be written.

use serde_json::{Value, json};

use super::listing::{envelope, integer, wanted};
use super::routes::not_found;
use super::state::{Client, Site, State};
use super::users::fields;
use crate::exchange::{Answer, Request};

pub(crate) fn clients(state: &State, request: &Request) -> Answer {
    let search = request.query("search").unwrap_or_default().to_lowercase();
    let found: Vec<(&i64, &Client)> = state
        .clients
        .iter()
        .filter(|_| !state.behaviour.hide_everything)
        .filter(|(_, client)| wanted(request, client.inactive))
        .filter(|(_, client)| client.name.to_lowercase().contains(&search))
        .collect();
    envelope(
        request,
        "clients",
        &found,
        &state.behaviour,
        |(id, client)| client_json(state, **id, client),
    )
}

pub(crate) fn client(state: &State, id: i64, request: &Request) -> Answer {
    let seen = |_: &&Client| !state.behaviour.hide_everything;
    match state.clients.get(&id).filter(seen) {
        Some(client) if request.flag("includedetails") => {
            Answer::json(200, &client_full(state, id, client))
        }
        Some(client) => Answer::json(200, &client_json(state, id, client)),
        None => not_found(),
    }
}

/// An array of one object with the id of a client.
pub(crate) fn write(state: &mut State, request: &Request) -> Answer {
    let body = request.json();
    let element = body.as_ref().and_then(|body| body.get(0)?.as_object());
    let Some(element) = element else {
        return Answer::text(400, "The request body must be a JSON array.");
    };
    let id = element.get("id").and_then(Value::as_i64).unwrap_or(0);
    match state.update_client(id, element) {
        None => not_found(),
        Some(Err(words)) => Answer::text(400, &words),
        Some(Ok(())) => match state.clients.get(&id) {
            Some(client) => {
                let status = state.behaviour.write_status;
                Answer::json(status, &client_full(state, id, client))
            }
            None => not_found(),
        },
    }
}

/// The full object.
pub(crate) fn client_full(state: &State, id: i64, client: &Client) -> Value {
    let mut full = client_json(state, id, client);
    if let Some(full) = full.as_object_mut() {
        let fields = fields(&state.client_fields, &client.fields);
        full.insert("customfields".to_owned(), fields);
    }
    full
}

pub(crate) fn sites(state: &State, request: &Request) -> Answer {
    let client = match integer(request, "client_id") {
        Ok(client) => client,
        Err(answer) => return *answer,
    };
    let found: Vec<(&i64, &Site)> = state
        .sites
        .iter()
        .filter(|_| !state.behaviour.hide_everything)
        .filter(|(_, site)| client.is_none_or(|client| client == site.client))
        .filter(|(_, site)| wanted(request, site.inactive))
        .collect();
    envelope(request, "sites", &found, &state.behaviour, |(id, site)| {
        site_json(state, **id, site)
    })
}

pub(crate) fn site(state: &State, id: i64) -> Answer {
    match state.sites.get(&id) {
        Some(site) => Answer::json(200, &site_json(state, id, site)),
        None => not_found(),
    }
}

fn client_json(state: &State, id: i64, client: &Client) -> Value {
    let main = client.main_site.and_then(|site| state.sites.get(&site));
    json!({
        "id": id, "name": client.name, "toplevel_id": 1, "toplevel_name": "Customers",
        "inactive": client.inactive, "main_site_id": client.main_site.unwrap_or(0),
        "main_site_name": main.map_or("", |site| site.name.as_str()), "domain": client.domain,
        "datecreated": "2025-11-05T00:00:00",
    })
}

/// `client_id` comes as a double, as the vendor's document has it.
fn site_json(state: &State, id: i64, site: &Site) -> Value {
    let client = state.clients.get(&site.client);
    json!({
        "id": id, "name": site.name, "client_id": double(site.client),
        "client_name": client.map_or("", |client| client.name.as_str()),
        "inactive": site.inactive, "phonenumber": "",
    })
}

/// An integer as the JSON double `18.0`.
pub(crate) fn double(number: i64) -> Value {
    i32::try_from(number).map_or(Value::Null, |number| json!(f64::from(number)))
}
