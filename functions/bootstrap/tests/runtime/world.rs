//! What a deployment consists of besides the executable: the table, the bus, the secrets, and the
//! vendors outside. One per test; processes end with it.
//!
//! Invariant: no process of a world ever wrote one of [`SECRETS`]; [`World::stop`] looks.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use domain::customer::Customer;
use domain::id::{CompanyId, CustomerId};
use domain::identity::Source;
use domain::policy::Policy;
use platform::{App, Bus, Clock, Secrets};
use serde_json::{Value, json};
use simulators::aws::Published;
use simulators::lambda::events::{HttpAnswer, HttpRequest, batch, given_back};
use simulators::lambda::{Function, Outcome};
use simulators::psa::halo;
use simulators::{Aws, Graph, Halo, Options, graph};

/// The customer's tenant.
pub(crate) const TENANT: &str = "0785ef7c-0000-4000-8000-000000000001";
/// What Halo's deliveries carry in their path.
pub(crate) const PATH_TOKEN: &str = "hush-path-9f3c0b6f2c1a9d7e4f38a5c2d1e0f9a8";
/// With which password Halo delivers.
pub(crate) const WEBHOOK_PASSWORD: &str = "hush-webhook-password";
/// An operator's token.
pub(crate) const OPERATOR: &str = "hush-operator-000000000000000000000000000000";
/// An agent's token.
pub(crate) const AGENT: &str = "hush-agent-00000000000000000000000000000000";
/// How long a test waits for what ought to happen at once.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

const TABLE: &str = "muster-test";
const PREFIX: &str = "muster/test";

/// What no process may write.
const SECRETS: [&str; 7] = [
    "hush",
    graph::CLIENT_SECRET,
    halo::CLIENT_SECRET,
    Function::SECRETS[0],
    Function::SECRETS[1],
    // Neither may people be named.
    "anna",
    "northwind.example",
];

/// The executable.
pub(crate) fn bootstrap() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_bootstrap"))
}

/// A deployment.
pub(crate) struct World {
    pub(crate) aws: Aws,
    pub(crate) graph: Graph,
    pub(crate) halo: Halo,
    /// The store of the deployment's table, to seed it and to look into it.
    pub(crate) app: App,
    table_url: String,
}

impl World {
    /// An empty table, all secrets, no customer.
    pub(crate) async fn new() -> Self {
        let (aws, graph, halo) = tokio::join!(
            Aws::start(Options::unrecorded()),
            Graph::start(Options::unrecorded()),
            Halo::start(Options::unrecorded())
        );
        let (aws, graph, halo) = (aws.unwrap(), graph.unwrap(), halo.unwrap());
        graph.add_tenant(TENANT, "northwind.example");
        let table_url = table().await;
        let (bus, _) = tokio::sync::mpsc::unbounded_channel();
        let secrets = Secrets::memory(BTreeMap::new());
        let app = App::local(&table_url, TABLE, Bus::Local(bus), secrets, Clock::System);
        app.store.create_table_if_missing().await.unwrap();
        put_secrets(&aws, &graph, &halo);
        Self {
            aws,
            graph,
            halo,
            app,
            table_url,
        }
    }

    /// Adds a customer with this source, which is due.
    pub(crate) async fn add(&self, name: &str, source: Source, company: Option<i64>) {
        let customer = Customer {
            id: id(name),
            name: name.to_owned(),
            microsoft_tenant_id: Some(TENANT.to_owned()),
            psa_company_id: company.map(|id| CompanyId::parse(id.to_string()).unwrap()),
            psa_site_id: None,
            docs_organization_id: None,
            docs_configuration_id: None,
            sources: vec![source],
            interval_minutes: None,
            licensed_only: Some(false),
            paused: false,
            policies: Vec::new(),
        };
        let now = self.app.clock.now();
        self.app.store.put_customer(&customer, now).await.unwrap();
        let policy = Policy {
            default: true,
            create_psa_contact: true,
            update_psa_contact: true,
            ..Policy::default()
        };
        self.app.store.put_policies(&[policy]).await.unwrap();
    }

    /// A user of the tenant.
    pub(crate) fn user(&self, name: &str) {
        let address = format!("{name}@northwind.example");
        let user = json!({
            "userPrincipalName": address, "displayName": format!("{name} Ek"), "givenName": name,
            "surname": "Ek", "mail": address, "accountEnabled": true, "userType": "Member",
        });
        self.graph.put_user(TENANT, user);
    }

    /// The environment of every function, as the infrastructure sets it.
    pub(crate) fn environment(&self) -> BTreeMap<&'static str, String> {
        BTreeMap::from([
            ("MUSTER_TABLE", TABLE.to_owned()),
            ("MUSTER_BUS", "muster-test".to_owned()),
            ("MUSTER_SECRETS_PREFIX", PREFIX.to_owned()),
            ("MUSTER_STAGE", "test".to_owned()),
            ("MUSTER_LOG", "debug".to_owned()),
            ("AWS_ENDPOINT_URL_DYNAMODB", self.table_url.clone()),
            ("AWS_ENDPOINT_URL_EVENTBRIDGE", self.aws.events_url()),
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", self.aws.secrets_url()),
        ])
    }

    /// The function of that name, ready for work.
    pub(crate) async fn start(&self, handler: &str) -> Function {
        let started = Function::spawn(bootstrap(), handler, self.environment()).await;
        let function = started.unwrap();
        let is_ready = function.is_ready(PATIENCE).await;
        assert!(is_ready, "{handler}: {}", function.output());
        function
    }

    /// What was published since the last look, all of it of this kind.
    pub(crate) fn published(&self, detail_type: &str) -> Vec<Published> {
        let published = self.aws.take_published();
        for event in &published {
            assert_eq!(event.detail_type, detail_type);
            assert_eq!(
                (event.bus.as_str(), event.source.as_str()),
                ("muster-test", "muster")
            );
        }
        published
    }

    /// An event of ours for a customer, as a rule puts it into a queue.
    pub(crate) fn message(&self, customer: &str, event: domain::event::Event) -> String {
        let envelope = self.app.envelope(id(customer), None, event);
        json!({
            "version": "0", "id": "7bf73129-1428-4cd3-a780-95db273d1602", "source": "muster",
            "account": "123456789012", "time": "2026-11-24T08:00:00Z", "region": "eu-west-2",
            "resources": [], "detail-type": envelope.event.detail_type(), "detail": envelope,
        })
        .to_string()
    }

    /// Ends a process as Lambda does, and holds what it wrote against what it may not write.
    pub(crate) async fn stop(&self, mut function: Function) -> String {
        function.terminate().await.unwrap();
        function.ended(PATIENCE).await.unwrap();
        let output = function.output();
        keeps_its_secrets(&output);
        output
    }
}

/// An id.
pub(crate) fn id(customer: &str) -> CustomerId {
    CustomerId::parse(customer).unwrap()
}

/// Nothing of [`SECRETS`] is in there.
pub(crate) fn keeps_its_secrets(output: &str) {
    let lower = output.to_lowercase();
    for secret in SECRETS {
        assert!(!lower.contains(secret), "{secret} in {output}");
    }
}

/// Delivers messages as one batch; which of them come again.
pub(crate) async fn deliver<T: AsRef<str>>(function: &Function, bodies: &[T]) -> Vec<String> {
    let outcome = function
        .invoke(batch(bodies), Duration::from_secs(300))
        .await;
    let again = given_back(&outcome.json());
    again.unwrap_or_else(|| panic!("{outcome:?}\n{}", function.output()))
}

/// Hands a request on; the answer.
pub(crate) async fn ask(function: &Function, request: &HttpRequest) -> HttpAnswer {
    let outcome = function.invoke(request.event(), PATIENCE).await;
    let Some(answer) = HttpAnswer::read(&outcome.json()) else {
        panic!("{outcome:?}\n{}", function.output());
    };
    answer
}

/// The answer is a problem of that status, and repeats no secret.
pub(crate) fn is_problem(answer: &HttpAnswer, status: u16) {
    let told = answer.json();
    assert_eq!(answer.status, status, "{told}");
    assert_eq!(answer.kind, "application/problem+json");
    assert_eq!(told["status"], status);
    keeps_its_secrets(&told.to_string());
}

/// The lines of a log, each a JSON object; all that a process writes is.
pub(crate) fn lines(output: &str) -> Vec<Value> {
    let line = |line: &str| {
        let read: Result<Value, _> = serde_json::from_str(line);
        read.unwrap_or_else(|_| panic!("no JSON: {line}"))
    };
    output.lines().map(line).collect()
}

/// The function answered, and with nothing that a caller would look at.
pub(crate) fn is_done(outcome: &Outcome) {
    assert!(matches!(outcome, Outcome::Answered(_)), "{outcome:?}");
}

/// A table's server, which ends with the test's runtime.
async fn table() -> String {
    let database = dynoxide::Database::memory().unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(dynoxide::server::serve_with_shutdown(
        listener,
        database,
        std::future::pending(),
    ));
    format!("http://{address}")
}

fn put_secrets(aws: &Aws, graph: &Graph, halo: &Halo) {
    let documents = [
        (
            "graph",
            json!({
                "login_url": graph.base(), "api_url": graph.base(),
                "client_id": graph::CLIENT_ID, "client_secret": graph::CLIENT_SECRET,
            }),
        ),
        (
            "psa",
            json!({
                "system": "halo", "api_url": halo.api_url(), "auth_url": halo.auth_url(),
                "client_id": halo::CLIENT_ID, "client_secret": halo::CLIENT_SECRET,
                "tenant": halo::TENANT, "webhook_path_token": PATH_TOKEN,
                "webhook_username": "halo", "webhook_password": WEBHOOK_PASSWORD,
            }),
        ),
        ("operators", json!([{ "token": OPERATOR, "role": "super" }])),
    ];
    for (name, document) in documents {
        aws.put_secret(&format!("{PREFIX}/{name}"), &document.to_string());
    }
}
