//! Uploads that are held: what was read before is not read again over something newer, and a yes
//! is for the source that was asked about.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::account::Account;
use domain::account::AccountState::{Active, Removed};
use domain::fields::Attribute::DisplayName;
use domain::id::RunId;
use jiff::SignedDuration;
use muster::arguments::Coverage;
use muster::arguments::UploadSource::ActiveDirectory;
use muster::summary::Summary;
use platform::store::{Approval, ImportState};
use serde_json::json;

use super::exports::{guid_octets, on_premises, text, texts};
use super::{assert_succeeded, count, person};
use crate::world::{TENANT, World, id};

fn guid(number: usize) -> String {
    format!("93334e47-0000-4000-8000-{number:012}")
}

/// An export in our own format: who is there, by number and display name.
async fn hand_in(
    world: &mut World,
    coverage: &str,
    people: impl IntoIterator<Item = (usize, String)>,
) -> Summary {
    let mut lines =
        vec![json!({ "muster_upload": 1, "source": "active-directory", "coverage": coverage })];
    lines.extend(people.into_iter().map(|(number, name)| {
        json!({ "kind": "account", "guid": guid(number), "sam_account_name": format!("p{number}"),
            "display_name": name, "user_account_control": 512 })
    }));
    lines.push(json!({ "kind": "end", "records": lines.len() - 1 }));
    let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
    let files = vec![("all.ndjson".to_owned(), lines.join("\n").into_bytes())];
    texts(world, ActiveDirectory, Coverage::Auto, files).await
}

fn named(numbers: std::ops::Range<usize>, name: &str) -> Vec<(usize, String)> {
    numbers
        .map(|number| (number, format!("{name} {number}")))
        .collect()
}

async fn of(world: &World, number: usize) -> Account {
    let accounts = world.accounts("northwind").await;
    let has = |account: &Account| {
        account
            .identities
            .iter()
            .any(|one| one.key.id == guid(number))
    };
    accounts.into_iter().find(has).unwrap()
}

async fn held_run(world: &World) -> Option<RunId> {
    let state = world
        .app()
        .store
        .import_state(&id("northwind"))
        .await
        .unwrap();
    state.held.map(|held| held.run)
}

async fn approve(world: &World, run: &RunId) {
    let approval = Approval {
        run: run.clone(),
        by_role: "manager".to_owned(),
        at: world.clock.now(),
    };
    assert!(
        world
            .app()
            .store
            .approve_held(&id("northwind"), &approval)
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn w4_a_held_export_that_a_newer_one_makes_superfluous_is_not_read_again() {
    let mut world = World::new(&on_premises("northwind", "\"active-directory\"")).await;
    hand_in(&mut world, "complete", named(0..15, "First")).await;
    // An export of one organisational unit by mistake; then the right one, a day newer.
    let summary = hand_in(&mut world, "complete", named(0..5, "Second")).await;
    assert_eq!(
        summary.customers[0].status, "held",
        "{:?}",
        summary.customers
    );
    assert!(held_run(&world).await.is_some());
    let summary = hand_in(&mut world, "complete", named(0..15, "Third")).await;
    assert_succeeded(&summary);
    assert_eq!(held_run(&world).await, None);
    let summary = world.run().await;
    assert_succeeded(&summary);
    assert!(
        summary.dynamodb.write_units.abs() < f64::EPSILON,
        "{:?}",
        summary.dynamodb
    );
    assert_eq!(count(&world, "northwind", Active).await, 15);
    assert_eq!(text(&of(&world, 2).await, DisplayName), Some("Third 2"));
}

#[tokio::test]
async fn w4_changes_wait_behind_a_held_export_and_follow_it() {
    let mut world = World::new(&on_premises("northwind", "\"active-directory\"")).await;
    hand_in(&mut world, "complete", named(0..15, "First")).await;
    hand_in(&mut world, "complete", named(0..5, "Second")).await;
    let run = held_run(&world).await.unwrap();
    // Newer changes: a rename, and somebody new, who was not in the held export.
    let changes = named(2..3, "Third")
        .into_iter()
        .chain(named(20..21, "Third"));
    let summary = hand_in(&mut world, "changes", changes).await;
    assert_eq!(
        summary.customers[0].status, "held",
        "{:?}",
        summary.customers
    );
    assert_eq!(held_run(&world).await, Some(run.clone()));
    approve(&world, &run).await;
    let summary = world.run().await;
    assert_succeeded(&summary);
    assert_eq!(
        (summary.accounts.removed, summary.accounts.created),
        (10, 1)
    );
    assert_eq!(text(&of(&world, 2).await, DisplayName), Some("Third 2"));
    assert_eq!(of(&world, 20).await.state, Active);
    assert_eq!(of(&world, 10).await.state, Removed);
    let quiet = world.run().await;
    assert!(
        quiet.dynamodb.write_units.abs() < f64::EPSILON,
        "{:?}",
        quiet.dynamodb
    );
}

fn both_sources() -> String {
    format!(
        "[[customers]]\nid = \"northwind\"\nmicrosoft_tenant_id = \"{TENANT}\"\n\
         sources = [\"microsoft-365\", \"active-directory\"]\n"
    )
}

#[tokio::test]
async fn w4_a_yes_to_the_leavers_of_one_source_is_none_to_those_of_another() {
    let mut world = World::new(&both_sources()).await;
    let ids = super::people(&world, TENANT, 15);
    world.run().await;
    hand_in(&mut world, "complete", named(0..15, "First")).await;
    assert_eq!(count(&world, "northwind", Active).await, 30);
    let summary = hand_in(&mut world, "complete", named(0..5, "First")).await;
    assert_eq!(
        summary.customers[0].status, "held",
        "{:?}",
        summary.customers
    );
    let run = held_run(&world).await.unwrap();

    // News of the other source goes through, and the question stays the same.
    world.graph.put_user(TENANT, person("new", "Nina", "New"));
    let summary = world.run().await;
    assert_eq!(
        (summary.customers[0].status, summary.accounts.created),
        ("held", 1)
    );
    assert_eq!(held_run(&world).await, Some(run.clone()));

    // Many vanish there too: nobody was asked about them.
    for id in &ids[0..8] {
        world.graph.hard_delete(TENANT, id);
    }
    approve(&world, &run).await;
    let summary = world.run().await;
    assert_eq!(
        summary.customers[0].status, "held",
        "{:?}",
        summary.customers
    );
    assert_eq!(summary.accounts.removed, 10, "those of the directory");
    assert_eq!(of(&world, 10).await.state, Removed);
    assert_eq!(count(&world, "northwind", Active).await, 21);

    // Now they are asked about.
    world.run().await;
    let second = held_run(&world).await.unwrap();
    assert_ne!(second, run);
    approve(&world, &second).await;
    let summary = world.run().await;
    assert_eq!(
        (summary.customers[0].status, summary.accounts.removed),
        ("succeeded", 8)
    );
    assert_eq!(held_run(&world).await, None);
}

/// An import whose end was never stored leaves accounts that no position tells of: the next one
/// must look for them.
#[tokio::test]
async fn a_first_import_that_crashed_leaves_no_second_account_of_one_human() {
    for cloud_first in [true, false] {
        let mut world = World::new(&both_sources()).await;
        let octets = |number: usize| json!(STANDARD.encode(guid_octets(&guid(number))));
        let cloud = |world: &World| {
            for number in 0..4 {
                let mut user = person(&format!("p{number}"), "Given", "Person");
                user["onPremisesImmutableId"] = octets(number);
                world.graph.put_user(TENANT, user);
            }
        };
        if cloud_first {
            cloud(&world);
            world.run().await;
        } else {
            hand_in(&mut world, "complete", named(0..4, "First")).await;
        }
        // The crash: accounts are written, the state is not.
        let store = world.app().store.clone();
        let now = world.clock.now() + SignedDuration::from_hours(1);
        let fence = store
            .acquire_lease(&id("northwind"), &world.app().new_run_id(), now)
            .await;
        let nothing = ImportState::new(id("northwind"));
        store
            .release_lease(&fence.unwrap().unwrap(), &nothing)
            .await
            .unwrap();
        if cloud_first {
            world.graph.set_refusal(TENANT, Some(7_000_222));
            world.graph.expire_tokens();
            hand_in(&mut world, "complete", named(0..4, "First")).await;
        } else {
            cloud(&world);
            let summary = world.run().await;
            assert_succeeded(&summary);
        }
        let accounts = world.accounts("northwind").await;
        assert_eq!(accounts.len(), 4, "cloud first: {cloud_first}");
        assert!(accounts.iter().all(|account| account.identities.len() == 2));
    }
}
