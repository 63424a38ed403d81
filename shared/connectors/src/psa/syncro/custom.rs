//! Custom fields of Syncro's contacts, which are the properties of a contact by their exact names:
//! what they hold, and which of them an instance has.
//!
//! Syncro has no list of them. A contact shows those that were ever set on it; a field that is shown
//! once is there. The account's settings may name more. What was written and did not stay is not
//! there, until a check or a contact that shows it says otherwise. Where nothing tells, a field counts
//! as not there when contacts are read, and is written with a new contact all the same: Syncro drops
//! what it does not have.

use std::collections::BTreeMap;

use domain::identity::Said;
use domain::push::contact::ExternalId;
use domain::push::custom::{CustomField, OFFICE_365_ID, TYPE_MAPPING, flag_text, parse_flag};
use serde_json::{Value, json};

use super::wire::Properties;
use crate::http::Remembered;
use crate::psa::lenient::said;

/// The fields that we write.
pub(super) const WRITTEN: [&str; 3] = ["SupportPIN", "IsOffice365", OFFICE_365_ID];
/// Parts of the settings deeper than this are not looked at.
const SETTINGS_DEPTH_MAX: u8 = 6;

const THERE: &str = "there";
const LACKING: &str = "lacking";

/// Which custom fields an instance has, as far as this process knows.
pub(super) struct KnownFields {
    remembered: Remembered,
    base: String,
}

impl KnownFields {
    pub(super) fn new(remembered: &Remembered, base: &str) -> Self {
        Self {
            remembered: remembered.clone(),
            base: base.to_owned(),
        }
    }

    /// Is it known to be there?
    pub(super) fn has(&self, name: &str) -> bool {
        self.remembered.get(&self.key(name)).as_deref() == Some(THERE)
    }

    /// Is it known not to be there?
    pub(super) fn lacks(&self, name: &str) -> bool {
        self.remembered.get(&self.key(name)).as_deref() == Some(LACKING)
    }

    /// Takes note of the fields that a contact shows.
    pub(super) fn shown(&self, properties: &Properties) {
        for name in WRITTEN {
            if properties.contains_key(name) && !self.has(name) {
                self.remembered.put(&self.key(name), THERE);
            }
        }
    }

    /// Takes note of what a contact shows after these were written to it. Tells those that did not
    /// stay.
    pub(super) fn after_write<'a>(
        &self,
        written: impl IntoIterator<Item = &'a str>,
        properties: &Properties,
    ) -> Vec<&'a str> {
        self.shown(properties);
        let lost = |name: &&str| !properties.contains_key(*name);
        let lost: Vec<&str> = written.into_iter().filter(lost).collect();
        for name in &lost {
            self.remembered.put(&self.key(name), LACKING);
        }
        lost
    }

    /// Are the settings still to be asked, since nothing else told of some field?
    pub(super) fn wants_settings(&self) -> bool {
        let is_unknown = |name: &str| !self.has(name) && !self.lacks(name);
        let was_asked = self.remembered.get(&self.settings_key()).is_some();
        !was_asked && WRITTEN.iter().any(|name| is_unknown(name))
    }

    /// Takes note of the fields that the settings name; of none where they could not be had.
    pub(super) fn settings_told(&self, settings: Option<&Value>) {
        self.remembered.put(&self.settings_key(), "asked");
        // The fields of other things have other places.
        let Some(customers) = settings.and_then(|settings| settings.get("customers")) else {
            return;
        };
        for name in WRITTEN {
            if names(customers, name, 0) && !self.lacks(name) {
                self.remembered.put(&self.key(name), THERE);
            }
        }
    }

    /// Forgets which fields were missing: somebody may have made them.
    pub(super) fn forget_missing(&self) {
        self.remembered.forget(&self.settings_key());
        for name in WRITTEN.into_iter().filter(|name| self.lacks(name)) {
            self.remembered.forget(&self.key(name));
        }
    }

    fn key(&self, name: &str) -> String {
        format!("syncro contact field {name} of {}", self.base)
    }

    fn settings_key(&self) -> String {
        format!("syncro settings of {}", self.base)
    }
}

/// Does a part of the settings name this? How it names fields is not documented.
fn names(value: &Value, name: &str, depth: u8) -> bool {
    let is_deeper = depth < SETTINGS_DEPTH_MAX;
    match value {
        Value::String(text) => text == name,
        Value::Array(all) => is_deeper && all.iter().any(|one| names(one, name, depth + 1)),
        Value::Object(members) => {
            is_deeper
                && (members.contains_key(name)
                    || members.values().any(|one| names(one, name, depth + 1)))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// What the custom fields hold that we write. One that the contact does not show is empty where the
/// instance is known to have it, else it is left out.
pub(super) fn held(
    properties: &Properties,
    known: &KnownFields,
) -> BTreeMap<CustomField, Option<String>> {
    let find = |field: CustomField| match properties.get(field.name()) {
        Some(value) => Some(text(field, value)),
        None => known.has(field.name()).then_some(None),
    };
    CustomField::ALL
        .into_iter()
        .filter_map(|field| Some((field, find(field)?)))
        .collect()
}

/// What a field holds, as people read it.
fn text(field: CustomField, value: &Value) -> Option<String> {
    let text = match value {
        Value::Bool(flag) => flag_text(*flag).to_owned(),
        Value::String(_) | Value::Number(_) | Value::Null | Value::Array(_) | Value::Object(_) => {
            said(value).value()?.trim().to_owned()
        }
    };
    Some(match (field, parse_flag(&text)) {
        (CustomField::IsOffice365, Some(flag)) => flag_text(flag).to_owned(),
        (CustomField::IsOffice365 | CustomField::SupportPin, _) => text,
    })
}

/// The Entra object id, as far as the contact tells.
pub(super) fn external_id(properties: &Properties, known: &KnownFields) -> Option<ExternalId> {
    let Some(value) = properties.get(OFFICE_365_ID) else {
        return known.has(OFFICE_365_ID).then_some(ExternalId::Empty);
    };
    Some(match said(value) {
        Said::Value(id) => ExternalId::Id(id.trim().to_ascii_lowercase()),
        Said::Cleared | Said::Nothing => ExternalId::Empty,
    })
}

/// The type that the field `TypeMapping` names (B143).
pub(super) fn types(properties: &Properties) -> Vec<String> {
    let value = properties.get(TYPE_MAPPING).map(said);
    let text = value.as_ref().and_then(Said::value);
    text.map(|text| text.trim().to_owned())
        .into_iter()
        .collect()
}

/// A text as a field takes it that holds this: a check box holds 1 or 0, or yes or no.
pub(super) fn written(text: &str, held: Option<&Value>) -> Value {
    match (held, parse_flag(text)) {
        (Some(Value::Bool(_)), Some(flag)) => json!(flag),
        (Some(Value::Number(_)), Some(flag)) => json!(u8::from(flag)),
        (Some(Value::String(held)), Some(flag)) if matches!(held.as_str(), "0" | "1") => {
            json!(if flag { "1" } else { "0" })
        }
        (Some(_) | None, _) => json!(text),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(crate) fn known() -> KnownFields {
        KnownFields::new(&Remembered::default(), "https://a.example")
    }

    fn object(value: Value) -> Properties {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn b143_b152_b155_fields_are_known_by_their_exact_names() {
        let known = known();
        let properties = object(json!({
            "SupportPIN": 493_817, "IsOffice365": "1", "TypeMapping": " Standard User ",
            "Office365Id": " 7D0F6C1E ", "title": "Dentist"
        }));
        let all = held(&properties, &known);
        assert_eq!(all[&CustomField::SupportPin].as_deref(), Some("493817"));
        assert_eq!(all[&CustomField::IsOffice365].as_deref(), Some("True"));
        assert_eq!(types(&properties), ["Standard User"]);
        let id = ExternalId::Id("7d0f6c1e".to_owned());
        assert_eq!(external_id(&properties, &known), Some(id));
        let spelt = object(json!({ "SupportPin": "1", "isoffice365": "1", "office365id": "a" }));
        assert!(held(&spelt, &known).is_empty(), "B181");
        assert_eq!(external_id(&spelt, &known), None);
        for (value, expected) in [
            (json!(true), Some("True")),
            (json!("no"), Some("False")),
            (json!("perhaps"), Some("perhaps")),
            (json!(""), None),
            (json!(null), None),
        ] {
            let one = object(json!({ "IsOffice365": value }));
            let all = held(&one, &known);
            assert_eq!(
                all[&CustomField::IsOffice365].as_deref(),
                expected,
                "{value}"
            );
        }
    }

    #[test]
    fn a_field_that_was_shown_once_is_empty_elsewhere_and_one_that_was_not_is_unknown() {
        let known = known();
        let bare = Properties::new();
        assert!(held(&bare, &known).is_empty());
        assert_eq!(external_id(&bare, &known), None);
        known.shown(&object(json!({ "SupportPIN": "", "Office365Id": null })));
        assert_eq!(
            held(&bare, &known),
            BTreeMap::from([(CustomField::SupportPin, None)])
        );
        assert_eq!(external_id(&bare, &known), Some(ExternalId::Empty));
    }

    #[test]
    fn what_did_not_stay_is_lacking_until_it_is_shown_or_a_check_forgets_it() {
        let known = known();
        let shows_pin = object(json!({ "SupportPIN": "1" }));
        assert_eq!(
            known.after_write(WRITTEN, &shows_pin),
            ["IsOffice365", "Office365Id"]
        );
        assert!(known.lacks("IsOffice365") && known.has("SupportPIN"));
        known.settings_told(Some(
            &json!({ "customers": { "customer_fields": ["IsOffice365"] } }),
        ));
        assert!(known.lacks("IsOffice365"), "what was tried is surer");
        known.shown(&object(json!({ "IsOffice365": "True" })));
        assert!(known.has("IsOffice365"));
        known.forget_missing();
        assert!(!known.lacks("Office365Id") && known.has("SupportPIN"));
    }

    #[test]
    fn settings_are_asked_once_and_name_fields_of_customers_in_any_way() {
        let known = known();
        assert!(known.wants_settings());
        known.settings_told(None);
        assert!(!known.wants_settings());
        known.forget_missing();
        assert!(known.wants_settings());
        known.settings_told(Some(&json!({
            "customers": { "required_fields": null, "customer_fields": [
                { "id": 4, "name": "SupportPIN", "field_type": "text" } ],
                "contact_fields": { "IsOffice365": { "type": "check_box" } } },
            "assets": { "asset_type_fields": ["Office365Id"] }
        })));
        assert!(known.has("SupportPIN") && known.has("IsOffice365"));
        assert!(!known.has("Office365Id"));
    }

    #[test]
    fn a_check_box_is_written_as_it_was() {
        for (text, held, expected) in [
            ("True", Some(json!("0")), json!("1")),
            ("False", Some(json!("1")), json!("0")),
            ("True", Some(json!(false)), json!(true)),
            ("False", Some(json!(1)), json!(0)),
            ("True", Some(json!("False")), json!("True")),
            ("True", Some(json!(null)), json!("True")),
            ("True", None, json!("True")),
            ("493817", Some(json!("1")), json!("493817")),
        ] {
            assert_eq!(written(text, held.as_ref()), expected, "{text} {held:?}");
        }
    }
}
