//! Access tokens of sign-ins that take a form, such as client credentials (OAuth 2.0, RFC 6749
//! section 4.4): kept per connection and tenant, renewed before they expire, fetched once however
//! many ask.
//!
//! Invariants: a token is used for the credentials it was given for and no others; what is logged
//! or printed never holds one. A refused token is renewed once, and the call repeated once.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use http::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use sha2::{Digest, Sha256};
use url::Url;

use crate::error::ConnectorError;
use crate::http::{Answer, RequestParts, Vendor};

/// The largest answer of a sign-in, in bytes.
const TOKEN_ANSWER_BYTES_MAX: usize = 64 * 1024;
/// How long a token lives that does not say.
const LIFETIME_DEFAULT: Duration = Duration::from_secs(300);
/// The longest a token is believed to live.
const LIFETIME_MAX: Duration = Duration::from_secs(24 * 3600);
/// Tokens kept; beyond it all are dropped and fetched again.
const TOKENS_MAX: usize = 4096;

/// What is asked for a token, and with what.
#[derive(Clone)]
pub(crate) struct Grant {
    url: Url,
    form: Vec<(&'static str, SecretString)>,
}

impl Grant {
    /// A form of the sign-in's own. `url` is its address, with the tenant in it if that is its place.
    pub(crate) fn form(url: Url, form: Vec<(&'static str, SecretString)>) -> Self {
        Self { url, form }
    }

    /// Client credentials of OAuth.
    pub(crate) fn client_credentials(
        url: Url,
        client_id: &str,
        client_secret: &SecretString,
        scope: &str,
    ) -> Self {
        let form = vec![
            ("grant_type", SecretString::from("client_credentials")),
            ("client_id", SecretString::from(client_id)),
            ("client_secret", client_secret.clone()),
            ("scope", SecretString::from(scope)),
        ];
        Self::form(url, form)
    }

    /// Holds the secret's digest, so that a replaced secret is tried at once.
    fn key(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        let form = self.form.iter();
        let values = form.flat_map(|(name, value)| [*name, value.expose_secret()]);
        for part in [self.url.as_str()].into_iter().chain(values) {
            hash.update(part.len().to_be_bytes());
            hash.update(part.as_bytes());
        }
        hash.finalize().into()
    }
}

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.form.iter().map(|(name, _)| *name).collect();
        f.debug_struct("Grant")
            .field("form", &names)
            .finish_non_exhaustive()
    }
}

/// Reads the answer of a sign-in, whatever its status: the token, or why there is none.
pub(crate) type TokenReader = fn(&Answer) -> Result<Issued, ConnectorError>;

/// A token as its sign-in gave it.
pub(crate) struct Issued {
    token: SecretString,
    lifetime: Option<Duration>,
}

impl Issued {
    /// A token that lives so long, where the sign-in said so.
    pub(crate) fn new(token: String, lifetime: Option<Duration>) -> Self {
        let token = SecretString::from(token);
        Self { token, lifetime }
    }

    /// The token in an answer of OAuth (RFC 6749 section 5.1); `judge` reads a refusal.
    pub(crate) fn oauth(
        answer: &Answer,
        judge: fn(&Answer) -> ConnectorError,
    ) -> Result<Self, ConnectorError> {
        if !answer.is_success() {
            return Err(judge(answer));
        }
        let body: OauthToken = answer.json()?;
        let lifetime = body.expires_in.map(Duration::from_secs);
        Ok(Self::new(body.access_token, lifetime))
    }

    fn held(self, since: Instant) -> Held {
        let lifetime = self.lifetime.unwrap_or(LIFETIME_DEFAULT);
        Held {
            token: self.token,
            renew_at: since + usable_for(lifetime.min(LIFETIME_MAX)),
        }
    }
}

/// The tokens of a process. Cheap to clone; clones share them.
#[derive(Clone, Default)]
pub(crate) struct Tokens(Arc<Mutex<HashMap<[u8; 32], Slot>>>);

type Slot = Arc<tokio::sync::Mutex<Option<Held>>>;

struct Held {
    token: SecretString,
    renew_at: Instant,
}

impl Tokens {
    fn slot(&self, key: [u8; 32]) -> Slot {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= TOKENS_MAX && !slots.contains_key(&key) {
            slots.clear();
        }
        Arc::clone(slots.entry(key).or_default())
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").finish_non_exhaustive()
    }
}

/// A vendor that is called with tokens.
#[derive(Debug, Clone)]
pub(crate) struct SignedIn {
    api: Vendor,
    login: Vendor,
    grant: Grant,
    slot: Slot,
    reader: TokenReader,
    is_refusal: fn(&Answer) -> bool,
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held")
            .field("renew_at", &self.renew_at)
            .finish_non_exhaustive()
    }
}

impl SignedIn {
    /// Calls `api` with tokens from `login`. The grant's address must lie at `login`.
    pub(crate) fn new(
        api: Vendor,
        login: Vendor,
        grant: Grant,
        tokens: &Tokens,
        reader: TokenReader,
    ) -> Self {
        let slot = tokens.slot(grant.key());
        Self {
            api,
            login,
            grant,
            slot,
            reader,
            is_refusal: |answer| answer.status == StatusCode::UNAUTHORIZED,
        }
    }

    /// The same for an API that has words of its own for a token that it does not take; 401 is meant
    /// unless `is_refusal` leaves it out.
    #[must_use]
    pub(crate) fn refused_by(mut self, is_refusal: fn(&Answer) -> bool) -> Self {
        self.is_refusal = is_refusal;
        self
    }

    /// The same with calls to the API that go out in another way, such as at a pace of their own.
    #[must_use]
    pub(crate) fn with_api(&self, change: impl FnOnce(Vendor) -> Vendor) -> Self {
        Self {
            api: change(self.api.clone()),
            ..self.clone()
        }
    }

    /// The vendor that is called.
    pub(crate) fn api(&self) -> &Vendor {
        &self.api
    }

    /// Sends a request with a token. If the token is refused it is dropped, a new one fetched and the
    /// request repeated, once: a refused request did nothing. The second refusal is the answer.
    pub(crate) async fn send(&self, parts: RequestParts) -> Result<Answer, ConnectorError> {
        let token = self.token(None).await?;
        let parts = parts.bearer(&token);
        let answer = self.api.send(&parts).await?;
        if !(self.is_refusal)(&answer) {
            return Ok(answer);
        }
        let token = self.token(Some(&token)).await?;
        self.api.send(&parts.bearer(&token)).await
    }

    /// The token that is held, or a new one; `refused` is a token that is not to be used again.
    /// Whoever comes while one is fetched waits for that one.
    async fn token(&self, refused: Option<&SecretString>) -> Result<SecretString, ConnectorError> {
        let mut held = self.slot.lock().await;
        if let Some(held) = held.as_ref() {
            let is_refused = refused.is_some_and(|token| is_same(token, &held.token));
            if !is_refused && Instant::now() < held.renew_at {
                return Ok(held.token.clone());
            }
        }
        *held = None;
        let fetched = self.fetch().await?;
        let token = fetched.token.clone();
        *held = Some(fetched);
        Ok(token)
    }

    async fn fetch(&self) -> Result<Held, ConnectorError> {
        let before = Instant::now();
        let url = self.grant.url.clone();
        let form = self.grant.form.iter();
        let parts = RequestParts::post(url, "POST token", TOKEN_ANSWER_BYTES_MAX)
            .form(form.map(|(name, value)| (*name, value.expose_secret())))
            // A token too many does no harm.
            .repeatable();
        let answer = self.login.send(&parts).await?;
        Ok((self.reader)(&answer)?.held(before))
    }
}

/// How long a token is used: a fifth of its life, and a minute if it has one to spare, are left for
/// the call that takes it along and for clocks that differ.
fn usable_for(lifetime: Duration) -> Duration {
    let margin = (lifetime / 5).max(Duration::from_secs(60).min(lifetime / 2));
    lifetime.saturating_sub(margin)
}

fn is_same(one: &SecretString, other: &SecretString) -> bool {
    use subtle::ConstantTimeEq;
    one.expose_secret()
        .as_bytes()
        .ct_eq(other.expose_secret().as_bytes())
        .into()
}

#[derive(Deserialize)]
struct OauthToken {
    access_token: String,
    #[serde(default, deserialize_with = "seconds")]
    expires_in: Option<u64>,
}

/// A number of seconds, as a number or as text: sign-ins do both.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Seconds {
        Number(u64),
        Text(String),
    }
    match Option::<Seconds>::deserialize(deserializer)? {
        None => Ok(None),
        Some(Seconds::Number(number)) => Ok(Some(number)),
        Some(Seconds::Text(text)) => text.parse().map(Some).map_err(D::Error::custom),
    }
}

/// An OAuth error body (RFC 6749 section 5.2), with Microsoft's numbers.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct SignInError {
    /// Such as `invalid_client`.
    #[serde(default)]
    pub(crate) error: String,
    /// Microsoft's AADSTS numbers.
    #[serde(default)]
    pub(crate) error_codes: Vec<u64>,
}

impl SignInError {
    /// Reads the body of an answer; one that is none is an error of which nothing is known.
    pub(crate) fn read(answer: &Answer) -> Self {
        let mut read: Self = serde_json::from_slice(&answer.body).unwrap_or_default();
        // Only what the standard allows in a code comes into messages.
        read.error
            .retain(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
        read.error.truncate(64);
        read
    }
}

/// Judges any sign-in by its standard code: for vendors without codes of their own.
pub(crate) fn judge_sign_in(answer: &Answer) -> ConnectorError {
    let vendor = answer.vendor;
    let read = SignInError::read(answer);
    let remedy = match read.error.as_str() {
        "invalid_client" => "the client id or secret is wrong or has expired; replace it",
        "unauthorized_client" => "the client may not sign in by itself; allow client credentials",
        "invalid_scope" => "the client was not given this scope; allow it there",
        "invalid_grant" | "access_denied" => "the client was denied access; allow it there",
        "invalid_request" | "unsupported_grant_type" => {
            "the sign-in did not understand the request; check its address and the tenant"
        }
        _ => "check its address, the tenant, the client id and the secret",
    };
    let code = if read.error.is_empty() {
        "no code"
    } else {
        read.error.as_str()
    };
    let hint = format!("{code} (status {}): {remedy}", answer.status.as_u16());
    ConnectorError::Unauthorized { vendor, hint }
}

#[cfg(test)]
mod tests;
