//! What ConnectWise PSA says when it does not do what it was asked. Pure.
//!
//! Two families of bodies: `{code, message, errors: [{code, message, field}]}`, and `{error, message}`
//! of whatever stands in front. Of several errors the first is told: it names the field.

use std::time::Duration;

use domain::fields::Attribute;
use serde::Deserialize;

use crate::psa::masking;

/// An error body.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Problem {
    code: Option<String>,
    message: Option<String>,
    errors: Option<Vec<Detail>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Detail {
    message: Option<String>,
    field: Option<String>,
}

impl Problem {
    /// Reads an error body; `None` for what is none, such as a web page.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }

    /// Is it about the address rather than about a record? So answers the wrong codebase.
    pub(super) fn is_no_endpoint(&self) -> bool {
        self.code.as_deref() == Some("ConnectWiseApi")
    }

    /// Does the host of the site answer in place of the API's?
    pub(super) fn is_wrong_host(&self) -> bool {
        let says_ssl = (self.message.as_deref()).is_some_and(|m| m.contains("SSL is required"));
        self.code.as_deref() == Some("Security") && says_ssl
    }

    /// Why, fit for people and logs. `sent` are the texts of the write, lower case.
    pub(super) fn reason(&self, sent: &[String]) -> String {
        let detail = self.first().and_then(|detail| detail.message.as_deref());
        let text = detail.or(self.message.as_deref()).unwrap_or_default();
        masking::mask(text, sent, |word| field_named(word).is_some())
    }

    /// Which of our fields it speaks of.
    pub(super) fn field(&self) -> Option<&'static str> {
        field_named(self.first()?.field.as_deref()?)
    }

    fn first(&self) -> Option<&Detail> {
        self.errors.as_ref()?.first()
    }
}

/// Which of our fields has that name there. `value` is what an address or a number is called, and
/// tells nothing by itself.
fn field_named(name: &str) -> Option<&'static str> {
    let name = name.split(['/', '.']).find(|part| !part.is_empty())?;
    let field = match name.to_ascii_lowercase().as_str() {
        "firstname" => Attribute::GivenName.as_str(),
        "lastname" => Attribute::Surname.as_str(),
        "title" => Attribute::JobTitle.as_str(),
        "department" => Attribute::Department.as_str(),
        "company" => "company",
        "site" => "site",
        "inactiveflag" => "active",
        "customfields" => "external_id",
        "typeids" | "types" => "contact_type",
        _ => return None,
    };
    Some(field)
}

/// The pause in a text such as "Too many requests. Please try again in 30 seconds."
pub(super) fn pause(body: &[u8]) -> Option<Duration> {
    let text = masking::said(body).to_ascii_lowercase();
    let (_, rest) = text.split_once("again in ")?;
    let mut words = rest.split(|c: char| !c.is_ascii_alphanumeric());
    let count: u64 = words.next()?.parse().ok()?;
    let unit = words.next()?;
    let seconds = match unit {
        "second" | "seconds" => 1,
        "minute" | "minutes" => 60,
        _ => return None,
    };
    Some(Duration::from_secs(count.checked_mul(seconds)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_families_of_bodies_are_read() {
        for (body, reason, field) in [
            (
                r#"{"code":"InvalidObject","message":"contact object is invalid","errors":[{"code":
                "MissingRequiredField","message":"The firstName field is required.","field":"firstName"}]}"#,
                "The firstName field is required.",
                Some("given_name"),
            ),
            (
                r#"{"code":"InvalidPatch","message":"Could not cast","errors":null}"#,
                "Could not cast",
                None,
            ),
            (
                r#"{"error":"ConnectWiseAPI","message":"Slow down"}"#,
                "Slow down",
                None,
            ),
            (
                r#"{"errors":[{"message":"'Jane Doe' is bad","field":"/title"}]}"#,
                "'***' is bad",
                Some("job_title"),
            ),
            (r#"{"errors":[]}"#, "no reason given", None),
        ] {
            let problem = Problem::read(body.as_bytes()).unwrap();
            assert_eq!(problem.reason(&[]), reason);
            assert_eq!(problem.field(), field);
        }
        for none in ["<html>", "", "[1", "\"text\"", "null"] {
            assert!(Problem::read(none.as_bytes()).is_none(), "{none}");
        }
    }

    #[test]
    fn a_record_that_is_gone_is_told_from_an_address_that_is_wrong() {
        let read = |body: &str| Problem::read(body.as_bytes()).unwrap();
        let gone = read(r#"{"code":"NotFound","message":"Contact 57919 not found"}"#);
        assert!(!gone.is_no_endpoint() && !gone.is_wrong_host());
        let nowhere = read(r#"{"code":"ConnectWiseApi","message":"The endpoint does not exist."}"#);
        assert!(nowhere.is_no_endpoint());
        let host = read(r#"{"code":"Security","message":"SSL is required.","errors":null}"#);
        assert!(host.is_wrong_host());
    }

    #[test]
    fn a_pause_in_words_is_understood() {
        for (text, seconds) in [
            (
                "Too many requests. Please try again in 30 seconds.",
                Some(30),
            ),
            ("Try again in 2 minutes", Some(120)),
            ("Try again in a while", None),
            ("Try again later", None),
        ] {
            let body = format!("{{\"error\":\"ConnectWiseAPI\",\"message\":\"{text}\"}}");
            assert_eq!(pause(body.as_bytes()), seconds.map(Duration::from_secs));
        }
    }
}
