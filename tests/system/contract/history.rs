//! A property of the whole system with each vendor: any history of edits on the three sides, with
//! deliveries lost, doubled and out of order, comes to rest. Then the sides say the same where one of
//! them decides, and nothing is written anywhere (B132).

use axum::body::Body;
use axum::http::Request;
use connectors::psa::Psa;
use domain::account::Account;
use domain::fields::Attribute;
use domain::policy::{Authority, Policy, resolve};
use domain::push::decides;
use rand::rngs::SmallRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};

use super::bench::{Bench, table};
use super::vendor::Simulated;
use crate::psa::{operate, path_of, send, user};
use crate::world::{PATH_TOKEN, TENANT, World, customer, id, policy};

/// Histories that are played, each from a seed.
const SEEDS: std::ops::Range<u64> = 0..8;
/// What happens in each.
const STEPS: usize = 14;
/// Who it happens to.
const PEOPLE: [&str; 4] = ["ann", "bo", "eva", "ida"];
/// The attributes that are edited: at the source, in the PSA, and here.
const EDITED: [Attribute; 3] = [Attribute::Surname, Attribute::JobTitle, Attribute::Mobile];
/// Rounds after which nothing may be left to write.
const ROUNDS_MAX: usize = 2;

/// One history.
struct History<S> {
    seed: u64,
    random: SmallRng,
    world: World,
    side: S,
    users: Vec<String>,
    /// Deliveries that are on their way.
    waiting: Vec<Vec<u8>>,
}

pub(super) async fn any_history_of_edits_comes_to_rest_b21_b25_b132<S: Simulated>() {
    for seed in SEEDS {
        let mut history = History::<S>::begin(seed).await;
        for _ in 0..STEPS {
            history.step().await;
        }
        history.rest().await;
    }
}

impl<S: Simulated> History<S> {
    async fn begin(seed: u64) -> Self {
        let bench = Bench::<S>::new().await;
        let gaps = bench.gaps();
        let mut world = World::unrecorded("").await;
        let users = PEOPLE.map(|name| {
            let more = json!({ "jobTitle": "Nurse", "mobilePhone": "+46 70 555 01 00" });
            world.graph.put_user(TENANT, user(name, name, "Alm", more))
        });
        let mut lines = "create_psa_contact = true\nupdate_psa_contact = true\n".to_owned();
        if !gaps.no_active_status {
            lines.push_str("deactivate_psa_contact = true\n");
        }
        // Each other history is with the sides that the PSA is shipped with (D11).
        if seed.is_multiple_of(2) {
            lines.push_str("push_edits = true\n[policies.authority]\n");
            lines.push_str("job_title = \"psa\"\nmobile = \"account\"\n");
        }
        let company = bench.company.as_str().parse().unwrap();
        let customers = policy(&lines) + &customer("northwind", TENANT, company);
        world
            .move_to(&table(&bench.side.document()), &customers)
            .await;
        world.run().await;
        Self {
            seed,
            random: SmallRng::seed_from_u64(seed),
            world,
            side: bench.side,
            users: users.to_vec(),
            waiting: Vec::new(),
        }
    }

    /// Something happens.
    async fn step(&mut self) {
        let who = self.random.random_range(0..PEOPLE.len());
        let number: u32 = self.random.random_range(10..99);
        let accounts = self.accounts().await;
        let account = &accounts[who];
        match self.random.random_range(0..7) {
            0 => self.patch(who, &json!({ "surname": format!("Name{number}") })),
            1 => self.patch(who, &json!({ "jobTitle": format!("Title {number}") })),
            // That everybody leaves at once would wait for a person's yes.
            2 => self.patch(who, &json!({ "accountEnabled": number > 40 || who == 0 })),
            3 => {
                let edit = json!({ "mobile": format!("+46 70 555 01 {number}") });
                let may_edit = self.policy().await.authority.mobile != Authority::Psa;
                let reply = operate(&self.world, "PATCH", &path_of(account), edit).await;
                let expected = if may_edit { 200 } else { 409 };
                assert_eq!(
                    reply.status, expected,
                    "seed {}: {:?}",
                    self.seed, reply.body
                );
            }
            4 => {
                let contact = account.contact().cloned();
                if let Some(contact) = contact {
                    self.side.retitle(&contact, &format!("PSA {number}"));
                    self.waiting.extend(self.side.delivery(&contact));
                }
            }
            5 => self.deliver().await,
            _ => {
                self.world.run().await;
            }
        }
    }

    fn patch(&self, who: usize, change: &Value) {
        let (graph, user) = (&self.world.graph, &self.users[who]);
        assert!(graph.patch_user(TENANT, user, change.clone()));
    }

    /// What is on its way arrives in some order, some of it twice, some of it never.
    async fn deliver(&mut self) {
        let mut arriving = Vec::new();
        for body in std::mem::take(&mut self.waiting) {
            let times = self.random.random_range(0..=2);
            arriving.extend(std::iter::repeat_n(body, times));
        }
        arriving.shuffle(&mut self.random);
        for body in arriving {
            let path = format!("/webhooks/{}/{PATH_TOKEN}", S::KIND);
            let mut request = Request::builder().method("POST").uri(path);
            for (name, value) in self.side.proofs(&body) {
                request = request.header(name, value);
            }
            let router = psa_webhook::router(self.world.app().clone(), self.world.vendors());
            let request = request.header("content-type", "application/json");
            let reply = send(router, request.body(Body::from(body)).unwrap()).await;
            assert!(reply.status < 300, "seed {}: {:?}", self.seed, reply.body);
        }
        self.look().await;
    }

    /// Where the PSA sends nothing, it is asked.
    async fn look(&mut self) {
        let (app, vendors) = (self.world.app().clone(), self.world.vendors());
        let outcome = psa_changes::handle(&app, &vendors).await.unwrap();
        assert_eq!(outcome.error, None, "seed {}", self.seed);
        self.world.settle().await;
    }

    /// The edits stop. Whatever was lost, the rounds that follow find it.
    async fn rest(&mut self) {
        for _ in 0..ROUNDS_MAX {
            self.world.run().await;
            self.look().await;
        }
        let writes = self.side.journal().writes().len();
        let summary = self.world.run().await;
        let seed = self.seed;
        let units = self.world.app().meter.spent().write_units;
        self.look().await;
        let units = self.world.app().meter.spent().write_units - units;
        assert!(units.abs() < f64::EPSILON, "seed {seed}");
        assert_eq!(self.side.journal().writes().len(), writes, "seed {seed}");
        assert!(
            summary.dynamodb.write_units.abs() < f64::EPSILON,
            "seed {seed}"
        );
        let (psa, policy) = (self.psa(), self.policy().await);
        for account in self.accounts().await {
            let contact = account.contact().expect("everybody is linked");
            let read = psa.contact(contact).await.unwrap().unwrap();
            for attribute in EDITED {
                let is_kept = !policy.push_edits
                    && decides(&account, attribute, &policy) == Authority::Account;
                if read.known.contains(&attribute) && !is_kept {
                    assert_eq!(
                        account.fields.get(attribute),
                        read.fields.get(attribute),
                        "seed {seed}: {attribute} of {}",
                        account.id
                    );
                }
            }
        }
        let company = psa.companies().await.unwrap().remove(0).id;
        assert_eq!(
            self.side.persons(&company).len(),
            PEOPLE.len(),
            "seed {seed}: twins"
        );
    }

    fn psa(&self) -> Box<dyn Psa> {
        let document = self.side.document();
        let settings = connectors::psa::Settings::from_json(&document.to_string().into()).unwrap();
        self.world.vendors().psa(&settings).unwrap()
    }

    /// What holds for the people.
    async fn policy(&self) -> Policy {
        let store = &self.world.app().store;
        let customer = store.customer(&id("northwind")).await.unwrap().unwrap();
        resolve(&store.policies().await.unwrap(), &customer.customer).end_user
    }

    /// The accounts in the order of the people.
    async fn accounts(&self) -> Vec<Account> {
        let mut accounts = self.world.accounts("northwind").await;
        accounts.sort_by_key(|account| account.fields.username.clone());
        accounts
    }
}
