//! BMS's words: the parts of its JSON that we read, as loosely typed as it sends them.
//!
//! Invariants: letter case of members is free, since the vendor's description and its answers
//! differ; a member that was missing stays apart from one that was empty (`Said::Nothing` and
//! `Said::Cleared`); unknown members are ignored; an answer without a list is not an empty list.

use domain::identity::Said;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::psa::lenient::{flag, integer, text, to_integer};

/// A contact: a row of a list, or one in full, or the answer to a change of one.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct WireContact {
    #[serde(deserialize_with = "integer")]
    pub(super) id: Option<i64>,
    #[serde(rename = "accountid", deserialize_with = "integer")]
    pub(super) account_id: Option<i64>,
    #[serde(rename = "locationid", deserialize_with = "integer")]
    pub(super) location_id: Option<i64>,
    #[serde(rename = "firstname", deserialize_with = "text")]
    pub(super) first_name: Said<String>,
    #[serde(rename = "lastname", deserialize_with = "text")]
    pub(super) last_name: Said<String>,
    #[serde(rename = "jobtitle", deserialize_with = "text")]
    pub(super) job_title: Said<String>,
    #[serde(rename = "isactive", deserialize_with = "flag")]
    pub(super) is_active: Option<bool>,
    #[serde(rename = "modifiedon", deserialize_with = "text")]
    pub(super) modified_on: Said<String>,
    #[serde(rename = "createdon", deserialize_with = "text")]
    pub(super) created_on: Said<String>,
    #[serde(deserialize_with = "items")]
    pub(super) emails: Option<Vec<WireItem>>,
    #[serde(deserialize_with = "items")]
    pub(super) phones: Option<Vec<WireItem>>,
}

/// An address or a phone of a contact.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct WireItem {
    #[serde(
        rename = "emailaddress",
        alias = "phone",
        alias = "phonenumber",
        deserialize_with = "text"
    )]
    pub(super) value: Said<String>,
    #[serde(
        rename = "emailtypeid",
        alias = "phonetypeid",
        deserialize_with = "integer"
    )]
    pub(super) type_id: Option<i64>,
    #[serde(rename = "emailtype", alias = "phonetype", deserialize_with = "text")]
    pub(super) type_name: Said<String>,
    #[serde(rename = "isdefault", deserialize_with = "flag")]
    pub(super) is_default: Option<bool>,
}

/// The answer to a change of addresses or phones.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct WireItemsChanged {
    #[serde(deserialize_with = "integer")]
    pub(super) added: Option<i64>,
    #[serde(deserialize_with = "integer")]
    pub(super) updated: Option<i64>,
    #[serde(deserialize_with = "integer")]
    pub(super) deleted: Option<i64>,
}

/// An account, which is a company.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct WireAccount {
    #[serde(deserialize_with = "integer")]
    pub(super) id: Option<i64>,
    #[serde(rename = "accountname", deserialize_with = "text")]
    pub(super) account_name: Said<String>,
    #[serde(rename = "isactive", deserialize_with = "flag")]
    pub(super) is_active: Option<bool>,
}

/// A location of an account.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct WireLocation {
    #[serde(deserialize_with = "integer")]
    pub(super) id: Option<i64>,
    #[serde(rename = "ismain", deserialize_with = "flag")]
    pub(super) is_main: Option<bool>,
}

/// A row of one of the tenant's own tables.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct WireLookup {
    #[serde(deserialize_with = "integer")]
    pub(super) id: Option<i64>,
    #[serde(deserialize_with = "text")]
    pub(super) name: Said<String>,
    #[serde(rename = "isactive", deserialize_with = "flag")]
    pub(super) is_active: Option<bool>,
    #[serde(rename = "isdefault", deserialize_with = "flag")]
    pub(super) is_default: Option<bool>,
}

/// A custom field of a module; `settings` are the items of one that is a list.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct WireField {
    #[serde(deserialize_with = "integer")]
    pub(super) id: Option<i64>,
    #[serde(deserialize_with = "text")]
    pub(super) name: Said<String>,
    #[serde(rename = "isactive", deserialize_with = "flag")]
    pub(super) is_active: Option<bool>,
    pub(super) settings: Option<Vec<WireLookup>>,
}

/// The value of a custom field.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct WireValue {
    #[serde(rename = "customfieldid", deserialize_with = "integer")]
    pub(super) field_id: Option<i64>,
    #[serde(deserialize_with = "text")]
    pub(super) data: Said<String>,
}

/// The answer to a write of a custom field.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct WireValueWritten {
    #[serde(rename = "entityid", deserialize_with = "integer")]
    pub(super) entity_id: Option<i64>,
    #[serde(rename = "modulename", deserialize_with = "text")]
    pub(super) module_name: Said<String>,
}

/// A token.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct WireToken {
    #[serde(rename = "accesstoken", deserialize_with = "text")]
    pub(super) access_token: Said<String>,
    #[serde(rename = "accesstokenexpireon", deserialize_with = "text")]
    pub(super) expires_on: Said<String>,
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

/// An answer out of its envelope.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Told {
    /// What was asked for; null where there is none.
    pub(super) result: Value,
    /// How many rows there are in all, where the answer says so.
    pub(super) total: Option<i64>,
    /// BMS did not do what it was asked, whatever the status: its number for the reason, if any.
    pub(super) fault: Option<Option<i64>>,
    /// When the answer was sent, by the clock of its server.
    pub(super) sent_at: Option<Timestamp>,
}

/// Takes an answer out of its envelope. One without an envelope is the result itself.
pub(super) fn open(body: &[u8]) -> Result<Told, WireError> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Told::default());
    }
    let value = serde_json::from_slice(body).map_err(|error: serde_json::Error| {
        if error.is_eof() {
            WireError::Cut
        } else {
            WireError::NotJson
        }
    })?;
    let Value::Object(mut envelope) = lower(value) else {
        return Err(WireError::NoList);
    };
    let error = envelope.get("error").filter(|error| !error.is_null());
    let code = error
        .and_then(|error| error.get("code"))
        .and_then(to_integer);
    let is_fault = match envelope.get("success") {
        Some(success) => *success == Value::Bool(false),
        None => error.is_some(),
    };
    if !is_fault && !envelope.contains_key("success") && !envelope.contains_key("result") {
        let result = Value::Object(envelope);
        return Ok(Told {
            result,
            ..Told::default()
        });
    }
    Ok(Told {
        total: envelope.get("totalrecords").and_then(to_integer),
        result: envelope.remove("result").unwrap_or_default(),
        fault: is_fault.then_some(code),
        sent_at: None,
    })
}

/// A time. One without a zone is taken for UTC.
pub(super) fn time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    text.parse::<Timestamp>().ok().or_else(|| {
        let local: DateTime = text.parse().ok()?;
        Offset::UTC.to_timestamp(local).ok()
    })
}

/// Members in lower case, at every depth.
fn lower(value: Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .map(|(name, member)| (name.to_ascii_lowercase(), lower(member)))
                .collect::<Map<_, _>>(),
        ),
        Value::Array(items) => Value::Array(items.into_iter().map(lower).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

impl Told {
    /// The rows of a list.
    pub(super) fn rows<T: DeserializeOwned>(self) -> Result<Vec<T>, WireError> {
        let Value::Array(rows) = self.result else {
            // A list that is said to hold nothing may be written as null.
            let is_empty = self.result.is_null() && self.total == Some(0);
            return if is_empty {
                Ok(Vec::new())
            } else {
                Err(WireError::NoList)
            };
        };
        rows.into_iter()
            .map(|row| serde_json::from_value(row).map_err(|_| WireError::BadRow))
            .collect()
    }

    /// One object; `None` where there is none.
    pub(super) fn one<T: DeserializeOwned>(self) -> Result<Option<T>, WireError> {
        match self.result {
            Value::Null => Ok(None),
            object @ Value::Object(_) => serde_json::from_value(object)
                .map(Some)
                .map_err(|_| WireError::BadRow),
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                Err(WireError::BadRow)
            }
        }
    }
}

/// Null is an empty list; what is no list tells nothing; an entry without a value is none.
fn items<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<WireItem>>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Array(entries) => Some(
            entries
                .into_iter()
                .filter_map(|entry| serde_json::from_value::<WireItem>(entry).ok())
                .filter(|item| item.value.value().is_some())
                .collect(),
        ),
        Value::Null => Some(Vec::new()),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn opened(body: &Value) -> Told {
        open(body.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn letter_case_is_free_and_an_envelope_may_be_missing() {
        for body in [
            json!({"Success": true, "Error": null, "Result": {"Id": 7, "FirstName": "Mara"}}),
            json!({"success": true, "error": null, "result": {"id": 7, "firstName": "Mara"}}),
            json!({"Id": 7, "FirstName": "Mara"}),
            json!({"Result": {"Id": "7", "FirstName": "Mara"}}),
        ] {
            let contact: WireContact = opened(&body).one().unwrap().unwrap();
            assert_eq!(contact.id, Some(7), "{body}");
            assert_eq!(contact.first_name, Said::Value("Mara".into()));
            assert_eq!(contact.last_name, Said::Nothing);
        }
    }

    #[test]
    fn a_failure_is_seen_whatever_the_status() {
        for (body, expected) in [
            (
                json!({"Success": false, "Error": {"Code": 978001}, "Result": null}),
                Some(Some(978_001)),
            ),
            (json!({"success": false, "error": null}), Some(None)),
            (json!({"error": {"code": "5"}}), Some(Some(5))),
            (
                json!({"Success": true, "Error": {"Code": 0}, "Result": []}),
                None,
            ),
            (json!({"Success": true, "Result": []}), None),
        ] {
            assert_eq!(opened(&body).fault, expected, "{body}");
        }
    }

    #[test]
    fn a_list_is_no_object_and_nothing_is_no_list() {
        let ids = |body: Value| {
            let rows = opened(&body).rows::<WireAccount>()?;
            Ok(rows.into_iter().map(|row| row.id).collect::<Vec<_>>())
        };
        assert_eq!(
            ids(json!({"Success": true, "Result": [{"Id": 1}, {"ID": 2}]})),
            Ok(vec![Some(1), Some(2)])
        );
        assert_eq!(
            ids(json!({"Success": true, "Result": null, "TotalRecords": 0})),
            Ok(vec![])
        );
        assert_eq!(
            ids(json!({"Success": true, "Result": null})),
            Err(WireError::NoList)
        );
        assert_eq!(
            ids(json!({"Success": true, "Result": {"Id": 1}})),
            Err(WireError::NoList)
        );
        assert_eq!(
            ids(json!({"Success": true, "Result": [3]})),
            Err(WireError::BadRow)
        );
        assert_eq!(ids(json!({"Id": 1})), Err(WireError::NoList));
        assert_eq!(open(b"[1]"), Err(WireError::NoList));
        assert_eq!(open(b"{\"Success\":tr"), Err(WireError::Cut));
        assert_eq!(open(b"Hello"), Err(WireError::NotJson));
        assert_eq!(
            open(b" ")
                .unwrap()
                .one::<WireContact>()
                .map(|c| c.is_none()),
            Ok(true)
        );
    }

    #[test]
    fn addresses_and_phones_are_read_in_either_spelling() {
        let contact: WireContact = opened(&json!({
            "Id": 1, "LocationId": null, "JobTitle": "",
            "Emails": [{"EmailAddress": "a@a.example", "EmailTypeId": 1, "EmailType": "Work", "IsDefault": true},
                {"EmailAddress": ""}, 3],
            "Phones": [{"Phone": 5550100, "PhoneTypeId": 2, "PhoneType": "Mobile"}, {"PhoneNumber": "1"}]
        }))
        .one()
        .unwrap()
        .unwrap();
        assert_eq!(contact.job_title, Said::Cleared);
        assert_eq!(contact.location_id, None);
        let emails = contact.emails.unwrap();
        assert_eq!(emails.len(), 1);
        assert_eq!(
            (emails[0].type_id, emails[0].is_default),
            (Some(1), Some(true))
        );
        let phones = contact.phones.unwrap();
        assert_eq!(phones[0].value, Said::Value("5550100".into()));
        assert_eq!(phones[0].type_name, Said::Value("Mobile".into()));
        assert_eq!(phones[1].value, Said::Value("1".into()));
        let none: WireContact = opened(&json!({"Id": 1, "Emails": null, "Phones": "x"}))
            .one()
            .unwrap()
            .unwrap();
        assert_eq!(none.emails.map(|emails| emails.len()), Some(0));
        assert!(none.phones.is_none());
    }
}
