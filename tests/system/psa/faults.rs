//! Vendors that fail at random, a program that is broken off at random points, and what failures
//! say: afterwards all is as if nothing had happened, and nobody's secret or name was told.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::account::{AccountState, AccountType};
use domain::fields::Fields;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use simulators::Fault;

use super::{EVERYTHING, Scene};
use crate::world::TENANT;

const PEOPLE: usize = 12;

pub(super) fn oid(number: usize) -> String {
    format!("0785ef7c-0000-4000-8000-0000000001{number:02}")
}

/// Twelve people, four of whom Halo knows, one of them out of use there.
async fn town() -> Scene {
    let scene = Scene::new(EVERYTHING).await;
    for number in 0..PEOPLE {
        let more = json!({ "id": oid(number), "jobTitle": format!("Job {number}"),
            "mobilePhone": format!("+46 70 555 02 {number:02}") });
        scene.user(
            &format!("p{number}"),
            "Given",
            &format!("Surname{number}"),
            more,
        );
    }
    for number in 0..4 {
        let (name, email) = (
            format!("Old {number}"),
            format!("p{number}@northwind.example"),
        );
        scene.contact(&name, &email, json!({ "inactive": number == 3 }));
    }
    scene
}

/// Two marry, one leaves, one comes.
fn change(scene: &Scene) {
    for number in [1, 7] {
        let married =
            json!({ "surname": "Married", "displayName": format!("Given Married{number}") });
        scene.world.graph.patch_user(TENANT, &oid(number), married);
    }
    scene.world.graph.soft_delete(TENANT, &oid(5));
    scene.user("new", "Nina", "Ny", json!({ "id": oid(PEOPLE) }));
}

type Known = (
    Fields,
    AccountState,
    AccountType,
    &'static str,
    Option<String>,
);

/// Everything that must be the same: accounts with whom they are linked to, and contacts.
async fn picture(scene: &Scene) -> Picture {
    let mut accounts = BTreeMap::new();
    for account in scene.world.accounts("northwind").await {
        let contact = account
            .contact()
            .map(|contact| contact.as_str().parse::<i64>().unwrap());
        let contact = contact.map(|contact| scene.world.halo.user(contact).unwrap());
        let name = contact.map(|contact| contact["emailaddress"].to_string());
        let status = account.psa.status.as_str();
        assert!(account.psa.creating_since.is_none());
        let known = (
            account.fields,
            account.state,
            account.account_type,
            status,
            name,
        );
        assert!(accounts.insert(account.id.to_string(), known).is_none());
    }
    let shown = |user: Value| {
        let members = [
            "name",
            "surname",
            "emailaddress",
            "title",
            "mobilenumber",
            "azureoid",
            "inactive",
        ];
        members.map(|member| user[member].to_string()).join(" ")
    };
    let mut contacts: Vec<String> = scene
        .world
        .halo
        .users_of(scene.company)
        .into_iter()
        .map(shown)
        .collect();
    contacts.sort();
    (accounts, contacts)
}

/// Does a run end before the vendors were called so often? If not, it is broken off. Calls are
/// counted and not time, so that a slow machine breaks it off no earlier than a fast one.
async fn ends_within(scene: &mut Scene, calls: usize) -> bool {
    let journals = [
        scene.world.halo.journal().clone(),
        scene.world.graph.journal().clone(),
    ];
    let made = || -> usize { journals.iter().map(|one| one.exchanges().len()).sum() };
    let last = made().saturating_add(calls);
    let called = async {
        let mut looks = tokio::time::interval(Duration::from_millis(1));
        while made() < last {
            looks.tick().await;
        }
    };
    tokio::select! {
        biased;
        _ = scene.world.run() => true,
        () = called => false,
    }
}

/// One run that is broken off after some calls, while both vendors fail at a rate. Was it broken off,
/// or had it ended, well or badly?
async fn broken_off(scene: &mut Scene, rng: &mut SmallRng) -> bool {
    let kinds = vec![
        Fault::CutBody,
        Fault::LostAfterWrite,
        Fault::LostBeforeWrite,
        Fault::ServerError(502),
        Fault::Html,
    ];
    scene
        .world
        .halo
        .faults()
        .random_of(rng.random(), 0.25, kinds.clone());
    scene
        .world
        .graph
        .faults()
        .random_of(rng.random(), 0.15, kinds);
    let calls = if rng.random_bool(0.3) {
        usize::MAX
    } else {
        rng.random_range(1..60)
    };
    let ended = ends_within(scene, calls).await;
    scene.world.restart(None).await;
    if rng.random_bool(0.5) {
        scene.world.local().resume().await.unwrap();
    }
    !ended
}

type Picture = (BTreeMap<String, Known>, Vec<String>);

/// Vendors are well again: two runs later all is as it should be, and a third finds nothing to do.
async fn recovers(scene: &mut Scene, seed: u64, expected: &Picture) {
    scene.world.halo.faults().clear();
    scene.world.graph.faults().clear();
    scene.world.run().await;
    let summary = scene.world.run().await;
    assert_eq!(
        summary.customers[0].status, "succeeded",
        "seed {seed}: {:?}",
        summary.customers
    );
    let (accounts, contacts) = picture(scene).await;
    for (account, known) in &expected.0 {
        assert_eq!(accounts.get(account), Some(known), "seed {seed}: {account}");
    }
    assert_eq!(accounts.len(), expected.0.len(), "seed {seed}");
    assert_eq!(contacts, expected.1, "seed {seed}");
    scene.is_quiet().await;
}

/// How many runs were broken off, and how many calls failed.
async fn crash(seed: u64, expected: &[Picture; 2]) -> (usize, usize) {
    let mut rng = SmallRng::seed_from_u64(seed);
    let mut scene = town().await;
    let mut broken = usize::from(broken_off(&mut scene, &mut rng).await);
    broken += usize::from(broken_off(&mut scene, &mut rng).await);
    recovers(&mut scene, seed, &expected[0]).await;
    change(&scene);
    broken += usize::from(broken_off(&mut scene, &mut rng).await);
    recovers(&mut scene, seed, &expected[1]).await;
    (
        broken,
        scene.world.halo.faults().applied() + scene.world.graph.faults().applied(),
    )
}

#[tokio::test]
async fn whatever_breaks_off_leaves_no_second_contact_and_the_state_of_a_quiet_life() {
    let mut quiet = town().await;
    quiet.world.run().await;
    let first = picture(&quiet).await;
    change(&quiet);
    quiet.world.run().await;
    let second = picture(&quiet).await;
    for (found, people) in [(&first, PEOPLE), (&second, PEOPLE + 1)] {
        assert_eq!((found.0.len(), found.1.len()), (people, people));
        assert!(found.0.values().all(|(.., contact)| contact.is_some()));
    }
    let expected = [first, second];
    let (mut broken, mut failed) = (0, 0);
    for first in (0..12).step_by(4) {
        let one = |more: u64| crash(first + more, &expected);
        let (a, b, c, d) = tokio::join!(one(0), one(1), one(2), one(3));
        for (runs, calls) in [a, b, c, d] {
            broken += runs;
            failed += calls;
        }
    }
    assert!(
        broken > 0 && failed >= 12,
        "{broken} runs were broken off, {failed} calls failed"
    );
}
