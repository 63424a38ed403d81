//! The links between an account and a contact, and an entry of the documentation system, set by a
//! person: kept over every rule (B128, B130).

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use domain::id::{ContactId, EntryId};
use platform::{App, Problem};
use serde::Deserialize;

use crate::actions::{self, Linked};
use crate::auth::Operator;
use crate::routes::{accounts, customer, unavailable};
use crate::view::AccountView;

/// The body of a link.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Link {
    /// The contact; null takes the link away, and the rules decide again.
    contact_id: Option<String>,
}

pub(crate) async fn link(
    operator: Operator,
    State(app): State<App>,
    Path((id, account)): Path<(String, String)>,
    body: Result<Json<Link>, JsonRejection>,
) -> Result<Json<AccountView>, Problem> {
    let Json(wanted) = body.map_err(|rejection| {
        Problem::unreadable_body(rejection.status(), "JSON with contact_id")
    })?;
    let contact = wanted
        .contact_id
        .map(|text| ContactId::parse(text).map_err(|_| Problem::bad_request("no such contact id")))
        .transpose()?;
    let customer = customer(&app, &id).await?;
    let held = accounts::find(&app, &customer, &account).await?;
    let linked = actions::link(&app, held, contact, operator.role).await;
    answer(
        linked.map_err(unavailable)?,
        "another account is linked to this contact (B191)",
    )
}

/// The body of a link to an entry.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EntryLink {
    /// The entry; null takes the link away, and the rules decide again. It must be said.
    #[serde(deserialize_with = "Option::deserialize")]
    entry_id: Option<String>,
    /// Where its category is empty, fill the account's in (D4).
    #[serde(default)]
    fill_category: bool,
}

pub(crate) async fn link_entry(
    operator: Operator,
    State(app): State<App>,
    Path((id, account)): Path<(String, String)>,
    body: Result<Json<EntryLink>, JsonRejection>,
) -> Result<Json<AccountView>, Problem> {
    let Json(wanted) = body.map_err(|rejection| {
        Problem::unreadable_body(rejection.status(), "JSON with entry_id and fill_category")
    })?;
    let entry = wanted
        .entry_id
        .map(|text| EntryId::parse(text).map_err(|_| Problem::bad_request("no such entry id")))
        .transpose()?;
    let customer = customer(&app, &id).await?;
    let held = accounts::find(&app, &customer, &account).await?;
    let linked = actions::link_entry(&app, held, entry, wanted.fill_category, operator.role).await;
    answer(
        linked.map_err(unavailable)?,
        "another account is linked to this entry",
    )
}

fn answer(linked: Linked, taken: &str) -> Result<Json<AccountView>, Problem> {
    match linked {
        Linked::Done(account) => Ok(Json(AccountView::from(&*account))),
        Linked::Taken => Err(Problem::conflict(taken)),
        Linked::Changed => Err(Problem::conflict(
            "the account was changed at the same moment; try again",
        )),
    }
}
