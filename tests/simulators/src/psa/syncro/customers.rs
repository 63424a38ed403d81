//! Customers: the list and the single one, which is wrapped.

use serde_json::{Value, json};

use super::listing::envelope;
use super::routes::not_found;
use super::state::State;
use crate::exchange::{Answer, Request};

pub(crate) fn list(state: &State, request: &Request) -> Answer {
    let disabled_too = request.flag("include_disabled");
    let mut found: Vec<(i64, Value)> = (state.customers.keys())
        .filter(|_| !state.behaviour.hide_everything)
        .filter_map(|id| Some((*id, state.customer(*id)?)))
        .filter(|(_, customer)| disabled_too || customer["disabled"] != true)
        .collect();
    if let Some(sort) = request.query("sort") {
        let (field, direction) = sort.split_once(' ').unwrap_or((sort, "ASC"));
        let key = |customer: &Value| {
            let value = customer[field].as_str();
            value.unwrap_or_default().to_lowercase()
        };
        found.sort_by_key(|(id, customer)| (key(customer), *id));
        if direction.eq_ignore_ascii_case("desc") {
            found.reverse();
        }
    }
    let per_page = state.behaviour.customers_per_page;
    envelope(
        request,
        "customers",
        &found,
        per_page,
        &state.behaviour,
        |(_, customer)| customer.clone(),
    )
}

pub(crate) fn one(state: &State, id: i64) -> Answer {
    let seen = state
        .customer(id)
        .filter(|_| !state.behaviour.hide_everything);
    match seen {
        Some(customer) => Answer::json(200, &json!({ "customer": customer })),
        None => not_found(),
    }
}
