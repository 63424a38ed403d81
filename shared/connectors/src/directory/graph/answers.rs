//! What Microsoft Graph says when it does not do what it was asked. Messages are never looked at:
//! codes are stable, messages are not, and messages may quote values.

use http::StatusCode;
use serde_json::Value;

use crate::error::ConnectorError;
use crate::http::Answer;

/// How deep errors nest before nobody looks any more.
const DEPTH_MAX: usize = 5;
/// The longest code that is passed on, in bytes.
const CODE_LENGTH_MAX: usize = 80;
/// Codes that mean that a position is not known any more, in lower case.
const EXPIRED: [&str; 6] = [
    "syncstatenotfound",
    "syncstateinvalid",
    "resyncrequired",
    "directory_expiredpagetoken",
    "directorypagetokennotfoundexception",
    "expiredpagetoken",
];

/// What was asked for, for people.
pub(super) struct Asked {
    /// The call, for logs.
    pub(super) route: &'static str,
    /// The application permission that it needs.
    pub(super) permission: &'static str,
    /// What it reads.
    pub(super) of: &'static str,
}

/// Is the position that was asked for not known any more?
pub(super) fn is_position_expired(answer: &Answer) -> bool {
    if answer.status == StatusCode::GONE {
        return true;
    }
    let may_say_so = [StatusCode::BAD_REQUEST, StatusCode::NOT_FOUND].contains(&answer.status);
    may_say_so
        && codes(answer)
            .iter()
            .any(|code| EXPIRED.contains(&code.to_ascii_lowercase().as_str()))
}

/// Judges an answer that is no success.
pub(super) fn judge(answer: &Answer, asked: &Asked) -> ConnectorError {
    let (vendor, status) = (answer.vendor, answer.status);
    if status.is_redirection() || status.is_informational() {
        let what = format!(
            "status {} where {} were asked for",
            status.as_u16(),
            asked.of
        );
        return ConnectorError::not_data(vendor, what);
    }
    let codes = codes(answer);
    // What has no code does not come from Microsoft Graph itself but from something before it.
    let Some(code) = codes.first() else {
        return match status {
            StatusCode::UNAUTHORIZED => unauthorized(vendor, "no code"),
            _ => ConnectorError::not_data(
                vendor,
                format!("status {} without a code", status.as_u16()),
            ),
        };
    };
    match status {
        StatusCode::UNAUTHORIZED => unauthorized(vendor, code),
        StatusCode::FORBIDDEN => ConnectorError::Forbidden {
            vendor,
            what: format!(
                "{} cannot be read without the application permission {}; add it to the \
                 registration and have an administrator of the customer consent again ({code})",
                asked.of, asked.permission
            ),
        },
        StatusCode::NOT_FOUND | StatusCode::GONE => ConnectorError::NotFound {
            vendor,
            what: format!("{} ({code})", asked.of),
        },
        StatusCode::CONFLICT
        | StatusCode::PRECONDITION_FAILED
        | StatusCode::LOCKED
        | StatusCode::FAILED_DEPENDENCY => ConnectorError::Conflict { vendor },
        _ => ConnectorError::Refused {
            vendor,
            field: None,
            reason: reason(asked, code),
        },
    }
}

fn reason(asked: &Asked, code: &str) -> String {
    if code.eq_ignore_ascii_case("Request_UnsupportedQuery") {
        // Tenants for the customers of an application (B2C, external identities).
        return format!("this kind of tenant cannot list {} ({code})", asked.of);
    }
    format!("the request for {} ({code})", asked.of)
}

fn unauthorized(vendor: &'static str, code: &str) -> ConnectorError {
    let hint = format!(
        "{code}: a new token was refused too; check that login_url and api_url belong to one \
         cloud, and that the customer's consent still stands"
    );
    ConnectorError::Unauthorized { vendor, hint }
}

/// The codes of an error body, the outermost first.
fn codes(answer: &Answer) -> Vec<String> {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let mut codes = Vec::new();
    let mut next = body.get("error");
    for _ in 0..DEPTH_MAX {
        let Some(error) = next else { break };
        if let Some(code) = error.get("code").and_then(Value::as_str) {
            let is_word = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
            let code: String = code.chars().filter(is_word).take(CODE_LENGTH_MAX).collect();
            if !code.is_empty() {
                codes.push(code);
            }
        }
        next = error.get("innerError").or_else(|| error.get("innererror"));
    }
    codes
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use domain::failure::{Disposition, Failure};
    use http::HeaderMap;

    use super::super::{NAME, USERS};
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer {
            vendor: NAME,
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: Bytes::copy_from_slice(body.as_bytes()),
        }
    }

    fn error(code: &str) -> String {
        format!(
            "{{\"error\":{{\"code\":\"{code}\",\"message\":\"hush anna@contoso.example\",\
             \"innerError\":{{\"request-id\":\"r\"}}}}}}"
        )
    }

    #[test]
    fn expired_positions_come_in_many_spellings() {
        let nested = "{\"error\":{\"code\":\"\",\"innererror\":{\"code\":\"x\",\
            \"innerError\":{\"code\":\"SyncStateInvalid\"}}}}";
        for (status, body, expected) in [
            (410, error("syncStateNotFound"), true),
            (410, String::new(), true),
            (400, error("syncStateNotFound"), true),
            (400, error("SyncStateNotFound"), true),
            (404, error("RESYNCREQUIRED"), true),
            (400, error("Directory_ExpiredPageToken"), true),
            (400, error("DirectoryPageTokenNotFoundException"), true),
            (400, nested.to_owned(), true),
            (400, error("Request_BadRequest"), false),
            (403, error("syncStateNotFound"), false),
            (404, String::new(), false),
        ] {
            assert_eq!(
                is_position_expired(&answer(status, &body)),
                expected,
                "{status} {body}"
            );
        }
    }

    #[test]
    fn status_and_code_decide_what_follows() {
        let later = Disposition::Retry { after: None };
        for (status, body, disposition, words) in [
            (
                400,
                error("Request_BadRequest"),
                Disposition::Reject,
                "Request_BadRequest",
            ),
            (
                400,
                error("Request_UnsupportedQuery"),
                Disposition::Reject,
                "kind of tenant",
            ),
            (400, "<html>".to_owned(), later, "status 400 without a code"),
            (
                401,
                error("InvalidAuthenticationToken"),
                Disposition::Suspend,
                "one cloud",
            ),
            (401, String::new(), Disposition::Suspend, "no code"),
            (
                403,
                error("Authorization_RequestDenied"),
                Disposition::Suspend,
                "User.Read.All",
            ),
            (403, "<html>".to_owned(), later, "without a code"),
            (
                404,
                error("Request_ResourceNotFound"),
                Disposition::Reject,
                "does not know users",
            ),
            (
                409,
                error("Directory_ConcurrencyViolation"),
                later,
                "another change",
            ),
            (423, error("locked"), later, "another change"),
            (302, String::new(), later, "status 302"),
        ] {
            let error = judge(&answer(status, &body), &USERS);
            let text = error.to_string();
            assert!(text.contains(words), "{text}");
            assert!(!text.contains("hush") && !text.contains("anna"), "{text}");
            assert_eq!(
                Failure::from(error).disposition(),
                disposition,
                "{status} {body}"
            );
        }
    }
}
