//! Paths of BMS's API host: everything below `/v2`, and a page for everything else.

use std::time::Instant;

use serde_json::json;

use super::envelope::{failure, forbidden, missing, success, throttled, unauthorized};
use super::state::State;
use super::{accounts, contacts, custom, items, login, rate};
use crate::exchange::{Answer, Request};

pub(crate) fn answer(state: &mut State, request: &Request) -> Answer {
    let segments: Vec<&str> = request
        .path
        .split('/')
        .filter(|part| !part.is_empty())
        .collect();
    let Some(("v2", rest)) = segments.split_first().map(|(first, rest)| (*first, rest)) else {
        return Answer::html(200, "<!doctype html><html><title>Kaseya BMS</title></html>");
    };
    if let Some(limit) = state.behaviour.rate_limit {
        let endpoint = rate::endpoint(&request.method, &request.path);
        if !state.windows.admit(endpoint, limit, Instant::now()) {
            return throttled(&state.behaviour);
        }
    }
    if let ("POST", ["security", "authenticate"]) = (request.method.as_str(), rest) {
        return login::authenticate(state, request);
    }
    if !request
        .bearer()
        .is_some_and(|token| state.tokens.contains(token))
    {
        return unauthorized(&state.behaviour);
    }
    let is_denied = if request.method == "GET" {
        state.behaviour.deny_reads
    } else {
        state.behaviour.deny_writes
    };
    if is_denied {
        return forbidden(&state.behaviour);
    }
    api(state, rest, request)
}

fn api(state: &mut State, rest: &[&str], request: &Request) -> Answer {
    match (request.method.as_str(), rest) {
        ("GET", ["security", "userinfo"]) => {
            let user = json!({ "UserId": 12, "FullName": "API Sync", "TenantId": 1,
                "BusinessName": super::TENANT, "OlsonTimeZoneName": "Europe/Stockholm" });
            success(&state.behaviour, user)
        }
        ("GET", ["crm", "accounts", "summary"]) => accounts::list(state, request),
        ("GET", ["crm", "accounts", "summary", id]) => with(state, id, accounts::detail),
        ("GET", ["crm", "accounts", id, "locations", "lookup"]) => {
            with(state, id, accounts::locations)
        }
        ("GET", ["crm", "contacts", "summary"]) => contacts::list(state, request),
        ("GET", ["crm", "contacts", "summary", id]) => with(state, id, contacts::detail),
        ("POST", ["crm", "contacts", "summary"]) => contacts::create(state, request),
        ("PATCH", ["crm", "contacts", id]) => {
            with(state, id, |state, id| contacts::patch(state, id, request))
        }
        ("PATCH", ["crm", "contacts", id, "emails"]) => with(state, id, |state, id| {
            items::patch(state, id, items::EMAILS, request)
        }),
        ("PATCH", ["crm", "contacts", id, "phones"]) => with(state, id, |state, id| {
            items::patch(state, id, items::PHONES, request)
        }),
        ("GET", ["system", "lookup" | "tenantlookup", table]) => accounts::lookup(state, table),
        ("GET", ["system", "customFields", module]) => with(state, module, custom::fields),
        ("GET", ["system", "customFields", module, record]) => {
            with(state, module, |state, module| {
                with(state, record, |state, record| {
                    custom::values(state, module, record)
                })
            })
        }
        ("PUT", ["system", "customFields", "data", module, record, field]) => {
            let ids = (module.parse(), record.parse(), field.parse());
            let (Ok(module), Ok(record), Ok(field)) = ids else {
                return missing(&state.behaviour, "Record");
            };
            custom::write(state, (module, record, field), request)
        }
        ("PUT" | "DELETE", ["crm", ..]) => {
            failure(&state.behaviour, 405, 1, "The simulator has no such call")
        }
        _ => missing(&state.behaviour, "Resource"),
    }
}

fn with(state: &mut State, text: &str, act: impl FnOnce(&mut State, i64) -> Answer) -> Answer {
    match text.parse::<i32>() {
        Ok(id) => act(state, i64::from(id)),
        Err(_) => failure(&state.behaviour, 400, 4, "The value is not valid."),
    }
}
