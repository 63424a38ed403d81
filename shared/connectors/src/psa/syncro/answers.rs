//! What Syncro says when it does not do what it was asked, and which field it speaks of. Pure.

use serde_json::Value;

use super::write::field_named_in;
use crate::psa::masking;

/// The message in an error body, fit for people and logs. `sent` are the texts of the write.
pub(super) fn message(body: &[u8], sent: &[String]) -> String {
    masking::mask(&said(body), sent, |word| field_named_in(word).is_some())
}

/// Which of our fields an error body speaks of.
pub(super) fn field(body: &[u8]) -> Option<&'static str> {
    field_named_in(&said(body))
}

/// The words of an error body. They are a text, a list of texts, or lists of texts by field.
fn said(body: &[u8]) -> String {
    let by_field = || {
        let value: Value = serde_json::from_slice(body).ok()?;
        let words = ["errors", "message", "error"].into_iter();
        let object = words.filter_map(|key| value.get(key)?.as_object()).next()?;
        let (field, words) = object.iter().next()?;
        let words = match words {
            Value::Array(all) => all.first()?.as_str()?,
            Value::String(text) => text,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => return None,
        };
        Some(format!("{field} {words}"))
    };
    // A lone apostrophe would pass for the beginning of a name in quotes.
    by_field()
        .unwrap_or_else(|| masking::said(body))
        .replace("can't ", "cannot ")
        .replace("n't ", " not ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_every_shape() {
        for (body, expected, field_named) in [
            (
                r#"{"record":{"name":"Mara","errors":"x"},"errors":"Email is not an email"}"#,
                "Email is not an email",
                Some("email"),
            ),
            (
                r#"{"success":false,"message":["Email is not an email","more"],"params":{}}"#,
                "Email is not an email",
                Some("email"),
            ),
            (
                r#"{"errors":{"mobile":["is too long"]}}"#,
                "mobile is too long",
                Some("mobile"),
            ),
            (
                r#"{"errors":"Customer can't be blank"}"#,
                "Customer cannot be blank",
                Some("company"),
            ),
            (
                r#"{"errors":"Name isn't good"}"#,
                "Name is not good",
                Some("display_name"),
            ),
            (r#"{"message":"Not found"}"#, "Not found", None),
            ("Slow down", "Slow down", None),
            ("", "no reason given", None),
        ] {
            assert_eq!(message(body.as_bytes(), &[]), expected, "{body}");
            assert_eq!(field(body.as_bytes()), field_named, "{body}");
        }
        let sent = ["mara lindqvist".to_owned(), "dentist".to_owned()];
        let body = r#"{"errors":"Mara Lindqvist, Dentist <m@a.example> exists"}"#;
        assert_eq!(message(body.as_bytes(), &sent), "***, *** *** exists");
    }
}
