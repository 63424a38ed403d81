//! A request that can be sent more than once.

use std::fmt;

use bytes::Bytes;
use http::Method;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use url::Url;

/// Everything about one request. `Debug` shows its route only.
#[derive(Clone)]
pub(crate) struct RequestParts {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) route: &'static str,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) bytes_max: usize,
    pub(crate) is_repeatable: bool,
}

impl RequestParts {
    /// A request. `route` is its template for logs, such as `GET /users/{id}`; `bytes_max` is the
    /// largest answer taken. Repeated after faults only where it is a GET.
    pub(crate) fn new(method: Method, url: Url, route: &'static str, bytes_max: usize) -> Self {
        let is_repeatable = method == Method::GET;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        Self {
            method,
            url,
            route,
            headers,
            body: Bytes::new(),
            bytes_max,
            is_repeatable,
        }
    }

    /// A GET.
    pub(crate) fn get(url: Url, route: &'static str, bytes_max: usize) -> Self {
        Self::new(Method::GET, url, route, bytes_max)
    }

    /// A POST, not repeated after faults.
    pub(crate) fn post(url: Url, route: &'static str, bytes_max: usize) -> Self {
        Self::new(Method::POST, url, route, bytes_max)
    }

    /// Says that the request may be repeated although it is no GET.
    #[must_use]
    pub(crate) fn repeatable(mut self) -> Self {
        self.is_repeatable = true;
        self
    }

    /// Adds to the query; names and values are escaped.
    #[must_use]
    pub(crate) fn query<'a>(mut self, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        self.url.query_pairs_mut().extend_pairs(pairs);
        self
    }

    /// Sets a header.
    #[must_use]
    pub(crate) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Sets the bearer token; one that cannot stand in a header is left out, and so refused.
    #[must_use]
    pub(crate) fn bearer(mut self, token: &SecretString) -> Self {
        let text = format!("Bearer {}", token.expose_secret());
        if let Ok(mut value) = HeaderValue::try_from(text) {
            value.set_sensitive(true);
            self.headers.insert(AUTHORIZATION, value);
        }
        self
    }

    /// Sets a JSON body. Fails for values that have no JSON form only, such as maps with keys that
    /// are no text.
    pub(crate) fn json<T: Serialize + ?Sized>(
        mut self,
        value: &T,
    ) -> Result<Self, serde_json::Error> {
        self.body = serde_json::to_vec(value)?.into();
        self.headers
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok(self)
    }

    /// Sets a form as the body.
    #[must_use]
    pub(crate) fn form<'a>(mut self, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish();
        self.body = form.into();
        let name = HeaderValue::from_static("application/x-www-form-urlencoded");
        self.headers.insert(CONTENT_TYPE, name);
        self
    }
}

impl fmt::Debug for RequestParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestParts")
            .field("route", &self.route)
            .finish_non_exhaustive()
    }
}
