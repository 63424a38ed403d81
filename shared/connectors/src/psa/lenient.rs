//! Values as loosely typed as PSAs send them: numbers as text, flags as numbers, texts as numbers. Pure.
//!
//! Invariant: a value that was missing stays apart from one that was empty; what is neither of what it
//! should be tells nothing, and is no error.

use domain::identity::Said;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// The whole number in a value, as number or as text.
pub(crate) fn to_integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// What a value says as text: `null`, `""` and blanks are all an empty one. A phone number that was
/// typed without signs may come as a number.
pub(crate) fn said(value: &Value) -> Said<String> {
    match value {
        Value::Null => Said::Cleared,
        Value::String(text) if text.trim().is_empty() => Said::Cleared,
        Value::String(text) => Said::Value(text.clone()),
        Value::Number(number) => Said::Value(number.to_string()),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => Said::Nothing,
    }
}

/// Reads a member as [`to_integer`] does.
pub(crate) fn integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    Ok(to_integer(&Value::deserialize(deserializer)?))
}

/// Reads a member as [`said`] does; one that is missing is left as `Said::Nothing` by its default.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Said<String>, D::Error> {
    Ok(said(&Value::deserialize(deserializer)?))
}

/// Reads yes or no: as such, in words, or as a number that is not zero.
pub(crate) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    Ok(to_flag(&Value::deserialize(deserializer)?, to_integer))
}

/// The yes or no in a value, whose numbers are read so.
pub(crate) fn to_flag(value: &Value, to_integer: fn(&Value) -> Option<i64>) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        Value::Number(_) | Value::String(_) => to_integer(value).map(|number| number != 0),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_flags_and_texts_come_in_every_form() {
        for (value, number, yes) in [
            (json!(18), Some(18), Some(true)),
            (json!(" 18 "), Some(18), Some(true)),
            (json!(0), Some(0), Some(false)),
            (json!(18.5), None, None),
            (json!("TRUE"), None, Some(true)),
            (json!("false"), None, Some(false)),
            (json!("perhaps"), None, None),
            (json!(true), None, Some(true)),
            (json!(null), None, None),
            (json!([1]), None, None),
        ] {
            assert_eq!(integer(value.clone()).unwrap(), number, "{value}");
            assert_eq!(flag(value.clone()).unwrap(), yes, "{value}");
        }
        for (value, expected) in [
            (json!("Mara"), Said::Value("Mara".to_owned())),
            (json!(5_550_100), Said::Value("5550100".to_owned())),
            (json!(" "), Said::Cleared),
            (json!(null), Said::Cleared),
            (json!({ "value": "1" }), Said::Nothing),
        ] {
            assert_eq!(text(value.clone()).unwrap(), expected, "{value}");
        }
    }
}
