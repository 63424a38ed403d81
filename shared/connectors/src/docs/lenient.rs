//! Values as loosely typed as the vendors send them. Nothing is buffered: what is not wanted is skipped
//! while it is parsed.

use std::fmt;

use secrecy::zeroize::Zeroizing;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// An id: a text, or a whole number. Never by way of a floating-point number, which would change ids
/// above 2^53.
pub(super) fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(deserializer.deserialize_any(Scalar)?.into_id())
}

/// A text, trimmed; `None` where it is empty, missing or no text at all.
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(deserializer.deserialize_any(Scalar)?.into_text())
}

/// A text to the letter, overwritten when it goes; empty where it is missing or no text at all.
pub(super) fn exact<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Zeroizing<String>, D::Error> {
    Ok(match deserializer.deserialize_any(Scalar)? {
        Found::Text(text) => Zeroizing::new(text),
        Found::Nothing | Found::Flag(_) | Found::Number(_) => Zeroizing::default(),
    })
}

/// Yes or no, as a word or a number too.
pub(super) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(deserializer.deserialize_any(Scalar)?.into_flag())
}

enum Found {
    Nothing,
    Flag(bool),
    Number(u64),
    Text(String),
}

impl Found {
    fn into_id(self) -> Option<String> {
        match self {
            Self::Number(number) => Some(number.to_string()),
            Self::Text(text) => Some(text).filter(|text| !text.is_empty()),
            Self::Nothing | Self::Flag(_) => None,
        }
    }

    fn into_text(self) -> Option<String> {
        match self {
            Self::Number(number) => Some(number.to_string()),
            Self::Text(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            Self::Nothing | Self::Flag(_) => None,
        }
    }

    fn into_flag(self) -> bool {
        match self {
            Self::Flag(flag) => flag,
            Self::Number(number) => number != 0,
            Self::Text(text) => text == "1" || text.eq_ignore_ascii_case("true"),
            Self::Nothing => false,
        }
    }
}

struct Scalar;

impl<'de> Visitor<'de> for Scalar {
    type Value = Found;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a number, yes, no or nothing")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Found, E> {
        Ok(Found::Flag(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Found, E> {
        Ok(Found::Number(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Found, E> {
        Ok(u64::try_from(value).map_or(Found::Nothing, Found::Number))
    }

    fn visit_f64<E: Error>(self, _value: f64) -> Result<Found, E> {
        Ok(Found::Nothing)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Found, E> {
        Ok(Found::Text(value.to_owned()))
    }

    fn visit_unit<E: Error>(self) -> Result<Found, E> {
        Ok(Found::Nothing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Found, A::Error> {
        while all.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Found::Nothing)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut all: A) -> Result<Found, A::Error> {
        while all.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Found::Nothing)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize, Debug, PartialEq, Default)]
    #[serde(default)]
    struct Row {
        #[serde(deserialize_with = "id")]
        id: Option<String>,
        #[serde(deserialize_with = "text")]
        text: Option<String>,
        #[serde(deserialize_with = "flag")]
        flag: bool,
    }

    #[test]
    fn values_are_taken_as_they_come_and_ids_stay_whole() {
        let row = |id: Option<&str>, text: Option<&str>, flag| Row {
            id: id.map(str::to_owned),
            text: text.map(str::to_owned),
            flag,
        };
        for (json, expected) in [
            ("{}", row(None, None, false)),
            (
                r#"{"id":null,"text":null,"flag":null}"#,
                row(None, None, false),
            ),
            (
                r#"{"id":90071992547409931,"text":" a ","flag":true}"#,
                row(Some("90071992547409931"), Some("a"), true),
            ),
            (
                r#"{"id":"90071992547409931","text":7,"flag":1}"#,
                row(Some("90071992547409931"), Some("7"), true),
            ),
            (
                r#"{"id":1.5,"text":" ","flag":"False"}"#,
                row(None, None, false),
            ),
            (
                r#"{"id":-4,"text":{"a":[1]},"flag":[1,{"b":2}]}"#,
                row(None, None, false),
            ),
            (r#"{"id":"","flag":"True"}"#, row(None, None, true)),
        ] {
            assert_eq!(
                serde_json::from_str::<Row>(json).unwrap(),
                expected,
                "{json}"
            );
        }
    }
}
