//! Who calls, and what the account's settings name.

use serde_json::{Value, json};

use super::state::State;
use super::{FieldKind, USER_TOKEN};
use crate::exchange::Answer;

/// `GET /me`, which repeats a token that nobody asked for.
pub(crate) fn me(state: &State) -> Answer {
    let may = state.behaviour.permissions;
    let mut rights = json!({
        "asset": { "read": false, "write": false, "delete": false },
        "customer": { "read": may.list && may.view, "write": may.edit, "delete": false },
    });
    if let Some(rights) = rights
        .as_object_mut()
        .filter(|_| state.behaviour.undocumented)
    {
        rights.insert("contact".to_owned(), json!("inherited"));
    }
    let me = json!({
        "user_token": USER_TOKEN, "user_email": "api@acme-msp.example", "user_name": "API",
        "user_id": 1, "admin": false, "can_use_app": true, "two_factor_required": false,
        "subdomain": "acme", "default_location": null, "enable_multi_locations": false,
        "locations_allowed": [],
        "permissions": rights,
    });
    Answer::json(200, &me)
}

/// `GET /settings`. How it describes a field is not documented.
pub(crate) fn settings(state: &State) -> Answer {
    let named = state
        .fields
        .iter()
        .filter(|_| state.behaviour.name_contact_fields);
    let fields: Vec<Value> = named
        .enumerate()
        .map(|(at, (name, kind))| {
            let kind = match kind {
                FieldKind::Text => "Text Field",
                FieldKind::CheckBox => "Check Box",
            };
            json!({ "id": at + 1, "name": name, "field_type": kind, "required": false })
        })
        .collect();
    let body = json!({
        "customers": { "required_fields": null, "customer_fields": fields,
            "customer_field_answers": [] },
        "assets": { "asset_types": [], "asset_type_fields": [], "asset_type_field_answers": [] },
        "locale": { "iso_code": "en", "currency_symbol": "$", "date_format": "mm-dd-yy",
            "time_format": "hh:mm tt", "time_zone": "America/Los_Angeles",
            "time_offset": "-08:00" },
        "business_hours_enabled": true,
    });
    Answer::json(200, &body)
}
