//! Who calls: the keys of an API member, the integration's id, and a version that is known.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::state::State;
use super::{CLIENT_ID, COMPANY_ID, PUBLIC_KEY, answers};
use crate::exchange::{Answer, Request};

/// Versions of the API that are answered.
const VERSIONS: [&str; 4] = ["2024.1", "2025.1", "2026.1", "2026.4"];

/// Turns a call away that does not prove who makes it.
pub(crate) fn check(state: &State, request: &Request) -> Result<(), Box<Answer>> {
    let credentials = format!("{COMPANY_ID}+{PUBLIC_KEY}:{}", state.private_key);
    let expected = format!("Basic {}", STANDARD.encode(credentials));
    if request.header("authorization") != Some(expected.as_str()) {
        return Err(Box::new(answers::unauthorized()));
    }
    if request.header("clientid") != Some(CLIENT_ID) {
        let message = "The clientId is missing or not known.";
        return Err(Box::new(answers::error(401, "Unauthorized", message)));
    }
    let accept = request.header("accept").unwrap_or_default();
    let version = accept.split("version=").nth(1).map(str::trim);
    if version.is_some_and(|version| !VERSIONS.contains(&version)) {
        let message = "The requested version is not supported.";
        return Err(Box::new(answers::bad_query(message)));
    }
    Ok(())
}
