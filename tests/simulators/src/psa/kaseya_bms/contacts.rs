//! BMS's contacts: list, detail, create, and the JSON Patch that changes one.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::envelope::{invalid, missing, one, page, success, with};
use super::items::{EMAILS, PHONES, given, shown};
use super::login::dated;
use super::state::{Contact, Saved, State};
use super::{Behaviour, CONTACTS_MODULE, custom};
use crate::exchange::{Answer, Request};

/// The longest name or title; the vendor publishes no lengths.
const TEXT_LENGTH_MAX: usize = 100;

/// What is wrong with a request: a member, and words.
type Mistake = (&'static str, &'static str);

pub(crate) fn list(state: &mut State, request: &Request) -> Answer {
    let number = |name: &str| {
        request
            .query(name)
            .and_then(|text| text.parse::<i64>().ok())
    };
    let rows = state.contacts.iter().filter(|(_, contact)| {
        let is_wanted = match request.query("Filter.IsActive") {
            Some(flag) => flag.eq_ignore_ascii_case(if contact.active { "true" } else { "false" }),
            None => contact.active || state.behaviour.lists_show_inactive,
        };
        let account = state.accounts.get(&contact.account);
        let values = |items: &[super::state::Item]| {
            items
                .iter()
                .map(|item| item.value.clone())
                .collect::<Vec<_>>()
        };
        let (emails, phones) = (values(&contact.emails), values(&contact.phones));
        is_wanted
            && !state.behaviour.hide_everything
            && number("Filter.AccountId").is_none_or(|id| id == contact.account)
            && contains(
                request,
                "Filter.AccountName",
                &[account.map_or("", |a| &a.name)],
            )
            && contains(request, "Filter.FirstName", &[&contact.first_name])
            && contains(request, "Filter.LastName", &[&contact.last_name])
            && contains(request, "Filter.Email", &emails)
            && contains(request, "Filter.Phone", &phones)
            && within(&state.behaviour, request, contact.saved)
    });
    let rows = rows
        .map(|(id, contact)| summary(state, *id, contact))
        .collect();
    dated(state, page(&state.behaviour, request, rows))
}

/// Does any of these hold the text that a filter asks for, if it asks?
pub(crate) fn contains<T: AsRef<str>>(request: &Request, filter: &str, texts: &[T]) -> bool {
    let Some(wanted) = request.query(filter).filter(|text| !text.is_empty()) else {
        return true;
    };
    let wanted = wanted.to_lowercase();
    texts
        .iter()
        .any(|text| text.as_ref().to_lowercase().contains(&wanted))
}

/// Is a record within the times that the filters ask for?
pub(crate) fn within(behaviour: &Behaviour, request: &Request, saved: Saved) -> bool {
    let zone = SignedDuration::from_hours(behaviour.filter_zone_hours);
    let time = |name: &str| {
        let time = request.query(name)?.parse::<Timestamp>().ok()?;
        Some(time + zone)
    };
    time("Filter.CreatedOnFrom").is_none_or(|from| saved.created >= from)
        && time("Filter.CreatedOnTo").is_none_or(|to| saved.created <= to)
        && time("Filter.ModifiedOnFrom").is_none_or(|from| saved.modified >= from)
        && time("Filter.ModifiedOnTo").is_none_or(|to| saved.modified <= to)
}

pub(crate) fn detail(state: &mut State, id: i64) -> Answer {
    let contact = state
        .contacts
        .get(&id)
        .filter(|_| !state.behaviour.hide_everything);
    match contact {
        Some(contact) => one(&state.behaviour, summary(state, id, contact)),
        None => missing(&state.behaviour, "Contact"),
    }
}

/// A contact as lists and the detail call show it: without custom fields and middle name.
pub(crate) fn summary(state: &State, id: i64, contact: &Contact) -> Value {
    let more = json!({
        "IsPoc": contact.poc, "IsActive": contact.active, "IsBillable": contact.bill_by_contact,
        "CanRecieveInvoices": contact.invoices,
    });
    with(common(state, id, contact), more)
}

/// A contact as the answer to a change shows it.
pub(crate) fn output(state: &State, id: i64, contact: &Contact) -> Value {
    let more = json!({
        "MiddleName": contact.middle_name, "Poc": contact.poc, "IsActive": contact.active,
        "BillByContact": contact.bill_by_contact, "RecieveInvoices": contact.invoices,
    });
    with(common(state, id, contact), more)
}

fn common(state: &State, id: i64, contact: &Contact) -> Value {
    let account = state.accounts.get(&contact.account);
    let location = state.locations.get(&contact.location);
    let row = json!({
        "Id": id, "CreatedBy": 12, "CreatedOn": contact.saved.created.to_string(),
        "ModifiedBy": 12, "ModifiedOn": contact.saved.modified.to_string(),
        "AccountId": contact.account, "AccountName": account.map(|account| &account.name),
        "LocationId": contact.location, "LocationName": location.map(|location| &location.name),
        "FirstName": contact.first_name, "LastName": contact.last_name,
        "JobTitle": contact.job_title, "EffectiveDate": contact.effective_date,
        "Emails": shown(state, EMAILS, &contact.emails),
        "Phones": shown(state, PHONES, &contact.phones),
    });
    if state.behaviour.undocumented {
        let presence = json!({ "State": 17, "Since": null });
        with(
            row,
            json!({ "ContactRank": "platinum", "Presence": presence }),
        )
    } else {
        row
    }
}

/// Answers `POST /v2/crm/contacts/summary`.
pub(crate) fn create(state: &mut State, request: &Request) -> Answer {
    let body = request.json().unwrap_or_default();
    let contact = match read(state, &body) {
        Ok(contact) => contact,
        Err((member, words)) => return invalid(&state.behaviour, member, words),
    };
    let values = match custom_values(state, &body) {
        Ok(values) => values,
        Err((member, words)) => return invalid(&state.behaviour, member, words),
    };
    let id = state.keep(contact);
    for (field, data, item) in values {
        custom::store(state, (CONTACTS_MODULE, id, field), &data, item);
    }
    let contact = state.contacts.get(&id).cloned().unwrap_or_default();
    let first = |items: &[super::state::Item]| items.first().map(|item| item.value.clone());
    let account = state.accounts.get(&contact.account);
    let location = state.locations.get(&contact.location);
    let mut result = json!({
        "Id": id, "FirstName": contact.first_name, "LastName": contact.last_name,
        "AccountId": contact.account, "AccountName": account.map(|a| &a.name),
        "LocationId": contact.location, "LocationName": location.map(|l| &l.name),
        "PhoneNumber": first(&contact.phones), "EmailAddress": first(&contact.emails),
        "CustomFieldsData": custom::shown(state, CONTACTS_MODULE, id),
    });
    if state.behaviour.silent_creates {
        result = Value::Null;
    }
    success(&state.behaviour, result)
}

/// A contact out of the body of a create, which knows neither title nor state.
fn read(state: &mut State, body: &Value) -> Result<Contact, Mistake> {
    let text = |name: &str| {
        body.get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let number = |name: &str| body.get(name).and_then(Value::as_i64).unwrap_or(0);
    let contact = Contact {
        account: number("AccountId"),
        location: number("LocationId"),
        first_name: text("FirstName"),
        last_name: text("LastName"),
        active: true,
        emails: given(state, EMAILS, body)?,
        phones: given(state, PHONES, body)?,
        ..Contact::default()
    };
    if contact.emails.is_empty() {
        return Err(("Emails", "one address is required"));
    }
    check(state, &contact)?;
    Ok(contact)
}

fn check(state: &State, contact: &Contact) -> Result<(), Mistake> {
    let title = contact.job_title.clone().unwrap_or_default();
    for (member, text) in [
        ("FirstName", &contact.first_name),
        ("LastName", &contact.last_name),
        ("JobTitle", &title),
    ] {
        if text.trim().is_empty() && member != "JobTitle" {
            return Err((member, "is required"));
        }
        if text.encode_utf16().count() > TEXT_LENGTH_MAX {
            return Err((member, "is too long"));
        }
    }
    if !state.accounts.contains_key(&contact.account) {
        return Err(("AccountId", "is not valid"));
    }
    let location = state.locations.get(&contact.location);
    if location.is_none_or(|location| location.account != contact.account) {
        return Err(("LocationId", "is not one of the account's"));
    }
    Ok(())
}

type Values = Vec<(i64, String, Option<i64>)>;

fn custom_values(state: &State, body: &Value) -> Result<Values, Mistake> {
    let rows = body.get("CustomFieldsData").and_then(Value::as_array);
    let mut values = Vec::new();
    for row in rows.into_iter().flatten() {
        let id = row
            .get("CustomFieldId")
            .and_then(Value::as_i64)
            .unwrap_or(0);
        let field = state.fields.get(&(CONTACTS_MODULE, id));
        let field = field.ok_or(("CustomFieldId", "is not valid"))?;
        let data = row.get("Data").and_then(Value::as_str).unwrap_or_default();
        let item = custom::item_of(field, data).ok_or(("Data", "is no item of the list"))?;
        if item != row.get("SettingsId").and_then(Value::as_i64) {
            return Err(("SettingsId", "is not that of the item"));
        }
        values.push((id, data.to_owned(), item));
    }
    let has = |id: i64| values.iter().any(|(field, ..)| *field == id);
    let required = state
        .fields
        .iter()
        .filter(|((module, _), _)| *module == CONTACTS_MODULE);
    let mut missing = required.filter(|((_, id), field)| field.required && !has(*id));
    match missing.next() {
        Some(_) => Err(("CustomFieldsData", "a required custom field is missing")),
        None => Ok(values),
    }
}

/// Answers `PATCH /v2/crm/contacts/{id}`: a JSON Patch of the members of the whole contact. Only
/// `replace` is simulated, since no source proves another operation.
pub(crate) fn patch(state: &mut State, id: i64, request: &Request) -> Answer {
    let Some(mut contact) = state.contacts.get(&id).cloned() else {
        return missing(&state.behaviour, "Contact");
    };
    let body = request.json().unwrap_or_default();
    let Some(operations) = body.as_array() else {
        return invalid(&state.behaviour, "Operation", "must be an array");
    };
    for operation in operations {
        if operation.get("op").and_then(Value::as_str) != Some("replace") {
            return invalid(&state.behaviour, "op", "is not supported");
        }
        let path = operation
            .get("path")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let value = operation.get("value").cloned().unwrap_or_default();
        if let Err((member, words)) = replace(&mut contact, path, &value) {
            return invalid(&state.behaviour, member, words);
        }
    }
    if let Err((member, words)) = check(state, &contact) {
        return invalid(&state.behaviour, member, words);
    }
    if state.behaviour.ignore_activity {
        contact.active = state
            .contacts
            .get(&id)
            .is_some_and(|contact| contact.active);
    }
    state.save(id, contact.clone());
    success(&state.behaviour, output(state, id, &contact))
}

pub(crate) fn replace(contact: &mut Contact, path: &str, value: &Value) -> Result<(), Mistake> {
    let text = || value.as_str().map(str::to_owned);
    let flag = || value.as_bool().ok_or(("value", "must be true or false"));
    let number = || value.as_i64().ok_or(("value", "must be a number"));
    if !(value.is_string() || value.is_null() || value.is_boolean() || value.is_i64()) {
        return Err(("value", "is not valid"));
    }
    match path {
        "/FirstName" => contact.first_name = text().unwrap_or_default(),
        "/MiddleName" => contact.middle_name = text(),
        "/LastName" => contact.last_name = text().unwrap_or_default(),
        "/JobTitle" => contact.job_title = text().filter(|title| !title.is_empty()),
        "/EffectiveDate" => contact.effective_date = text(),
        "/AccountId" => contact.account = number()?,
        "/LocationId" => contact.location = number()?,
        "/Poc" => contact.poc = flag()?,
        "/IsActive" => contact.active = flag()?,
        "/ReceiveInvoices" => contact.invoices = flag()?,
        "/BillByContact" => contact.bill_by_contact = flag()?,
        _ => return Err(("path", "is no member of the contact")),
    }
    Ok(())
}
