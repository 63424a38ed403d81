//! Autotask's words: the parts of its JSON that we read, as loosely typed as it sends them.
//!
//! Invariants: a key that was missing stays apart from one that was empty (`Said::Nothing` and
//! `Said::Cleared`); anything may be null; an id may come as text; unknown keys are ignored; an
//! answer without the envelope that was asked for is not an empty one.

use domain::identity::Said;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::psa::lenient::{flag, integer, text, to_integer};

/// A contact.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct WireContact {
    #[serde(deserialize_with = "integer")]
    pub(super) id: Option<i64>,
    #[serde(rename = "companyID", deserialize_with = "integer")]
    pub(super) company_id: Option<i64>,
    #[serde(rename = "companyLocationID", deserialize_with = "integer")]
    pub(super) company_location_id: Option<i64>,
    #[serde(deserialize_with = "text")]
    pub(super) first_name: Said<String>,
    #[serde(deserialize_with = "text")]
    pub(super) last_name: Said<String>,
    #[serde(deserialize_with = "text")]
    pub(super) email_address: Said<String>,
    #[serde(deserialize_with = "text")]
    pub(super) email_address2: Said<String>,
    #[serde(deserialize_with = "text")]
    pub(super) email_address3: Said<String>,
    #[serde(deserialize_with = "text")]
    pub(super) mobile_phone: Said<String>,
    #[serde(deserialize_with = "text")]
    pub(super) phone: Said<String>,
    #[serde(deserialize_with = "text")]
    pub(super) title: Said<String>,
    #[serde(rename = "externalID", deserialize_with = "text")]
    pub(super) external_id: Said<String>,
    #[serde(deserialize_with = "flag")]
    pub(super) is_active: Option<bool>,
    #[serde(deserialize_with = "values")]
    pub(super) user_defined_fields: Vec<WireValue>,
}

/// The value of a user-defined field.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct WireValue {
    pub(super) name: String,
    #[serde(deserialize_with = "text")]
    pub(super) value: Said<String>,
}

/// A company.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct WireCompany {
    #[serde(deserialize_with = "integer")]
    pub(super) id: Option<i64>,
    #[serde(deserialize_with = "text")]
    pub(super) company_name: Said<String>,
    #[serde(deserialize_with = "flag")]
    pub(super) is_active: Option<bool>,
    #[serde(rename = "territoryID", deserialize_with = "integer")]
    pub(super) territory_id: Option<i64>,
    #[serde(rename = "ownerResourceID", deserialize_with = "integer")]
    pub(super) owner_resource_id: Option<i64>,
    #[serde(deserialize_with = "values")]
    pub(super) user_defined_fields: Vec<WireValue>,
}

/// One of the MSP's own people.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct WireResource {
    #[serde(deserialize_with = "integer")]
    pub(super) id: Option<i64>,
    #[serde(deserialize_with = "text")]
    pub(super) first_name: Said<String>,
    #[serde(deserialize_with = "text")]
    pub(super) last_name: Said<String>,
}

/// What there is to know about an entity: of the entity itself, and of what the user may do with it.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct WireEntity {
    #[serde(deserialize_with = "flag")]
    pub(super) can_query: Option<bool>,
    #[serde(deserialize_with = "flag")]
    pub(super) can_create: Option<bool>,
    #[serde(deserialize_with = "flag")]
    pub(super) can_update: Option<bool>,
    #[serde(deserialize_with = "text")]
    pub(super) user_access_for_query: Said<String>,
    #[serde(deserialize_with = "text")]
    pub(super) user_access_for_create: Said<String>,
    #[serde(deserialize_with = "text")]
    pub(super) user_access_for_update: Said<String>,
}

/// A field, as its entity describes it.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct WireField {
    #[serde(deserialize_with = "text")]
    pub(super) name: Said<String>,
    #[serde(deserialize_with = "integer")]
    pub(super) length: Option<i64>,
    #[serde(deserialize_with = "flag")]
    pub(super) is_read_only: Option<bool>,
    #[serde(deserialize_with = "items")]
    pub(super) picklist_values: Vec<WireItem>,
}

/// An item of a field that is a list.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct WireItem {
    #[serde(deserialize_with = "text")]
    pub(super) value: Said<String>,
    #[serde(deserialize_with = "text")]
    pub(super) label: Said<String>,
}

/// How many calls the database takes, and how many it took.
#[derive(Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct WireThreshold {
    /// Calls that are allowed in the timeframe.
    #[serde(deserialize_with = "integer")]
    pub(super) external_request_threshold: Option<i64>,
    /// The timeframe, in minutes.
    #[serde(deserialize_with = "integer")]
    pub(super) request_threshold_timeframe: Option<i64>,
    /// Calls of everybody in the timeframe that ends now.
    #[serde(deserialize_with = "integer")]
    pub(super) current_timeframe_request_count: Option<i64>,
}

/// Where a tenant lives.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct WireZone {
    #[serde(deserialize_with = "text")]
    pub(super) url: Said<String>,
}

/// One answer to a query.
pub(super) struct WireList<T> {
    /// The rows of this page.
    pub(super) rows: Vec<T>,
    /// Does the answer name another page? `None` where it says nothing of pages.
    pub(super) has_next: Option<bool>,
}

/// Why an answer could not be understood; without any of its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum WireError {
    #[error("an answer that ended before its end")]
    Cut,
    #[error("an answer that is not JSON")]
    NotJson,
    #[error("an answer without the {0} that was asked for")]
    Missing(&'static str),
    #[error("a row that is not the object that was asked for")]
    BadRow,
}

/// Reads the answer to a query: `{"items": [...], "pageDetails": {...}}`.
pub(super) fn read_list<T: DeserializeOwned>(body: &[u8]) -> Result<WireList<T>, WireError> {
    let mut answer = read_object(body)?;
    let Some(Value::Array(rows)) = answer.remove("items") else {
        return Err(WireError::Missing("list"));
    };
    let has_next = answer
        .get("pageDetails")
        .and_then(Value::as_object)
        .and_then(|details| details.get("nextPageUrl"))
        .map(|next| next.as_str().is_some_and(|url| !url.trim().is_empty()));
    let rows = rows
        .into_iter()
        .map(|row| serde_json::from_value(row).map_err(|_| WireError::BadRow))
        .collect::<Result<_, _>>()?;
    Ok(WireList { rows, has_next })
}

/// Reads one record: `{"item": {...}}`; `None` where it is null.
pub(super) fn read_one<T: DeserializeOwned>(body: &[u8]) -> Result<Option<T>, WireError> {
    match read_object(body)?.remove("item") {
        Some(Value::Null) => Ok(None),
        Some(item @ Value::Object(_)) => {
            let item = serde_json::from_value(item).map_err(|_| WireError::BadRow)?;
            Ok(Some(item))
        }
        Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) | None => {
            Err(WireError::Missing("record"))
        }
    }
}

/// Reads what an answer has under its only key.
pub(super) fn read_under<T: DeserializeOwned>(
    body: &[u8],
    key: &'static str,
) -> Result<T, WireError> {
    let inner = read_object(body)?.remove(key);
    let inner = inner.ok_or(WireError::Missing(key))?;
    serde_json::from_value(inner).map_err(|_| WireError::Missing(key))
}

/// Reads an answer that has no envelope.
pub(super) fn read_bare<T: DeserializeOwned>(body: &[u8]) -> Result<T, WireError> {
    let object = read_object(body)?;
    serde_json::from_value(Value::Object(object)).map_err(|_| WireError::BadRow)
}

/// The id that the answer to a write names. `None` where it names none.
pub(super) fn written_id(body: &[u8]) -> Result<Option<i64>, WireError> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    let id = read_object(body)?.get("itemId").and_then(to_integer);
    Ok(id.filter(|id| *id > 0))
}

fn read_object(body: &[u8]) -> Result<Map<String, Value>, WireError> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(WireError::Missing("object")),
        Err(error) if error.is_eof() => Err(WireError::Cut),
        Err(_) => Err(WireError::NotJson),
    }
}

/// Null where no field has a value; an entry of another shape tells nothing.
fn values<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<WireValue>, D::Error> {
    entries(deserializer)
}

/// As above, for fields that are no lists.
fn items<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<WireItem>, D::Error> {
    entries(deserializer)
}

fn entries<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Array(entries) => entries
            .into_iter()
            .filter_map(|entry| serde_json::from_value(entry).ok())
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            Vec::new()
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_missing_key_is_not_an_empty_value_and_anything_may_be_null() {
        let contact: WireContact = serde_json::from_value(json!({
            "id": "30684412", "companyID": 29683571, "firstName": "Jane", "title": null,
            "emailAddress": " ", "isActive": 1, "somethingNew": [1], "phone": 5550100,
            "userDefinedFields": [{"name": "Office365Id", "value": null}, 7, {"name": "A"}]
        }))
        .unwrap();
        assert_eq!(contact.id, Some(30_684_412));
        assert_eq!(contact.title, Said::Cleared);
        assert_eq!(contact.email_address, Said::Cleared);
        assert_eq!(contact.email_address2, Said::Nothing);
        assert_eq!(contact.phone, Said::Value("5550100".into()));
        assert_eq!(contact.is_active, Some(true));
        let named: Vec<&str> = contact
            .user_defined_fields
            .iter()
            .map(|v| v.name.as_str())
            .collect();
        assert_eq!(named, ["Office365Id", "A"]);
        let nulls = json!({"id": null, "companyID": null, "isActive": null, "externalID": null,
            "userDefinedFields": null});
        let empty: WireContact = serde_json::from_value(nulls).unwrap();
        assert_eq!((empty.id, empty.is_active), (None, None));
    }

    #[test]
    fn flags_come_as_numbers_and_as_booleans() {
        for (value, expected) in [
            (json!(1), Some(true)),
            (json!(0), Some(false)),
            (json!(true), Some(true)),
            (json!("False"), Some(false)),
            (json!("1"), Some(true)),
            (json!(null), None),
            (json!("perhaps"), None),
        ] {
            let company = json!({ "isActive": value });
            let company: WireCompany = serde_json::from_value(company).unwrap();
            assert_eq!(company.is_active, expected, "{value}");
        }
    }

    #[test]
    fn a_list_has_its_envelope_and_says_whether_it_goes_on() {
        let list = |body: &str| {
            let list = read_list::<WireContact>(body.as_bytes())?;
            Ok((list.rows.len(), list.has_next))
        };
        for (body, expected) in [
            (
                r#"{"items":[{"id":1}],"pageDetails":{"nextPageUrl":"https://a.example"}}"#,
                Ok((1, Some(true))),
            ),
            (
                r#"{"items":[],"pageDetails":{"nextPageUrl":null}}"#,
                Ok((0, Some(false))),
            ),
            (r#"{"items":[{"id":1}]}"#, Ok((1, None))),
            (r#"{"items":[{}],"pageDetails":{}}"#, Ok((1, None))),
            (r#"{"items":null}"#, Err(WireError::Missing("list"))),
            (r#"[{"id":1}]"#, Err(WireError::Missing("object"))),
            (r#"{"items":[7]}"#, Err(WireError::BadRow)),
            (r#"{"items":[{"id":1}"#, Err(WireError::Cut)),
            ("<html>", Err(WireError::NotJson)),
        ] {
            assert_eq!(list(body), expected, "{body}");
        }
    }

    #[test]
    fn one_record_may_be_missing_and_a_write_names_its_id() {
        let one = |body: &str| {
            let found = read_one::<WireContact>(body.as_bytes())?;
            Ok(found.map(|contact| contact.id))
        };
        assert_eq!(one(r#"{"item":{"id":7}}"#), Ok(Some(Some(7))));
        assert_eq!(one(r#"{"item":null}"#), Ok(None));
        assert_eq!(one(r#"{"id":7}"#), Err(WireError::Missing("record")));
        for (body, expected) in [
            (r#"{"itemId":30684412}"#, Some(30_684_412)),
            (r#"{"itemId":"30684412"}"#, Some(30_684_412)),
            (r#"{"itemId":0}"#, None),
            ("{}", None),
            (" ", None),
        ] {
            assert_eq!(written_id(body.as_bytes()), Ok(expected), "{body}");
        }
        assert_eq!(written_id(b"{\"itemId\":"), Err(WireError::Cut));
    }
}
