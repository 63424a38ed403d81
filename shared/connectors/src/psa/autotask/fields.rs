//! The user-defined fields that a tenant has of those we know (D8), by their exact names: which, how
//! long, and the items of those that are lists. Pure. Asked once and remembered as text.
//!
//! Invariant: a field that only people may write, or a list without the items for what we write, is as
//! good as none.

use std::collections::BTreeMap;

use domain::push::custom::{CustomField, OFFICE_365_ID, TENANT_365_ID, TYPE_MAPPING, parse_flag};
use serde::{Deserialize, Serialize};

use super::wire::WireField;
use crate::psa::choices;

/// The longest text of a user-defined field that does not say.
const LENGTH_MAX_DEFAULT: usize = 50;

/// Where a tenant's contacts carry the Entra object id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IdPlace {
    /// In the user-defined field `Office365Id`, which the tenant has.
    UserDefined,
    /// In `externalID`, which every contact has, and which other systems may use too.
    ExternalField,
}

/// The fields that a tenant has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct UserFields(BTreeMap<String, UserField>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct UserField {
    length_max: usize,
    /// What is shown, by what is stored. Empty for a field that is no list.
    items: BTreeMap<String, String>,
}

impl UserFields {
    /// Those we know of all that an entity has.
    pub(super) fn of(described: &[WireField]) -> Self {
        let known = described.iter().filter_map(|field| {
            let name = field.name.value().filter(|name| is_ours(name))?;
            let length = field.length.and_then(|length| usize::try_from(length).ok());
            let items = field.picklist_values.iter().filter_map(|item| {
                let value = item.value.value()?;
                Some((value.clone(), item.label.value().unwrap_or(value).clone()))
            });
            let user_field = UserField {
                length_max: length.filter(|n| *n > 0).unwrap_or(LENGTH_MAX_DEFAULT),
                items: items.collect(),
            };
            let is_written = field.is_read_only != Some(true);
            let labels = user_field.items.values().map(String::as_str);
            let takes_ours = user_field.items.is_empty() || choices::fits(name, labels);
            (is_written && takes_ours).then(|| (name.clone(), user_field))
        });
        Self(known.collect())
    }

    /// Takes back what was remembered.
    pub(super) fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// As text, to be remembered.
    pub(super) fn to_text(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }

    /// Does the tenant have it?
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Where the Entra object id is.
    pub(super) fn id_place(&self) -> IdPlace {
        if self.has(OFFICE_365_ID) {
            IdPlace::UserDefined
        } else {
            IdPlace::ExternalField
        }
    }

    /// How many characters it holds.
    pub(super) fn length_max(&self, name: &str) -> usize {
        (self.0.get(name)).map_or(LENGTH_MAX_DEFAULT, |field| field.length_max)
    }

    /// What people see where this value is stored.
    pub(super) fn label<'a>(&'a self, name: &str, value: &'a str) -> &'a str {
        let item = self.0.get(name).and_then(|field| field.items.get(value));
        item.map_or(value, String::as_str)
    }

    /// What to store so that people see this; `None` where a list has no such item.
    pub(super) fn stored(&self, name: &str, shown: &str) -> Option<String> {
        let items = &self.0.get(name)?.items;
        if items.is_empty() {
            return Some(shown.to_owned());
        }
        let flag = parse_flag(shown);
        let fits = |label: &str| {
            label.trim().eq_ignore_ascii_case(shown.trim())
                || (flag.is_some() && parse_flag(label) == flag)
        };
        let item = items.iter().find(|(_, label)| fits(label));
        item.map(|(value, _)| value.clone())
    }
}

fn is_ours(name: &str) -> bool {
    CustomField::parse(name).is_some()
        || [OFFICE_365_ID, TENANT_365_ID, TYPE_MAPPING].contains(&name)
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;

    use super::*;

    /// A tenant that has all of them.
    pub(crate) fn user_fields() -> UserFields {
        let described: Vec<WireField> = serde_json::from_value(json!([
            {"name": "Office365Id", "length": 50, "isReadOnly": false},
            {"name": "SupportPIN", "length": 20, "picklistValues": null},
            {"name": "IsOffice365", "length": null, "picklistValues": [
                {"value": "11", "label": "No"}, {"value": 12, "label": "Yes"}]},
            {"name": "TypeMapping"},
            {"name": "Tenant365Id", "length": 100},
            {"name": "Shoe size", "length": 3}
        ]))
        .unwrap();
        UserFields::of(&described)
    }

    /// A tenant that has none of them.
    pub(crate) fn nothing() -> UserFields {
        UserFields::default()
    }

    #[test]
    fn b181_fields_are_known_by_their_exact_names() {
        let fields = user_fields();
        let names: Vec<&str> = fields.0.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "IsOffice365",
                "Office365Id",
                "SupportPIN",
                "Tenant365Id",
                "TypeMapping"
            ]
        );
        assert_eq!(fields.id_place(), IdPlace::UserDefined);
        assert_eq!(nothing().id_place(), IdPlace::ExternalField);
        let others: Vec<WireField> = serde_json::from_value(json!([
            {"name": "office365id"}, {"name": "Office365Id", "isReadOnly": true}, {"name": null},
            {"name": "SupportPIN", "picklistValues": [{"value": "1", "label": "Gold"}]}
        ]))
        .unwrap();
        assert_eq!(UserFields::of(&others), nothing());
    }

    #[test]
    fn what_is_remembered_is_what_was_told() {
        let fields = user_fields();
        let text = fields.to_text().unwrap();
        assert_eq!(UserFields::parse(&text), Some(fields));
        assert_eq!(UserFields::parse("nonsense"), None);
    }

    #[test]
    fn items_of_lists_are_stored_by_value_and_shown_by_label() {
        let fields = user_fields();
        assert_eq!(fields.label("IsOffice365", "12"), "Yes");
        assert_eq!(fields.label("IsOffice365", "13"), "13");
        assert_eq!(fields.stored("IsOffice365", "True").as_deref(), Some("12"));
        assert_eq!(fields.stored("IsOffice365", "no").as_deref(), Some("11"));
        assert_eq!(fields.stored("IsOffice365", "perhaps"), None);
        assert_eq!(fields.stored("SupportPIN", "4711").as_deref(), Some("4711"));
        assert_eq!(fields.stored("Shoe size", "47"), None);
        assert_eq!(
            (fields.length_max("SupportPIN"), fields.length_max("x")),
            (20, 50)
        );
    }
}
