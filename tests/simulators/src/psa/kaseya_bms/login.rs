//! BMS's sign-in: a form, by multipart or urlencoded, with grant, tenant, user and password.

use jiff::fmt::rfc2822;
use serde_json::json;

use super::envelope::{failure, success};
use super::state::State;
use crate::exchange::{Answer, Request, find};

/// Answers `POST /v2/security/authenticate`.
pub(crate) fn authenticate(state: &mut State, request: &Request) -> Answer {
    let form = form(request);
    let field = |name: &str| find(&form, name).unwrap_or_default();
    if field("GrantType") != "password" {
        return failure(&state.behaviour, 400, 2, "The grant type is not supported");
    }
    let is_known = ["Tenant", "UserName", "Password"].iter().all(|name| {
        state
            .credentials
            .get(name)
            .is_some_and(|text| text == field(name))
    });
    if !is_known {
        let status = if state.behaviour.soft_denials {
            200
        } else {
            401
        };
        let words = format!(
            "Invalid login for {} of {}",
            field("UserName"),
            field("Tenant")
        );
        return failure(&state.behaviour, status, 401, &words);
    }
    state.token_calls += 1;
    let token = format!("quetzalcanary-bms-token-{}", state.token_calls);
    state.tokens.insert(token.clone());
    let ends = |seconds: i64| {
        let end = state.now.as_second().saturating_add(seconds);
        jiff::Timestamp::from_second(end)
            .unwrap_or(state.now)
            .to_string()
    };
    let result = json!({
        "AccessToken": token, "RefreshToken": format!("quetzalcanary-bms-refresh-{}", state.token_calls),
        "AccessTokenExpireOn": ends(state.expires_in), "RefreshTokenExpireOn": ends(7 * 86_400),
    });
    let answer = success(&state.behaviour, result);
    // The end of the token is counted from it.
    dated(state, answer)
}

/// An answer with the simulator's own time.
pub(crate) fn dated(state: &State, answer: Answer) -> Answer {
    match rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&state.now) {
        Ok(date) => answer.with_header("date", date),
        Err(_) => answer,
    }
}

/// The parts of a form in either encoding.
fn form(request: &Request) -> Vec<(String, String)> {
    let kind = request.header("content-type").unwrap_or_default();
    let Some(boundary) = kind.strip_prefix("multipart/form-data; boundary=") else {
        return if kind.starts_with("application/x-www-form-urlencoded") {
            request.form()
        } else {
            Vec::new()
        };
    };
    let body = String::from_utf8_lossy(&request.body).into_owned();
    body.split(&format!("--{}", boundary.trim_matches('"')))
        .filter_map(|part| {
            let (head, value) = part.split_once("\r\n\r\n")?;
            let (_, name) = head.split_once("name=\"")?;
            let name = name.split('"').next()?;
            let value = value.strip_suffix("\r\n").unwrap_or(value);
            Some((name.to_owned(), value.to_owned()))
        })
        .collect()
}
