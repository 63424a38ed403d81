//! Paths of Syncro's host: `/api/v1/...`, and the page of the web application for everything else.

use std::time::Instant;

use serde_json::json;

use super::state::State;
use super::{account, contacts, customers};
use crate::exchange::{Answer, Request};

pub(crate) fn answer(state: &mut State, request: &Request) -> Answer {
    let segments: Vec<&str> = request
        .path
        .split('/')
        .filter(|part| !part.is_empty())
        .collect();
    match segments.as_slice() {
        ["api", "v1", rest @ ..] => api(state, rest, request),
        _ => Answer::html(
            200,
            "<!doctype html><html><title>Log in to Syncro</title></html>",
        ),
    }
}

fn api(state: &mut State, rest: &[&str], request: &Request) -> Answer {
    if !state.admit(Instant::now()) {
        return throttled();
    }
    if request.bearer() != Some(state.token.as_str()) {
        return unauthorized();
    }
    let may = state.behaviour.permissions;
    match (request.method.as_str(), rest) {
        ("GET", ["me"]) => account::me(state),
        // A missing permission and a wrong token are the same to it.
        ("GET", ["settings"]) if !may.settings => unauthorized(),
        ("GET", ["customers"]) if !may.list => unauthorized(),
        ("GET", ["customers", _] | ["contacts"] | ["contacts", _]) if !may.view => unauthorized(),
        ("POST" | "PUT" | "DELETE", _) if !may.edit => unauthorized(),
        ("GET", ["settings"]) => account::settings(state),
        ("GET", ["customers"]) => customers::list(state, request),
        ("GET", ["customers", id]) => number(id, |id| customers::one(state, id)),
        ("GET", ["contacts"]) => contacts::list(state, request),
        ("POST", ["contacts"]) => contacts::create(state, request),
        ("GET", ["contacts", id]) => number(id, |id| contacts::one(state, id)),
        ("PUT", ["contacts", id]) => number(id, |id| contacts::update(state, id, request)),
        ("DELETE", ["contacts", id]) => number(id, |id| contacts::delete(state, id)),
        _ => not_found(),
    }
}

fn number(text: &str, act: impl FnOnce(i64) -> Answer) -> Answer {
    text.parse().map_or_else(|_| not_found(), act)
}

pub(crate) fn unauthorized() -> Answer {
    let words = "Not authorized. Please ask account admin to update your group permissions.";
    Answer::json(401, &json!({ "error": words }))
}

pub(crate) fn not_found() -> Answer {
    Answer::json(404, &json!({ "message": "Not found" }))
}

/// Its words are not documented, and no header comes along.
pub(crate) fn throttled() -> Answer {
    Answer::text(429, "Too Many Requests")
}
