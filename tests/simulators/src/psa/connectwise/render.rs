//! Records as the API shows them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::CustomField;
use super::state::{Company, Contact, Item, State};

/// A contact in full. Texts without a value come as null.
pub(crate) fn contact(state: &State, id: i64, contact: &Contact) -> Value {
    let text = |text: &str| {
        if text.is_empty() {
            Value::Null
        } else {
            json!(text)
        }
    };
    let company = contact.company.map(|company| {
        let name = state.companies.get(&company).map(|c| c.name.clone());
        json!({"id": company, "identifier": identifier(name.as_deref()), "name": name,
            "_info": {"company_href": format!("https://api.example/company/companies/{company}")}})
    });
    let department = contact
        .department
        .map(|department| json!({"id": department, "name": state.departments.get(&department)}));
    let items: Vec<Value> = contact.items.iter().map(|one| item(state, one)).collect();
    let types: Vec<Value> = (contact.types.iter())
        .map(|kind| json!({"id": kind, "name": state.contact_types.get(kind)}))
        .collect();
    let mut record = json!({
        "id": id, "firstName": text(&contact.first_name), "lastName": text(&contact.last_name),
        "company": company, "site": contact.site.map(|site| json!({"id": site, "name": "Main"})),
        "inactiveFlag": contact.inactive, "title": text(&contact.title),
        "nickName": text(&contact.nick_name), "department": department, "marriedFlag": false,
        "childrenFlag": false, "disablePortalLoginFlag": true, "unsubscribeFlag": false,
        "defaultFlag": null, "communicationItems": items, "types": types, "integratorTags": [],
        "customFields": fields(&state.contact_fields, &contact.fields),
        "_info": {"lastUpdated": contact.last_updated, "updatedBy": "ApiSync"},
    });
    if state.behaviour.undocumented {
        strange(&mut record);
    }
    record
}

/// Members and kinds that no description has.
fn strange(record: &mut Value) {
    if let Some(members) = record.as_object_mut() {
        members.insert("presence".into(), json!("OnTheMoon"));
        members.insert("somethingNew".into(), json!({"a": [1, 2]}));
    }
    let pigeon = json!({"id": 99_001, "type": {"id": 99, "name": "Pigeon"}, "value": "Loft 7",
        "defaultFlag": true, "communicationType": "Pigeon"});
    let items = record.get_mut("communicationItems");
    if let Some(items) = items.and_then(Value::as_array_mut) {
        items.insert(0, pigeon);
    }
}

/// One address or number.
pub(crate) fn item(state: &State, item: &Item) -> Value {
    let kind = state.communication_types.get(&item.kind);
    let mut record = json!({
        "id": item.id, "type": {"id": item.kind, "name": kind.map(|kind| &kind.description)},
        "value": item.value, "defaultFlag": item.default, "communicationType": item.class.as_str(),
    });
    if let Some(members) = record.as_object_mut() {
        if !item.extension.is_empty() {
            members.insert("extension".into(), json!(item.extension));
        }
        if let Some((_, domain)) = item.value.split_once('@') {
            members.insert("domain".into(), json!(format!("@{domain}")));
        }
    }
    record
}

/// Every custom field that is defined, with its value here.
fn fields(defined: &BTreeMap<i64, CustomField>, values: &BTreeMap<i64, Value>) -> Value {
    let field = |(id, field): (&i64, &CustomField)| {
        json!({"id": id, "caption": field.caption, "type": field.kind,
            "entryMethod": field.entry_method, "numberOfDecimals": 0,
            "value": values.get(id), "userDefinedFieldRecId": id, "podId": "contact_overview"})
    };
    Value::Array(defined.iter().map(field).collect())
}

/// A company in full.
pub(crate) fn company(state: &State, id: i64, company: &Company) -> Value {
    let mut record = json!({
        "id": id, "identifier": identifier(Some(&company.name)), "name": company.name,
        "status": {"id": 1, "name": company.status}, "city": "Tampa",
        "site": {"id": company.site, "name": "Main"}, "deletedFlag": company.deleted,
        "types": [{"id": 1, "name": "Client"}],
        "customFields": fields(&state.company_fields, &company.fields),
        "_info": {"lastUpdated": "2026-01-20T08:00:00Z"},
    });
    if let (Some((territory, manager)), Some(members)) =
        (&company.territory, record.as_object_mut())
    {
        members.insert("territory".into(), json!({"id": 3, "name": territory}));
        members.insert("territoryManager".into(), json!({"id": 9, "name": manager}));
    }
    if let (true, Some(members)) = (state.behaviour.undocumented, record.as_object_mut()) {
        members.insert("somethingNew".into(), json!([{"a": 1}]));
    }
    record
}

fn identifier(name: Option<&str>) -> String {
    let letters = name.unwrap_or_default().chars();
    letters
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_uppercase())
        .collect()
}

/// The members of a record that `fields` asks for; nested ones by a slash.
pub(crate) fn selected(record: &Value, fields: &str) -> Value {
    let mut chosen = Map::new();
    for path in fields
        .split(',')
        .map(str::trim)
        .filter(|path| !path.is_empty())
    {
        let (first, rest) = path.split_once('/').unwrap_or((path, ""));
        let Some(value) = record.get(first) else {
            continue;
        };
        let value = match (rest, value) {
            ("", value) | (_, value @ Value::Null) => value.clone(),
            (rest, value) => selected(value, rest),
        };
        chosen.insert(first.to_owned(), value);
    }
    Value::Object(chosen)
}
