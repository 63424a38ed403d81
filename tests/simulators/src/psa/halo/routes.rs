//! Paths of Halo's web host: `/auth/token`, `/api/...`, and an HTML page for everything else.

use std::time::Instant;

use serde_json::json;

use super::state::State;
use super::{companies, login, rate, users, webhooks};
use crate::exchange::{Answer, Request};

pub(crate) fn answer(state: &mut State, base: &str, request: &Request) -> Answer {
    let path = request.path.to_ascii_lowercase();
    let segments: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match (request.method.as_str(), segments.as_slice()) {
        ("POST", ["auth", "token"]) => login::token(state, request),
        ("GET", ["api", "authinfo"]) => {
            let tenant = state.tenant.clone().unwrap_or_default();
            Answer::json(
                200,
                &json!({"auth_url": format!("{base}/auth"), "tenant_id": tenant}),
            )
        }
        (method, ["api", rest @ ..]) => api(state, method, rest, request),
        _ => Answer::html(200, "<!doctype html><html><title>Halo</title></html>"),
    }
}

fn api(state: &mut State, method: &str, rest: &[&str], request: &Request) -> Answer {
    if let Some(limit) = state.behaviour.rate_limit
        && !state.window.admit(limit, Instant::now())
    {
        return Answer::text(429, &rate::words(Some(limit)));
    }
    let Some(scopes) = request.bearer().and_then(|token| state.tokens.get(token)) else {
        return unauthorized();
    };
    let holds = |scope: &str| scopes.iter().any(|held| held == scope || held == "all");
    let read = !state.behaviour.deny_reads && (holds("read:customers") || holds("edit:customers"));
    let write = !state.behaviour.deny_writes && holds("edit:customers");
    match (method, rest) {
        ("GET", _) if !read => forbidden(),
        ("POST" | "DELETE", _) if !write => forbidden(),
        ("GET", ["users"]) => users::list(state, request),
        ("GET", ["users", id]) => number(id, |id| users::detail(state, id, request)),
        ("POST", ["users"]) => users::write(state, request),
        ("DELETE", ["users", id]) => number(id, |id| users::delete(state, id)),
        ("GET", ["client"]) => companies::clients(state, request),
        ("GET", ["client", id]) => number(id, |id| companies::client(state, id, request)),
        ("POST", ["client"]) => companies::write(state, request),
        ("GET", ["site"]) => companies::sites(state, request),
        ("GET", ["site", id]) => number(id, |id| companies::site(state, id)),
        ("GET", ["webhook", id]) => webhooks::health(state, id),
        ("PUT" | "PATCH", _) => {
            Answer::text(405, "The requested resource does not support the method.")
        }
        _ => not_found(),
    }
}

fn number(text: &str, act: impl FnOnce(i64) -> Answer) -> Answer {
    match text.parse() {
        Ok(id) => act(id),
        Err(_) => Answer::text(400, "The value is not valid for id."),
    }
}

pub(crate) fn unauthorized() -> Answer {
    Answer::json(
        401,
        &json!({"Message": "Authorization has been denied for this request."}),
    )
}

fn forbidden() -> Answer {
    Answer::json(
        403,
        &json!({"error": "You do not have permission to do this."}),
    )
}

pub(crate) fn not_found() -> Answer {
    Answer::text(404, "Not found")
}
