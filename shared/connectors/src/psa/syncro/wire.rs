//! Syncro's words: the parts of its JSON that we read.
//!
//! Invariants: a key that was missing stays apart from one that was empty (`Said::Nothing` and
//! `Said::Cleared`); unknown keys are ignored; an answer without a list is not an empty list; one
//! object may come bare, as contacts do, or wrapped, as customers do.

use domain::identity::Said;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::paging::Meta;
use crate::psa::lenient::{flag, integer, text, to_integer};

/// Values of custom fields by their names, and what else Syncro keeps there.
pub(super) type Properties = Map<String, Value>;

/// A contact: rows of lists and single ones are alike.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct WireContact {
    #[serde(deserialize_with = "integer")]
    pub(super) id: Option<i64>,
    #[serde(deserialize_with = "integer")]
    pub(super) customer_id: Option<i64>,
    #[serde(deserialize_with = "text")]
    pub(super) name: Said<String>,
    #[serde(deserialize_with = "text")]
    pub(super) email: Said<String>,
    #[serde(deserialize_with = "text")]
    pub(super) phone: Said<String>,
    #[serde(deserialize_with = "text")]
    pub(super) mobile: Said<String>,
    /// Written here, and read from the properties; some version may show it where it is written.
    #[serde(deserialize_with = "text")]
    pub(super) title: Said<String>,
    /// `None` where the answer did not tell of them.
    #[serde(deserialize_with = "properties")]
    pub(super) properties: Option<Properties>,
}

/// A customer (a company of ours).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct WireCustomer {
    #[serde(deserialize_with = "integer")]
    pub(super) id: Option<i64>,
    #[serde(deserialize_with = "text")]
    pub(super) business_name: Said<String>,
    #[serde(deserialize_with = "text")]
    pub(super) business_then_name: Said<String>,
    #[serde(deserialize_with = "text")]
    pub(super) fullname: Said<String>,
    #[serde(deserialize_with = "text")]
    pub(super) email: Said<String>,
    #[serde(deserialize_with = "flag")]
    pub(super) disabled: Option<bool>,
}

/// Who calls. The answer repeats a token, so that nothing else of it is kept.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct WireMe {
    permissions: WirePermissions,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WirePermissions {
    customer: WireRights,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WireRights {
    #[serde(deserialize_with = "flag")]
    write: Option<bool>,
}

impl WireMe {
    /// Does it say that contacts may not be written?
    pub(super) fn denies_writes(&self) -> bool {
        self.permissions.customer.write == Some(false)
    }
}

/// One answer to a question for a list.
#[derive(Debug)]
pub(super) struct WireList<T> {
    /// The rows of this page.
    pub(super) rows: Vec<T>,
    /// What it says of the whole list.
    pub(super) meta: Meta,
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

/// Reads a list under its key.
pub(super) fn read_list<T: DeserializeOwned>(
    body: &[u8],
    key: &str,
) -> Result<WireList<T>, WireError> {
    let mut value = read_json(body)?;
    let number = |value: &Value, name: &str| {
        let number = value.get("meta")?.get(name).and_then(to_integer)?;
        usize::try_from(number).ok()
    };
    let meta = Meta {
        total_pages: number(&value, "total_pages"),
        total_entries: number(&value, "total_entries"),
    };
    let Some(Value::Array(rows)) = value.get_mut(key).map(Value::take) else {
        return Err(WireError::NoList);
    };
    let rows = rows
        .into_iter()
        .map(|row| serde_json::from_value(row).map_err(|_| WireError::BadRow))
        .collect::<Result<_, _>>()?;
    Ok(WireList { rows, meta })
}

/// Reads one object, bare or under its key.
pub(super) fn read_one<T: DeserializeOwned>(body: &[u8], key: &str) -> Result<T, WireError> {
    let mut value = read_json(body)?;
    let object = match value.get_mut(key) {
        Some(inner @ Value::Object(_)) => inner.take(),
        Some(_) | None => value,
    };
    // Derived readers take arrays for objects.
    if !object.is_object() {
        return Err(WireError::BadRow);
    }
    serde_json::from_value(object).map_err(|_| WireError::BadRow)
}

/// The contact in the answer to a write; `None` where there is none in it.
pub(super) fn read_written(body: &[u8]) -> Result<Option<WireContact>, WireError> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    match read_one::<WireContact>(body, "contact") {
        Ok(contact) => Ok(Some(contact).filter(|contact| contact.id.is_some_and(|id| id > 0))),
        Err(WireError::BadRow) => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) fn read_json(body: &[u8]) -> Result<Value, WireError> {
    serde_json::from_slice(body).map_err(|error| {
        if error.is_eof() {
            WireError::Cut
        } else {
            WireError::NotJson
        }
    })
}

fn properties<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Properties>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Object(properties) => Some(properties),
        // Said to be nothing, and so without any.
        Value::Null => Some(Properties::new()),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    type Read = Result<(Vec<Option<i64>>, Option<usize>), WireError>;

    fn list(body: &str) -> Read {
        read_list::<WireContact>(body.as_bytes(), "contacts").map(|list| {
            let ids = list.rows.iter().map(|row| row.id).collect();
            (ids, list.meta.total_entries)
        })
    }

    #[test]
    fn a_list_is_what_stands_under_its_key() {
        for (body, expected) in [
            (
                r#"{"contacts":[{"id":1},{"id":"2"}],"meta":{"total_pages":7,"total_entries":331}}"#,
                Ok((vec![Some(1), Some(2)], Some(331))),
            ),
            (r#"{"contacts":[]}"#, Ok((vec![], None))),
            (r#"{"contacts":[],"meta":null}"#, Ok((vec![], None))),
            (r#"{"contacts":null}"#, Err(WireError::NoList)),
            (r#"{"customers":[{"id":1}]}"#, Err(WireError::NoList)),
            (r#"[{"id":1}]"#, Err(WireError::NoList)),
            (r#""Disabled""#, Err(WireError::NoList)),
            (r#"{"contacts":["Mara"]}"#, Err(WireError::BadRow)),
            ("<html></html>", Err(WireError::NotJson)),
            (r#"{"contacts":[{"id":1}"#, Err(WireError::Cut)),
            ("", Err(WireError::Cut)),
        ] {
            assert_eq!(list(body), expected, "{body}");
        }
    }

    #[test]
    fn one_object_comes_bare_or_wrapped() {
        for body in [
            r#"{"id":7,"customer":{"id":8},"name":"Mara"}"#,
            r#"{"contact":{"id":7,"name":"Mara"}}"#,
        ] {
            let contact: WireContact = read_one(body.as_bytes(), "contact").unwrap();
            assert_eq!(contact.id, Some(7), "{body}");
            let written = read_written(body.as_bytes()).unwrap().unwrap();
            assert_eq!(written.name, Said::Value("Mara".into()));
        }
        let customer: WireCustomer = read_one(br#"{"customer":{"id":3}}"#, "customer").unwrap();
        assert_eq!(customer.id, Some(3));
        assert!(read_one::<WireContact>(b"[]", "contact").is_err());
        for nothing in ["", " \n", "[]", "{}", r#"{"id":0}"#, r#"{"success":true}"#] {
            let read = read_written(nothing.as_bytes());
            assert!(read.unwrap().is_none(), "{nothing}");
        }
        assert_eq!(read_written(b"<html>").unwrap_err(), WireError::NotJson);
    }

    #[test]
    fn a_missing_key_is_not_an_empty_value() {
        let contact: WireContact = serde_json::from_value(json!({
            "id": 1, "name": "Mara Lindqvist", "email": null, "phone": " ", "mobile": 705550101,
            "properties": { "title": "Dentist" }, "something_new": [1]
        }))
        .unwrap();
        assert_eq!(contact.email, Said::Cleared);
        assert_eq!(contact.phone, Said::Cleared);
        assert_eq!(contact.mobile, Said::Value("705550101".into()));
        assert_eq!(contact.title, Said::Nothing);
        assert_eq!(contact.properties.unwrap()["title"], "Dentist");
        let bare: WireContact = serde_json::from_value(json!({ "id": 1 })).unwrap();
        assert!(bare.properties.is_none());
        let null = json!({ "properties": null });
        let null: WireContact = serde_json::from_value(null).unwrap();
        assert_eq!(null.properties, Some(Properties::new()));
    }

    #[test]
    fn who_calls_may_write_unless_it_is_said_that_they_may_not() {
        for (body, denies) in [
            (
                json!({"permissions": {"customer": {"read": true, "write": false}}}),
                true,
            ),
            (json!({"permissions": {"customer": {"write": true}}}), false),
            (json!({"permissions": {}, "user_token": "hush"}), false),
            (json!({}), false),
        ] {
            let me: WireMe = serde_json::from_value(body.clone()).unwrap();
            assert_eq!(me.denies_writes(), denies, "{body}");
        }
    }
}
