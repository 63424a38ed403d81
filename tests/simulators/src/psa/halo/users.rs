//! Halo's users, which are contacts: list, detail, and the array POST that creates and updates.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::companies::double;
use super::listing::{envelope, integer, wanted};
use super::members::{FULL_ROW, ROW};
use super::routes::not_found;
use super::state::{State, User};
use super::webhooks;
use super::{CustomField, WriteShape};
use crate::exchange::{Answer, Request};

pub(crate) fn list(state: &State, request: &Request) -> Answer {
    let (client, site) = match (integer(request, "client_id"), integer(request, "site_id")) {
        (Ok(client), Ok(site)) => (client, site),
        (Err(answer), _) | (_, Err(answer)) => return *answer,
    };
    if request.query("advanced_search").is_some() {
        return Answer::text(400, "Invalid advanced search parameter");
    }
    let mut found: Vec<(i64, &User)> = state
        .users
        .iter()
        .map(|(id, user)| (*id, user))
        .filter(|_| !state.behaviour.hide_everything)
        .filter(|(_, user)| client.is_none_or(|client| client == state.client_of(user)))
        .filter(|(_, user)| site.is_none_or(|site| site == user.integer("site_id")))
        .filter(|(_, user)| wanted(request, user.flag("inactive")))
        .filter(|(_, user)| shown(state, request, user))
        .collect();
    if request
        .query("order")
        .is_some_and(|order| order.eq_ignore_ascii_case("name"))
    {
        found.sort_by_key(|(id, user)| (user.text("name").to_lowercase(), *id));
    }
    if request.flag("orderdesc") {
        found.reverse();
    }
    let fields = request.query("include_custom_fields").is_some();
    envelope(request, "users", &found, &state.behaviour, |(_, user)| {
        row(state, user, fields)
    })
}

fn shown(state: &State, request: &Request, user: &User) -> bool {
    let placeholder =
        request.flag("exclude_generaluser") || request.flag("exclude_defaultsiteusers");
    if user.general && placeholder {
        return false;
    }
    if user.integer("linked_agent_id") > 0 && request.flag("exclude_agents") {
        return false;
    }
    let since = request
        .query("lastupdatefromdate")
        .filter(|_| state.behaviour.date_filter);
    if since.is_some_and(|since| user.text("ulastupdate") < since.trim_end_matches('Z')) {
        return false;
    }
    let Some(search) = request.query("search").filter(|text| !text.is_empty()) else {
        return true;
    };
    let search = search.to_lowercase();
    let phones: &[&str] = if request.flag("search_phonenumbers") {
        &["phonenumber", "mobilenumber", "homenumber"]
    } else {
        &[]
    };
    let alternates: &[&str] = if state.behaviour.search_alternates {
        &["email2", "email3"]
    } else {
        &[]
    };
    let columns = ["name", "emailaddress", "login"];
    let columns = columns.iter().chain(phones).chain(alternates);
    columns
        .into_iter()
        .any(|name| user.text(name).to_lowercase().contains(&search))
}

/// The thin object of lists; a missing member is unknown, not empty.
pub(crate) fn row(state: &State, user: &User, fields: bool) -> Value {
    let mut row = placed(state, user);
    let more: &[&str] = if state.behaviour.thin_rows {
        &[]
    } else {
        &FULL_ROW
    };
    for name in ROW.iter().chain(more) {
        if let Some(value) = user.members.get(*name) {
            row.insert((*name).to_owned(), value.clone());
        }
    }
    if fields {
        row.insert("customfields".to_owned(), custom_fields(state, user));
    }
    Value::Object(row)
}

/// The full object.
pub(crate) fn full(state: &State, user: &User) -> Value {
    let mut full = user.members.clone();
    full.extend(placed(state, user));
    full.insert("customfields".to_owned(), custom_fields(state, user));
    full.insert("user_relationships".to_owned(), json!([]));
    Value::Object(full)
}

fn placed(state: &State, user: &User) -> Map<String, Value> {
    let site_id = user.integer("site_id");
    let site = state.sites.get(&site_id);
    let client_id = state.client_of(user);
    let client = state.clients.get(&client_id);
    let mut placed = Map::new();
    placed.insert("id".to_owned(), json!(user.integer("id")));
    placed.insert("site_id".to_owned(), double(site_id));
    placed.insert("site_id_int".to_owned(), json!(site_id));
    placed.insert(
        "site_name".to_owned(),
        json!(site.map_or("", |site| site.name.as_str())),
    );
    placed.insert("client_id".to_owned(), json!(client_id));
    placed.insert(
        "client_name".to_owned(),
        json!(client.map_or("", |c| c.name.as_str())),
    );
    placed.insert("sitephonenumber".to_owned(), json!(""));
    if state.behaviour.undocumented {
        placed.insert("contact_rank".to_owned(), json!("platinum"));
        placed.insert("presence".to_owned(), json!({"state": 17, "since": null}));
        placed.insert("relationship_id".to_owned(), json!(-99));
    }
    placed
}

fn custom_fields(state: &State, user: &User) -> Value {
    fields(&state.fields, &user.fields)
}

/// Every custom field that is defined, with its value here.
pub(crate) fn fields(defined: &BTreeMap<i64, CustomField>, values: &BTreeMap<i64, Value>) -> Value {
    let field = |(id, field): (&i64, &CustomField)| {
        let value = values.get(id).cloned().unwrap_or(Value::Null);
        let display = match &value {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                value.to_string()
            }
        };
        json!({"id": id, "name": field.name, "label": field.label, "type": field.kind,
            "value": value, "display": display})
    };
    Value::Array(defined.iter().map(field).collect())
}

pub(crate) fn detail(state: &State, id: i64, request: &Request) -> Answer {
    match state
        .users
        .get(&id)
        .filter(|_| !state.behaviour.hide_everything)
    {
        Some(user) if request.flag("includedetails") => Answer::json(200, &full(state, user)),
        Some(user) => Answer::json(200, &row(state, user, false)),
        None => not_found(),
    }
}

pub(crate) fn delete(state: &mut State, id: i64) -> Answer {
    match state.users.remove(&id) {
        Some(user) => Answer::json(200, &full(state, &user)),
        None => not_found(),
    }
}

/// An array of objects: with an id it updates, without (or with 0) it creates.
pub(crate) fn write(state: &mut State, request: &Request) -> Answer {
    let body = request.json();
    let Some(elements) = body
        .as_ref()
        .and_then(Value::as_array)
        .filter(|all| !all.is_empty())
    else {
        return Answer::text(400, "The request body must be a JSON array.");
    };
    let mut stored = Vec::new();
    for element in elements {
        let Some(element) = element.as_object() else {
            return Answer::text(400, "The elements of the array must be objects.");
        };
        if element
            .get("id")
            .is_some_and(|id| !(id.is_i64() || id.is_u64()))
        {
            return Answer::text(400, "The JSON value could not be converted. Path: $[0].id.");
        }
        let id = element.get("id").and_then(Value::as_i64).unwrap_or(0);
        let saved = if id == 0 {
            state.create(element).map(|id| (id, "User Created"))
        } else {
            match state.update(id, element) {
                None => return not_found(),
                Some(result) => result.map(|()| (id, "User Updated")),
            }
        };
        match saved {
            Ok((id, event)) => {
                webhooks::enqueue(state, id, event);
                stored.extend(state.users.get(&id).map(|user| full(state, user)));
            }
            Err(words) => return Answer::text(400, &words),
        }
    }
    let body = match state.behaviour.write_shape {
        WriteShape::Object if stored.len() == 1 => stored.remove(0),
        WriteShape::Object | WriteShape::Array => Value::Array(stored),
        WriteShape::Users => json!({"users": stored}),
    };
    Answer::json(state.behaviour.write_status, &body)
}
