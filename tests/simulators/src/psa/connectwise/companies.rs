//! Companies: lists, details, and patches of their custom fields.

use serde_json::Value;

use super::answers::{self, Refusal};
use super::state::State;
use super::{contacts, listing, patch, render};
use crate::exchange::{Answer, Request};

const COLUMNS: listing::Columns = listing::Columns {
    names: &[
        "id",
        "identifier",
        "name",
        "status",
        "deletedFlag",
        "types",
        "lastUpdated",
    ],
    is_contacts: false,
};

pub(crate) fn list(state: &State, request: &Request) -> Answer {
    let companies = state.companies.iter();
    let rows = companies.map(|(id, company)| render::company(state, *id, company));
    listing::answer(state, request, &COLUMNS, rows.collect())
}

pub(crate) fn detail(state: &State, id: i64, request: &Request) -> Answer {
    let found = state.companies.get(&id);
    match found.filter(|_| !state.behaviour.hide_everything) {
        None => answers::not_found("Company", id),
        Some(company) => {
            let record = render::company(state, id, company);
            let fields = request.query("fields").filter(|fields| !fields.is_empty());
            let record = fields.map_or_else(|| record.clone(), |f| render::selected(&record, f));
            answers::ok(200, &record)
        }
    }
}

pub(crate) fn patch(state: &mut State, id: i64, request: &Request) -> Answer {
    let body = request.json().unwrap_or_default();
    match change(state, id, &body) {
        None => answers::not_found("Company", id),
        Some(Err(refusal)) => answers::refused(&refusal),
        Some(Ok(())) => match state.companies.get(&id) {
            None => answers::not_found("Company", id),
            Some(company) => answers::ok(200, &render::company(state, id, company)),
        },
    }
}

fn change(state: &mut State, id: i64, body: &Value) -> Option<Result<(), Refusal>> {
    let replaces = state.behaviour.replace_custom_fields;
    let company = state.companies.get_mut(&id)?;
    let defined = &state.company_fields;
    Some(patch::steps(body).and_then(|steps| {
        for step in steps {
            let ["customFields"] = step.path.as_slice() else {
                return Err(Refusal::new("InvalidPatch", "The path is not known."));
            };
            let values = contacts::field_values(defined, step.value)?;
            if replaces {
                company.fields.clear();
            }
            company.fields.extend(values);
        }
        Ok(())
    }))
}
