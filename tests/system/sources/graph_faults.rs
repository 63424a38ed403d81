//! What Microsoft Graph does when it does not answer as asked: positions that expire, throttling,
//! broken answers, sign-in refused, permissions missing, links that lead elsewhere.

use domain::account::AccountState::{Active, Removed};
use serde_json::json;
use simulators::Fault;
use simulators::graph::{Behaviour, DeltaExpiry};

use super::{assert_succeeded, count, entra_world, people, person, states};
use crate::world::{TENANT, World};

fn small_pages(world: &World) {
    let behaviour = Behaviour {
        page_size: 3,
        ..Behaviour::default()
    };
    world.graph.set_behaviour(TENANT, behaviour);
}

#[tokio::test]
async fn an_expired_position_in_any_form_leads_to_a_full_round() {
    for form in [
        DeltaExpiry::Gone,
        DeltaExpiry::ResyncRequired,
        DeltaExpiry::SyncStateNotFound,
        DeltaExpiry::SyncStateNotFoundUpperCase,
    ] {
        let mut world = entra_world().await;
        small_pages(&world);
        let ids = people(&world, TENANT, 10);
        world.run().await;
        // While nobody looks: two leave, of whom one is hard to see, one comes, one changes.
        world.graph.soft_delete(TENANT, &ids[2]);
        world.graph.hard_delete(TENANT, &ids[3]);
        world.graph.put_user(TENANT, person("new", "Nina", "New"));
        world
            .graph
            .patch_user(TENANT, &ids[4], json!({ "displayName": "Changed" }));
        world.graph.expire_delta_tokens(TENANT, form);
        let summary = world.run().await;
        let told = &summary.customers[0];
        assert_eq!((told.status, &told.error), ("succeeded", &None), "{form:?}");
        let accounts = summary.accounts;
        assert_eq!(
            (accounts.created, accounts.updated, accounts.removed),
            (1, 1, 2),
            "{form:?}"
        );
        let states = states(&world, "northwind").await;
        assert_eq!(states["p2@northwind.example"], Removed, "{form:?}");
        assert_eq!(states["p3@northwind.example"], Removed, "{form:?}");
        assert_eq!(
            states.values().filter(|state| **state == Active).count(),
            9,
            "{form:?}"
        );
        let quiet = world.run().await;
        assert!(
            quiet.dynamodb.write_units.abs() < f64::EPSILON,
            "{form:?}: {:?}",
            quiet.dynamodb
        );
    }
}

#[tokio::test]
async fn a_page_that_expires_in_mid_round_starts_the_round_over_and_removes_nobody_who_is_there() {
    let mut world = entra_world().await;
    small_pages(&world);
    let ids = people(&world, TENANT, 12);
    world.run().await;
    for id in &ids {
        world
            .graph
            .patch_user(TENANT, id, json!({ "department": "Hygiene" }));
    }
    world.graph.soft_delete(TENANT, &ids[11]);
    // The third page fails for so long that the run gives up, and then it is too late for it.
    world
        .graph
        .faults()
        .after(2, "GET", "delta", 12, Fault::ServerError(503));
    let summary = world.run().await;
    assert_eq!(summary.customers[0].status, "failed");
    world.graph.faults().clear();
    world.graph.expire_page_tokens(TENANT);
    let summary = world.run().await;
    assert_succeeded(&summary);
    assert_eq!(summary.accounts.removed, 1);
    assert_eq!(count(&world, "northwind", Active).await, 11);
    let accounts = world.accounts("northwind").await;
    let hygienists = accounts
        .iter()
        .filter(|account| account.fields.department.is_some())
        .count();
    assert_eq!(hygienists, 11);
}

#[tokio::test]
async fn what_passes_by_itself_costs_nothing_but_time() {
    let mut world = entra_world().await;
    small_pages(&world);
    let ids = people(&world, TENANT, 10);
    world.run().await;
    for (what, fault, times) in [
        ("429 with Retry-After", Fault::throttled(Some(0)), 2),
        ("429 without", Fault::throttled(None), 1),
        ("503", Fault::ServerError(503), 1),
        ("504", Fault::ServerError(504), 1),
        ("a proxy's page", Fault::Html, 1),
        ("a body that is cut", Fault::CutBody, 1),
        ("an answer that is lost", Fault::LostAfterWrite, 1),
        ("a token that is refused", Fault::Unauthorized, 1),
    ] {
        // The look that brings the first page, and a page that is fetched ahead.
        for at in [0, 2] {
            for id in &ids {
                let news = json!({ "department": format!("{what} {at}") });
                world.graph.patch_user(TENANT, id, news);
            }
            let faults = world.graph.faults();
            faults.after(at, "GET", "users/delta", times, fault.clone());
            let summary = world.run().await;
            let told = &summary.customers[0];
            assert_eq!(
                (told.status, &told.error),
                ("succeeded", &None),
                "{what} at {at}"
            );
            assert_eq!(summary.accounts.updated, 10, "{what} at {at}");
            assert_eq!(world.graph.faults().waiting(), 0, "{what} at {at}");
        }
    }
}

#[tokio::test]
async fn tokens_that_expire_in_mid_run_are_replaced() {
    let mut world = entra_world().await;
    small_pages(&world);
    people(&world, TENANT, 10);
    world.run().await;
    world.graph.expire_tokens();
    let summary = world.run().await;
    assert_succeeded(&summary);
    people(&world, TENANT, 20);
    let before = world.graph.token_calls();
    world
        .graph
        .faults()
        .after(2, "GET", "users/delta", 1, Fault::Unauthorized);
    assert_eq!(world.run().await.customers[0].status, "succeeded");
    assert_eq!(
        world.graph.token_calls(),
        before + 1,
        "one new token, and no storm"
    );
    assert_eq!(count(&world, "northwind", Active).await, 30);
}
