//! What a vendor says when it does not do what it was asked, made fit for people and logs. Pure.
//!
//! Invariant: what leaves here holds no personal data. Error texts of vendors may repeat what they
//! were sent, so words that look like addresses or phone numbers, words in quotes that are not names
//! of fields, and every text of the write itself are masked.

use std::collections::BTreeSet;

use serde_json::Value;

/// The longest text of a vendor's that is passed on, in characters.
const TEXT_LENGTH_MAX: usize = 200;
/// Bodies longer than this are not looked at for a message, in bytes.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// Digits in a word from which it may be a phone number.
const PHONE_DIGITS_MIN: usize = 6;
/// Texts of the write from this length on are masked inside words too, in bytes.
const SUBSTRING_MIN: usize = 4;
/// Members of error bodies deeper than this are not looked at.
const DEPTH_MAX: u8 = 3;
/// The keys under which vendors put their messages, the most telling first.
const MESSAGE_KEYS: [&str; 5] = [
    "errormessage",
    "message",
    "error_description",
    "error",
    "errors",
];

/// The message in an error body, fit for people and logs. `sent` are the texts of the write, lower
/// case; `is_field` says of a word in quotes whether it is the name of a field.
pub(crate) fn message(body: &[u8], sent: &[String], is_field: fn(&str) -> bool) -> String {
    mask(&said(body), sent, is_field)
}

/// The message in an error body as the vendor wrote it: to be looked at, never to be passed on.
pub(crate) fn said(body: &[u8]) -> String {
    if body.len() > BODY_BYTES_MAX {
        return String::new();
    }
    match serde_json::from_slice::<Value>(body) {
        Ok(value) => in_json(&value, 0).unwrap_or_default(),
        Err(_) if is_html(None, body) => "a web page".to_owned(),
        Err(_) => String::from_utf8_lossy(body).into_owned(),
    }
}

/// A text of a vendor's without personal data, and without end.
pub(crate) fn mask(text: &str, sent: &[String], is_field: fn(&str) -> bool) -> String {
    let masked = mask_all(text, sent, is_field);
    if masked.is_empty() {
        "no reason given".to_owned()
    } else {
        masked.chars().take(TEXT_LENGTH_MAX).collect()
    }
}

/// Is it a page for people? The web host answers so where the API was expected.
pub(crate) fn is_html(content_type: Option<&str>, body: &[u8]) -> bool {
    let is_called_html = content_type.is_some_and(|t| t.to_ascii_lowercase().contains("html"));
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    is_called_html || first == Some(&b'<')
}

fn in_json(value: &Value, depth: u8) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Object(object) if depth < DEPTH_MAX => MESSAGE_KEYS.iter().find_map(|key| {
            object
                .iter()
                .find(|(name, value)| name.eq_ignore_ascii_case(key) && !value.is_null())
                .and_then(|(_, value)| in_json(value, depth + 1))
        }),
        Value::Array(all) if depth < DEPTH_MAX => {
            all.first().and_then(|one| in_json(one, depth + 1))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            None
        }
    }
}

/// Takes personal data out of a text.
fn mask_all(text: &str, sent: &[String], is_field: fn(&str) -> bool) -> String {
    let mut text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    // Longest first, so that a full name goes before the first name in it.
    let mut texts: Vec<&String> = sent.iter().filter(|t| t.len() >= SUBSTRING_MIN).collect();
    texts.sort_by_key(|t| std::cmp::Reverse(t.len()));
    for one in texts {
        text = mask_one(&text, one);
    }
    let sent_words: BTreeSet<&str> = sent.iter().flat_map(|text| words_of(text)).collect();
    let unquoted = mask_quoted(&text, is_field);
    let words: Vec<&str> = unquoted
        .split(' ')
        .map(|word| {
            let lower = word.to_lowercase();
            let is_sent = words_of(&lower).any(|part| sent_words.contains(part));
            let digits = word.chars().filter(char::is_ascii_digit).count();
            if is_sent || word.contains('@') || digits >= PHONE_DIGITS_MIN {
                "***"
            } else {
                word
            }
        })
        .collect();
    words.join(" ").trim().to_owned()
}

/// The words of a text, without those of one letter.
fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| word.chars().count() > 1)
}

/// Masks one text that was sent, wherever it stands, in whatever case. `one` is lower case.
fn mask_one(text: &str, one: &str) -> String {
    let lower = text.to_lowercase();
    if one.is_empty() || !lower.contains(one) {
        return text.to_owned();
    }
    // Where folding moves the letters, the lower-case text has to do.
    let same_length = lower.len() == text.len();
    let mut masked = String::new();
    let mut rest = if same_length { text } else { lower.as_str() };
    while let Some((before, after)) = rest.to_lowercase().find(one).and_then(|at| {
        let (before, found) = rest.split_at_checked(at)?;
        Some((before, found.split_at_checked(one.len())?.1))
    }) {
        masked.push_str(before);
        masked.push_str("***");
        rest = after;
    }
    masked.push_str(rest);
    masked
}

/// Masks what stands in quotes, unless it is the name of a field.
fn mask_quoted(text: &str, is_field: fn(&str) -> bool) -> String {
    let mut parts = text.split(['\'', '"', '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}']);
    let mut masked = parts.next().unwrap_or_default().to_owned();
    let mut is_inside = true;
    for part in parts {
        masked.push('\'');
        let is_name = !part.contains(' ') && is_field(part);
        masked.push_str(if is_inside && !is_name && !part.is_empty() {
            "***"
        } else {
            part
        });
        is_inside = !is_inside;
    }
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_field(word: &str) -> bool {
        matches!(word, "site_id" | "emailaddress")
    }

    fn told(body: &str) -> String {
        message(body.as_bytes(), &[], is_field)
    }

    #[test]
    fn messages_are_found_in_every_shape() {
        for (body, expected) in [
            (r#""site_id must be supplied""#, "site_id must be supplied"),
            ("site_id must be supplied", "site_id must be supplied"),
            (r#"{"error":"invalid_scope"}"#, "invalid_scope"),
            (
                r#"{"error":"invalid_client","error_description":"no such application"}"#,
                "no such application",
            ),
            (r#"{"Message":"Access denied"}"#, "Access denied"),
            (
                r#"{"ClassName":"System.Exception","Message":"It broke"}"#,
                "It broke",
            ),
            (r#"{"resultCode":4,"errorMessage":"Too long"}"#, "Too long"),
            (r#"{"error":{"message":"Nested"}}"#, "Nested"),
            (r#"[{"message":"Wrapped"}]"#, "Wrapped"),
            ("<html><body>Mara</body></html>", "a web page"),
            (r#"{"errors":["Wrapped","Second"]}"#, "Wrapped"),
            ("", "no reason given"),
            ("{}", "no reason given"),
            (r#"{"user":"Mara Lindqvist"}"#, "no reason given"),
        ] {
            assert_eq!(told(body), expected, "{body}");
        }
        assert_eq!(told(&"long ".repeat(100)).chars().count(), 200);
    }

    #[test]
    fn messages_carry_no_personal_data() {
        let sent: Vec<String> = ["mara lindqvist", "mara", "practice manager", "+46 8 555"]
            .map(str::to_owned)
            .to_vec();
        for (body, expected) in [
            ("mara@northwinddental.example is taken", "*** is taken"),
            ("(mara@northwinddental.example)", "***"),
            ("Call +4685550100 now", "Call *** now"),
            (
                "MARA LINDQVIST exists: Mara, Practice Manager",
                "*** exists: ***, ***",
            ),
            ("number +46 8 555 is bad", "number *** is bad"),
            ("name Lindqvist, M. is taken", "name *** M. is taken"),
            ("a manager is known", "a *** is known"),
            ("user 'Jon Ek' exists", "user '***' exists"),
            ("field 'site_id' is bad", "field 'site_id' is bad"),
            (
                "field \"emailaddress\" holds \"x y\"",
                "field 'emailaddress' holds '***'",
            ),
        ] {
            assert_eq!(
                message(body.as_bytes(), &sent, is_field),
                expected,
                "{body}"
            );
        }
        let turkish = message("\u{130}\u{130} Mara is there".as_bytes(), &sent, is_field);
        assert!(!turkish.to_lowercase().contains("mara"), "{turkish}");
    }

    #[test]
    fn pages_for_people_are_recognised() {
        assert!(is_html(Some("text/HTML; charset=utf-8"), b"{}"));
        assert!(is_html(None, b"\r\n <!DOCTYPE html>"));
        assert!(!is_html(Some("application/json"), b"{}"));
    }
}
