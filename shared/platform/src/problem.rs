//! What an HTTP caller is told when something is wrong (RFC 9457): one message for the caller, one
//! for the log. Nothing of a request's content is in either.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::failure::{Disposition, Failure};
use serde_json::json;

/// The media type of a problem.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// What is wrong, in words for the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    status: StatusCode,
    detail: String,
}

impl Problem {
    fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            detail: detail.into(),
        }
    }

    /// 400: the request is not what it should be.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// 401: we do not know who is calling.
    pub fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, detail)
    }

    /// 403: we know, and it is not allowed.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, detail)
    }

    /// 404: there is no such thing, as far as the caller can tell.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// 409: it cannot be done as things stand.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, detail)
    }

    /// 413: too large.
    pub fn too_large(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
    }

    /// 429: what cannot be done now, for callers that come again after this status and no other.
    pub fn too_many(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, detail)
    }

    /// The body could not be read, and the reader answered with this status: 413 for one that is too
    /// large, 400 with what it should be for any other.
    pub fn unreadable_body(status: StatusCode, expected: &str) -> Self {
        if status == StatusCode::PAYLOAD_TOO_LARGE {
            return Self::of(status);
        }
        Self::bad_request(format!("the body must be {expected}"))
    }

    /// The request failed on our side. The reason is logged here; the caller is told 503 and to
    /// come again, or 500 where we are wrong and coming again would not help.
    pub fn unavailable(failure: &Failure) -> Self {
        let disposition = failure.disposition();
        tracing::error!(
            disposition = disposition.as_str(), error = %failure.chain(),
            "a request could not be served"
        );
        match disposition {
            Disposition::Retry { .. } | Disposition::Reject | Disposition::Suspend => {
                Self::of(StatusCode::SERVICE_UNAVAILABLE)
            }
            Disposition::Defect => Self::of(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }

    /// A status with what we say of it to everybody: nothing of the request is in it.
    pub(crate) fn of(status: StatusCode) -> Self {
        let detail = match status {
            StatusCode::NOT_FOUND => "there is no such address",
            StatusCode::METHOD_NOT_ALLOWED => "this address does not take that method",
            StatusCode::PAYLOAD_TOO_LARGE => "the body is too large",
            StatusCode::UNSUPPORTED_MEDIA_TYPE => "the body must be JSON, and Content-Type say so",
            StatusCode::UNPROCESSABLE_ENTITY => "the body is JSON, but not what is expected here",
            StatusCode::INTERNAL_SERVER_ERROR => "something of ours is wrong; it was logged",
            StatusCode::SERVICE_UNAVAILABLE => "not possible at the moment; try again",
            _ if status.is_client_error() => "the request cannot be understood",
            _ => "the request could not be served",
        };
        Self::new(status, detail)
    }

    /// The status that is answered.
    pub fn status(&self) -> StatusCode {
        self.status
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let title = self.status.canonical_reason().unwrap_or("Problem");
        let body = json!({ "status": self.status.as_u16(), "title": title, "detail": self.detail });
        let mut response = (self.status, Json(body)).into_response();
        let kind = HeaderValue::from_static(PROBLEM_JSON);
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use serde_json::Value;

    use super::*;

    #[tokio::test]
    async fn a_problem_is_told_as_rfc_9457_has_it() {
        let response = Problem::conflict("the customer is paused").into_response();
        assert_eq!(response.status(), StatusCode::CONFLICT);
        assert_eq!(response.headers()[header::CONTENT_TYPE], PROBLEM_JSON);
        let body = to_bytes(response.into_body(), 1024).await.unwrap();
        let body: Value = serde_json::from_slice(&body).unwrap();
        let expected =
            json!({ "status": 409, "title": "Conflict", "detail": "the customer is paused" });
        assert_eq!(body, expected);
    }

    #[test]
    fn the_caller_learns_nothing_of_a_failure_but_whether_to_come_again() {
        for (failure, status) in [
            (Failure::retry("table muster-secret throttled"), 503),
            (
                Failure::new(Disposition::Suspend, "token muster-secret expired"),
                503,
            ),
            (Failure::defect("item muster-secret is corrupt"), 500),
        ] {
            let problem = Problem::unavailable(&failure);
            assert_eq!(problem.status().as_u16(), status);
            assert!(!problem.detail.contains("muster-secret"));
        }
    }
}
