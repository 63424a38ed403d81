//! A property of the whole system with each documentation system: any history of edits at the source,
//! here, in the PSA and in the documentation system comes to rest. Then no entry was made twice, notes are
//! whole, and nothing is written anywhere (B132).

use std::collections::{BTreeMap, BTreeSet};

use domain::account::Account;
use domain::docs::Details;
use domain::docs::notes::splice;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use serde_json::json;

use super::system::System;
use super::{CLOUD, upn};
use crate::psa::{operate, path_of, user};
use crate::world::{TENANT, World, customer, policy};

/// Histories that are played with each system, each from a seed.
const SEEDS: std::ops::Range<u64> = 0..4;
/// What happens in each.
const STEPS: usize = 16;
/// Who it happens to.
const PEOPLE: [&str; 3] = ["anna", "bo", "cem"];
/// Rounds after which nothing may be left to write.
const ROUNDS_MAX: usize = 3;

/// One history.
struct History {
    seed: u64,
    random: SmallRng,
    world: World,
    system: System,
    site: i64,
    users: Vec<String>,
    /// What technicians wrote in the notes of an entry, besides our block.
    notes: BTreeMap<String, String>,
}

#[tokio::test]
async fn b21_b29_b132_any_history_with_entries_comes_to_rest() {
    for seed in SEEDS {
        for system in System::both().await {
            let mut history = History::begin(seed, system).await;
            for _ in 0..STEPS {
                history.step().await;
            }
            history.rest().await;
        }
    }
}

impl History {
    async fn begin(seed: u64, system: System) -> Self {
        let mut world = World::new("").await;
        let company = world.halo.add_client("Northwind Dental");
        let site = world.halo.add_site(company, "Main");
        let customers = system.table()
            + &policy("create_docs_entry = true\nupdate_docs_entry = true")
            + &customer("northwind", TENANT, company)
            + &format!("docs_organization_id = \"{}\"\n", system.organization());
        world.restart(Some(&customers)).await;
        let users = PEOPLE.map(|name| {
            let made = user(name, "Given", &format!("Of {name}"), json!({}));
            world.graph.put_user(TENANT, made)
        });
        world.run().await;
        Self {
            seed,
            random: SmallRng::seed_from_u64(seed),
            world,
            system,
            site,
            users: users.to_vec(),
            notes: BTreeMap::new(),
        }
    }

    /// Something happens.
    async fn step(&mut self) {
        let who = self.random.random_range(0..PEOPLE.len());
        let number: u32 = self.random.random_range(10..99);
        let account = self.account(who).await;
        let entry = account.entry().map(ToString::to_string);
        match (self.random.random_range(0..8), entry) {
            (0, _) => {
                let renamed =
                    json!({ "userPrincipalName": upn(&format!("{}{number}", PEOPLE[who])) });
                assert!(
                    self.world
                        .graph
                        .patch_user(TENANT, &self.users[who], renamed)
                );
            }
            // Whoever has a contact is edited in the PSA.
            (1, _) if account.contact().is_none() => {
                let mobile = (number > 30).then(|| format!("+46 70 555 01 {number}"));
                let edit = json!({ "mobile": mobile });
                let reply = operate(&self.world, "PATCH", &path_of(&account), edit).await;
                assert_eq!(reply.status, 200, "seed {}: {:?}", self.seed, reply.body);
            }
            (2, Some(entry)) => self
                .system
                .edit(&entry, &format!("by-hand-{number}"), CLOUD),
            (3, Some(entry)) => self.system.edit(&entry, &upn(PEOPLE[who]), "VPN"),
            (4, Some(entry)) => self.system.put_away(&entry, number > 60),
            (5, Some(entry)) => self.annotate(entry, number),
            // A contact comes up in the PSA.
            (6, _) if who == 0 && account.contact().is_none() => {
                self.world.halo.add_user(&json!({
                    "name": "Given Of anna", "firstname": "Given", "surname": "Of anna",
                    "site_id": self.site, "emailaddress": upn("anna"),
                }));
            }
            _ => _ = self.world.run().await,
        }
    }

    /// A technician writes behind what stands in the notes.
    fn annotate(&mut self, entry: String, number: u32) {
        let line = format!("\nSeen by {number}.");
        self.system
            .set_notes(&entry, &(self.system.notes(&entry) + &line));
        *self.notes.entry(entry).or_default() += &line;
    }

    /// The edits stop, and what was put away comes back.
    async fn rest(&mut self) {
        let entries = self.system.entries();
        for (entry, ..) in &entries {
            self.system.put_away(entry, false);
        }
        for _ in 0..ROUNDS_MAX {
            self.world.run().await;
        }
        let seed = self.seed;
        let writes = self.system.writes();
        let summary = self.world.run().await;
        assert_eq!(self.system.writes(), writes, "seed {seed}");
        assert!(
            summary.dynamodb.write_units.abs() < f64::EPSILON,
            "seed {seed}"
        );
        assert_eq!(entries.len(), PEOPLE.len(), "seed {seed}: twins");
        let mut held = BTreeSet::new();
        for who in 0..PEOPLE.len() {
            let account = self.account(who).await;
            let entry = account.entry().expect("everybody is linked").to_string();
            let notes = self.system.notes(&entry);
            let details = Details::of(&account);
            let context = format!("seed {seed}: {notes:?}");
            assert_eq!(
                splice(&notes, &details).as_deref(),
                Ok(notes.as_str()),
                "{context}"
            );
            let told = details.lines().iter().all(|line| notes.contains(line));
            assert!(
                told && details.is_empty() != notes.contains("--- Muster"),
                "{context}"
            );
            // What people wrote is all there, in its order.
            let own = splice(&notes, &Details::default()).unwrap();
            let by_people = self.notes.get(&entry).cloned().unwrap_or_default();
            assert!(own.ends_with(&by_people), "{context}");
            assert!(held.insert(entry), "{context}");
        }
    }

    /// The account of one of the people, whatever its name is now.
    async fn account(&self, who: usize) -> Account {
        let accounts = self.world.accounts("northwind").await;
        let is_it = |account: &Account| account.entra_object_id() == Some(&self.users[who]);
        accounts.into_iter().find(is_it).expect("it was imported")
    }
}
