//! The sign-in side: tokens per customer tenant by client credentials, with the errors that
//! Microsoft Entra gives (AADSTS numbers of the published list).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::state::State;
use crate::exchange::{Answer, Request, find};

/// Answers `POST /{tenant}/oauth2/v2.0/token`.
pub(crate) fn token(state: &mut State, named: &str, request: &Request) -> Answer {
    state.token_calls += 1;
    let form = request.form();
    let field = |name: &str| find(&form, name).unwrap_or_default().to_owned();
    let Some(tenant) = state.tenant_named(named) else {
        return refuse(90_002);
    };
    if let Some(code) = tenant.refusal {
        return refuse(code);
    }
    let (id, roles) = (tenant.id.clone(), tenant.granted());
    let secret = tenant
        .secret
        .clone()
        .unwrap_or_else(|| state.client_secret.clone());
    if field("grant_type") != "client_credentials" {
        return refuse(70_003);
    }
    if field("client_id") != state.client_id {
        return refuse(700_016);
    }
    if field("client_secret").is_empty() {
        return refuse(7_000_218);
    }
    if field("client_secret") != secret {
        return refuse(7_000_215);
    }
    if !field("scope").ends_with("/.default") {
        return refuse(1_002_012);
    }
    state.issued += 1;
    let token = issue(&json!({
        "tid": id, "appid": state.client_id, "roles": roles, "uti": state.issued.to_string(),
    }));
    state.tokens.insert(token.clone(), id);
    let body = json!({
        "token_type": "Bearer", "expires_in": state.expires_in,
        "ext_expires_in": state.expires_in, "access_token": token,
    });
    Answer::json(200, &body).with_header("cache-control", "no-store, no-cache".to_owned())
}

/// Answers the discovery document, which needs no credentials.
pub(crate) fn discovery(state: &State, base: &str, named: &str) -> Answer {
    match state.tenant_named(named) {
        None => refuse(90_002),
        Some(tenant) => {
            let id = &tenant.id;
            let body = json!({
                "issuer": format!("{base}/{id}/v2.0"),
                "token_endpoint": format!("{base}/{id}/oauth2/v2.0/token"),
                "tenant_region_scope": "EU", "cloud_instance_name": "microsoftonline.com",
            });
            Answer::json(200, &body)
        }
    }
}

/// A token in the shape of a JWT. The signature is no signature: nobody may check it.
fn issue(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!(
        "{}.{}.quetzalcanary",
        part(&json!({"typ": "JWT", "alg": "RS256"})),
        part(claims)
    )
}

fn refuse(code: u32) -> Answer {
    let (status, error, text) = match code {
        7_000_215 => (401, "invalid_client", "Invalid client secret provided."),
        7_000_222 => (
            401,
            "invalid_client",
            "The provided client secret keys are expired.",
        ),
        7_000_218 => (
            401,
            "invalid_client",
            "The request body must contain a client secret.",
        ),
        7_000_112 => (401, "unauthorized_client", "Application is disabled."),
        90_002 => (400, "invalid_request", "Tenant not found."),
        700_016 => (
            400,
            "unauthorized_client",
            "Application was not found in the directory.",
        ),
        7_000_229 => (
            401,
            "unauthorized_client",
            "The application is missing service principal.",
        ),
        70_003 => (
            400,
            "unsupported_grant_type",
            "The app requested an unsupported grant type.",
        ),
        1_002_012 => (400, "invalid_scope", "The provided scope is not valid."),
        53_003 => (
            400,
            "access_denied",
            "Access has been blocked by Conditional Access.",
        ),
        90_033 | 90_024 | 90_006 => (
            503,
            "temporarily_unavailable",
            "A transient error occurred.",
        ),
        _ => (
            400,
            "invalid_request",
            "The request could not be completed.",
        ),
    };
    let trace = "1f0e7c1e-0000-4000-8000-5f3f6a1d2b00";
    let correlation = "7a31b7f2-0000-4000-8000-8b0f0a4c9911";
    let time = "2026-01-05 08:00:00Z";
    let description = format!(
        "AADSTS{code}: {text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {time}"
    );
    let body = json!({
        "error": error, "error_description": description, "error_codes": [code],
        "timestamp": time, "trace_id": trace, "correlation_id": correlation,
        "error_uri": format!("https://login.microsoftonline.com/error?code={code}"),
    });
    Answer::json(status, &body)
}
