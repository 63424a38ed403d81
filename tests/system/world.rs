//! A whole system per test: both simulators, an embedded table in a folder of its own, all
//! functions, a clock that stands still. Nothing is shared, and nothing runs on after the test. At its
//! end nothing in the table tells a secret.

use std::path::Path;
use std::time::Duration;

use connectors::Vendors;
use domain::account::Account;
use domain::fields::Attribute;
use domain::id::CustomerId;
use jiff::{SignedDuration, Timestamp};
use muster::config::Config;
use muster::local::Local;
use muster::queue::Settings;
use muster::run::pass;
use muster::summary::Summary;
use platform::{App, Clock};
use simulators::graph::{CLIENT_ID, CLIENT_SECRET};
use simulators::psa::halo;
use simulators::{Graph, Halo, Options};
use tempfile::TempDir;

use crate::canaries;

/// The tenant of the first customer.
pub(crate) const TENANT: &str = "0785ef7c-0000-4000-8000-000000000001";
/// The tenant of the second customer.
pub(crate) const TENANT_2: &str = "0785ef7c-0000-4000-8000-000000000002";
/// A licence that counts.
pub(crate) const E3: &str = "05e9a617-0261-4cee-bb44-138d3ef5d965";
/// What Halo's deliveries carry beside their path.
pub(crate) const WEBHOOK_PASSWORD: &str = "quetzalcanary-webhook-password";
/// What Halo's deliveries carry in their path.
pub(crate) const PATH_TOKEN: &str = "9f3c0b6f2c1a9d7e4f38-quetzalcanary";
/// An operator's token in the role `super`.
pub(crate) const OPERATOR: &str = "operator-super-00000000000000-quetzalcanary";
/// An operator's token in the role `technician`.
pub(crate) const TECHNICIAN: &str = "operator-technician-000000000-quetzalcanary";

/// A whole system.
pub(crate) struct World {
    pub(crate) graph: Graph,
    pub(crate) halo: Halo,
    pub(crate) clock: Clock,
    /// The configuration's table of another PSA than Halo.
    psa: Option<String>,
    config: String,
    folder: TempDir,
    local: Option<Local>,
    /// Its end looks for told secrets.
    is_looked_through: bool,
}

impl World {
    /// A system with these customers and policies; see [`customer`].
    pub(crate) async fn new(customers: &str) -> Self {
        Self::start(customers, Options::default()).await
    }

    /// The same where wrong requests are sent on purpose: nothing is recorded for the check
    /// against the vendors' descriptions.
    pub(crate) async fn unrecorded(customers: &str) -> Self {
        Self::start(customers, Options::unrecorded()).await
    }

    async fn start(customers: &str, options: Options) -> Self {
        canaries::listen();
        let graph = Graph::start(options.clone()).await.unwrap();
        let halo = Halo::start(options).await.unwrap();
        for (tenant, domain) in [
            (TENANT, "northwind.example"),
            (TENANT_2, "fabrikam.example"),
        ] {
            graph.add_tenant(tenant, domain);
            graph.set_sku(tenant, E3, "SPE_E3", 50);
        }
        let config = config(&graph, &halo_table(&halo), customers);
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::fixed("2026-11-24T08:00:00Z".parse::<Timestamp>().unwrap());
        let mut world = Self {
            graph,
            halo,
            clock,
            psa: None,
            config,
            folder,
            local: None,
            is_looked_through: true,
        };
        world.open().await;
        world
    }

    async fn open(&mut self) {
        let config = match Config::read("muster.toml", &self.config, &|_| None) {
            Ok(config) => config,
            Err(problems) => panic!("{problems}"),
        };
        // Nobody wants to wait in a test: a message that may pass comes again at once.
        let delay = Duration::from_millis(5);
        let settings = Settings {
            delay,
            delay_max: delay * 4,
            ..Settings::default()
        };
        let opened = Local::open_with(config, self.folder.path(), self.clock.clone(), settings);
        self.local = Some(opened.await.unwrap());
    }

    /// The system stops and starts again on the same data, perhaps with other customers.
    pub(crate) async fn restart(&mut self, customers: Option<&str>) {
        if let Some(local) = self.local.take() {
            local.close().await.unwrap();
        }
        if let Some(customers) = customers {
            let psa = self.psa.clone();
            let psa = psa.unwrap_or_else(|| halo_table(&self.halo));
            self.config = config(&self.graph, &psa, customers);
        }
        self.open().await;
    }

    /// The same with another PSA, which this table `[psa]` tells how to reach.
    pub(crate) async fn move_to(&mut self, psa: &str, customers: &str) {
        self.psa = Some(psa.to_owned());
        self.restart(Some(customers)).await;
    }

    pub(crate) fn local(&mut self) -> &mut Local {
        self.local.as_mut().unwrap()
    }

    pub(crate) fn vendors(&self) -> Vendors {
        self.local.as_ref().unwrap().vendors.clone()
    }

    pub(crate) fn app(&self) -> &App {
        &self.local.as_ref().unwrap().app
    }

    /// One pass over every customer, an hour later.
    pub(crate) async fn run(&mut self) -> Summary {
        self.clock.advance(SignedDuration::from_hours(1));
        pass(self.local(), None, |_| {}).await.unwrap()
    }

    /// All that waits is worked on.
    pub(crate) async fn settle(&mut self) {
        self.local().until_idle(|_| {}).await;
    }

    /// Everything there is of a customer.
    pub(crate) async fn accounts(&self, customer: &str) -> Vec<Account> {
        self.app().store.all_accounts(&id(customer)).await.unwrap()
    }

    /// The account of that user name.
    pub(crate) async fn account(&self, customer: &str, username: &str) -> Account {
        let accounts = self.accounts(customer).await;
        let found = accounts
            .into_iter()
            .find(|account| account.fields.get(Attribute::Username) == Some(username));
        found.unwrap_or_else(|| panic!("no account has that user name"))
    }

    /// Where the table is.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The end of a system that tells secrets on purpose: what tells them.
    pub(crate) fn into_told(mut self) -> Vec<String> {
        self.is_looked_through = false;
        canaries::told(Some(self.folder()))
    }

    /// The HTTP functions on a free port; they stop with the test.
    pub(crate) async fn serve(&self) -> String {
        let app = self.app().clone();
        let router = admin_api::router(app.clone())
            .merge(psa_webhook::router(app.clone(), self.vendors()))
            .merge(agent_upload::router(app));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://{address}")
    }

    /// Halo delivers what it queued, over HTTP; the answers' status codes.
    pub(crate) async fn deliver(
        &self,
        base: &str,
        change: impl Fn(&mut halo::Webhook),
    ) -> Vec<u16> {
        let mut webhook = halo::Webhook {
            url: format!("{base}/webhooks/halo/{PATH_TOKEN}"),
            basic: Some(("halo".to_owned(), WEBHOOK_PASSWORD.to_owned())),
            ..halo::Webhook::default()
        };
        change(&mut webhook);
        self.halo.set_webhook(webhook);
        self.halo.deliver_webhooks().await
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if self.is_looked_through {
            canaries::assert_none(Some(self.folder.path()));
        }
    }
}

/// An id.
pub(crate) fn id(customer: &str) -> CustomerId {
    CustomerId::parse(customer).unwrap()
}

/// A customer of the configuration: Microsoft 365 in its tenant, a company in the PSA.
pub(crate) fn customer(name: &str, tenant: &str, company: i64) -> String {
    format!(
        "[[customers]]\nid = \"{name}\"\nname = \"{name}\"\nmicrosoft_tenant_id = \"{tenant}\"\n\
         psa_company_id = \"{company}\"\nsources = [\"microsoft-365\"]\nlicensed_only = false\n"
    )
}

/// A default policy for end users with these further lines.
pub(crate) fn policy(lines: &str) -> String {
    format!(
        "[[policies]]\nname = \"People\"\naccount_type = \"end-user\"\ndefault = true\n\
         match_psa = true\n{lines}\n"
    )
}

fn config(graph: &Graph, psa: &str, customers: &str) -> String {
    format!(
        r#"
[graph]
login_url = "{graph}"
api_url = "{graph}"
client_id = "{CLIENT_ID}"
client_secret = "{CLIENT_SECRET}"

{psa}

[[operators]]
token = "{OPERATOR}"
role = "super"

[[operators]]
token = "{TECHNICIAN}"
role = "technician"

{customers}
"#,
        graph = graph.base(),
    )
}

fn halo_table(halo: &Halo) -> String {
    format!(
        r#"[psa]
system = "halo"
api_url = "{api}"
auth_url = "{auth}"
client_id = "{id}"
client_secret = "{secret}"
tenant = "{tenant}"
webhook_path_token = "{PATH_TOKEN}"
webhook_username = "halo"
webhook_password = "{WEBHOOK_PASSWORD}""#,
        api = halo.api_url(),
        auth = halo.auth_url(),
        id = halo::CLIENT_ID,
        secret = halo::CLIENT_SECRET,
        tenant = halo::TENANT,
    )
}
