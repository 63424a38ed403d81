//! Halo's authorisation server: client credentials with a tenant and scopes.

use serde_json::json;

use super::state::State;
use crate::exchange::{Answer, Request, find};

/// Answers `POST /auth/token`.
pub(crate) fn token(state: &mut State, request: &Request) -> Answer {
    state.token_calls += 1;
    let form = request.form();
    let field = |name: &str| find(&form, name).unwrap_or_default();
    let tenant = request.query("tenant").or_else(|| find(&form, "tenant"));
    if state.tenant.is_some() && state.tenant.as_deref() != tenant {
        return refuse("invalid_request", Some("The tenant could not be found."));
    }
    if field("grant_type") != "client_credentials" {
        return refuse("unsupported_grant_type", None);
    }
    if field("client_id") != state.client_id || field("client_secret") != state.client_secret {
        return refuse("invalid_client", None);
    }
    let scopes: Vec<String> = field("scope")
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    if scopes.is_empty() || scopes.iter().any(|scope| !state.scopes.contains(scope)) {
        return refuse("invalid_scope", None);
    }
    let token = format!("quetzalcanary-halo-token-{}", state.token_calls);
    state.tokens.insert(token.clone(), scopes);
    let body = json!({
        "access_token": token, "token_type": "Bearer", "expires_in": state.expires_in,
        "refresh_token": null, "id_token": null,
    });
    Answer::json(200, &body)
}

fn refuse(error: &str, description: Option<&str>) -> Answer {
    match description {
        Some(text) => Answer::json(400, &json!({"error": error, "error_description": text})),
        None => Answer::json(400, &json!({"error": error})),
    }
}
