//! What BMS says when it does not do what it was asked. Only successes are documented: failures come
//! with a status, or with 200 and an envelope that says so, in words that nobody published. Pure.

use serde_json::Value;

use super::write::field_named_in;
use crate::psa::masking;

/// The number of a token that is not taken, as one integrator saw it.
const SECURITY_ERROR: i64 = 978_001;

/// What a failure means, as far as it can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The token is not taken.
    Token,
    /// The API user may not do this.
    NoRight,
    /// There is no such thing.
    Missing,
    /// Too many calls in the hour.
    TooMany,
    /// The request is never taken as it is.
    Refused,
}

/// Words in lower case that tell what a failure means. The first that fits counts.
const WORDS: [(&str, Meaning); 11] = [
    ("rate limit", Meaning::TooMany),
    ("api limit", Meaning::TooMany),
    ("too many requests", Meaning::TooMany),
    ("calls per hour", Meaning::TooMany),
    ("permission", Meaning::NoRight),
    ("access denied", Meaning::NoRight),
    ("access right", Meaning::NoRight),
    ("not authorized", Meaning::NoRight),
    ("not found", Meaning::Missing),
    ("does not exist", Meaning::Missing),
    ("no longer exists", Meaning::Missing),
];

/// What a failure with that number and that body means. `sent` are the texts of the write: a word
/// that we sent ourselves tells nothing.
pub(super) fn meaning(code: Option<i64>, body: &[u8], sent: &[String]) -> Meaning {
    if code == Some(SECURITY_ERROR) {
        return Meaning::Token;
    }
    let said = message(body, sent).to_lowercase();
    let found = WORDS.iter().find(|(words, _)| said.contains(words));
    let meaning = found.map_or(Meaning::Refused, |(_, meaning)| *meaning);
    // Where a member is named it is not what was called that is missing, but what the member names.
    if meaning == Meaning::Missing && field(body).is_some() {
        return Meaning::Refused;
    }
    meaning
}

/// Does an envelope say that the token is not taken?
pub(super) fn refuses_token(body: &[u8]) -> bool {
    // Pages of lists are long, and are no failures.
    body.len() < 4096
        && super::wire::open(body).is_ok_and(|told| told.fault == Some(Some(SECURITY_ERROR)))
}

/// The message in an error body, fit for people and logs. `sent` are the texts of the write.
pub(super) fn message(body: &[u8], sent: &[String]) -> String {
    let said = masking::said(body);
    if said.is_empty() {
        // A report of mistakes names members only.
        return match invalid_members(body).first() {
            Some(member) if field_named_in(member).is_some() => format!("{member} is not valid"),
            Some(_) | None => masking::mask("", sent, |_| false),
        };
    }
    masking::mask(&said, sent, |word| field_named_in(word).is_some())
}

/// Which of our fields an error body speaks of.
pub(super) fn field(body: &[u8]) -> Option<&'static str> {
    let members = invalid_members(body);
    let named = members.iter().find_map(|member| field_named_in(member));
    named.or_else(|| field_named_in(&masking::said(body)))
}

/// The members that a report of mistakes names: `{"errors": {"FirstName": ["..."]}}`.
fn invalid_members(body: &[u8]) -> Vec<String> {
    let report: Value = serde_json::from_slice(body).unwrap_or_default();
    let errors = report.get("errors").or_else(|| report.get("Errors"));
    let errors = errors.and_then(Value::as_object);
    errors.map_or_else(Vec::new, |errors| errors.keys().cloned().collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn failure(code: i64, message: &str) -> Vec<u8> {
        json!({"Success": false, "Error": {"Code": code, "Message": message, "StackStrace": null}})
            .to_string()
            .into()
    }

    #[test]
    fn failures_are_understood_by_number_and_words() {
        for (code, text, expected) in [
            (978_001, "Security Error", Meaning::Token),
            (1, "API rate limit reached", Meaning::TooMany),
            (1, "You do not have permission for this", Meaning::NoRight),
            (1, "Contact not found", Meaning::Missing),
            (1, "Location is required", Meaning::Refused),
            (1, "LocationId does not exist", Meaning::Refused),
            (1, "Length limit exceeded", Meaning::Refused),
        ] {
            let body = failure(code, text);
            assert_eq!(meaning(Some(code), &body, &[]), expected, "{text}");
            assert_eq!(refuses_token(&body), expected == Meaning::Token);
        }
        // Words of our own are no words of the vendor's.
        let sent = ["permission manager".to_owned()];
        let body = failure(1, "JobTitle 'Permission Manager' is not valid");
        assert_eq!(meaning(Some(1), &body, &sent), Meaning::Refused);
        assert_eq!(meaning(None, b"", &[]), Meaning::Refused);
        assert!(!refuses_token(b"<html>"));
    }

    #[test]
    fn messages_name_fields_and_no_persons() {
        let sent = ["mara".to_owned(), "mara@northwinddental.example".to_owned()];
        let body = failure(
            4,
            "'Mara' of 'FirstName' mara@northwinddental.example is bad",
        );
        assert_eq!(message(&body, &sent), "'***' of 'FirstName' *** is bad");
        assert_eq!(field(&body), Some("given_name"));
        let report = json!({"title": "One or more validation errors occurred.", "status": 400,
            "errors": {"LocationId": ["Mara is wrong"]}});
        let report = report.to_string().into_bytes();
        assert_eq!(message(&report, &sent), "LocationId is not valid");
        assert_eq!(field(&report), Some("site"));
        assert_eq!(message(b"{}", &sent), "no reason given");
        assert_eq!(field(b"{}"), None);
    }
}
