//! Paths of a Hudu instance: its API below `/api/v1`, and a web page for everything else.

use serde_json::{Map, Value, json};

use super::answers::{invalid, not_found, nothing, page, parameter_missing, unauthorized};
use super::state::State;
use crate::exchange::{Answer, Request};

/// The longest name, user name or type, in characters. Hudu does not publish its own.
const LENGTH_MAX: usize = 255;
/// The longest description, in bytes. Not published either.
const DESCRIPTION_BYTES_MAX: usize = 65_535;
/// What can be written.
const WRITABLE: [&str; 12] = [
    "company_id",
    "name",
    "username",
    "password",
    "otp_secret",
    "password_type",
    "description",
    "url",
    "in_portal",
    "passwordable_type",
    "passwordable_id",
    "password_folder_id",
];

pub(crate) fn answer(state: &mut State, base: &str, request: &Request) -> Answer {
    let segments: Vec<&str> = request
        .path
        .split('/')
        .filter(|part| !part.is_empty())
        .collect();
    let ["api", "v1", rest @ ..] = segments.as_slice() else {
        return Answer::html(200, "<!doctype html><html><title>Hudu</title></html>");
    };
    if request.header("x-api-key") != Some(state.api_key.as_str()) {
        return unauthorized();
    }
    if rest.first() == Some(&"asset_passwords") && state.behaviour.deny_passwords {
        return unauthorized();
    }
    match (request.method.as_str(), rest) {
        ("GET", ["api_info"]) => {
            let version = &state.behaviour.version;
            Answer::json(200, &json!({ "version": version, "date": "2026-07-10" }))
        }
        ("GET", ["companies"]) => companies(state, base, request),
        ("GET", ["companies", id]) => company(state, base, id),
        ("GET", ["companies", company, "assets", id]) => asset(state, company, id),
        ("GET", ["asset_passwords"]) => passwords(state, request),
        ("GET", ["asset_passwords", id]) => match known(state, id) {
            Ok(id) => one(state, id, 200, false),
            Err(answer) => *answer,
        },
        ("POST", ["asset_passwords"]) => create(state, request),
        ("PUT", ["asset_passwords", id]) => match known(state, id) {
            Ok(id) => update(state, request, id),
            Err(answer) => *answer,
        },
        ("PUT", ["asset_passwords", id, way @ ("archive" | "unarchive")]) => {
            match known(state, id) {
                Ok(id) => {
                    let archived = json!({ "archived": *way == "archive" });
                    state.edit_password(id, super::members(&archived));
                    one(state, id, 200, false)
                }
                Err(answer) => *answer,
            }
        }
        _ => not_found(),
    }
}

/// A password that is there; else the answer for one that is not.
fn known(state: &State, id: &str) -> Result<u64, Box<Answer>> {
    let found = id
        .parse()
        .ok()
        .filter(|id| state.passwords.contains_key(id) && !state.behaviour.hide_everything);
    found.ok_or_else(|| {
        Box::new(if state.behaviour.missing_is_404 {
            not_found()
        } else {
            nothing()
        })
    })
}

fn companies(state: &State, base: &str, request: &Request) -> Answer {
    let found: Vec<u64> = (state.companies.iter())
        .filter(|(_, company)| !company.archived)
        .filter(|(_, company)| {
            let name = request.query("name");
            name.is_none_or(|name| name == company.name)
        })
        .map(|(id, _)| *id)
        .collect();
    let rows: Vec<Value> = page(request, &found, &state.behaviour)
        .iter()
        .map(|id| company_row(state, base, *id))
        .collect();
    Answer::json(200, &json!({ "companies": rows }))
}

fn company(state: &State, base: &str, id: &str) -> Answer {
    match id.parse() {
        Ok(id) if state.companies.contains_key(&id) && !state.behaviour.hide_everything => {
            Answer::json(200, &json!({ "company": company_row(state, base, id) }))
        }
        Ok(_) | Err(_) => not_found(),
    }
}

/// An asset; it is found below its own company only.
fn asset(state: &State, company: &str, id: &str) -> Answer {
    let (Ok(company), Ok(id)) = (company.parse::<u64>(), id.parse::<u64>()) else {
        return not_found();
    };
    if state.assets.get(&id) != Some(&company) {
        return not_found();
    }
    let name = state.companies.get(&company).map(|company| &company.name);
    let row = json!({
        "id": id, "company_id": company, "asset_layout_id": 4, "slug": format!("{id:012x}"),
        "name": "Domain controller", "primary_serial": null, "primary_mail": null,
        "primary_model": null, "primary_manufacturer": null, "company_name": name,
        "object_type": "Asset", "asset_type": "Servers", "archived": false,
        "url": format!("/a/{id:012x}"), "created_at": "2024-03-02T10:00:00.000Z",
        "updated_at": "2026-01-14T08:30:00.000Z", "fields": [], "cards": [],
    });
    if state.behaviour.wrapped_assets {
        return Answer::json(200, &json!({ "asset": row }));
    }
    Answer::json(200, &row)
}

fn company_row(state: &State, base: &str, id: u64) -> Value {
    let (name, archived) = (state.companies.get(&id)).map_or(("", false), |company| {
        (company.name.as_str(), company.archived)
    });
    let mut row = json!({
        "id": id, "slug": format!("{id:012x}"), "name": name, "nickname": "",
        "address_line_1": "1 High St", "address_line_2": null, "city": "York", "state": "NY",
        "zip": "10001", "country_name": "USA", "phone_number": "+1 555 0100", "fax_number": "",
        "website": "https://northwind.example", "company_type": "Customer",
        "parent_company_id": null, "parent_company_name": null, "id_number": "", "notes": null,
        "archived": archived, "object_type": "Company", "url": format!("/c/{id:012x}"),
        "full_url": format!("{base}/c/{id:012x}"),
        "passwords_url": format!("{base}/passwords?company={id}"),
        "knowledge_base_url": format!("{base}/shared_articles/{id}"),
        "created_at": "2024-03-02T10:00:00.000Z", "updated_at": "2026-01-14T08:30:00.000Z",
        "integrations": [],
    });
    if let Some(row) = row.as_object_mut().filter(|_| state.behaviour.undocumented) {
        row.insert("mood".to_owned(), json!({ "today": "fine" }));
    }
    row
}

fn passwords(state: &State, request: &Request) -> Answer {
    let is_wanted = |password: &Map<String, Value>| {
        if state.behaviour.ignore_filters {
            return true;
        }
        let text = |name: &str| match password.get(name) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => String::new(),
        };
        let is = |name: &str| {
            request
                .query(name)
                .is_none_or(|wanted| wanted == text(name))
        };
        // Without a word, those that are not archived.
        let is_archived = password.get("archived") == Some(&Value::Bool(true));
        request.flag("archived") == is_archived && is("company_id") && is("name") && is("slug")
    };
    let found: Vec<&Map<String, Value>> =
        state.passwords.values().filter(|p| is_wanted(p)).collect();
    let rows: Vec<Value> = page(request, &found, &state.behaviour)
        .iter()
        .map(|password| state.shown(password))
        .collect();
    Answer::json(200, &json!({ "asset_passwords": rows }))
}

fn one(state: &State, id: u64, status: u16, is_bare: bool) -> Answer {
    let shown = state
        .passwords
        .get(&id)
        .map(|password| state.shown(password));
    let shown = shown.unwrap_or_default();
    if is_bare {
        return Answer::json(status, &shown);
    }
    Answer::json(status, &json!({ "asset_password": shown }))
}

fn create(state: &mut State, request: &Request) -> Answer {
    let given = match body_of(request) {
        Ok(given) => given,
        Err(answer) => return *answer,
    };
    for needed in ["name", "username", "password"] {
        let text = given.get(needed).and_then(Value::as_str);
        if text.is_none_or(|text| text.trim().is_empty()) {
            return invalid(needed, "can't be blank");
        }
    }
    let company = given.get("company_id").and_then(Value::as_u64);
    if !company.is_some_and(|id| state.companies.contains_key(&id)) {
        return invalid("company", "must exist");
    }
    if given.get("passwordable_type") == Some(&json!("Asset")) {
        let id = given.get("passwordable_id").and_then(Value::as_u64);
        if id.and_then(|id| state.assets.get(&id)).copied() != company {
            return invalid("passwordable", "must exist");
        }
    }
    let is_bare = state.behaviour.bare_creates;
    let has_seed = given.contains_key("otp_secret");
    let id = state.add_password(given);
    // A new entry has no seed unless somebody gave it one.
    if !has_seed {
        state.edit_password(id, super::members(&json!({ "otp_secret": null })));
    }
    one(state, id, if is_bare { 201 } else { 200 }, is_bare)
}

fn update(state: &mut State, request: &Request, id: u64) -> Answer {
    let given = match body_of(request) {
        Ok(given) => given,
        Err(answer) => return *answer,
    };
    for needed in ["name", "password"] {
        let is_blank = |value: &Value| value.as_str().is_none_or(|text| text.trim().is_empty());
        if given.get(needed).is_some_and(is_blank) {
            return invalid(needed, "can't be blank");
        }
    }
    state.edit_password(id, given);
    one(state, id, 200, false)
}

/// What is in the wrapper, as far as it can be written.
fn body_of(request: &Request) -> Result<Map<String, Value>, Box<Answer>> {
    let body = request.json().unwrap_or_default();
    let Some(given) = body.get("asset_password").and_then(Value::as_object) else {
        return Err(Box::new(parameter_missing("asset_password")));
    };
    for name in ["name", "username", "password_type"] {
        let text = given.get(name).and_then(Value::as_str).unwrap_or_default();
        if text.chars().count() > LENGTH_MAX {
            let reason = "is too long (maximum is 255 characters)";
            return Err(Box::new(invalid(name, reason)));
        }
    }
    let description = given.get("description").and_then(Value::as_str);
    if description.is_some_and(|text| text.len() > DESCRIPTION_BYTES_MAX) {
        return Err(Box::new(invalid("description", "is too long")));
    }
    let known = given
        .iter()
        .filter(|(name, _)| WRITABLE.contains(&name.as_str()));
    Ok(known
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect())
}
