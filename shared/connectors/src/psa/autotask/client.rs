//! Calls to Autotask: where they go, with which headers, and what its answers mean.
//!
//! Invariants: credentials go to the tenant's zone only, and not again after they were refused,
//! since repeated failures lock the user; a write goes out once.

use std::time::Duration;

use bytes::Bytes;
use domain::limits::PSA_ANSWER_BYTES_MAX;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use serde_json::Value;
use url::Url;

use super::answers::{self, Meaning};
use super::paging::PagingError;
use super::settings::AutotaskSettings;
use super::threshold::{ASKED_EVERY, Allowance, allowance};
use super::wire::{self, WireError, WireThreshold};
use super::write::{Refusal, Write};
use super::zone::Zones;
use crate::Vendors;
use crate::error::ConnectorError;
use crate::http::{Answer, Pace, RequestParts, Vendor};
use crate::psa::masking::is_html;
use crate::psa::unusable;

/// The vendor's name for people.
pub(super) const VENDOR: &str = "Autotask";
/// How long to wait after a refusal that names no pause. Autotask documents none; integrators wait
/// up to a minute.
const BACK_OFF: Duration = Duration::from_secs(60);

/// What is called: its path below the version, its template for logs, and what it is about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call {
    /// The template, with its method.
    pub(super) route: &'static str,
    /// What is looked for, if it turns out not to be there.
    pub(super) thing: &'static str,
    /// What the API user must be allowed to do.
    pub(super) right: &'static str,
}

/// A tenant of Autotask.
pub(super) struct Client {
    zones: Zones,
    headers: [(&'static str, HeaderValue); 3],
    pace: Pace,
}

impl Client {
    /// Needs no call. Fails for settings that cannot work.
    pub(super) fn connect(
        vendors: &Vendors,
        settings: &AutotaskSettings,
    ) -> Result<Self, ConnectorError> {
        let zones = Zones::new(vendors, settings)?;
        Ok(Self {
            headers: (settings.headers()).map_err(|error| unusable(VENDOR, &error))?,
            pace: zones.pace().clone(),
            zones,
        })
    }

    /// Reads what lies at a path.
    pub(super) async fn get(&self, call: Call, path: &[&str]) -> Result<Bytes, ConnectorError> {
        let answer = self
            .send(&|base| {
                let url = base.join(path.iter().copied());
                Ok(RequestParts::get(url, call.route, PSA_ANSWER_BYTES_MAX))
            })
            .await?;
        judge(&answer, call, &[])?;
        Ok(answer.body)
    }

    /// Asks with a body: a read, although it is a POST.
    pub(super) async fn query(
        &self,
        call: Call,
        path: &[&str],
        query: &Value,
    ) -> Result<Bytes, ConnectorError> {
        let answer = self
            .send(&|base| {
                let url = base.join(path.iter().copied());
                let parts = RequestParts::post(url, call.route, PSA_ANSWER_BYTES_MAX).json(query);
                parts
                    .map(RequestParts::repeatable)
                    .map_err(|_| unreadable("a query that has no JSON form"))
            })
            .await?;
        judge(&answer, call, &[])?;
        Ok(answer.body)
    }

    /// Writes one contact under its company. The answer may be empty.
    pub(super) async fn write(
        &self,
        call: Call,
        method: Method,
        write: &Write,
    ) -> Result<Bytes, ConnectorError> {
        let company = write.company.to_string();
        let path = ["Companies", company.as_str(), "Contacts"];
        self.send_json(call, method, &path, &write.body, &write.texts)
            .await
    }

    /// Writes what lies at a path. `sent` are texts that may not come back in a message.
    pub(super) async fn send_json(
        &self,
        call: Call,
        method: Method,
        path: &[&str],
        body: &Value,
        sent: &[String],
    ) -> Result<Bytes, ConnectorError> {
        let answer = self
            .send(&|base| {
                let url = base.join(path.iter().copied());
                let parts =
                    RequestParts::new(method.clone(), url, call.route, PSA_ANSWER_BYTES_MAX);
                (parts.json(body)).map_err(|_| unreadable("a change that has no JSON form"))
            })
            .await?;
        judge(&answer, call, sent)?;
        Ok(answer.body)
    }

    /// What the tenant told of itself before.
    pub(super) fn told(&self, question: &str) -> Option<String> {
        self.zones.told(question)
    }

    /// Remembers what it told.
    pub(super) fn remember(&self, question: &str, told: &str) {
        self.zones.remember(question, told);
    }

    /// Sends what `parts` makes to the tenant's zone; on a refusal of the credentials once more to
    /// where the tenant moved to, if it did: a refused request did nothing.
    async fn send(&self, parts: &Parts<'_>) -> Result<Answer, ConnectorError> {
        let api = self.zones.api().await.map_err(explain)?;
        let (api, answer) = match self.try_at(&api, parts).await {
            Ok(answer) if answer.status == StatusCode::UNAUTHORIZED => {
                match self.zones.api_elsewhere(&api).await.map_err(explain)? {
                    Some(moved) => {
                        let answer = self.try_at(&moved, parts).await;
                        (moved, answer)
                    }
                    None => (api, Ok(answer)),
                }
            }
            answer => (api, answer),
        };
        if let Err(ConnectorError::Unreachable { .. }) = &answer {
            self.zones.forget();
        }
        let answer = answer.map_err(explain)?;
        if answer.is_success() {
            self.mind_threshold(&api).await;
        }
        Ok(answer)
    }

    async fn try_at(&self, api: &Vendor, parts: &Parts<'_>) -> Result<Answer, ConnectorError> {
        let parts = self.signed(parts(&At(api))?);
        api.send(&parts).await
    }

    fn signed(&self, parts: RequestParts) -> RequestParts {
        self.headers.iter().fold(parts, |parts, (name, value)| {
            parts.header(HeaderName::from_static(name), value.clone())
        })
    }

    /// Asks from time to time how much of the hour's calls is left, after a call that went well:
    /// so that wrong credentials are not sent twice. An answer that cannot be used changes nothing.
    async fn mind_threshold(&self, api: &Vendor) {
        if !self.pace.is_time_to_ask(ASKED_EVERY) {
            return;
        }
        let url = api.base().join(["ThresholdInformation"]);
        let mut parts = RequestParts::get(url, "GET /ThresholdInformation", 64 * 1024);
        parts.is_repeatable = false;
        let answer = api.send(&self.signed(parts)).await;
        let told = answer
            .ok()
            .filter(Answer::is_success)
            .and_then(|answer| wire::read_bare::<WireThreshold>(&answer.body).ok())
            .and_then(|told| allowance(&told));
        match told {
            Some(Allowance::Calls(calls, window)) => api.may_call(calls, window),
            Some(Allowance::Rest(pause)) => {
                tracing::warn!(
                    pause_seconds = pause.as_secs(),
                    "Autotask's hourly threshold is nearly reached; the rest is left to others"
                );
                api.rest(pause).await;
            }
            None => tracing::debug!("Autotask did not tell how many calls are left"),
        }
    }
}

/// Makes a request for wherever the tenant lives.
type Parts<'a> = dyn Fn(&At<'_>) -> Result<RequestParts, ConnectorError> + Send + Sync + 'a;

/// A place to which a path is joined.
pub(super) struct At<'a>(&'a Vendor);

impl At<'_> {
    fn join<'a>(&self, segments: impl IntoIterator<Item = &'a str>) -> Url {
        self.0.base().join(segments)
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

/// What an answer means. `sent` are texts that may not come back in a message.
fn judge(answer: &Answer, call: Call, sent: &[String]) -> Result<(), ConnectorError> {
    let status = answer.status;
    if status.is_success() && !is_html(answer.content_type(), &answer.body) {
        // Writes were seen to answer with nothing at all.
        let is_empty = answer.body.iter().all(u8::is_ascii_whitespace);
        return if is_empty {
            Ok(())
        } else {
            answer.json_bytes().map(|_| ())
        };
    }
    match answers::meaning(&answer.body) {
        Some(Meaning::WrongCode) => return Err(unauthorized("integration_code is not taken")),
        Some(Meaning::NoRight) => return Err(forbidden(call)),
        Some(Meaning::Missing) => return Err(missing(call)),
        Some(Meaning::UnknownUser | Meaning::Refused | Meaning::TooMany) | None => {}
    }
    match status {
        StatusCode::UNAUTHORIZED => {
            return Err(unauthorized(
                "username or secret is wrong, or the user is locked",
            ));
        }
        StatusCode::FORBIDDEN => return Err(forbidden(call)),
        StatusCode::REQUEST_TIMEOUT => return Err(ConnectorError::TimedOut { vendor: VENDOR }),
        StatusCode::CONFLICT => return Err(ConnectorError::Conflict { vendor: VENDOR }),
        _ => {}
    }
    // A page says that this is not the API; so says a redirect.
    if status.is_redirection() || is_html(answer.content_type(), &answer.body) {
        let what = format!(
            "a web page or a redirect instead of JSON (status {}); the zone of the API user may \
             have moved",
            status.as_u16()
        );
        return Err(ConnectorError::not_data(VENDOR, what));
    }
    if status == StatusCode::NOT_FOUND {
        return Err(missing(call));
    }
    let message = answers::message(&answer.body, sent);
    Err(ConnectorError::Refused {
        vendor: VENDOR,
        field: answers::field(&answer.body).map(str::to_owned),
        reason: format!("{message} (status {})", status.as_u16()),
    })
}

fn unauthorized(what: &str) -> ConnectorError {
    ConnectorError::Unauthorized {
        vendor: VENDOR,
        hint: format!(
            "{what}; check username, secret and integration_code against the API user (Admin > \
             Resources > API User), and that it is active and not locked"
        ),
    }
}

/// What was looked for is not there.
pub(super) fn missing(call: Call) -> ConnectorError {
    ConnectorError::NotFound {
        vendor: VENDOR,
        what: call.thing.to_owned(),
    }
}

/// The API user may not do what a call does.
pub(super) fn forbidden(call: Call) -> ConnectorError {
    ConnectorError::Forbidden {
        vendor: VENDOR,
        what: lacking(call.right),
    }
}

/// What is missing, and where to give it.
pub(super) fn lacking(right: &str) -> String {
    format!(
        "the API user may not {right}: give its security level that right (Admin > Resources > \
         Security Levels)"
    )
}

impl From<WireError> for ConnectorError {
    fn from(error: WireError) -> Self {
        match error {
            WireError::Cut => Self::cut(VENDOR),
            WireError::NotJson => Self::not_data(VENDOR, error.to_string()),
            WireError::Missing(_) | WireError::BadRow => Self::shape(VENDOR, error.to_string()),
        }
    }
}

impl From<PagingError> for ConnectorError {
    fn from(error: PagingError) -> Self {
        Self::shape(VENDOR, error.to_string())
    }
}

impl From<Refusal> for ConnectorError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused {
            vendor: VENDOR,
            field: Some(refusal.field.to_owned()),
            reason: refusal.reason,
        }
    }
}

/// An answer of another shape than it should have.
pub(super) fn unreadable(what: &str) -> ConnectorError {
    ConnectorError::shape(VENDOR, what)
}
