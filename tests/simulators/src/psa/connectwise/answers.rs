//! How ConnectWise PSA answers: with its own media type, and with two families of error bodies.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::exchange::Answer;

/// The media type of what is not an error.
const MEDIA_TYPE: &str = "application/vnd.connectwise.com+json; version=2025.1";

/// Why a write is refused.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    code: &'static str,
    message: String,
    field: Option<&'static str>,
}

impl Refusal {
    pub(crate) fn new(code: &'static str, message: &str) -> Self {
        Self {
            code,
            message: message.to_owned(),
            field: None,
        }
    }

    /// A field that is missing or holds what it cannot.
    pub(crate) fn field(code: &'static str, field: &'static str, message: &str) -> Self {
        Self {
            code,
            message: message.to_owned(),
            field: Some(field),
        }
    }
}

pub(crate) fn ok(status: u16, body: &Value) -> Answer {
    Answer {
        content_type: MEDIA_TYPE,
        ..Answer::json(status, body)
    }
}

/// What a removal is answered with.
pub(crate) fn nothing() -> Answer {
    Answer {
        body: Bytes::new(),
        ..Answer::text(204, "")
    }
}

pub(crate) fn refused(refusal: &Refusal) -> Answer {
    let body = match refusal.field {
        None => json!({"code": refusal.code, "message": refusal.message, "errors": null}),
        Some(field) => json!({
            "code": "InvalidObject", "message": "contact object is invalid",
            "errors": [{"code": refusal.code, "message": refusal.message,
                "resource": "contact", "field": field}]
        }),
    };
    Answer::json(400, &body)
}

pub(crate) fn not_found(what: &str, id: i64) -> Answer {
    error(404, "NotFound", &format!("{what} {id} not found"))
}

pub(crate) fn no_endpoint() -> Answer {
    error(404, "ConnectWiseApi", "The endpoint does not exist.")
}

pub(crate) fn unauthorized() -> Answer {
    error(401, "Unauthorized", "Username or password is incorrect.")
}

pub(crate) fn forbidden() -> Answer {
    error(403, "Security", "You do not have security rights for this.")
}

pub(crate) fn throttled() -> Answer {
    let message = "Too many requests. Please try again in 30 seconds.";
    Answer::json(429, &json!({"error": "ConnectWiseAPI", "message": message}))
}

pub(crate) fn bad_query(message: &str) -> Answer {
    error(400, "InvalidObject", message)
}

pub(crate) fn error(status: u16, code: &str, message: &str) -> Answer {
    let body = json!({"code": code, "message": message, "errors": null});
    Answer::json(status, &body)
}
