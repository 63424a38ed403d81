//! ConnectWise PSA's words: the parts of its JSON that we read.
//!
//! Invariants: `null` and a missing key are the same, except for the lists of a contact, which are
//! unknown where they are missing; texts that name a kind are taken as they come, so that a new kind
//! breaks nothing; unknown keys are ignored, since the vendor adds some without a new version.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A reference to another record.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct WireRef {
    pub(super) id: Option<i64>,
    pub(super) name: Option<String>,
}

/// A contact.
#[derive(Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct WireContact {
    pub(super) id: Option<i64>,
    pub(super) first_name: Option<String>,
    pub(super) last_name: Option<String>,
    pub(super) title: Option<String>,
    pub(super) department: Option<WireRef>,
    pub(super) company: Option<WireRef>,
    pub(super) site: Option<WireRef>,
    pub(super) inactive_flag: Option<bool>,
    pub(super) communication_items: Option<Vec<WireItem>>,
    pub(super) custom_fields: Option<Vec<WireField>>,
    pub(super) types: Option<Vec<WireRef>>,
}

/// One address or number of a contact.
#[derive(Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct WireItem {
    pub(super) id: Option<i64>,
    #[serde(rename = "type")]
    pub(super) kind: Option<WireRef>,
    pub(super) value: Option<String>,
    pub(super) extension: Option<String>,
    pub(super) default_flag: Option<bool>,
    /// `Email`, `Phone` or `Fax`.
    pub(super) communication_type: Option<String>,
}

/// A custom field of a contact or a company, with its value.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct WireField {
    pub(super) id: Option<i64>,
    pub(super) caption: Option<String>,
    /// `Text`, `Checkbox` and many others.
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    /// `EntryField`, or a choice: `List`, `Option`.
    pub(super) entry_method: Option<String>,
    pub(super) value: Value,
}

/// A company.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct WireCompany {
    pub(super) id: Option<i64>,
    pub(super) name: Option<String>,
    pub(super) status: Option<WireRef>,
    pub(super) site: Option<WireRef>,
    pub(super) deleted_flag: Option<bool>,
    pub(super) territory: Option<WireRef>,
    pub(super) territory_manager: Option<WireRef>,
    pub(super) custom_fields: Option<Vec<WireField>>,
}

/// A row of the tables that an MSP keeps: kinds of communication, contact types, departments. Which
/// members it has depends on the table.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct WireRow {
    pub(super) id: Option<i64>,
    pub(super) name: Option<String>,
    pub(super) description: Option<String>,
    pub(super) email_flag: Option<bool>,
    pub(super) phone_flag: Option<bool>,
    pub(super) default_flag: Option<bool>,
}

/// What is told of a company before anybody signs in.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct WireCompanyInfo {
    pub(super) codebase: Option<String>,
}

/// A step of a JSON Patch.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Replace {
    op: &'static str,
    pub(super) path: &'static str,
    pub(super) value: Value,
}

impl Replace {
    /// Puts a value in place of another; `null` clears.
    pub(super) fn new(path: &'static str, value: impl Into<Value>) -> Self {
        Self {
            op: "replace",
            path,
            value: value.into(),
        }
    }
}

impl WireRow {
    /// What people call it.
    pub(super) fn label(&self) -> &str {
        let label = self.description.as_deref().or(self.name.as_deref());
        label.unwrap_or_default().trim()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn null_and_missing_are_the_same_and_new_members_and_kinds_break_nothing() {
        let contact: WireContact = serde_json::from_value(json!({
            "id": 57919, "firstName": "Jane", "lastName": null, "department": null,
            "somethingNew": {"a": 1}, "inactiveFlag": null, "presence": "OnTheMoon",
            "communicationItems": [{"id": 7001, "type": {"id": 99, "name": "Pigeon"},
                "value": "loft 7", "communicationType": "Pigeon"}],
            "customFields": [{"id": 32, "caption": "IsOffice365", "value": true}]
        }))
        .unwrap();
        assert_eq!(contact.first_name.as_deref(), Some("Jane"));
        assert!(contact.last_name.is_none() && contact.title.is_none());
        let items = contact.communication_items.unwrap();
        assert_eq!(items[0].communication_type.as_deref(), Some("Pigeon"));
        assert_eq!(contact.custom_fields.unwrap()[0].value, json!(true));
        let thin: WireContact = serde_json::from_value(json!({ "id": 1 })).unwrap();
        assert!(thin.communication_items.is_none());
    }
}
