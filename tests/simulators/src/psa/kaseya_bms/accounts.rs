//! BMS's accounts, which are companies, their locations, and the tenant's tables.

use serde_json::{Value, json};

use super::contacts::{contains, within};
use super::envelope::{failure, missing, one, page, success, with};
use super::state::{Account, State};
use crate::exchange::{Answer, Request};

pub(crate) fn list(state: &mut State, request: &Request) -> Answer {
    let rows = state.accounts.iter().filter(|(_, account)| {
        let flag = request.query("Filter.IsActive");
        let is_wanted = match flag {
            Some(flag) => flag.eq_ignore_ascii_case(if account.active { "true" } else { "false" }),
            None => account.active || state.behaviour.lists_show_inactive,
        };
        is_wanted
            && !state.behaviour.hide_everything
            && contains(request, "Filter.AccountName", &[&account.name])
            && within(&state.behaviour, request, account.saved)
    });
    let rows = rows
        .map(|(id, account)| summary(state, *id, account))
        .collect();
    page(&state.behaviour, request, rows)
}

pub(crate) fn detail(state: &mut State, id: i64) -> Answer {
    let account = state
        .accounts
        .get(&id)
        .filter(|_| !state.behaviour.hide_everything);
    match account {
        Some(account) => one(&state.behaviour, summary(state, id, account)),
        None => missing(&state.behaviour, "Account"),
    }
}

pub(crate) fn locations(state: &mut State, id: i64) -> Answer {
    if !state.accounts.contains_key(&id) {
        return missing(&state.behaviour, "Account");
    }
    let rows = state.locations_of(id).map(|(id, location)| {
        json!({ "Id": id, "Name": location.name, "AccountId": location.account,
            "IsMain": location.main })
    });
    success(&state.behaviour, rows.collect())
}

/// One of the tenant's tables; their names are not published.
pub(crate) fn lookup(state: &mut State, table: &str) -> Answer {
    let rows = match table {
        "EmailTypes" if state.behaviour.lookups => &state.email_types,
        "PhoneTypes" if state.behaviour.lookups => &state.phone_types,
        _ => return failure(&state.behaviour, 404, 3, "Table not found"),
    };
    let rows = rows.iter().enumerate().map(|(at, (id, name))| {
        json!({ "Id": id, "Name": name, "IsActive": true, "IsDefault": at == 0 })
    });
    success(&state.behaviour, rows.collect())
}

fn summary(state: &State, id: i64, account: &Account) -> Value {
    let locations = state.locations_of(id).map(|(id, location)| {
        json!({ "Id": id, "LocationName": location.name, "IsMain": location.main,
            "IsActive": true, "Addresses": [] })
    });
    let row = json!({
        "Id": id, "CreatedBy": 12, "CreatedOn": account.saved.created.to_string(),
        "ModifiedBy": 12, "ModifiedOn": account.saved.modified.to_string(), "ParentId": null,
        "AccountCode": format!("A{id}"), "AccountTypeId": 1, "AccountType": "Customer",
        "AccountName": account.name, "AccountManagerId": 12, "AccountManagerUserName": "tec",
        "IsActive": account.active, "IsBilling": true,
        "Locations": locations.collect::<Vec<Value>>(),
    });
    if state.behaviour.undocumented {
        with(row, json!({ "AccountTier": "platinum" }))
    } else {
        row
    }
}
