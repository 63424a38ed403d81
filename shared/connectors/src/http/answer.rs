//! An answer, read whole and capped.

use std::fmt;

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_TYPE, HeaderMap};
use http::{StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::error::ConnectorError;

/// Body bytes for which room is made before the first arrived, at most.
const ROOM_BYTES_MAX: usize = 1024 * 1024;

/// What a vendor answered. `Debug` shows the status and the size only.
#[derive(Clone)]
pub(crate) struct Answer {
    /// The vendor's name.
    pub(crate) vendor: &'static str,
    /// The status.
    pub(crate) status: StatusCode,
    /// The headers.
    pub(crate) headers: HeaderMap,
    /// The whole body, unpacked.
    pub(crate) body: Bytes,
}

impl Answer {
    /// Is the status 200 to 299?
    pub(crate) fn is_success(&self) -> bool {
        self.status.is_success()
    }

    /// The content type as it was sent.
    pub(crate) fn content_type(&self) -> Option<&str> {
        self.headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
    }

    /// The body, if it is called JSON; a web page or other text is [`ConnectorError::Unreadable`].
    pub(crate) fn json_bytes(&self) -> Result<&[u8], ConnectorError> {
        let first = self
            .body
            .iter()
            .copied()
            .find(|byte| !byte.is_ascii_whitespace());
        let looks_like_json = matches!(first, Some(b'{' | b'['));
        let is_json = match self.content_type() {
            Some(name) => name.to_ascii_lowercase().contains("json"),
            None => looks_like_json,
        };
        if is_json {
            return Ok(&self.body);
        }
        let what = if first == Some(b'<') {
            "a web page instead of JSON"
        } else if first.is_none() {
            "nothing instead of JSON"
        } else {
            "text that is not called JSON"
        };
        Err(ConnectorError::not_data(
            self.vendor,
            format!("{what} (status {})", self.status),
        ))
    }

    /// Reads the body as JSON; unknown members are ignored. Errors never quote the body.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, ConnectorError> {
        let bytes = self.json_bytes()?;
        serde_json::from_slice(bytes).map_err(|error| json_error(self.vendor, &error))
    }
}

/// What JSON cannot be read, by its place. The text of the error itself may quote values.
pub(crate) fn json_error(vendor: &'static str, error: &serde_json::Error) -> ConnectorError {
    let place = format!("line {} column {}", error.line(), error.column());
    match error.classify() {
        Category::Eof => ConnectorError::cut(vendor),
        Category::Syntax | Category::Io => {
            ConnectorError::not_data(vendor, format!("broken JSON at {place}"))
        }
        Category::Data => {
            ConnectorError::shape(vendor, format!("JSON of an unexpected shape at {place}"))
        }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("vendor", &self.vendor)
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Reads an answer to its end, and stops at so many bytes (counted unpacked).
pub(crate) async fn read_capped(
    vendor: &'static str,
    mut response: reqwest::Response,
    bytes_max: usize,
) -> Result<Answer, ConnectorError> {
    let promised = response
        .content_length()
        .and_then(|n| usize::try_from(n).ok());
    if promised.is_some_and(|promised| promised > bytes_max) {
        return Err(ConnectorError::too_large(vendor, bytes_max));
    }
    let mut body = BytesMut::with_capacity(promised.unwrap_or_default().min(ROOM_BYTES_MAX));
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > bytes_max => {
                return Err(ConnectorError::too_large(vendor, bytes_max));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => break,
            Err(error) if error.is_timeout() => return Err(ConnectorError::TimedOut { vendor }),
            Err(_) => return Err(ConnectorError::cut(vendor)),
        }
    }
    let status = response.status();
    let mut headers = std::mem::take(response.headers_mut());
    // Cookies are of no use to us, and may be secrets.
    headers.remove(header::SET_COOKIE);
    Ok(Answer {
        vendor,
        status,
        headers,
        body: body.freeze(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::error::Garble;

    fn answer(content_type: Option<&str>, body: &str) -> Answer {
        let mut headers = HeaderMap::new();
        if let Some(name) = content_type {
            headers.insert(CONTENT_TYPE, name.parse().unwrap());
        }
        let body = Bytes::copy_from_slice(body.as_bytes());
        Answer {
            vendor: "Acme",
            status: StatusCode::OK,
            headers,
            body,
        }
    }

    #[test]
    fn json_is_what_is_called_json_and_whole() {
        for (content_type, body, expected) in [
            (Some("application/json; charset=utf-8"), "{\"a\":1}", None),
            (Some("application/problem+json"), "{}", None),
            (None, " {}", None),
            (Some("text/html"), "<html>", Some(Garble::NotData)),
            (Some("text/plain"), "{}", Some(Garble::NotData)),
            (None, "", Some(Garble::NotData)),
            (Some("application/json"), "", Some(Garble::Cut)),
            (Some("application/json"), "{\"a\":", Some(Garble::Cut)),
            (Some("application/json"), "<html>", Some(Garble::NotData)),
        ] {
            let found = match answer(content_type, body).json::<Value>() {
                Ok(_) => None,
                Err(ConnectorError::Unreadable { garble, .. }) => Some(garble),
                Err(other) => panic!("{other}"),
            };
            assert_eq!(found, expected, "{content_type:?} {body}");
        }
    }

    #[test]
    fn errors_name_the_place_and_never_the_value() {
        let answer = answer(Some("application/json"), "[\"anna@contoso.example\"]");
        let error = answer.json::<Vec<u32>>().unwrap_err();
        assert!(matches!(
            &error,
            ConnectorError::Unreadable {
                garble: Garble::Shape,
                ..
            }
        ));
        assert!(!error.to_string().contains("anna"), "{error}");
        assert!(!format!("{answer:?}").contains("anna"));
    }
}
