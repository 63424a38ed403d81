//! Custom fields of Halo's users and clients: what they hold, and the whole list that a write sends
//! back. Pure.
//!
//! Halo puts `CF` before the name that a person gave. A list in a write takes the place of the list
//! that is there, so that every field goes along with its value as it came. Fields are known by what a
//! user or client in full shows; rows of lists show none.

use std::collections::BTreeMap;

use domain::push::custom::{CustomField, TYPE_MAPPING, parse_flag};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::wire::to_integer;

/// What Halo puts before the name of a custom field.
const PREFIX: &str = "CF";

/// A custom field with its value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct WireField {
    id: i64,
    name: String,
    /// Halo's number of its type, where it is told.
    kind: Option<i64>,
    value: Value,
    display: Option<String>,
}

/// The type of a field with a list of which one item is chosen.
const CHOICE: i64 = 2;

impl WireField {
    /// What it says, as people read it: of a choice the label, not its number.
    fn text(&self) -> Option<String> {
        let text = match &self.value {
            Value::String(text) => text.clone(),
            Value::Bool(flag) => flag.to_string(),
            Value::Number(number) => match &self.display {
                Some(display) if !display.trim().is_empty() => display.clone(),
                Some(_) | None => number.to_string(),
            },
            Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
        };
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// Does it take a text? A choice takes the number of a label, which we do not know.
    fn takes_text(&self) -> bool {
        self.kind != Some(CHOICE) && self.holds_text()
    }

    /// Does it hold what a field holds that takes a text?
    fn holds_text(&self) -> bool {
        match &self.value {
            Value::String(_) | Value::Bool(_) | Value::Null => true,
            Value::Number(number) => {
                (self.display.as_ref()).is_none_or(|display| *display == number.to_string())
            }
            Value::Array(_) | Value::Object(_) => false,
        }
    }

    fn is_called(&self, name: &str) -> bool {
        self.name.strip_prefix(PREFIX).unwrap_or(&self.name) == name
    }
}

/// What the custom fields hold that we write: those of them that take what we write.
pub(super) fn held(fields: &[WireField]) -> BTreeMap<CustomField, Option<String>> {
    let find = |wanted: CustomField| {
        (fields.iter()).find(|field| field.is_called(wanted.name()) && field.takes_text())
    };
    CustomField::ALL
        .into_iter()
        .filter_map(|wanted| Some((wanted, find(wanted)?.text())))
        .collect()
}

/// The type that the field `TypeMapping` names (B228).
pub(super) fn types(fields: &[WireField]) -> Vec<String> {
    (fields.iter())
        .filter(|field| field.is_called(TYPE_MAPPING))
        .filter_map(WireField::text)
        .collect()
}

/// What the field of that name says; `None` where there is none that takes a text.
pub(super) fn text_of(fields: &[WireField], name: &str) -> Option<Option<String>> {
    let field = (fields.iter()).find(|field| field.is_called(name) && field.takes_text())?;
    Some(field.text())
}

/// The whole list for a write, with these values; what the list does not have, or what takes no text,
/// is left out (B153).
pub(super) fn list(fields: &[WireField], changes: &[(&str, &str)]) -> Value {
    let value = |field: &WireField| {
        let change = (changes.iter())
            .find(|(name, _)| field.is_called(name))
            .filter(|_| field.takes_text());
        match (change, &field.value) {
            (Some((_, text)), Value::Bool(_)) => json!(parse_flag(text).unwrap_or_default()),
            (Some((_, text)), _) => json!(text),
            (None, value) => value.clone(),
        }
    };
    (fields.iter())
        .map(|field| json!({ "id": field.id, "value": value(field) }))
        .collect()
}

/// Reads the list; what is none tells nothing, and an entry without an id or a name is no field.
pub(super) fn fields<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<WireField>>, D::Error> {
    let Value::Array(entries) = Value::deserialize(deserializer)? else {
        return Ok(None);
    };
    let fields = entries.into_iter().filter_map(|entry| {
        let display = entry.get("display").and_then(Value::as_str);
        Some(WireField {
            id: entry.get("id").and_then(to_integer)?,
            name: entry.get("name")?.as_str()?.to_owned(),
            kind: entry.get("type").and_then(to_integer),
            display: display.map(str::to_owned),
            value: entry.get("value").cloned().unwrap_or_default(),
        })
    });
    Ok(Some(fields.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(list: Value) -> Vec<WireField> {
        fields(list).unwrap().unwrap()
    }

    fn some_fields() -> Vec<WireField> {
        read(json!([
            { "id": 212, "name": "CFSupportPIN", "type": 0, "value": "493817", "display": "493817" },
            { "id": 213.0, "name": "CFIsOffice365", "type": 6, "value": true, "display": "Yes" },
            { "id": 214, "name": "CFTypeMapping", "type": 2, "value": 3, "display": "Standard User" },
            { "id": 215, "name": "CFShoeSize", "type": 3, "value": [1, 2] },
            { "id": 216, "name": "CFEmpty", "value": null },
            { "name": "CFWithoutId" }, "no field"
        ]))
    }

    #[test]
    fn b143_b152_b155_fields_are_known_by_their_exact_names() {
        let held = held(&some_fields());
        assert_eq!(held[&CustomField::SupportPin].as_deref(), Some("493817"));
        assert_eq!(held[&CustomField::IsOffice365].as_deref(), Some("true"));
        assert_eq!(types(&some_fields()), ["Standard User"]);
        let spelt = read(json!([{ "id": 1, "name": "CFSupportPin", "value": "1" }]));
        assert!(super::held(&spelt).is_empty(), "B181");
        assert_eq!(text_of(&some_fields(), "Empty"), Some(None));
        assert_eq!(text_of(&some_fields(), "Absent"), None);
    }

    #[test]
    fn a_write_sends_every_field_back_and_changes_what_it_is_to() {
        let changes = [
            ("SupportPIN", "111111"),
            ("IsOffice365", "False"),
            ("Absent", "x"),
        ];
        assert_eq!(
            list(&some_fields(), &changes),
            json!([
                { "id": 212, "value": "111111" }, { "id": 213, "value": false },
                { "id": 214, "value": 3 }, { "id": 215, "value": [1, 2] },
                { "id": 216, "value": null }
            ])
        );
    }

    #[test]
    fn a_choice_of_labels_is_not_written_to() {
        let choice = read(json!([
            { "id": 213, "name": "CFIsOffice365", "value": 2, "display": "Yes" }
        ]));
        assert!(held(&choice).is_empty());
        // One that nothing was chosen of yet shows its type alone.
        let unset = read(json!([
            { "id": 213, "name": "CFIsOffice365", "type": 2, "value": null, "display": "" }
        ]));
        assert!(held(&unset).is_empty());
        let kept = list(&unset, &[("IsOffice365", "True")]);
        assert_eq!(kept, json!([{ "id": 213, "value": null }]));
        assert_eq!(fields(json!(null)).unwrap(), None);
    }
}
