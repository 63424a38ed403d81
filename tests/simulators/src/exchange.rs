//! One HTTP request and its answer, as every simulator sees them.
//!
//! Paths and query values are percent-decoded once, here; the raw target is kept for the journal.

use axum::http::HeaderMap;
use bytes::Bytes;
use serde_json::Value;

/// A request as received, with its body read to the end.
#[derive(Debug, Clone)]
pub struct Request {
    pub(crate) method: String,
    /// Decoded path, without the query.
    pub(crate) path: String,
    /// Path and query exactly as received.
    pub(crate) target: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Request {
    pub(crate) fn new(method: &str, target: &str, headers: HeaderMap, body: Bytes) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Self {
            method: method.to_owned(),
            path: decode(path, false),
            target: target.to_owned(),
            query: pairs(query),
            headers,
            body,
        }
    }

    /// The first value of a query parameter; names compare without case, as both vendors do.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        find(&self.query, name)
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.query(name)
            .is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub(crate) fn bearer(&self) -> Option<&str> {
        let value = self.header("authorization")?;
        let (scheme, token) = value.split_once(' ')?;
        scheme
            .eq_ignore_ascii_case("bearer")
            .then_some(token.trim())
    }

    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    pub(crate) fn form(&self) -> Vec<(String, String)> {
        pairs(&String::from_utf8_lossy(&self.body))
    }
}

pub(crate) fn find<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}

fn pairs(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (decode(name, true), decode(value, true))
        })
        .collect()
}

/// Percent-decoding; `plus` turns `+` into a space, as forms and queries do.
fn decode(text: &str, plus: bool) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let hex = (ahead.next().and_then(digit), ahead.next().and_then(digit));
        match (byte, hex) {
            (b'%', (Some(high), Some(low))) => {
                out.push(high * 16 + low);
                rest = ahead;
            }
            (b'+', _) if plus => out.push(b' '),
            (other, _) => out.push(other),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

/// An answer before faults and compression.
#[derive(Debug, Clone)]
pub struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::json_bytes(status, Bytes::from(body.to_string()))
    }

    /// `body` must be one JSON text without line breaks: the journal takes it as it is.
    pub(crate) fn json_bytes(status: u16, body: Bytes) -> Self {
        Self {
            status,
            content_type: "application/json; charset=utf-8",
            headers: Vec::new(),
            body,
        }
    }

    pub(crate) fn text(status: u16, body: &str) -> Self {
        Self {
            status,
            content_type: "text/plain; charset=utf-8",
            headers: Vec::new(),
            body: Bytes::copy_from_slice(body.as_bytes()),
        }
    }

    pub(crate) fn html(status: u16, body: &str) -> Self {
        Self {
            content_type: "text/html; charset=utf-8",
            ..Self::text(status, body)
        }
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_queries_are_decoded_and_found_without_case() {
        let request = Request::new(
            "GET",
            "/api/Users%2F7?%24select=id%2Cmail&Search=a+b%2B&bad=%zz&flag=true",
            HeaderMap::new(),
            Bytes::new(),
        );
        assert_eq!(request.path, "/api/Users/7");
        assert_eq!(request.query("$select"), Some("id,mail"));
        assert_eq!(request.query("search"), Some("a b+"));
        assert_eq!(request.query("bad"), Some("%zz"));
        assert!(request.flag("FLAG"));
        assert_eq!(request.query("none"), None);
    }
}
