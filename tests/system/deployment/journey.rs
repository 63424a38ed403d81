//! One journey through the emulated AWS with the clients that ship: a tick, PutEvents, the rule's
//! delivery to a queue, the handler, the table and the secrets; each function under its own role.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use connectors::Vendors;
use domain::account::{Account, PsaStatus};
use muster::agents::enrol;
use muster::configured;
use muster::functions::Functions;
use muster::queue::Work;
use muster::wiring::Function;
use platform::host::{self, Verdict};
use platform::telemetry::Metrics;
use platform::{App, Budget, SecretName};
use secrecy::ExposeSecret;
use serde_json::json;
use tower::ServiceExt;

use super::aws::Aws;
use super::callers;
use super::emulated::deployed_config;
use super::guard::Guard;
use crate::world::{TENANT, World, customer, id, policy};

/// A deployed system.
pub(super) struct Deployed {
    aws: Aws,
    guard: Arc<Guard>,
    vendors: Vendors,
}

impl Deployed {
    /// A function's app, from the environment that it was deployed with; its role watches.
    pub(super) async fn at_work(&self, handler: &str) -> App {
        let mut app = App::load(&deployed_config(&self.aws, handler).await)
            .await
            .unwrap();
        app.metrics = Metrics::silent();
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

    /// Every account there is.
    async fn accounts(&self) -> Vec<Account> {
        let app = self.at_work("admin-api").await;
        let accounts = app.store.all_accounts(&id("northwind")).await.unwrap();
        self.check("admin-api", &["dynamodb:Query"]);
        accounts
    }

    /// The account whose match stands so.
    async fn account(&self, status: PsaStatus) -> Account {
        let accounts = self.accounts().await.into_iter();
        let mut found = accounts.filter(|account| account.psa.status == status);
        found.next().expect("one is so")
    }

    /// Nothing was refused, and this was asked since the last look.
    pub(super) fn check(&self, what: &str, wanted: &[&str]) {
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

/// Customers, policies and secrets are in the emulated AWS. Returns the token of an agent.
async fn set_up(aws: &Aws, world: &mut World) -> String {
    let config = &world.local().config;
    let (graph, psa) = (config.graph.as_ref().unwrap(), config.psa.as_ref().unwrap());
    for (name, document) in [
        ("graph", graph),
        ("psa", psa),
        ("operators", &config.operators),
    ] {
        let secret = json!({
            "Name": format!("muster/test/{name}"), "SecretString": document.expose_secret(),
            "ClientRequestToken": format!("00000000-0000-4000-8000-00000000{:04}", name.len()),
        });
        aws.call("secretsmanager", "secretsmanager.CreateSecret", secret)
            .await;
    }
    let app = App::load(&deployed_config(aws, "admin-api").await)
        .await
        .unwrap();
    configured::put(&app, config).await.unwrap();
    enrol(&app, &id("northwind")).await.unwrap().token
}

#[tokio::test]
async fn from_the_tick_to_the_psa_and_back_through_the_deployed_services() {
    let Some(aws) = Aws::there() else { return };
    let guard = Guard::start(aws.clone()).await;
    let mut world = World::new("").await;
    let company = world.halo.add_client("Northwind Dental");
    let site = world.halo.add_site(company, "Main");
    // Two contacts fit Ida, so that a person must choose.
    let contact = json!({
        "name": "Ida Berg", "firstname": "Ida", "surname": "Berg", "site_id": site,
        "emailaddress": "ida@northwind.example",
    });
    let chosen = world.halo.add_user(&contact);
    world.halo.add_user(&contact);
    let sources = "sources = [\"microsoft-365\", \"active-directory\"]";
    let northwind = customer("northwind", TENANT, company);
    let northwind = northwind.replace("sources = [\"microsoft-365\"]", sources);
    world
        .restart(Some(&(policy("create_psa_contact = true") + &northwind)))
        .await;
    world
        .graph
        .put_user(TENANT, person("anna", "Anna", "Svensson"));
    world.graph.put_user(TENANT, person("ida", "Ida", "Berg"));
    let agent = set_up(&aws, &mut world).await;
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
    let wanted = [
        "secretsmanager:GetSecretValue",
        "events:PutEvents",
        "dynamodb:PutItem",
    ];
    deployed.deliver(Function::Import).await;
    deployed.check("import", &wanted);
    deployed.deliver(Function::Matching).await;
    deployed.check("matching", &wanted);
    deployed.deliver(Function::PsaPush).await;
    deployed.check("psa-push", &[wanted[0], wanted[2]]);
    let account = deployed.account(PsaStatus::Created).await;

    // A person chooses Ida's contact on the dashboard.
    let ida = deployed.account(PsaStatus::MoreThanOneMatch).await.id;
    callers::reviewer(&deployed, &ida, chosen).await;
    deployed.deliver(Function::Matching).await;
    deployed.check("matching after a choice", &[]);

    // Halo tells of the contact that was made, and matching is woken.
    callers::halo(&deployed, account.contact().unwrap()).await;
    deployed.deliver(Function::Matching).await;
    deployed.check("matching of a contact", &[]);

    // An agent hands in what another directory knows.
    callers::agent(&deployed, &agent).await;
    deployed.deliver(Function::Import).await;
    deployed.check(
        "import of an upload",
        &["dynamodb:BatchGetItem", "dynamodb:BatchWriteItem"],
    );
    assert_eq!(deployed.accounts().await.len(), 3);

    // An operator takes a link away, corrects a phone and asks for an import.
    callers::operator(&deployed, &account.id).await;
    deployed.deliver(Function::Import).await;
    deployed.check("import at once", &[]);

    // What a role does not allow is refused, or all of this would say nothing.
    let app = deployed.at_work("agent-upload").await;
    let error = app.secrets.get(SecretName::Graph).await.unwrap_err();
    assert!(error.to_string().contains("may not be read"), "{error}");
    assert_eq!(deployed.guard.seen().0, ["secretsmanager:GetSecretValue"]);
}

fn person(name: &str, given: &str, surname: &str) -> serde_json::Value {
    let address = format!("{name}@northwind.example");
    json!({
        "displayName": format!("{given} {surname}"), "givenName": given, "surname": surname,
        "userPrincipalName": address, "mail": address, "accountEnabled": true,
        "userType": "Member",
    })
}

/// A router's answer: status and body.
pub(super) async fn ask(
    router: Router,
    request: axum::http::request::Builder,
    body: Vec<u8>,
) -> (u16, serde_json::Value) {
    let answer = router
        .oneshot(request.body(Body::from(body)).unwrap())
        .await
        .unwrap();
    let status = answer.status().as_u16();
    let body = axum::body::to_bytes(answer.into_body(), 64 * 1024)
        .await
        .unwrap();
    (status, serde_json::from_slice(&body).unwrap_or_default())
}
