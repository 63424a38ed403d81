//! Calls with an API key in `x-api-key`, as both vendors take it.
//!
//! Invariant: a write goes out once. Where its outcome is not known, that is the error.

use std::time::Duration;

use domain::limits::DOCS_ANSWER_BYTES_MAX;
use http::Method;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::settings::wrong;
use super::unusable;
use crate::error::ConnectorError;
use crate::http::{Answer, RequestParts, Vendor};

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// The part of a query that is of a call's own.
pub(super) type Query<'a> = &'a [(&'a str, &'a str)];

/// One call: where to, and its name in logs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call<'a> {
    pub(super) route: &'static str,
    pub(super) segments: &'a [&'a str],
    pub(super) query: Query<'a>,
}

/// A system, and the key to it.
pub(super) struct Client {
    vendor: Vendor,
    key: HeaderValue,
    media_type: HeaderValue,
    /// How long to wait after a refusal that names no pause.
    back_off: Duration,
}

impl Client {
    /// Needs no call. `name` is the vendor's for people. Fails for a key that cannot be sent.
    pub(super) fn new(
        name: &'static str,
        vendor: Vendor,
        key: &SecretString,
        media_type: &'static str,
        back_off: Duration,
    ) -> Result<Self, ConnectorError> {
        let mut key = HeaderValue::try_from(key.expose_secret().trim())
            .map_err(|_| unusable(name, &wrong("api_key", "must be printable ASCII")))?;
        key.set_sensitive(true);
        Ok(Self {
            vendor,
            key,
            media_type: HeaderValue::from_static(media_type),
            back_off,
        })
    }

    /// Reads something. Statuses below 500 other than 429 are answers.
    pub(super) async fn get(&self, call: Call<'_>) -> Result<Answer, ConnectorError> {
        self.send(self.parts(Method::GET, call)).await
    }

    /// Writes something.
    pub(super) async fn write(
        &self,
        method: Method,
        call: Call<'_>,
        body: &Value,
    ) -> Result<Answer, ConnectorError> {
        let parts = self.parts(method, call);
        let parts = parts.json(body).expect("a JSON value has a JSON form");
        self.send(parts.header(CONTENT_TYPE, self.media_type.clone()))
            .await
    }

    fn parts(&self, method: Method, call: Call<'_>) -> RequestParts {
        let url = self.vendor.base().join(call.segments.iter().copied());
        let parts = RequestParts::new(method, url, call.route, DOCS_ANSWER_BYTES_MAX)
            .header(API_KEY, self.key.clone())
            .header(ACCEPT, self.media_type.clone());
        // An empty query would leave a question mark.
        if call.query.is_empty() {
            return parts;
        }
        parts.query(call.query.iter().copied())
    }

    async fn send(&self, parts: RequestParts) -> Result<Answer, ConnectorError> {
        self.vendor.send(&parts).await.map_err(|error| {
            let ConnectorError::RateLimited { vendor, after } = error else {
                return error;
            };
            let after = after.or(Some(self.back_off));
            ConnectorError::RateLimited { vendor, after }
        })
    }
}
