//! Paths of IT Glue's API, and what is read by them.

use serde_json::{Map, Value, json};

use super::answers::{document, error, not_found, page, resource, unauthorized};
use super::state::{State, number};
use super::writes;
use crate::exchange::{Answer, Request};

pub(crate) fn answer(state: &mut State, base: &str, request: &Request) -> Answer {
    if request.header("x-api-key") != Some(state.api_key.as_str()) {
        return unauthorized(state.behaviour.denied_status);
    }
    let segments: Vec<&str> = request
        .path
        .split('/')
        .filter(|part| !part.is_empty())
        .collect();
    let touches_passwords = segments.contains(&"passwords");
    let denies_reads = state.behaviour.deny_reads;
    let denies_writes = state.behaviour.deny_writes && request.method != "GET";
    if touches_passwords && (denies_reads || denies_writes) {
        return unauthorized(state.behaviour.denied_status);
    }
    match (request.method.as_str(), segments.as_slice()) {
        ("GET", ["organizations"]) => organizations(state, base, request),
        ("GET", ["organizations", id]) => one(id, |id| organization(state, id)),
        ("GET", ["password_categories"]) => categories(state, base, request),
        ("GET", ["password_categories", id]) => one(id, |id| category(state, id)),
        ("GET", ["organizations", of, "relationships", "configurations", id]) => {
            one(of, |of| one(id, |id| configuration(state, of, id)))
        }
        ("GET", ["passwords"]) => passwords(state, base, request, None),
        ("GET", ["organizations", of, "relationships", "passwords"]) => one(of, |of| {
            if state.organizations.contains_key(&of) {
                passwords(state, base, request, Some(of))
            } else {
                not_found()
            }
        }),
        ("GET", ["passwords", id]) => one(id, |id| password(state, request, id)),
        ("POST", ["passwords"]) => writes::create(state, request, None),
        ("POST", ["organizations", of, "relationships", "passwords"]) => {
            one(of, |of| writes::create(state, request, Some(of)))
        }
        ("PATCH", ["passwords", id]) => one(id, |id| writes::update(state, request, id)),
        _ => not_found(),
    }
}

fn one(id: &str, act: impl FnOnce(u64) -> Answer) -> Answer {
    id.parse().map_or_else(|_| not_found(), act)
}

/// Does a row pass a filter? Filters are exact; a comma separates alternatives.
fn passes(request: &Request, name: &str, value: &str) -> bool {
    request
        .query(&format!("filter[{name}]"))
        .is_none_or(|wanted| wanted.split(',').any(|one| one.trim() == value))
}

fn organizations(state: &State, base: &str, request: &Request) -> Answer {
    let found: Vec<u64> = (state.organizations.iter())
        .filter(|(id, organization)| {
            passes(request, "id", &id.to_string()) && passes(request, "name", &organization.name)
        })
        .map(|(id, _)| *id)
        .collect();
    page(request, base, &found, &state.behaviour, |id| {
        organization_row(state, *id)
    })
}

fn organization(state: &State, id: u64) -> Answer {
    if state.behaviour.hide_everything || !state.organizations.contains_key(&id) {
        return not_found();
    }
    document(200, &json!({ "data": organization_row(state, id) }))
}

fn organization_row(state: &State, id: u64) -> Value {
    let (name, status) = (state.organizations.get(&id)).map_or(("", ""), |found| {
        (found.name.as_str(), found.status.as_str())
    });
    let status = if state.behaviour.undocumented {
        "Hibernating"
    } else {
        status
    };
    let attributes = json!({
        "name": name, "alert": null, "description": null, "organization-type-id": 86,
        "organization-type-name": "Customer", "organization-status-id": 68,
        "organization-status-name": status, "primary": false, "logo": "", "quick-notes": null,
        "short-name": "", "parent-id": null, "ancestor-ids": null,
        "created-at": "2024-03-02T10:00:00.000Z", "updated-at": "2026-01-14T08:30:00.000Z",
    });
    resource("organizations", id, object(attributes))
}

fn categories(state: &State, base: &str, request: &Request) -> Answer {
    let mut found: Vec<(u64, &str)> = (state.categories.iter())
        .map(|(id, name)| (*id, name.as_str()))
        .filter(|(_, name)| passes(request, "name", name))
        .collect();
    if request.query("sort") == Some("name") {
        found.sort_by_key(|(id, name)| (name.to_lowercase(), *id));
    }
    page(request, base, &found, &state.behaviour, |(id, name)| {
        category_row(*id, name)
    })
}

fn category(state: &State, id: u64) -> Answer {
    match state.categories.get(&id) {
        Some(name) => document(200, &json!({ "data": category_row(id, name) })),
        None => not_found(),
    }
}

fn category_row(id: u64, name: &str) -> Value {
    let attributes = json!({ "name": name, "passwords-count": 0,
        "created-at": "2024-02-23T00:57:22.000Z", "updated-at": "2024-02-23T00:57:22.000Z" });
    resource("password-categories", id, object(attributes))
}

/// A configuration; it is found below its own organization only.
fn configuration(state: &State, of: u64, id: u64) -> Answer {
    if state.configurations.get(&id) != Some(&of) {
        return not_found();
    }
    let organization = state.organizations.get(&of);
    let attributes = json!({
        "organization-id": of, "organization-name": organization.map(|found| &found.name),
        "name": "Domain controller", "hostname": "dc-1", "archived": false,
        "created-at": "2024-03-02T10:00:00.000Z", "updated-at": "2026-01-14T08:30:00.000Z",
    });
    let row = resource("configurations", id, object(attributes));
    document(200, &json!({ "data": row }))
}

/// The passwords of an organization or of all. Filters do not work on the nested route.
fn passwords(state: &State, base: &str, request: &Request, of: Option<u64>) -> Answer {
    let is_nested = of.is_some();
    let text = |password: &Map<String, Value>, name: &str| match password.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    };
    let is_wanted = |id: u64, password: &Map<String, Value>| {
        let is_own = of.is_none_or(|of| number(password, "organization-id") == Some(of));
        let is_archived = password.get("archived") == Some(&Value::Bool(true));
        let archived = request.query("filter[archived]").filter(|_| !is_nested);
        let is_kept = archived.is_none_or(|kept| matches!(kept, "true" | "1") == is_archived);
        let names = [
            ("organization_id", "organization-id"),
            ("password_category_id", "password-category-id"),
            ("name", "name"),
            ("url", "url"),
        ];
        let passes_all =
            (names.iter()).all(|(filter, member)| passes(request, filter, &text(password, member)));
        is_own && is_kept && (is_nested || passes_all && passes(request, "id", &id.to_string()))
    };
    let mut found: Vec<u64> = (state.passwords.iter())
        .filter(|(id, password)| is_wanted(**id, password))
        .map(|(id, _)| *id)
        .collect();
    if request.query("sort") == Some("-id") {
        found.reverse();
    }
    page(request, base, &found, &state.behaviour, |id| {
        password_row(state, *id, false)
    })
}

/// One password; its value comes along unless `show_password` says no.
fn password(state: &State, request: &Request, id: u64) -> Answer {
    if state.behaviour.hide_everything || !state.passwords.contains_key(&id) {
        return not_found();
    }
    let shows = match request.query("show_password") {
        None | Some("true") => true,
        Some("false") => false,
        Some(_) => return error(400, "show_password must be a boolean", None),
    };
    document(200, &json!({ "data": password_row(state, id, shows) }))
}

pub(crate) fn password_row(state: &State, id: u64, with_value: bool) -> Value {
    let attributes = state.passwords.get(&id);
    let attributes = attributes.map(|attributes| state.attributes(attributes, with_value));
    resource("passwords", id, attributes.unwrap_or_default())
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}
