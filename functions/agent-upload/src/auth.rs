//! Which agent is calling? Its token is 256 random bits; the table has only the hash, so finding
//! the item by it compares nothing that could be guessed byte by byte.

use axum::http::{HeaderMap, header};
use platform::store::Agent;
use platform::{App, Problem};
use sha2::{Digest, Sha256};

/// The hash under which the table knows a token, in hexadecimal.
pub fn hash_of(token: &str) -> String {
    Sha256::digest(token.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The agent whose token the request carries.
pub(crate) async fn agent(app: &App, headers: &HeaderMap) -> Result<Agent, Problem> {
    let refused = || Problem::unauthorized("a bearer token of an agent is needed");
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .filter(|token| (32..=128).contains(&token.len()))
        .ok_or_else(refused)?;
    let agent = app
        .store
        .agent_by_token_hash(&hash_of(token))
        .await
        .map_err(|error| Problem::unavailable(&error.into()))?;
    agent
        .filter(|agent| agent.revoked_at.is_none())
        .ok_or_else(refused)
}
