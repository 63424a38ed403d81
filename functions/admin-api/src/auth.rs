//! Who is calling, in which role, allowed to do what.
//!
//! In a deployment with a JWT authorizer ([`App::role_claim`]) the token's claim says the role, and
//! no secret is read. The claim should hold roles or groups that only administrators give: whoever
//! can choose what it says chooses the role. Elsewhere each operator has a bearer token.

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use platform::host::{Claim, claim};
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

/// The longest claim that is looked at, in bytes. Identity providers put at most some hundred groups
/// into a token.
const CLAIM_BYTES_MAX: usize = 16 * 1024;

impl Role {
    const ALL: [Self; 4] = [Self::Technician, Self::Manager, Self::Primary, Self::Super];

    /// The role of that name.
    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }

    /// The highest role that a claim holds: a role's name, or a list of names of which some may be
    /// roles. An HTTP API writes a list as `[one two]`; others keep JSON.
    fn in_claim(text: &str) -> Option<Self> {
        if text.len() > CLAIM_BYTES_MAX {
            return None;
        }
        let Some(list) = text
            .strip_prefix('[')
            .and_then(|text| text.strip_suffix(']'))
        else {
            return Self::named(text);
        };
        match serde_json::from_str::<Vec<serde_json::Value>>(text) {
            Ok(names) => {
                let names = names.iter().filter_map(serde_json::Value::as_str);
                names.filter_map(Self::named).max()
            }
            Err(_) => list.split_ascii_whitespace().filter_map(Self::named).max(),
        }
    }

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
        match &app.role_claim {
            Some(name) => by_claim(claim(&parts.extensions, name)),
            None => by_token(parts, app).await,
        }
    }
}

fn by_claim(claim: Claim<'_>) -> Result<Operator, Problem> {
    let role = match claim {
        Claim::Unknown => {
            return Err(Problem::unauthorized(
                "a token of the operators' identity provider is needed",
            ));
        }
        Claim::Missing => None,
        Claim::Text(text) => Role::in_claim(text),
    };
    let refused = || Problem::forbidden("the token gives no role here");
    role.map(|role| Operator { role }).ok_or_else(refused)
}

async fn by_token(parts: &Parts, app: &App) -> Result<Operator, Problem> {
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
        .map(|role| Operator { role })
        .ok_or_else(refused)
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
