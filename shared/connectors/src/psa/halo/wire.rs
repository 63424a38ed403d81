//! Halo's words: the parts of its JSON that we read, as loosely typed as it sends them.
//!
//! Invariants: a key that was missing stays apart from one that was empty (`Said::Nothing` and
//! `Said::Cleared`); a number may come as `18`, `18.0` or `"18"`; unknown keys are ignored, since
//! every release of Halo adds some; an answer without a list is not an empty list.

use domain::identity::Said;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::custom::{self, WireField};
use crate::psa::lenient::{text, to_flag};

/// A user of Halo (a contact of ours): a thin row of a list, or the full object.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct WireUser {
    #[serde(deserialize_with = "integer")]
    pub(super) id: Option<i64>,
    #[serde(deserialize_with = "text")]
    pub(super) name: Said<String>,
    #[serde(deserialize_with = "text")]
    pub(super) firstname: Said<String>,
    #[serde(deserialize_with = "text")]
    pub(super) surname: Said<String>,
    #[serde(deserialize_with = "text")]
    pub(super) emailaddress: Said<String>,
    #[serde(deserialize_with = "text")]
    pub(super) email2: Said<String>,
    #[serde(deserialize_with = "text")]
    pub(super) email3: Said<String>,
    #[serde(deserialize_with = "text")]
    pub(super) phonenumber: Said<String>,
    #[serde(deserialize_with = "text")]
    pub(super) mobilenumber: Said<String>,
    #[serde(deserialize_with = "text")]
    pub(super) title: Said<String>,
    #[serde(deserialize_with = "text")]
    pub(super) department: Said<String>,
    #[serde(deserialize_with = "text")]
    pub(super) azureoid: Said<String>,
    #[serde(deserialize_with = "integer")]
    pub(super) site_id: Option<i64>,
    #[serde(deserialize_with = "integer")]
    pub(super) client_id: Option<i64>,
    #[serde(deserialize_with = "integer")]
    pub(super) linked_agent_id: Option<i64>,
    #[serde(deserialize_with = "flag")]
    pub(super) inactive: Option<bool>,
    #[serde(deserialize_with = "flag")]
    pub(super) isserviceaccount: Option<bool>,
    #[serde(deserialize_with = "custom::fields")]
    pub(super) customfields: Option<Vec<WireField>>,
}

/// A client of Halo (a company of ours).
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct WireClient {
    #[serde(deserialize_with = "integer")]
    pub(super) id: Option<i64>,
    #[serde(deserialize_with = "text")]
    pub(super) name: Said<String>,
    #[serde(deserialize_with = "flag")]
    pub(super) inactive: Option<bool>,
    #[serde(deserialize_with = "integer")]
    pub(super) main_site_id: Option<i64>,
    #[serde(deserialize_with = "custom::fields")]
    pub(super) customfields: Option<Vec<WireField>>,
}

/// A site of a client.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct WireSite {
    #[serde(deserialize_with = "integer")]
    pub(super) id: Option<i64>,
    #[serde(deserialize_with = "integer")]
    pub(super) client_id: Option<i64>,
    #[serde(deserialize_with = "flag")]
    pub(super) inactive: Option<bool>,
}

/// One answer to a question for a list.
pub(super) struct WireList<T> {
    /// The rows of this page.
    pub(super) rows: Vec<T>,
    /// How many rows there are in all, where the answer says so.
    pub(super) record_count: Option<i64>,
}

/// Why an answer could not be understood; without any of its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum WireError {
    #[error("an answer that ended before its end")]
    Cut,
    #[error("an answer that is not JSON")]
    NotJson,
    #[error("an answer without the list that was asked for")]
    NoList,
    #[error("a row that is not the object that was asked for")]
    BadRow,
}

/// Reads a list: under its key, else the only array of the object, else a bare array.
pub(super) fn read_list<T: DeserializeOwned>(
    body: &[u8],
    key: &str,
) -> Result<WireList<T>, WireError> {
    let value = read_json(body)?;
    let (rows, record_count) = match value {
        Value::Array(rows) => (rows, None),
        Value::Object(mut object) => {
            let record_count = object.get("record_count").and_then(to_integer);
            (take_rows(&mut object, key, record_count)?, record_count)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            return Err(WireError::NoList);
        }
    };
    let rows = rows
        .into_iter()
        .map(|row| serde_json::from_value(row).map_err(|_| WireError::BadRow))
        .collect::<Result<_, _>>()?;
    Ok(WireList { rows, record_count })
}

fn read_json(body: &[u8]) -> Result<Value, WireError> {
    serde_json::from_slice(body).map_err(|error| {
        if error.is_eof() {
            WireError::Cut
        } else {
            WireError::NotJson
        }
    })
}

fn take_rows(
    object: &mut Map<String, Value>,
    key: &str,
    record_count: Option<i64>,
) -> Result<Vec<Value>, WireError> {
    match object.remove(key) {
        Some(Value::Array(rows)) => return Ok(rows),
        // A list that is said to hold nothing may be written as null.
        Some(Value::Null) if record_count == Some(0) => return Ok(Vec::new()),
        Some(_) => return Err(WireError::NoList),
        None => {}
    }
    let mut arrays = object.iter_mut().filter_map(|(_, value)| match value {
        Value::Array(rows) => Some(rows),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            None
        }
    });
    match (arrays.next(), arrays.next()) {
        (Some(only), None) => Ok(std::mem::take(only)),
        (Some(_) | None, _) => Err(WireError::NoList),
    }
}

/// Reads one object; some versions wrap it into an array of one.
pub(super) fn read_one<T: DeserializeOwned>(body: &[u8]) -> Result<T, WireError> {
    let value = read_json(body)?;
    let object = only_object(value).ok_or(WireError::BadRow)?;
    serde_json::from_value(Value::Object(object)).map_err(|_| WireError::BadRow)
}

/// The id that an answer to a write names: in an object, an array of one, or `{"users": [...]}`.
/// `None` where the answer names none, which some versions do.
pub(super) fn written_id(body: &[u8]) -> Result<Option<i64>, WireError> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    let value = read_json(body)?;
    let Some(mut object) = only_object(value) else {
        return Ok(None);
    };
    let id = object.get("id").and_then(to_integer);
    if id.is_some() {
        return Ok(id.filter(|id| *id > 0));
    }
    let inner = object.remove("users").and_then(only_object);
    Ok(inner
        .and_then(|user| user.get("id").and_then(to_integer))
        .filter(|id| *id > 0))
}

fn only_object(value: Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(object) => Some(object),
        Value::Array(rows) => {
            let mut rows = rows.into_iter();
            match (rows.next(), rows.next()) {
                (Some(Value::Object(object)), None) => Some(object),
                (Some(_) | None, _) => None,
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// The whole number in a value, whichever way it is written. `None` for anything else.
pub(super) fn to_integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number
            .as_i64()
            .or_else(|| number.as_f64().and_then(whole_number)),
        Value::String(text) => {
            let text = text.trim();
            text.parse()
                .ok()
                .or_else(|| text.parse().ok().and_then(whole_number))
        }
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Above this, a double no longer tells neighbouring whole numbers apart (2^53).
const WHOLE_NUMBER_MAX: f64 = 9_007_199_254_740_992.0;

fn whole_number(number: f64) -> Option<i64> {
    // Written and read again, since a cast would cut silently.
    (number.fract() == 0.0 && number.abs() < WHOLE_NUMBER_MAX)
        .then(|| format!("{number:.0}").parse().ok())
        .flatten()
}

fn integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    Ok(to_integer(&Value::deserialize(deserializer)?))
}

fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    Ok(to_flag(&Value::deserialize(deserializer)?, to_integer))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn list(body: &str) -> Result<(Vec<Option<i64>>, Option<i64>), WireError> {
        read_list::<WireUser>(body.as_bytes(), "users")
            .map(|list| (list.rows.iter().map(|r| r.id).collect(), list.record_count))
    }

    #[test]
    fn numbers_come_in_every_form() {
        for (value, expected) in [
            (json!(18), Some(18)),
            (json!(18.0), Some(18)),
            (json!("18"), Some(18)),
            (json!(" 18.0 "), Some(18)),
            (json!(-1), Some(-1)),
            (json!(18.5), None),
            (json!(1e300), None),
            (json!("eighteen"), None),
            (json!(null), None),
            (json!(true), None),
            (json!([18]), None),
        ] {
            assert_eq!(to_integer(&value), expected, "{value}");
        }
    }

    #[test]
    fn flags_come_in_every_form() {
        for (value, expected) in [
            (json!(true), Some(true)),
            (json!(false), Some(false)),
            (json!("True"), Some(true)),
            (json!("false"), Some(false)),
            (json!(1), Some(true)),
            (json!("0"), Some(false)),
            (json!(null), None),
            (json!("perhaps"), None),
        ] {
            let user: WireUser = serde_json::from_value(json!({ "inactive": value })).unwrap();
            assert_eq!(user.inactive, expected, "{value}");
        }
    }

    #[test]
    fn a_missing_key_is_not_an_empty_value() {
        let user: WireUser = serde_json::from_value(json!({
            "name": "Mara Lindqvist", "title": null, "department": " ", "phonenumber": 5550100,
            "mobilenumber": {"value": "1"}, "something_new": [1, 2]
        }))
        .unwrap();
        assert_eq!(user.name, Said::Value("Mara Lindqvist".into()));
        assert_eq!(user.title, Said::Cleared);
        assert_eq!(user.department, Said::Cleared);
        assert_eq!(user.phonenumber, Said::Value("5550100".into()));
        assert_eq!(user.mobilenumber, Said::Nothing);
        assert_eq!(user.azureoid, Said::Nothing);
    }

    #[test]
    fn a_list_is_found_in_every_envelope() {
        let both = (vec![Some(1), Some(2)], Some(7));
        for (body, expected) in [
            (
                r#"{"record_count":7,"users":[{"id":1},{"id":2.0}]}"#,
                Ok(both.clone()),
            ),
            (
                r#"{"record_count":7,"users":[{"id":1},{"id":2}],"columns":[]}"#,
                Ok(both.clone()),
            ),
            (
                r#"{"record_count":7.0,"people":[{"id":1},{"id":2}]}"#,
                Ok(both),
            ),
            (r#"[{"id":1}]"#, Ok((vec![Some(1)], None))),
            (r#"{"record_count":0,"users":[]}"#, Ok((vec![], Some(0)))),
            (r#"{"record_count":0,"users":null}"#, Ok((vec![], Some(0)))),
            (r#"{"record_count":3,"users":null}"#, Err(WireError::NoList)),
            (r#"{"record_count":0}"#, Err(WireError::NoList)),
            (
                r#"{"people":[{"id":1}],"columns":[]}"#,
                Err(WireError::NoList),
            ),
            (r#""nothing""#, Err(WireError::NoList)),
            (r#"{"users":["Mara"]}"#, Err(WireError::BadRow)),
            ("<html></html>", Err(WireError::NotJson)),
            (r#"{"users":[{"id":1}"#, Err(WireError::Cut)),
            ("", Err(WireError::Cut)),
        ] {
            assert_eq!(list(body), expected, "{body}");
        }
    }

    #[test]
    fn a_write_names_its_id_in_many_shapes() {
        for (body, expected) in [
            (r#"{"id":1187}"#, Ok(Some(1187))),
            (r#"[{"id":1187.0}]"#, Ok(Some(1187))),
            (r#"{"users":[{"id":1187}]}"#, Ok(Some(1187))),
            ("", Ok(None)),
            (" \r\n", Ok(None)),
            ("[]", Ok(None)),
            ("{}", Ok(None)),
            (r#"{"id":0}"#, Ok(None)),
            (r#"[{"id":1},{"id":2}]"#, Ok(None)),
            ("<html>", Err(WireError::NotJson)),
        ] {
            assert_eq!(written_id(body.as_bytes()), expected, "{body}");
        }
    }

    #[test]
    fn one_object_may_be_wrapped() {
        for body in [r#"{"main_site_id":95.0}"#, r#"[{"main_site_id":95}]"#] {
            let client: WireClient = read_one(body.as_bytes()).unwrap();
            assert_eq!(client.main_site_id, Some(95));
        }
        assert!(read_one::<WireClient>(b"[]").is_err());
    }
}
