//! Calls to Syncro: where they go, how fast, and what its answers mean.
//!
//! Invariant: a write goes out once. Where its outcome is not known, that is the error.

use std::time::Duration;

use bytes::Bytes;
use domain::limits::PSA_ANSWER_BYTES_MAX;
use http::{Method, StatusCode};
use secrecy::SecretString;

use super::answers;
use super::settings::SyncroSettings;
use super::wire::{self, WireError, WireMe};
use super::write::{Refusal, Write};
use crate::Vendors;
use crate::error::ConnectorError;
use crate::http::{Answer, RequestParts, Vendor, VendorKind};
use crate::psa::masking::is_html;
use crate::psa::unusable;

/// The vendor's name for people.
pub(super) const VENDOR: &str = "Syncro";
/// How long to wait after a refusal that names no pause: its window is a minute.
const BACK_OFF: Duration = Duration::from_secs(60);
/// What is kept to after a refusal, in calls per minute. Syncro documents 180 for an address; others
/// may call from the same one, and its refusals say nothing.
const CALLS_PER_MINUTE: u32 = 150;

/// What is called: its template for logs, what it is about, and the permission that it needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call {
    /// The template, with its method.
    pub(super) route: &'static str,
    /// What is looked for, if it turns out not to be there.
    pub(super) thing: &'static str,
    /// The permission of the token.
    pub(super) right: &'static str,
}

/// One instance of Syncro.
pub(super) struct Client {
    api: Vendor,
    token: SecretString,
}

impl Client {
    /// Needs no call. Fails for settings that cannot work.
    pub(super) fn connect(
        vendors: &Vendors,
        settings: &SyncroSettings,
    ) -> Result<Self, ConnectorError> {
        let base = (settings.api()).map_err(|error| unusable(VENDOR, &error))?;
        // Syncro counts by the address that calls, whichever instance is called.
        let pace = vendors.pace("syncro");
        let api = vendors.vendor(VendorKind::Psa, VENDOR, base);
        Ok(Self {
            api: api.paced(pace, Some(rate)),
            token: settings.api_token.clone(),
        })
    }

    /// Where it is.
    pub(super) fn base(&self) -> &str {
        self.api.base().as_str()
    }

    /// Reads what lies at a path.
    pub(super) async fn get(
        &self,
        call: Call,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<Bytes, ConnectorError> {
        let url = self.api.base().join(path.iter().copied());
        let parts = RequestParts::get(url, call.route, PSA_ANSWER_BYTES_MAX);
        let parts = if query.is_empty() {
            parts
        } else {
            parts.query(query.iter().copied())
        };
        self.ask(parts, call, &[]).await
    }

    /// Writes one contact. The answer may be empty.
    pub(super) async fn write(
        &self,
        call: Call,
        method: Method,
        path: &[&str],
        write: &Write,
    ) -> Result<Bytes, ConnectorError> {
        let url = self.api.base().join(path.iter().copied());
        let parts = RequestParts::new(method, url, call.route, PSA_ANSWER_BYTES_MAX)
            .json(&write.body)
            .map_err(|_| unreadable("a change that has no JSON form"))?;
        self.ask(parts, call, &write.texts).await
    }

    /// Who calls. Any token may ask that, if it is one.
    pub(super) async fn me(&self) -> Result<WireMe, ConnectorError> {
        let call = Call {
            route: "GET /me",
            thing: "who calls",
            right: "to sign in",
        };
        let url = self.api.base().join(["me"]);
        let answer = self
            .send(RequestParts::get(url, call.route, 64 * 1024))
            .await?;
        if answer.status == StatusCode::UNAUTHORIZED {
            return Err(unauthorized());
        }
        judge(&answer, call, &[])?;
        Ok(wire::read_one(&answer.body, "me")?)
    }

    async fn ask(
        &self,
        parts: RequestParts,
        call: Call,
        sent: &[String],
    ) -> Result<Bytes, ConnectorError> {
        let answer = self.send(parts).await?;
        if answer.status == StatusCode::UNAUTHORIZED {
            return Err(self.refusal(call).await);
        }
        judge(&answer, call, sent)?;
        Ok(answer.body)
    }

    /// Syncro says the same of a token that is none and of one that may not do this: who may ask who
    /// they are has a token.
    async fn refusal(&self, call: Call) -> ConnectorError {
        match self.me().await {
            Ok(_)
            | Err(
                ConnectorError::Forbidden { .. }
                | ConnectorError::NotFound { .. }
                | ConnectorError::Refused { .. },
            ) => forbidden(call),
            // Its own 401, or whatever keeps us from finding out.
            Err(error) => error,
        }
    }

    async fn send(&self, parts: RequestParts) -> Result<Answer, ConnectorError> {
        let parts = parts.bearer(&self.token);
        self.api.send(&parts).await.map_err(explain)
    }
}

/// Adds to an error of the call itself what only we know.
fn explain(error: ConnectorError) -> ConnectorError {
    if let ConnectorError::RateLimited { vendor, after } = error {
        let after = after.or(Some(BACK_OFF));
        return ConnectorError::RateLimited { vendor, after };
    }
    error
}

/// A refusal tells no rate, but that the documented one was passed.
#[expect(
    clippy::unnecessary_wraps,
    reason = "others find a rate in the words of a refusal, or none"
)]
fn rate(_words: &[u8]) -> Option<(u32, Duration)> {
    Some((CALLS_PER_MINUTE, Duration::from_secs(60)))
}

/// What an answer other than 401 means. `sent` are texts that may not come back in a message.
fn judge(answer: &Answer, call: Call, sent: &[String]) -> Result<(), ConnectorError> {
    let vendor = VENDOR;
    let status = answer.status;
    match status {
        StatusCode::FORBIDDEN => return Err(forbidden(call)),
        StatusCode::REQUEST_TIMEOUT => return Err(ConnectorError::TimedOut { vendor }),
        StatusCode::CONFLICT => return Err(ConnectorError::Conflict { vendor }),
        _ => {}
    }
    // A page says that this is not the API; so says a redirect.
    if status.is_redirection() || is_html(answer.content_type(), &answer.body) {
        return Err(not_the_api(&format!(
            "a web page or a redirect instead of JSON (status {})",
            status.as_u16()
        )));
    }
    if status == StatusCode::NOT_FOUND {
        let what = call.thing.to_owned();
        return Err(ConnectorError::NotFound { vendor, what });
    }
    if !status.is_success() {
        let message = answers::message(&answer.body, sent);
        return Err(ConnectorError::Refused {
            vendor,
            field: answers::field(&answer.body).map(str::to_owned),
            reason: format!("{message} (status {})", status.as_u16()),
        });
    }
    if answer.body.iter().all(u8::is_ascii_whitespace) {
        return Ok(());
    }
    // Features that are off answer with a word.
    answer
        .json_bytes()
        .map(|_| ())
        .map_err(|_| not_the_api("text that is not called JSON"))
}

fn not_the_api(what: &str) -> ConnectorError {
    let what = format!("{what}; api_url must be https://{{subdomain}}.syncromsp.com/api/v1");
    ConnectorError::not_data(VENDOR, what)
}

fn unauthorized() -> ConnectorError {
    let hint = "it does not take the API token (status 401); make a new one (Admin > API > API \
                Tokens) with the permissions Customers - List/Search, Customers - View Detail and \
                Customers - Edit. A token may have expired, or ended with the user who made it";
    ConnectorError::Unauthorized {
        vendor: VENDOR,
        hint: hint.to_owned(),
    }
}

fn forbidden(call: Call) -> ConnectorError {
    ConnectorError::Forbidden {
        vendor: VENDOR,
        what: lacking(call.right),
    }
}

/// What is missing, and where to give it.
pub(super) fn lacking(right: &str) -> String {
    format!(
        "the permission {right} is missing; tick it for the API token (Admin > API > API Tokens), \
         and give it to the user who made the token"
    )
}

impl From<WireError> for ConnectorError {
    fn from(error: WireError) -> Self {
        match error {
            WireError::Cut => Self::cut(VENDOR),
            WireError::NotJson => Self::not_data(VENDOR, error.to_string()),
            WireError::NoList | WireError::BadRow => Self::shape(VENDOR, error.to_string()),
        }
    }
}

/// A list that changes while it is read. It passes once nobody changes it.
pub(super) fn moved() -> ConnectorError {
    let what =
        "a list that counts more rows than it shows, as one does that changes while it is read";
    ConnectorError::not_data(VENDOR, what.to_owned())
}

impl From<Refusal> for ConnectorError {
    fn from(refusal: Refusal) -> Self {
        refused(refusal.field, &refusal.reason)
    }
}

/// What is not sent at all, or what the vendor would take amiss.
pub(super) fn refused(field: &str, reason: &str) -> ConnectorError {
    ConnectorError::Refused {
        vendor: VENDOR,
        field: Some(field.to_owned()),
        reason: reason.to_owned(),
    }
}

/// An answer of another shape than it should have.
pub(super) fn unreadable(what: &str) -> ConnectorError {
    ConnectorError::shape(VENDOR, what)
}
