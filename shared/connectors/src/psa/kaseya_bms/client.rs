//! Calls to BMS: where they go, and what its answers mean.
//!
//! Invariant: a write goes out once. Where its outcome is not known, that is the error.

use std::time::Duration;

use bytes::Bytes;
use domain::limits::PSA_ANSWER_BYTES_MAX;
use http::header::{CONTENT_TYPE, DATE, HeaderValue};
use http::{Method, StatusCode};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::answers::{self, Meaning};
use super::login;
use super::settings::KaseyaBmsSettings;
use super::wire::{self, Told, WireError};
use super::write::Refusal;
use crate::Vendors;
use crate::error::ConnectorError;
use crate::http::{Answer, RequestParts, Vendor, VendorKind};
use crate::psa::masking::is_html;
use crate::psa::unusable;
use crate::token::SignedIn;

/// The vendor's name for people.
pub(super) const VENDOR: &str = "Kaseya BMS";
/// How long to wait after a refusal that names no pause. BMS counts by the hour, and documents none.
const BACK_OFF: Duration = Duration::from_secs(5 * 60);
/// What BMS documents for each endpoint: so many calls in an hour. A refusal does not repeat it.
const RATE: (u32, Duration) = (1500, Duration::from_secs(3600));
/// Where an address leads that is no API's.
pub(super) const API_REMEDY: &str = "api_url must be the API's host, such as https://api.bms.kaseya.com, and \
                          not the address that people sign in at";

/// The part of a query that is of a call's own.
pub(super) type Query = Vec<(&'static str, String)>;

/// What is called.
pub(super) struct Endpoint {
    /// Method and path; `{}` stands for what a call adds. Counted by, and told in logs.
    route: &'static str,
    /// What is looked for, if it turns out not to be there.
    thing: &'static str,
    /// What the role of the API user must allow.
    right: &'static str,
}

impl Endpoint {
    pub(super) const fn new(route: &'static str, thing: &'static str, right: &'static str) -> Self {
        Self {
            route,
            thing,
            right,
        }
    }

    fn method(&self) -> Method {
        match self.route.split(' ').next() {
            Some("POST") => Method::POST,
            Some("PATCH") => Method::PATCH,
            Some("PUT") => Method::PUT,
            _ => Method::GET,
        }
    }

    /// The segments of the path with what a call adds.
    fn path<'a>(&self, parts: &[&'a str]) -> Vec<&'a str> {
        let (_, path) = self.route.split_once(' ').unwrap_or_default();
        let mut parts = parts.iter();
        path.split('/')
            .filter(|segment| !segment.is_empty())
            .map(|segment| match segment {
                "{}" => parts.next().copied().unwrap_or_default(),
                literal => literal,
            })
            .collect()
    }

    /// The error where the role does not allow it.
    pub(super) fn lacking(&self) -> ConnectorError {
        let what = format!(
            "the security role of the API user lacks {}, or Admin > Special Features > Has API \
             Access; give it to that role",
            self.right
        );
        ConnectorError::Forbidden {
            vendor: VENDOR,
            what,
        }
    }

    /// The error where there is no such thing.
    pub(super) fn missing(&self) -> ConnectorError {
        let what = self.thing.to_owned();
        ConnectorError::NotFound {
            vendor: VENDOR,
            what,
        }
    }
}

/// A body, and the texts in it, in lower case: an error of BMS's may repeat them, ours must not.
pub(super) struct Body<'a> {
    pub(super) json: &'a Value,
    pub(super) texts: &'a [String],
}

/// One tenant of BMS, signed in to.
pub(super) struct Client {
    vendors: Vendors,
    signed_in: SignedIn,
    /// Whose connection it is, in no readable words.
    instance: String,
}

impl Client {
    /// Needs no call. Fails for settings that cannot work.
    pub(super) fn connect(
        vendors: &Vendors,
        settings: &KaseyaBmsSettings,
    ) -> Result<Self, ConnectorError> {
        let base = (settings.api()).map_err(|error| unusable(VENDOR, &error))?;
        // Of the tenant's name a digest, since what is remembered may be printed.
        let tenant = Sha256::digest(settings.tenant.as_bytes());
        let tenant = tenant
            .iter()
            .take(8)
            .fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        let instance = format!("{} {tenant}", base.as_str());
        let api = vendors.vendor(VendorKind::Psa, VENDOR, base.clone());
        let login = api.at(base.clone());
        let grant = login::grant(settings, &base);
        let signed_in = SignedIn::new(api, login, grant, vendors.tokens(), login::read)
            .refused_by(is_token_refused);
        Ok(Self {
            vendors: vendors.clone(),
            signed_in,
            instance,
        })
    }

    /// Reads.
    pub(super) async fn get(
        &self,
        endpoint: &Endpoint,
        path: &[&str],
        query: &Query,
    ) -> Result<Told, ConnectorError> {
        let mut parts = self.parts(endpoint, path);
        if !query.is_empty() {
            parts = parts.query(query.iter().map(|(name, value)| (*name, value.as_str())));
        }
        self.send(endpoint, parts, &[]).await
    }

    /// Writes. The answer may be empty.
    pub(super) async fn write(
        &self,
        endpoint: &Endpoint,
        path: &[&str],
        body: Body<'_>,
    ) -> Result<Told, ConnectorError> {
        let parts = self.parts(endpoint, path).json(body.json);
        let parts = parts.map_err(|_| unreadable("a change that has no JSON form"))?;
        self.send(endpoint, parts, body.texts).await
    }

    /// Writes a JSON Patch (RFC 6902).
    pub(super) async fn patch(
        &self,
        endpoint: &Endpoint,
        path: &[&str],
        body: Body<'_>,
    ) -> Result<Told, ConnectorError> {
        let name = HeaderValue::from_static("application/json-patch+json");
        let parts = self.parts(endpoint, path).json(body.json);
        let parts = parts.map_err(|_| unreadable("a change that has no JSON form"))?;
        let parts = parts.header(CONTENT_TYPE, name);
        self.send(endpoint, parts, body.texts).await
    }

    fn parts(&self, endpoint: &Endpoint, path: &[&str]) -> RequestParts {
        let url = self.signed_in.api().base().join(endpoint.path(path));
        RequestParts::new(endpoint.method(), url, endpoint.route, PSA_ANSWER_BYTES_MAX)
    }

    /// Each endpoint has its own pace, and is counted by itself, as BMS counts.
    async fn send(
        &self,
        endpoint: &Endpoint,
        parts: RequestParts,
        sent: &[String],
    ) -> Result<Told, ConnectorError> {
        let part = format!("{} {}", self.instance, endpoint.route);
        let pace = self.vendors.pace(&part);
        let signed_in = self.signed_in.with_api(|api| {
            let api = api.paced(pace, None);
            self.vendors.counting_apart(api, VendorKind::Psa, &part)
        });
        let told = match signed_in.send(parts).await {
            Ok(answer) => judge(&answer, endpoint, sent),
            Err(error) => Err(error),
        };
        match told {
            Err(error) => Err(explain(error, signed_in.api()).await),
            told => told,
        }
    }

    /// Whose connection it is: a host, and a digest.
    pub(super) fn instance(&self) -> &str {
        &self.instance
    }

    /// What this tenant told before.
    pub(super) fn told(&self, what: &str) -> Option<String> {
        self.vendors
            .remembered()
            .get(&format!("{} {what}", self.instance))
    }

    /// Remembers what this tenant told: no secret, no person's.
    pub(super) fn remember(&self, what: &str, told: &str) {
        let key = format!("{} {what}", self.instance);
        self.vendors.remembered().put(&key, told);
    }
}

fn is_token_refused(answer: &Answer) -> bool {
    answer.status == StatusCode::UNAUTHORIZED || answers::refuses_token(&answer.body)
}

/// Adds to an error what only we know. Who is turned away without a word on how long keeps to what is
/// documented from then on, as do all who share the calls.
async fn explain(error: ConnectorError, api: &Vendor) -> ConnectorError {
    if let ConnectorError::RateLimited {
        vendor,
        after: None,
    } = error
    {
        api.learn(RATE.0, RATE.1).await;
        let after = Some(BACK_OFF);
        return ConnectorError::RateLimited { vendor, after };
    }
    error
}

/// What an answer of the API means. `sent` are texts that may not come back in a message.
fn judge(answer: &Answer, endpoint: &Endpoint, sent: &[String]) -> Result<Told, ConnectorError> {
    let vendor = VENDOR;
    let status = answer.status;
    match status {
        StatusCode::UNAUTHORIZED => return Err(token_refused()),
        StatusCode::FORBIDDEN => return Err(endpoint.lacking()),
        StatusCode::REQUEST_TIMEOUT => return Err(ConnectorError::TimedOut { vendor }),
        StatusCode::CONFLICT => return Err(ConnectorError::Conflict { vendor }),
        _ => {}
    }
    // A page says that this is not the API; so says a redirect.
    if status.is_redirection() || is_html(answer.content_type(), &answer.body) {
        let what = format!(
            "a web page or a redirect instead of JSON (status {}); {API_REMEDY}",
            status.as_u16()
        );
        return Err(ConnectorError::not_data(vendor, what));
    }
    if status == StatusCode::NOT_FOUND {
        return Err(endpoint.missing());
    }
    if !status.is_success() {
        let code = wire::open(&answer.body)
            .ok()
            .and_then(|told| told.fault.flatten());
        return Err(failed(answer, code, endpoint, sent));
    }
    let told = wire::open(json_or_nothing(answer)?)?;
    match told.fault {
        Some(code) => Err(failed(answer, code, endpoint, sent)),
        None => Ok(Told {
            sent_at: sent_at(answer),
            ..told
        }),
    }
}

/// When an answer was sent, by the clock of its server.
pub(super) fn sent_at(answer: &Answer) -> Option<Timestamp> {
    let date = answer.headers.get(DATE)?.to_str().ok()?;
    Some(rfc2822::parse(date).ok()?.timestamp())
}

/// What an answer means that says of itself that it is a failure.
fn failed(
    answer: &Answer,
    code: Option<i64>,
    endpoint: &Endpoint,
    sent: &[String],
) -> ConnectorError {
    match answers::meaning(code, &answer.body, sent) {
        Meaning::Token => token_refused(),
        Meaning::NoRight => endpoint.lacking(),
        Meaning::Missing => endpoint.missing(),
        Meaning::TooMany => ConnectorError::RateLimited {
            vendor: VENDOR,
            after: None,
        },
        Meaning::Refused => ConnectorError::Refused {
            vendor: VENDOR,
            field: answers::field(&answer.body).map(str::to_owned),
            reason: format!(
                "{} (status {})",
                answers::message(&answer.body, sent),
                answer.status.as_u16()
            ),
        },
    }
}

/// A write may be answered with nothing at all.
fn json_or_nothing(answer: &Answer) -> Result<&Bytes, ConnectorError> {
    if answer.body.iter().all(u8::is_ascii_whitespace) {
        return Ok(&answer.body);
    }
    answer.json_bytes().map(|_| &answer.body).map_err(|_| {
        let what = format!("text that is not called JSON; {API_REMEDY}");
        ConnectorError::not_data(VENDOR, what)
    })
}

fn token_refused() -> ConnectorError {
    let hint = "it does not take its own token (status 401 or a security error); check that the API \
                user is active and of the type API Employee, and that its security role has Admin > \
                Special Features > Has API Access";
    ConnectorError::Unauthorized {
        vendor: VENDOR,
        hint: hint.to_owned(),
    }
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
