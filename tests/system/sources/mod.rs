//! Where accounts come from, through the whole system: rounds of Microsoft Graph in every form and
//! with every failure, exports of Active Directory and of Windows machines, and runs that wait for
//! a person. What the tests share is here; people and domains are invented.

mod active_directory;
mod agents;
mod exports;
mod graph_faults;
mod graph_fields;
mod graph_lease;
mod graph_refusals;
mod graph_rounds;
mod graph_scope;
mod held;
mod held_uploads;
mod hostile;
mod hostile_contents;
mod hybrid;
mod local_windows;
mod role_groups;
mod upload_rounds;
mod waiting;

use std::collections::BTreeMap;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use domain::account::{Account, AccountState};
use domain::event::{Envelope, Event};
use domain::fields::Attribute;
use domain::run::{Run, RunReason};
use muster::summary::Summary;
use serde_json::{Value, json};
use simulators::Exchange;
use tower::ServiceExt;

use crate::world::{E3, TENANT, World, id};

/// A customer of Microsoft 365 alone, without a company in the PSA, with these further lines.
pub(crate) fn entra(name: &str, tenant: &str, lines: &str) -> String {
    format!(
        "[[customers]]\nid = \"{name}\"\nmicrosoft_tenant_id = \"{tenant}\"\n\
         sources = [\"microsoft-365\"]\nlicensed_only = false\n{lines}\n"
    )
}

/// A system with one customer, `northwind`, of Microsoft 365 alone.
pub(crate) async fn entra_world() -> World {
    World::new(&entra("northwind", TENANT, "")).await
}

/// The only customer's run went well.
#[track_caller]
pub(crate) fn assert_succeeded(summary: &Summary) {
    assert_eq!(
        summary.customers[0].status, "succeeded",
        "{:?}",
        summary.customers
    );
}

/// A user as Graph has one.
pub(crate) fn person(name: &str, given: &str, surname: &str) -> Value {
    json!({
        "userPrincipalName": format!("{name}@northwind.example"),
        "displayName": format!("{given} {surname}"), "givenName": given, "surname": surname,
        "mail": format!("{name}@northwind.example"), "accountEnabled": true, "userType": "Member",
        "assignedLicenses": [{ "skuId": E3, "disabledPlans": [] }],
    })
}

/// So many users of a tenant, `p0` first; their object ids.
pub(crate) fn people(world: &World, tenant: &str, count: usize) -> Vec<String> {
    let one = |number: usize| {
        let user = person(&format!("p{number}"), &format!("Given{number}"), "Person");
        world.graph.put_user(tenant, user)
    };
    (0..count).map(one).collect()
}

/// Every account of a customer by user name, with its state.
pub(crate) async fn states(world: &World, customer: &str) -> BTreeMap<String, AccountState> {
    let accounts = world.accounts(customer).await;
    let named = |account: &Account| {
        let name = account.fields.get(Attribute::Username).unwrap_or("(none)");
        (name.to_owned(), account.state)
    };
    let states: BTreeMap<_, _> = accounts.iter().map(named).collect();
    assert_eq!(
        states.len(),
        accounts.len(),
        "no two accounts of one user name"
    );
    states
}

/// How many accounts of a customer are in a state.
pub(crate) async fn count(world: &World, customer: &str, state: AccountState) -> usize {
    let accounts = world.accounts(customer).await;
    accounts
        .iter()
        .filter(|account| account.state == state)
        .count()
}

/// A request to import a customer, as the schedule publishes it.
pub(crate) fn request(world: &World, customer: &str) -> Envelope {
    let app = world.app();
    let event = Event::ImportRequested {
        reason: RunReason::Schedule,
    };
    app.envelope(id(customer), Some(app.new_run_id()), event)
}

/// The pages of users that were asked for since the journal was cleared.
pub(crate) fn pages(world: &World) -> Vec<Exchange> {
    world
        .graph
        .journal()
        .matching(|exchange| exchange.path.ends_with("/users/delta"))
}

/// Calls to Graph itself, sign-in left out.
pub(crate) fn graph_calls(world: &World) -> usize {
    world.graph.journal().count("*", "/v1.0/")
}

/// The runs of a customer that were kept, the newest first.
pub(crate) async fn runs(world: &World, customer: &str) -> Vec<Run> {
    world.app().store.runs(&id(customer), 50).await.unwrap()
}

/// An answer of our own HTTP functions: status and body.
pub(crate) type Answer = (u16, Value);

/// Calls the operators' or the agents' routes, as whoever has this token.
pub(crate) async fn call(
    world: &World,
    token: &str,
    method: &str,
    path: &str,
    body: impl Into<Body>,
    headers: &[(&str, &str)],
) -> Answer {
    let app = world.app().clone();
    let router = admin_api::router(app.clone()).merge(agent_upload::router(app));
    let mut request = Request::builder().method(method).uri(path);
    if !token.is_empty() {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let Ok(answer) = router.oneshot(request.body(body.into()).unwrap()).await;
    let status = answer.status().as_u16();
    let body = to_bytes(answer.into_body(), 1024 * 1024).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or_default())
}
