//! What Autotask says when it does not do what it was asked. Its statuses say little: rights,
//! mistakes in values and records that are not there all come as 500 with a sentence. Pure.

use super::write::field_named_in;
use crate::http::{Answer, Heard};
use crate::psa::masking;

/// What a sentence of Autotask's means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The tracking identifier is not taken.
    WrongCode,
    /// The API user is not known where zones are told.
    UnknownUser,
    /// The API user may not do this.
    NoRight,
    /// There is no such record.
    Missing,
    /// The request is never taken as it is.
    Refused,
    /// Too many calls, at once or in the hour.
    TooMany,
}

/// Sentences, as integrators saw them, in lower case. The first that fits counts.
const SENTENCES: [(&str, Meaning); 12] = [
    ("threshold exceeded", Meaning::TooMany),
    ("itgenatr005", Meaning::TooMany),
    ("integrationcode is invalid", Meaning::WrongCode),
    ("zone information could not be", Meaning::UnknownUser),
    ("adequate permissions", Meaning::NoRight),
    ("no matching records found", Meaning::Missing),
    ("does not exist or is invalid", Meaning::Refused),
    ("unable to find", Meaning::Refused),
    ("picklist value", Meaning::Refused),
    ("must be less than or equal to", Meaning::Refused),
    ("missing required field", Meaning::Refused),
    ("unexpected character encountered", Meaning::Refused),
];

/// What an error body means; `None` where it says nothing that is known.
pub(super) fn meaning(body: &[u8]) -> Option<Meaning> {
    let said = masking::said(body).to_lowercase();
    SENTENCES
        .iter()
        .find(|(sentence, _)| said.contains(sentence))
        .map(|(_, meaning)| *meaning)
}

/// Statuses that are no success, by what is said with them.
pub(super) fn hear(answer: &Answer) -> Option<Heard> {
    match meaning(&answer.body)? {
        Meaning::TooMany => Some(Heard::TurnedAway),
        Meaning::WrongCode
        | Meaning::UnknownUser
        | Meaning::NoRight
        | Meaning::Missing
        | Meaning::Refused => Some(Heard::Answer),
    }
}

/// The message in an error body, fit for people and logs. `sent` are the texts of the write.
pub(super) fn message(body: &[u8], sent: &[String]) -> String {
    masking::message(body, sent, |word| field_named_in(word).is_some())
}

/// Which of our fields an error body speaks of.
pub(super) fn field(body: &[u8]) -> Option<&'static str> {
    field_named_in(&masking::said(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(text: &str) -> Vec<u8> {
        serde_json::json!({ "errors": [text] }).to_string().into()
    }

    #[test]
    fn sentences_are_understood_whatever_the_status() {
        for (text, expected) in [
            ("IntegrationCode is invalid.", Some(Meaning::WrongCode)),
            (
                "Zone information could not be determined",
                Some(Meaning::UnknownUser),
            ),
            (
                "The logged in Resource does not have the adequate permissions to update this \
                 entity type.",
                Some(Meaning::NoRight),
            ),
            (
                "Reference value on field: companyID of type: Account does not exist or is \
                 invalid.",
                Some(Meaning::Refused),
            ),
            (
                "No matching records found for the given ID",
                Some(Meaning::Missing),
            ),
            (
                "Field length of 60 for field firstName must be less than or equal to 50",
                Some(Meaning::Refused),
            ),
            ("Thread Threshold Exceeded", Some(Meaning::TooMany)),
            ("Itgenatr005", Some(Meaning::TooMany)),
            ("Something went wrong", None),
        ] {
            assert_eq!(meaning(&errors(text)), expected, "{text}");
        }
        assert_eq!(meaning(b""), None);
        assert_eq!(meaning(b"<html>unable to find</html>"), None);
    }

    #[test]
    fn messages_name_fields_and_no_persons() {
        let sent = ["jane".to_owned(), "jane.doe@contoso.example".to_owned()];
        let text = "Value 'Jane' of 'emailAddress' jane.doe@contoso.example is bad";
        assert_eq!(
            message(&errors(text), &sent),
            "Value '***' of 'emailAddress' *** is bad"
        );
        assert_eq!(field(&errors(text)), Some("email"));
    }
}
