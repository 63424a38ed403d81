//! Accounts and the entries of a documentation system, through the function that matches them: both
//! systems, creation, what a person chooses, failures in between, and that the PSA never notices.
//! People, domains and numbers are invented.

mod check;
mod creation;
mod details;
mod faults;
mod history;
mod journey;
mod links;
mod matching;
pub(crate) mod system;
mod watched;
mod widget;

use connectors::Vendors;
use docs_matching::Outcome;
use domain::account::Account;
use domain::customer::Customer;
use domain::event::Event;
use domain::failure::Failure;
use domain::id::{ConfigurationId, OrganizationId};
use platform::store::{AccountWrite, WriteOutcome};
use platform::{App, Budget, SecretName, Secrets};
use serde_json::{Value, json};

use crate::psa::user;
use crate::world::{TENANT, TENANT_2, World, customer, id, policy};
use system::System;

/// Entries are made.
const CREATE: &str = "create_docs_entry = true";
/// Nothing is written to the documentation system.
const MATCH_ONLY: &str = "";
/// The category that entries of the cloud have here.
const CLOUD: &str = "Microsoft 365";

/// A whole system with a documentation system: the customer `northwind` with its organization.
struct Scene {
    world: World,
    system: System,
    company: i64,
}

impl Scene {
    /// With a policy of these lines.
    async fn new(system: System, lines: &str) -> Self {
        let mut scene = Self {
            world: World::new("").await,
            system,
            company: 0,
        };
        scene.govern(lines).await;
        scene
    }

    /// The system starts again with other policy lines.
    async fn govern(&mut self, lines: &str) {
        let company = self.world.halo.add_client("Northwind Dental");
        self.company = company;
        let customers = policy(lines) + &customer("northwind", TENANT, company);
        self.world.restart(Some(&customers)).await;
        self.organize("northwind").await;
    }

    /// As [`Scene::govern`], and another customer whose organization is the same.
    async fn share(&mut self, lines: &str) {
        let company = self.world.halo.add_client("Northwind Dental");
        let customers = policy(lines)
            + &customer("northwind", TENANT, company)
            + &customer("fabrikam", TENANT_2, company);
        self.world.restart(Some(&customers)).await;
        for customer in ["northwind", "fabrikam"] {
            self.organize(customer).await;
        }
    }

    /// The customer has the organization in the table alone, and the configuration names no
    /// documentation system: entries are matched when a test wants it, and not by the runs.
    async fn organize(&self, customer: &str) {
        self.embed(customer, None).await;
    }

    /// As [`Scene::organize`], and entries are made in this configuration.
    async fn embed(&self, customer: &str, configuration: Option<&str>) {
        let app = self.world.app();
        let record = app.store.customer(&id(customer)).await.unwrap().unwrap();
        let organization = OrganizationId::parse(self.system.organization().to_string());
        let customer = Customer {
            docs_organization_id: Some(organization.unwrap()),
            docs_configuration_id: configuration.map(|id| ConfigurationId::parse(id).unwrap()),
            ..record.customer
        };
        app.store
            .put_customer(&customer, app.clock.now())
            .await
            .unwrap();
    }

    /// A user of the tenant; its object id.
    fn user(&self, name: &str, more: Value) -> String {
        let made = user(name, "Given", &format!("Of {name}"), more);
        self.world.graph.put_user(TENANT, made)
    }

    /// Several users, known as accounts.
    async fn people(&mut self, names: &[&str]) {
        for name in names {
            self.user(name, json!({}));
        }
        self.world.run().await;
    }

    /// The system's parts with the secret of the documentation system.
    fn app(&self) -> App {
        let secrets = [(SecretName::Docs, self.system.secret())].into();
        App {
            secrets: Secrets::memory(secrets),
            ..self.world.app().clone()
        }
    }

    /// One matching of a customer's entries.
    async fn look_at(&self, customer: &str) -> Result<Outcome, Failure> {
        self.look_by(self.app(), customer).await
    }

    /// One matching that may fail.
    async fn try_to_look(&self) {
        let looked = self.look_at("northwind").await;
        drop(looked);
    }

    /// Somebody else has stored the intent to make the entry of an account, just now.
    async fn intend(&self, name: &str) {
        let (app, mut account) = (self.app(), self.account(name).await);
        let expected = Some(account.revision);
        account.revision += 1;
        account.docs.creating_since = Some(app.clock.now());
        let write = AccountWrite {
            account,
            expected,
            aliases: Vec::new(),
            claim: None,
            release: None,
        };
        let written = app.store.write_accounts(None, vec![write]).await.unwrap();
        assert_eq!(written, [WriteOutcome::Done]);
    }

    /// A matching whose clock is so many seconds ahead.
    async fn look_later(&self, seconds: i64) -> Result<Outcome, Failure> {
        let app = self.app();
        let now = app.clock.now() + jiff::SignedDuration::from_secs(seconds);
        let clock = platform::Clock::fixed(now);
        self.look_by(App { clock, ..app }, "northwind").await
    }

    async fn look_by(&self, app: App, customer: &str) -> Result<Outcome, Failure> {
        let vendors = Vendors::new().unwrap();
        let woken = app.envelope(id(customer), None, Event::ImportFinished {});
        docs_matching::handle(&app, &vendors, &woken, &Budget::endless()).await
    }

    /// One matching of northwind's entries that ends well.
    async fn look(&self) -> Outcome {
        let outcome = self.look_at("northwind").await.unwrap();
        assert_eq!(outcome.error, None);
        outcome
    }

    async fn account(&self, name: &str) -> Account {
        let username = format!("{name}@northwind.example");
        self.world.account("northwind", &username).await
    }

    /// How an account stands: status, and entry or candidates.
    async fn standing(&self, name: &str) -> (&'static str, Vec<String>) {
        let docs = self.account(name).await.docs;
        let mut ids: Vec<String> = docs.entry.iter().map(ToString::to_string).collect();
        ids.extend(docs.candidates.iter().map(|c| c.entry.to_string()));
        (docs.status.as_str(), ids)
    }

    /// One more look writes nothing, here or there (B132).
    async fn is_quiet(&self) {
        let (writes, spent) = (self.system.writes(), self.world.app().meter.spent());
        self.look().await;
        assert_eq!(self.system.writes(), writes, "B132");
        let spent = self.world.app().meter.spent() - spent;
        assert!(spent.write_units.abs() < f64::EPSILON, "B132: {spent:?}");
    }
}

fn upn(name: &str) -> String {
    format!("{name}@northwind.example")
}
