//! Custom fields of contacts and companies: what they hold, and the whole list that a change sends
//! back. Pure.
//!
//! The vendor's text asks for the whole list, and what is left out of it may be emptied, so that every
//! field goes along with its value as it came. Fields are known by their captions, to the letter (B181).

use std::collections::BTreeMap;

use domain::identity::Said;
use domain::push::contact::ExternalId;
use domain::push::custom::{CustomField, OFFICE_365_ID, parse_flag};
use serde_json::{Value, json};

use super::wire::WireField;

/// The names of fields whose ids are looked up for new contacts.
const LOOKED_UP: [&str; 3] = [
    OFFICE_365_ID,
    CustomField::SupportPin.name(),
    CustomField::IsOffice365.name(),
];

/// The field of that caption, if it takes what we write: a text, or yes and no. A choice takes one of
/// its options only, and a password may be shown masked.
pub(super) fn find<'a>(fields: &'a [WireField], name: &str) -> Option<&'a WireField> {
    let field = fields
        .iter()
        .find(|field| field.caption.as_deref().map(str::trim) == Some(name))?;
    let is_entry = !matches!(field.entry_method.as_deref(), Some("List" | "Option"));
    let takes = match field.kind.as_deref() {
        None | Some("Text" | "TextArea") => true,
        Some("Checkbox") => name == CustomField::IsOffice365.name(),
        Some(_) => false,
    };
    (is_entry && takes && field.id.is_some()).then_some(field)
}

/// What a field says; nothing where it is empty.
fn text_of(field: &WireField) -> Option<String> {
    let text = match &field.value {
        Value::String(text) => text.trim().to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
    };
    Some(text).filter(|text| !text.is_empty())
}

/// What the custom fields hold that we write.
pub(super) fn held(fields: &[WireField]) -> BTreeMap<CustomField, Option<String>> {
    CustomField::ALL
        .into_iter()
        .filter_map(|wanted| Some((wanted, text_of(find(fields, wanted.name())?))))
        .collect()
}

/// The Entra object id (B157, B158); `None` where the MSP has no field for it, so that nothing can be
/// written to it either.
pub(super) fn external_id(fields: &[WireField]) -> Option<ExternalId> {
    let field = find(fields, OFFICE_365_ID)?;
    Some(match text_of(field) {
        Some(id) => ExternalId::Id(id.to_ascii_lowercase()),
        None => ExternalId::Empty,
    })
}

/// What a field of that name says: nothing where there is none.
pub(super) fn said(fields: &[WireField], name: &str) -> Said<String> {
    match find(fields, name).map(text_of) {
        None => Said::Nothing,
        Some(None) => Said::Cleared,
        Some(Some(text)) => Said::Value(text),
    }
}

/// The whole list with these values; `None` where none of the fields is there (B153).
pub(super) fn list(fields: &[WireField], changes: &[(&str, &str)]) -> Option<Value> {
    let ids: BTreeMap<i64, &str> = changes
        .iter()
        .filter_map(|(name, text)| Some((find(fields, name)?.id?, *text)))
        .collect();
    if ids.is_empty() {
        return None;
    }
    let all = fields.iter().filter_map(|field| {
        let id = field.id?;
        let value = match ids.get(&id) {
            Some(text) => value(is_check_box(field), text),
            None => field.value.clone(),
        };
        Some(json!({ "id": id, "value": value }))
    });
    Some(all.collect())
}

fn is_check_box(field: &WireField) -> bool {
    field.kind.as_deref() == Some("Checkbox") || field.value.is_boolean()
}

fn value(is_check_box: bool, text: &str) -> Value {
    if is_check_box {
        json!(parse_flag(text).unwrap_or_default())
    } else {
        json!(text)
    }
}

/// Where a new contact's values go: the fields that there are, by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct FieldIds(BTreeMap<String, (i64, bool)>);

impl FieldIds {
    /// The fields as any contact shows them.
    pub(super) fn of(fields: &[WireField]) -> Self {
        let found = LOOKED_UP.into_iter().filter_map(|name| {
            let field = find(fields, name)?;
            Some((name.to_owned(), (field.id?, is_check_box(field))))
        });
        Self(found.collect())
    }

    /// Is there a field of that name?
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The entry of a new contact for a field, where there is one of that name.
    pub(super) fn entry(&self, name: &str, text: &str) -> Option<Value> {
        let (id, is_check_box) = self.0.get(name)?;
        Some(json!({ "id": id, "value": value(*is_check_box, text) }))
    }

    /// As a text without values, to be remembered.
    pub(super) fn to_text(&self) -> String {
        let fields = self.0.iter();
        let fields = fields.map(|(name, (id, is_check_box))| format!("{name}:{id}:{is_check_box}"));
        fields.collect::<Vec<_>>().join(" ")
    }

    /// Takes back such a text.
    pub(super) fn from_text(text: &str) -> Option<Self> {
        let entry = |part: &str| {
            let mut parts = part.split(':');
            let name = parts.next()?.to_owned();
            Some((
                name,
                (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?),
            ))
        };
        let entries: Option<_> = text.split_whitespace().map(entry).collect();
        Some(Self(entries?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields() -> Vec<WireField> {
        serde_json::from_value(json!([
            {"id": 31, "caption": "SupportPIN", "type": "Text", "entryMethod": "EntryField",
                "value": "493817"},
            {"id": 32, "caption": "IsOffice365", "type": "Checkbox", "value": null},
            {"id": 33, "caption": "Office365Id", "type": "Text", "value": null},
            {"id": 34, "caption": "Shoe", "type": "Number", "value": 42},
            {"id": 35, "caption": "Diet", "type": "Text", "entryMethod": "List", "value": "Vegan"},
            {"caption": "Without an id", "value": 1}
        ]))
        .unwrap()
    }

    #[test]
    fn b152_b155_b158_fields_are_known_by_their_exact_captions() {
        let held = held(&fields());
        assert_eq!(held[&CustomField::SupportPin].as_deref(), Some("493817"));
        assert_eq!(held[&CustomField::IsOffice365], None);
        assert_eq!(external_id(&fields()), Some(ExternalId::Empty));
        assert_eq!(said(&fields(), "SupportPIN"), Said::Value("493817".into()));
        for spelt in ["SupportPin", "supportpin", "Support PIN"] {
            assert_eq!(said(&fields(), spelt), Said::Nothing, "B181");
        }
        for other in [
            json!({"id": 31, "caption": "SupportPIN", "type": "Password"}),
            json!({"id": 31, "caption": "SupportPIN", "type": "Checkbox"}),
            json!({"id": 31, "caption": "SupportPIN", "type": "Text", "entryMethod": "Option"}),
            json!({"caption": "SupportPIN", "type": "Text"}),
        ] {
            let field = serde_json::from_value(other.clone()).unwrap();
            assert!(super::held(&[field]).is_empty(), "{other}");
        }
    }

    #[test]
    fn b153_a_list_goes_back_whole_or_not_at_all() {
        let changes = [
            ("IsOffice365", "True"),
            ("Office365Id", "8c2f"),
            ("Absent", "x"),
        ];
        assert_eq!(
            list(&fields(), &changes),
            Some(json!([
                {"id": 31, "value": "493817"}, {"id": 32, "value": true},
                {"id": 33, "value": "8c2f"}, {"id": 34, "value": 42}, {"id": 35, "value": "Vegan"}
            ]))
        );
        assert_eq!(list(&fields(), &[("Absent", "x")]), None);
        assert_eq!(list(&[], &changes), None);
    }

    #[test]
    fn ids_of_fields_are_kept_as_a_text() {
        let ids = FieldIds::of(&fields());
        assert_eq!(FieldIds::from_text(&ids.to_text()), Some(ids.clone()));
        assert_eq!(
            ids.entry("IsOffice365", "False"),
            Some(json!({"id": 32, "value": false}))
        );
        assert_eq!(ids.entry("Absent", "x"), None);
        assert!(ids.has("SupportPIN") && !FieldIds::default().has("SupportPIN"));
        assert_eq!(FieldIds::from_text(""), Some(FieldIds::default()));
        assert_eq!(FieldIds::from_text("SupportPIN:x:true"), None);
    }
}
