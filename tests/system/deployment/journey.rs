//! One journey through the emulated AWS with the clients that ship: a tick, PutEvents, the rule's
//! delivery to a queue, the handler, the table and the secrets; each function under its own role.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use connectors::Vendors;
use domain::account::PsaStatus;
use muster::configured;
use muster::functions::Functions;
use muster::queue::Work;
use muster::wiring::Function;
use platform::host::{self, Verdict};
use platform::{App, Budget};
use secrecy::ExposeSecret;
use serde_json::json;
use tower::ServiceExt;

use super::aws::Aws;
use super::emulated::deployed_config;
use super::guard::Guard;
use crate::world::{PATH_TOKEN, TENANT, World, customer, id, policy};

/// A deployed system.
struct Deployed {
    aws: Aws,
    guard: Arc<Guard>,
    vendors: Vendors,
}

impl Deployed {
    /// A function's app, from the environment that it was deployed with; its role watches.
    async fn at_work(&self, handler: &str) -> App {
        let app = App::load(&deployed_config(&self.aws, handler).await).await;
        self.guard.watch(handler);
        app
    }

    /// The function takes the next message of its queue and handles it.
    async fn deliver(&self, function: Function) {
        let app = self.at_work(function.as_str()).await;
        let queue = format!("muster-test-{function}");
        let body = self.aws.receive(&queue).await;
        let body = body.unwrap_or_else(|| panic!("{queue} is empty"));
        let functions = Functions::new(app.clone(), self.vendors.clone());
        let handle =
            async |_: &App, envelope: &_, _: &Budget| functions.handle(function, envelope).await;
        let verdict = host::deliver(&app, &handle, &body, &Budget::endless()).await;
        assert_eq!(verdict, Verdict::Done, "{function}");
    }

    /// Nothing was refused; what was asked since the last look.
    fn check(&self, what: &str, wanted: &[&str]) {
        let (refused, asked) = self.guard.seen();
        assert!(
            refused.is_empty(),
            "{what} needs more than its role allows: {refused:?}"
        );
        for action in wanted {
            assert!(
                asked.contains(*action),
                "{what} did not come to {action}: {asked:?}"
            );
        }
    }
}

/// Customers, policies and secrets are in the emulated AWS.
async fn set_up(aws: &Aws, world: &mut World) {
    let config = &world.local().config;
    for (name, document) in [("graph", &config.graph), ("psa", &config.psa)] {
        let document = document.as_ref().unwrap().expose_secret();
        let secret = json!({
            "Name": format!("muster/test/{name}"), "SecretString": document,
            "ClientRequestToken": format!("00000000-0000-4000-8000-00000000{:04}", name.len()),
        });
        aws.call("secretsmanager", "secretsmanager.CreateSecret", secret)
            .await;
    }
    let app = App::load(&deployed_config(aws, "admin-api").await).await;
    configured::put(&app, config).await.unwrap();
}

#[tokio::test]
async fn from_the_tick_to_the_psa_and_back_through_the_deployed_services() {
    let Some(aws) = Aws::there() else { return };
    let guard = Guard::start(aws.clone()).await;
    let mut world = World::new("").await;
    let company = world.halo.add_client("Northwind Dental");
    world.halo.add_site(company, "Main");
    let customers = policy("create_psa_contact = true") + &customer("northwind", TENANT, company);
    world.restart(Some(&customers)).await;
    world.graph.put_user(
        TENANT,
        json!({
            "displayName": "Anna Svensson", "givenName": "Anna", "surname": "Svensson",
            "userPrincipalName": "anna@northwind.example", "mail": "anna@northwind.example",
            "accountEnabled": true, "userType": "Member",
        }),
    );
    set_up(&aws, &mut world).await;
    let vendors = Vendors::new().unwrap();
    let deployed = Deployed {
        aws,
        guard,
        vendors,
    };
    deployed.check("setting up", &[]);

    // A tick finds the customer due.
    let app = deployed.at_work("schedule").await;
    assert_eq!(schedule::handle(&app).await.unwrap().due, [id("northwind")]);
    deployed.check("schedule", &["events:PutEvents", "dynamodb:PutItem"]);

    // Each function's event is in the next one's queue.
    deployed.deliver(Function::Import).await;
    deployed.check(
        "import",
        &["secretsmanager:GetSecretValue", "events:PutEvents"],
    );
    deployed.deliver(Function::Matching).await;
    deployed.check(
        "matching",
        &["secretsmanager:GetSecretValue", "events:PutEvents"],
    );
    deployed.deliver(Function::PsaPush).await;
    deployed.check(
        "psa-push",
        &["secretsmanager:GetSecretValue", "dynamodb:PutItem"],
    );
    let accounts = app_accounts(&deployed).await;
    assert_eq!(accounts.len(), 1);
    assert_eq!(accounts[0].psa.status, PsaStatus::Created);

    // Halo tells of the contact that was made, and matching is woken.
    let contact = accounts[0].contact().unwrap();
    tell_of(&deployed, contact.as_str()).await;
    deployed.deliver(Function::Matching).await;
    deployed.check("matching again", &[]);
    assert_eq!(deployed.aws.receive("muster-test-import").await, None);
}

/// What the operators would see.
async fn app_accounts(deployed: &Deployed) -> Vec<domain::account::Account> {
    let app = deployed.at_work("admin-api").await;
    let accounts = app.store.all_accounts(&id("northwind")).await.unwrap();
    deployed.check("admin-api", &["dynamodb:Query"]);
    accounts
}

/// A delivery of Halo's about a contact.
async fn tell_of(deployed: &Deployed, contact: &str) {
    let app = deployed.at_work("psa-webhook").await;
    let contact: i64 = contact.parse().unwrap();
    let body = json!({ "id": "delivery-1", "object_id": contact, "user": { "id": contact } });
    let request = Request::post(format!("/webhooks/halo/{PATH_TOKEN}"))
        .header("authorization", basic())
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .unwrap();
    let answer = psa_webhook::router(app).oneshot(request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    deployed.check("psa-webhook", &["events:PutEvents", "dynamodb:PutItem"]);
}

fn basic() -> String {
    use base64::Engine;
    let credentials = base64::engine::general_purpose::STANDARD.encode("halo:webhook-password");
    format!("Basic {credentials}")
}
