//! Runs that would take an improbable share of a customer's accounts out of use wait for a person
//! (W4): nobody goes, no contact is touched, and nobody else waits with them.

use domain::account::AccountState::{Active, Removed};
use domain::run::RunStatus;
use platform::store::Review;
use serde_json::{Value, json};
use simulators::graph::DeltaExpiry;

use super::{Answer, assert_succeeded, call, count, entra, people, runs, states};
use crate::world::{OPERATOR, TECHNICIAN, TENANT, TENANT_2, World, customer, policy};

/// An operator's token in the role `manager`.
const MANAGER: &str = "operator-manager-00000000000000000000000000";

/// Fifteen people with contacts in the PSA.
struct Msp {
    world: World,
    company: i64,
    ids: Vec<String>,
}

impl Msp {
    async fn new() -> Self {
        let mut world = World::new("").await;
        let company = world.halo.add_client("Northwind Dental");
        world.halo.add_site(company, "Main");
        let lines =
            "create_psa_contact = true\nupdate_psa_contact = true\ndeactivate_psa_contact = true";
        let manager = format!("[[operators]]\ntoken = \"{MANAGER}\"\nrole = \"manager\"\n");
        let customers = manager + &policy(lines) + &customer("northwind", TENANT, company);
        world.restart(Some(&customers)).await;
        let ids = people(&world, TENANT, 15);
        let summary = world.run().await;
        assert_eq!(summary.matches.created, 15);
        assert_eq!(world.halo.count_users(company, true), 15);
        Self {
            world,
            company,
            ids,
        }
    }

    /// These leave, so that only a full reading shows it.
    fn vanish(&self, numbers: std::ops::Range<usize>) {
        for id in &self.ids[numbers] {
            self.world.graph.hard_delete(TENANT, id);
        }
        self.world
            .graph
            .expire_delta_tokens(TENANT, DeltaExpiry::Gone);
    }

    /// A run that is held: nobody goes, and nothing is written to the PSA.
    async fn run_is_held(&mut self) {
        self.world.halo.journal().clear();
        let summary = self.world.run().await;
        let told = &summary.customers[0];
        assert_eq!(told.status, "held", "{told:?}");
        assert!(
            told.error.as_ref().unwrap().contains("of 15 accounts"),
            "{told:?}"
        );
        assert_eq!(
            (summary.accounts.removed, summary.accounts.disabled),
            (0, 0)
        );
        assert_eq!(count(&self.world, "northwind", Active).await, 15);
        assert!(self.world.halo.journal().writes().is_empty());
        assert_eq!(
            runs(&self.world, "northwind").await[0].status,
            RunStatus::Held
        );
    }

    /// What waits, as an operator sees it.
    async fn held(&self) -> Value {
        let path = "/v1/customers/northwind/runs";
        let (status, body) = call(&self.world, TECHNICIAN, "GET", path, "", &[]).await;
        assert_eq!(status, 200);
        body["held"].clone()
    }

    /// What is noted for whoever asks what waits: runs by name.
    async fn noted(&self) -> Vec<(String, RunStatus)> {
        let (reviews, _) = self.world.app().store.reviews(None, 10).await.unwrap();
        let run = |review| match review {
            Review::Run(run) => (run.run.to_string(), run.status),
            Review::Matches(matches) | Review::Entries(matches) => {
                panic!("no account waits: {matches:?}")
            }
        };
        reviews.into_iter().map(run).collect()
    }

    async fn approve(&self, token: &str, run: &str) -> Answer {
        let path = format!("/v1/customers/northwind/runs/{run}/approve");
        call(&self.world, token, "POST", &path, "", &[]).await
    }
}

#[tokio::test]
async fn w4_a_run_in_which_many_vanish_waits_for_a_yes_and_then_lets_them_go() {
    let mut msp = Msp::new().await;
    msp.vanish(0..6);
    msp.run_is_held().await;
    let held = msp.held().await;
    assert_eq!((&held["leaving"], &held["active"]), (&json!(6), &json!(15)));
    let run = held["run_id"].as_str().unwrap().to_owned();
    let shown = muster::reviews::waiting(msp.world.app(), None).await;
    assert!(shown.unwrap().held.to_string().contains(&run));

    // It stays held, under the same name, until somebody says yes who may.
    msp.run_is_held().await;
    assert_eq!(msp.held().await["run_id"], run.as_str());
    assert_eq!(msp.noted().await, [(run.clone(), RunStatus::Held)]);
    assert_eq!(msp.approve(TECHNICIAN, &run).await.0, 403);
    assert_eq!(
        msp.approve("operator-unknown-00000000000000000000000000", &run)
            .await
            .0,
        401
    );
    assert_eq!(msp.approve(MANAGER, "run_another").await.0, 404);
    msp.run_is_held().await;
    assert_eq!(msp.approve(MANAGER, &run).await.0, 202);
    assert_eq!(msp.held().await["approved"], true);

    // The yes wakes an import by itself.
    msp.world.settle().await;
    assert_eq!(msp.noted().await, []);
    assert_eq!(count(&msp.world, "northwind", Removed).await, 6);
    assert_eq!(
        msp.world.halo.count_users(msp.company, true),
        9,
        "and their contacts go too"
    );
    assert_eq!(msp.held().await, Value::Null);
    assert_eq!(msp.world.run().await.customers[0].status, "succeeded");
    assert_eq!(msp.approve(MANAGER, &run).await.0, 404, "a yes is used up");
}

#[tokio::test]
async fn w4_a_yes_to_six_is_no_yes_to_nine() {
    let mut msp = Msp::new().await;
    msp.vanish(0..6);
    msp.run_is_held().await;
    let run = msp.held().await["run_id"].as_str().unwrap().to_owned();
    // Before the import that the yes asks for begins, more are gone.
    msp.vanish(6..9);
    assert_eq!(msp.approve(OPERATOR, &run).await.0, 202);
    msp.world.settle().await;
    assert_eq!(count(&msp.world, "northwind", Active).await, 15);
    let held = msp.held().await;
    assert_eq!(
        (&held["leaving"], &held["approved"]),
        (&json!(9), &json!(false))
    );
    assert_eq!(msp.approve(OPERATOR, &run).await.0, 404);
    let run = held["run_id"].as_str().unwrap().to_owned();
    assert_eq!(msp.approve(OPERATOR, &run).await.0, 202);
    msp.world.settle().await;
    assert_eq!(count(&msp.world, "northwind", Removed).await, 9);
}

#[tokio::test]
async fn w4_removals_that_the_source_itself_tells_of_are_held_as_well() {
    let mut msp = Msp::new().await;
    for id in &msp.ids[0..6] {
        msp.world.graph.soft_delete(TENANT, id);
    }
    // Others are imported all the same: only who leaves waits.
    msp.world
        .graph
        .patch_user(TENANT, &msp.ids[9], json!({ "jobTitle": "Chief" }));
    let summary = msp.world.run().await;
    assert_eq!(summary.customers[0].status, "held");
    assert_eq!(
        summary.accounts.updated, 1,
        "who leaves is counted when it goes"
    );
    assert_eq!(count(&msp.world, "northwind", Active).await, 15);
    assert_eq!(msp.world.halo.count_users(msp.company, true), 15);
    // The mistake is put right at the source: then nothing waits any more.
    for id in &msp.ids[0..6] {
        msp.world.graph.restore(TENANT, id);
    }
    let summary = msp.world.run().await;
    assert_succeeded(&summary);
    assert_eq!(count(&msp.world, "northwind", Active).await, 15);
    assert_eq!(msp.held().await, Value::Null);
    let quiet = msp.world.run().await;
    assert!(
        quiet.dynamodb.write_units.abs() < f64::EPSILON,
        "{:?}",
        quiet.dynamodb
    );
}

#[tokio::test]
async fn w4_a_tenant_that_suddenly_holds_nobody_is_held_and_an_empty_one_is_said() {
    let mut world = World::new(&entra("northwind", TENANT, "")).await;
    let summary = world.run().await;
    let told = &summary.customers[0];
    assert_eq!(told.status, "succeeded");
    assert!(
        told.error.as_ref().unwrap().contains("no users at all"),
        "{told:?}"
    );
    let ids = people(&world, TENANT, 2);
    world.run().await;
    for id in ids {
        world.graph.hard_delete(TENANT, &id);
    }
    world
        .graph
        .expire_delta_tokens(TENANT, DeltaExpiry::SyncStateNotFound);
    assert_eq!(world.run().await.customers[0].status, "held");
    assert_eq!(count(&world, "northwind", Active).await, 2);
}

#[tokio::test]
async fn small_customers_are_not_held_for_a_leaver() {
    let mut world = World::new(&entra("northwind", TENANT, "")).await;
    let ids = people(&world, TENANT, 4);
    world.run().await;
    world.graph.hard_delete(TENANT, &ids[0]);
    world.graph.expire_delta_tokens(TENANT, DeltaExpiry::Gone);
    let summary = world.run().await;
    assert_eq!(
        (summary.customers[0].status, summary.accounts.removed),
        ("succeeded", 1)
    );
    assert_eq!(
        states(&world, "northwind").await["p0@northwind.example"],
        Removed
    );
}

#[tokio::test]
async fn w5_a_customer_that_is_held_and_one_that_fails_stop_no_other() {
    let third = "0785ef7c-0000-4000-8000-000000000003";
    let mut world = World::new("").await;
    world.graph.add_tenant(third, "tailspin.example");
    let customers = entra("northwind", TENANT, "")
        + &entra("fabrikam", TENANT_2, "")
        + &entra("tailspin", third, "");
    world.restart(Some(&customers)).await;
    let ids = people(&world, TENANT, 15);
    people(&world, TENANT_2, 3);
    people(&world, third, 3);
    world.run().await;
    for id in &ids[..10] {
        world.graph.hard_delete(TENANT, id);
    }
    world.graph.set_refusal(TENANT_2, Some(7_000_222));
    world.graph.expire_tokens();
    // A token that was held is used until it is refused, and then asked for anew.
    world
        .graph
        .put_user(third, super::person("new", "Nina", "New"));
    let summary = world.run().await;
    let told: Vec<_> = summary
        .customers
        .iter()
        .map(|one| (&*one.id, one.status))
        .collect();
    assert_eq!(
        told,
        [
            ("fabrikam", "failed"),
            ("northwind", "held"),
            ("tailspin", "succeeded")
        ]
    );
    assert_eq!(summary.accounts.created, 1);
    assert_eq!(count(&world, "northwind", Active).await, 15);
    assert_eq!(count(&world, "tailspin", Active).await, 4);
}
