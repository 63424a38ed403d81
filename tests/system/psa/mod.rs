//! Accounts and the contacts of a PSA, through the whole system: matching, creation, deliveries,
//! failures in between, and what operators see and set. What the tests share is here; people,
//! domains and numbers are invented.

mod api;
mod blocked;
mod canary;
mod changes;
mod connectwise;
mod creation;
mod custom;
mod edits;
mod faults;
mod links;
mod matching;
mod quota;
mod updates;
mod webhook;

use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use domain::account::Account;
use serde_json::{Value, json};
use simulators::Exchange;
use tower::ServiceExt;

use crate::world::{E3, OPERATOR, TENANT, World, customer, policy};

/// Contacts are made, changed and put out of use.
pub(crate) const EVERYTHING: &str =
    "create_psa_contact = true\nupdate_psa_contact = true\ndeactivate_psa_contact = true";
/// Contacts are made, and nothing else is written.
pub(crate) const CREATE: &str = "create_psa_contact = true";
/// Nothing is written to the PSA.
pub(crate) const MATCH_ONLY: &str = "";

/// A system with one customer, `northwind`, and its company in the PSA.
pub(crate) struct Scene {
    pub(crate) world: World,
    pub(crate) company: i64,
    pub(crate) site: i64,
}

impl Scene {
    /// With a policy of these lines.
    pub(crate) async fn new(lines: &str) -> Self {
        Self::of(World::new("").await, lines).await
    }

    /// The same where the vendors answer what their descriptions do not have.
    pub(crate) async fn unrecorded(lines: &str) -> Self {
        Self::of(World::unrecorded("").await, lines).await
    }

    async fn of(world: World, lines: &str) -> Self {
        let company = world.halo.add_client("Northwind Dental");
        let site = world.halo.add_site(company, "Main");
        let mut scene = Self {
            world,
            company,
            site,
        };
        scene.govern(lines, "").await;
        scene
    }

    /// The system starts again with other policy lines and other lines of the customer.
    pub(crate) async fn govern(&mut self, lines: &str, more: &str) {
        let customers = policy(lines) + &customer("northwind", TENANT, self.company) + more + "\n";
        self.world.restart(Some(&customers)).await;
    }

    /// List rows of the PSA hold everything, as newer versions have it.
    pub(crate) fn full_rows(&self) {
        let full = simulators::psa::halo::Behaviour {
            thin_rows: false,
            ..Default::default()
        };
        self.world.halo.set_behaviour(full);
    }

    /// A user of the tenant; its object id.
    pub(crate) fn user(&self, name: &str, given: &str, surname: &str, more: Value) -> String {
        self.world
            .graph
            .put_user(TENANT, user(name, given, surname, more))
    }

    /// A contact of the company; its id.
    pub(crate) fn contact(&self, name: &str, email: &str, more: Value) -> i64 {
        let (given, surname) = name.split_once(' ').unwrap_or((name, ""));
        let base = json!({
            "name": name, "firstname": given, "surname": surname, "site_id": self.site,
            "emailaddress": email,
        });
        self.world.halo.add_user(&merged(base, more))
    }

    /// The account of a user.
    pub(crate) async fn account(&self, name: &str) -> Account {
        self.world
            .account("northwind", &format!("{name}@northwind.example"))
            .await
    }

    /// How an account stands: status, contact and rule.
    pub(crate) async fn standing(&self, name: &str) -> (&'static str, Option<i64>, Option<&str>) {
        let standing = self.account(name).await.psa;
        let contact = standing
            .contact
            .map(|contact| contact.as_str().parse().unwrap());
        (
            standing.status.as_str(),
            contact,
            standing.rule.map(|rule| rule.as_str()),
        )
    }

    /// Writes to contacts that were asked for so far.
    pub(crate) fn writes(&self) -> Vec<Exchange> {
        self.world.halo.journal().writes()
    }

    /// One more run costs no write unit and no write to the PSA (B132).
    pub(crate) async fn is_quiet(&mut self) {
        let before = self.writes().len();
        let summary = self.world.run().await;
        assert_eq!(
            self.writes().len(),
            before,
            "B132: nothing is written to the PSA"
        );
        assert!(
            summary.dynamodb.write_units.abs() < f64::EPSILON,
            "B132: {:?}",
            summary.dynamodb
        );
    }
}

/// A user as Graph has one, with these further or other members.
pub(crate) fn user(name: &str, given: &str, surname: &str, more: Value) -> Value {
    let base = json!({
        "userPrincipalName": format!("{name}@northwind.example"),
        "displayName": format!("{given} {surname}"), "givenName": given, "surname": surname,
        "mail": format!("{name}@northwind.example"), "accountEnabled": true, "userType": "Member",
        "assignedLicenses": [{ "skuId": E3, "disabledPlans": [] }],
    });
    merged(base, more)
}

fn merged(mut base: Value, more: Value) -> Value {
    if let (Some(base), Value::Object(more)) = (base.as_object_mut(), more) {
        base.extend(more);
    }
    base
}

/// What an HTTP function answered.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) kind: String,
    pub(crate) body: Value,
}

/// One call of the operators' API; without a token as nobody.
pub(crate) async fn call(
    world: &World,
    method: &str,
    path: &str,
    token: Option<&str>,
    body: Option<Value>,
) -> Reply {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    if body.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    send(
        admin_api::router(world.app().clone()),
        request.body(body).unwrap(),
    )
    .await
}

/// One call by an operator.
pub(crate) async fn operate(world: &World, method: &str, path: &str, body: Value) -> Reply {
    call(world, method, path, Some(OPERATOR), Some(body)).await
}

/// One request to a router.
pub(crate) async fn send(router: axum::Router, request: Request<Body>) -> Reply {
    let response = router.oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let kind = response.headers().get(header::CONTENT_TYPE);
    let kind = kind
        .map(|kind| kind.to_str().unwrap().to_owned())
        .unwrap_or_default();
    let bytes = to_bytes(response.into_body(), 16 * 1024 * 1024)
        .await
        .unwrap();
    Reply {
        status,
        kind,
        body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
    }
}

/// The path of an account in the operators' API.
pub(crate) fn path_of(account: &Account) -> String {
    format!("/v1/customers/{}/accounts/{}", account.customer, account.id)
}
