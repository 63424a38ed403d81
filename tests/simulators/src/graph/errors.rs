//! Microsoft Graph's error bodies: `{"error":{code,message,innerError}}`.

use serde_json::{Value, json};

use crate::exchange::Answer;

fn body(code: &str, message: &str) -> Value {
    json!({"error": {"code": code, "message": message, "innerError": {
        "date": "2026-01-05T08:00:00",
        "request-id": "0f9b6c1e-0000-4000-8000-000000000001",
        "client-request-id": "0f9b6c1e-0000-4000-8000-000000000001",
    }}})
}

pub(crate) fn error(status: u16, code: &str, message: &str) -> Answer {
    Answer::json(status, &body(code, message))
}

pub(crate) fn bad_request(message: &str) -> Answer {
    error(400, "Request_BadRequest", message)
}

pub(crate) fn unsupported(message: &str) -> Answer {
    error(400, "Request_UnsupportedQuery", message)
}

pub(crate) fn not_found(what: &str) -> Answer {
    let message = format!(
        "Resource '{what}' does not exist or one of its queried reference-property objects are not present."
    );
    error(404, "Request_ResourceNotFound", &message)
}

pub(crate) fn denied() -> Answer {
    let message = "Insufficient privileges to complete the operation.";
    error(403, "Authorization_RequestDenied", message)
}

pub(crate) fn bad_token(message: &str) -> Answer {
    error(401, "InvalidAuthenticationToken", message)
        .with_header("www-authenticate", "Bearer realm=\"\"".to_owned())
}

pub(crate) fn throttled() -> Answer {
    let mut body = body("TooManyRequests", "Please retry again later.");
    if let Some(inner) = body.pointer_mut("/error/innerError") {
        *inner = json!({
            "code": "429", "date": "2026-01-05T08:00:00", "message": "Please retry after",
            "request-id": "94fb0c1e-0000-4000-8000-000000000001", "status": "429",
        });
    }
    Answer::json(429, &body).with_header(
        "x-ms-throttle-information",
        "ResourceUnitLimitExceeded".to_owned(),
    )
}

pub(crate) fn server_error(status: u16) -> Answer {
    match status {
        503 => error(503, "serviceNotAvailable", "The service is unavailable."),
        504 => error(504, "GatewayTimeout", "The server did not answer in time."),
        502 => Answer::html(
            502,
            "<html><head><title>502 Bad Gateway</title></head></html>",
        ),
        other => error(other, "UnknownError", "An unexpected error occurred."),
    }
}
