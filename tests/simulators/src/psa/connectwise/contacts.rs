//! Contacts: lists, details, creates, and patches.

use serde_json::{Value, json};

use super::answers::{self, Refusal};
use super::patch::{self, Step};
use super::state::{Contact, State};
use super::{CustomField, items, listing, render};
use crate::exchange::{Answer, Request};

/// Texts of a contact with the most characters that each takes.
const LENGTHS: [(&str, usize); 4] = [
    ("firstName", 30),
    ("lastName", 30),
    ("title", 100),
    ("nickName", 30),
];

pub(crate) const COLUMNS: listing::Columns = listing::Columns {
    names: &[
        "id",
        "firstName",
        "lastName",
        "title",
        "company",
        "site",
        "department",
        "inactiveFlag",
        "communicationItems",
        "types",
        "lastUpdated",
    ],
    is_contacts: true,
};

pub(crate) fn list(state: &State, request: &Request) -> Answer {
    listing::answer(state, request, &COLUMNS, rows(state))
}

pub(crate) fn count(state: &State, request: &Request) -> Answer {
    listing::count(state, request, &COLUMNS, rows(state))
}

fn rows(state: &State) -> Vec<Value> {
    let contacts = state.contacts.iter();
    contacts
        .map(|(id, contact)| render::contact(state, *id, contact))
        .collect()
}

pub(crate) fn detail(state: &State, id: i64, request: &Request) -> Answer {
    let found = state.contacts.get(&id);
    match found.filter(|_| !state.behaviour.hide_everything) {
        None => answers::not_found("Contact", id),
        Some(contact) => {
            let record = render::contact(state, id, contact);
            let fields = request.query("fields").filter(|fields| !fields.is_empty());
            let record = fields.map_or_else(|| record.clone(), |f| render::selected(&record, f));
            answers::ok(200, &record)
        }
    }
}

pub(crate) fn post(state: &mut State, request: &Request) -> Answer {
    let Some(body) = request.json() else {
        return answers::bad_query("The body is no JSON.");
    };
    match create(state, &body) {
        Err(refusal) => answers::refused(&refusal),
        Ok(id) => match state.contacts.get(&id) {
            None => answers::not_found("Contact", id),
            Some(contact) => answers::ok(201, &render::contact(state, id, contact)),
        },
    }
}

/// Adds a note; the text is required.
pub(crate) fn note(state: &mut State, id: i64, request: &Request) -> Answer {
    let body = request.json();
    let text = body.as_ref().and_then(|body| body["text"].as_str());
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return answers::bad_query("The text field is required.");
    };
    match state.contacts.get_mut(&id) {
        None => answers::not_found("Contact", id),
        Some(contact) => {
            contact.notes.push(text.to_owned());
            let note = json!({
                "id": contact.notes.len(), "contactId": id, "text": text, "flagged": false,
                "type": {"id": 1, "name": "Comments"}, "enteredBy": "ApiSync",
            });
            answers::ok(201, &note)
        }
    }
}

/// Makes a contact of the body of a create.
pub(crate) fn create(state: &mut State, body: &Value) -> Result<i64, Refusal> {
    let members = body
        .as_object()
        .ok_or_else(|| Refusal::new("InvalidObject", "The body is no object."))?;
    let mut contact = Contact::default();
    for (name, value) in members {
        match name.as_str() {
            "communicationItems" => {
                for one in value.as_array().into_iter().flatten() {
                    let item = items::read(state, one)?;
                    items::put(&mut contact.items, item);
                }
            }
            "typeIds" => {
                let ids = value.as_array().into_iter().flatten();
                contact.types = ids.filter_map(Value::as_i64).collect();
            }
            name => {
                let step = Step {
                    op: "replace",
                    path: vec![name],
                    value,
                };
                apply(state, &mut contact, &step)?;
            }
        }
    }
    check(state, &contact)?;
    if contact.site.is_none() {
        let company = contact.company.and_then(|id| state.companies.get(&id));
        contact.site = company.map(|company| company.site);
    }
    contact.last_updated = state.tick();
    let id = state.next_id();
    state.contacts.insert(id, contact);
    Ok(id)
}

pub(crate) fn patch(state: &mut State, id: i64, request: &Request) -> Answer {
    if !state.contacts.contains_key(&id) || state.behaviour.hide_everything {
        return answers::not_found("Contact", id);
    }
    let body = request.json().unwrap_or_default();
    if let Err(refusal) = change(state, id, &body) {
        return answers::refused(&refusal);
    }
    match state.contacts.get(&id) {
        None => answers::not_found("Contact", id),
        Some(contact) => answers::ok(200, &render::contact(state, id, contact)),
    }
}

/// Carries the steps of a patch out, all or none.
pub(crate) fn change(state: &mut State, id: i64, body: &Value) -> Result<(), Refusal> {
    let Some(mut contact) = state.contacts.get(&id).cloned() else {
        return Ok(());
    };
    for step in patch::steps(body)? {
        let is_clear = step.op == "remove" || step.value.is_null();
        if is_clear && state.behaviour.keep_on_null && step.path.len() == 1 {
            continue;
        }
        apply(state, &mut contact, &step)?;
    }
    check(state, &contact)?;
    contact.last_updated = state.tick();
    state.contacts.insert(id, contact);
    Ok(())
}

fn apply(state: &mut State, contact: &mut Contact, step: &Step<'_>) -> Result<(), Refusal> {
    match step.path.as_slice() {
        ["firstName"] => contact.first_name = patch::text(step.value)?,
        ["lastName"] => contact.last_name = patch::text(step.value)?,
        ["title"] => contact.title = patch::text(step.value)?,
        ["nickName"] => contact.nick_name = patch::text(step.value)?,
        ["inactiveFlag"] => contact.inactive = patch::flag(step.value)?,
        ["company"] => contact.company = patch::reference(step.value)?,
        ["site"] => contact.site = patch::reference(step.value)?,
        ["department"] => contact.department = patch::reference(step.value)?,
        ["customFields"] => {
            let replaces = state.behaviour.replace_custom_fields;
            let values = field_values(&state.contact_fields, step.value)?;
            if replaces {
                contact.fields.clear();
            }
            contact.fields.extend(values);
        }
        ["communicationItems", rest @ ..] => item_step(state, contact, rest, step)?,
        // Taken, and nothing changes: as seen.
        ["company" | "site" | "department", _] => {}
        _ => return Err(Refusal::new("InvalidPatch", "The path is not known.")),
    }
    Ok(())
}

/// A step inside of the list of addresses and numbers, by the place there.
fn item_step(
    state: &mut State,
    contact: &mut Contact,
    path: &[&str],
    step: &Step<'_>,
) -> Result<(), Refusal> {
    let refuse = || Refusal::new("InvalidPatch", "The path leads to no element.");
    let at: usize = path
        .first()
        .ok_or_else(refuse)?
        .parse()
        .map_err(|_| refuse())?;
    if path.len() == 1 && step.op == "add" && at == contact.items.len() {
        let item = items::read(state, step.value)?;
        items::put(&mut contact.items, item);
        return Ok(());
    }
    let mut item = contact.items.get(at).cloned().ok_or_else(refuse)?;
    if path.len() == 1 && step.op == "remove" {
        contact.items.remove(at);
        return Ok(());
    }
    let inner = Step {
        op: step.op,
        path: path.iter().skip(1).copied().collect(),
        value: step.value,
    };
    items::apply(&mut item, &[inner])?;
    items::put(&mut contact.items, item);
    Ok(())
}

/// The values that a write gives to custom fields; one that is not defined is refused.
pub(crate) fn field_values(
    defined: &std::collections::BTreeMap<i64, CustomField>,
    list: &Value,
) -> Result<Vec<(i64, Value)>, Refusal> {
    let refuse = |message: &str| Refusal::new("InvalidField", message);
    let entries = list
        .as_array()
        .ok_or_else(|| Refusal::new("InvalidPatch", "Custom fields are an array."))?;
    let mut values = Vec::new();
    for entry in entries {
        let id = entry.get("id").and_then(Value::as_i64).unwrap_or_default();
        let field = defined
            .get(&id)
            .ok_or_else(|| refuse("No such custom field."))?;
        let value = entry.get("value").cloned().unwrap_or_default();
        let fits = match field.kind.as_str() {
            "Checkbox" => value.is_boolean() || value.is_null(),
            "Number" => value.is_number() || value.is_null(),
            _ => value.is_string() || value.is_null(),
        };
        if !fits {
            return Err(refuse("The value does not fit the custom field."));
        }
        let is_empty = value.is_null() || value.as_str() == Some("");
        values.push((id, if is_empty { Value::Null } else { value }));
    }
    Ok(values)
}

fn check(state: &State, contact: &Contact) -> Result<(), Refusal> {
    if contact.first_name.trim().is_empty() {
        let message = "The firstName field is required.";
        return Err(Refusal::field("MissingRequiredField", "firstName", message));
    }
    let texts = [
        &contact.first_name,
        &contact.last_name,
        &contact.title,
        &contact.nick_name,
    ];
    for ((name, most), text) in LENGTHS.into_iter().zip(texts) {
        if text.chars().count() > most {
            let message = format!("The field must have at most {most} characters.");
            return Err(Refusal::field("OutOfRange", name, &message));
        }
    }
    let refuse = |field, message: &str| Err(Refusal::field("InvalidField", field, message));
    let company = contact.company.map(|id| state.companies.get(&id));
    if let Some(company) = company
        && company.is_none_or(|company| company.deleted)
    {
        return refuse("company", "The company does not exist.");
    }
    if let (Some(site), Some(company)) = (contact.site, company.flatten())
        && site != company.site
    {
        return refuse("site", "The site is not one of the company's.");
    }
    if (contact.department).is_some_and(|id| !state.departments.contains_key(&id)) {
        return refuse("department", "The department does not exist.");
    }
    if !contact
        .types
        .iter()
        .all(|id| state.contact_types.contains_key(id))
    {
        return refuse("typeIds", "The contact type does not exist.");
    }
    Ok(())
}
