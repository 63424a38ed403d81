//! Who is calling, in which role, allowed to do what.

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use platform::secrets::SecretName;
use platform::{App, Problem};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// What an operator may do (B37). Roles are ordered from the least to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Sees accounts, edits their address and phone, links contacts.
    Technician,
    /// Approves held runs besides.
    Manager,
    /// As a manager.
    Primary,
    /// As a manager.
    Super,
}

impl Role {
    /// The role's name, as configuration has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Technician => "technician",
            Self::Manager => "manager",
            Self::Primary => "primary",
            Self::Super => "super",
        }
    }
}

/// Who is calling.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operator {
    pub(crate) role: Role,
}

#[derive(Deserialize)]
struct Entry {
    token: SecretString,
    role: Role,
}

impl Operator {
    /// Refuses whoever has less than this role.
    pub(crate) fn must_be(self, least: Role) -> Result<(), Problem> {
        if self.role >= least {
            return Ok(());
        }
        Err(Problem::forbidden(format!(
            "this needs the role {} or above; the token has the role {}",
            least.as_str(),
            self.role.as_str()
        )))
    }
}

impl FromRequestParts<App> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let refused = || Problem::unauthorized("a bearer token of an operator is needed");
        let token = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "))
            .ok_or_else(refused)?;
        let secret = app
            .secrets
            .get(SecretName::Operators)
            .await
            .map_err(|error| {
                tracing::error!(%error, "the operators' tokens cannot be read");
                refused()
            })?;
        let entries: Vec<Entry> = serde_json::from_str(secret.expose_secret()).map_err(|_| {
            tracing::error!("the operators' secret must be a list of token and role");
            refused()
        })?;
        role_of(&entries, token)
            .map(|role| Self { role })
            .ok_or_else(refused)
    }
}

/// Compares with every entry, digest with digest, so that time tells nothing.
fn role_of(entries: &[Entry], token: &str) -> Option<Role> {
    let digest = Sha256::digest(token.as_bytes());
    let mut role = None;
    for entry in entries {
        let expected = Sha256::digest(entry.token.expose_secret().as_bytes());
        if bool::from(expected.as_slice().ct_eq(digest.as_slice())) {
            role = Some(entry.role);
        }
    }
    role
}
