//! The link between an account and a contact, set by a person: kept over every rule (B128, B130).

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use domain::account::{MatchRule, PsaStanding, PsaStatus};
use domain::event::Event;
use domain::id::ContactId;
use platform::store::{AccountWrite, WriteOutcome};
use platform::{App, Problem};
use serde::Deserialize;

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
    let Json(wanted) =
        body.map_err(|_| Problem::bad_request("the body must be JSON with contact_id"))?;
    let contact = wanted
        .contact_id
        .map(|text| ContactId::parse(text).map_err(|_| Problem::bad_request("no such contact id")))
        .transpose()?;
    let customer = customer(&app, &id).await?;
    let held = accounts::find(&app, &customer, &account).await?;
    let mut linked = held.clone();
    linked.revision += 1;
    linked.psa = standing(contact.clone(), operator);
    let write = AccountWrite {
        account: linked.clone(),
        expected: Some(held.revision),
        aliases: Vec::new(),
        claim: contact
            .clone()
            .filter(|contact| held.contact() != Some(contact)),
        release: held
            .psa
            .contact
            .filter(|before| Some(before) != contact.as_ref()),
    };
    let outcomes = app
        .store
        .write_accounts(None, vec![write])
        .await
        .map_err(unavailable)?;
    match outcomes.first() {
        Some(WriteOutcome::Done) => {}
        Some(WriteOutcome::ContactTaken(_)) => {
            return Err(Problem::conflict(
                "another account is linked to this contact (B191)",
            ));
        }
        Some(WriteOutcome::Conflict | WriteOutcome::AliasTaken(..)) | None => {
            return Err(Problem::conflict(
                "the account was changed at the same moment; try again",
            ));
        }
    }
    // What the contact says is taken over at once (B184), and the PSA is told what it lacks.
    let look = app.envelope(customer.id.clone(), None, Event::ImportFinished {});
    app.bus.publish(vec![look]).await.map_err(unavailable)?;
    Ok(Json(AccountView::from(&linked)))
}

fn standing(contact: Option<ContactId>, operator: Operator) -> PsaStanding {
    match contact {
        Some(contact) => PsaStanding {
            status: PsaStatus::Matched,
            contact: Some(contact),
            rule: Some(MatchRule::Manual),
            reason: Some(format!(
                "a person in the role {} chose",
                operator.role.as_str()
            )),
            ..PsaStanding::default()
        },
        None => PsaStanding {
            reason: Some("a person took the link away".to_owned()),
            ..PsaStanding::default()
        },
    }
}
