//! Sign-in that is refused, permissions that are missing, links that lead elsewhere: said in words,
//! without the secret, and nobody else's concern.

use domain::account::AccountState::Active;
use domain::account::AccountType::{Administrator, EndUser};
use domain::run::RunStatus;
use serde_json::json;
use simulators::graph::{Behaviour, CLIENT_SECRET, Feature, GLOBAL_ADMINISTRATOR};
use simulators::{Graph, Options};

use super::{assert_succeeded, count, entra, entra_world, pages, people, runs};
use crate::world::{E3, TENANT, TENANT_2, World};

/// Two customers, each with a few people.
async fn two() -> World {
    let world =
        World::new(&(entra("northwind", TENANT, "") + &entra("fabrikam", TENANT_2, ""))).await;
    people(&world, TENANT, 3);
    people(&world, TENANT_2, 4);
    world
}

#[tokio::test]
async fn a_next_link_to_another_host_is_not_followed_and_stops_nobody_else() {
    let mut world = two().await;
    let elsewhere = Graph::start(Options::unrecorded()).await.unwrap();
    elsewhere.add_tenant(TENANT, "northwind.example");
    people(&world, TENANT, 6);
    let behaviour = Behaviour {
        page_size: 2,
        foreign_next_link: Some(elsewhere.base().to_owned()),
        ..Behaviour::default()
    };
    world.graph.set_behaviour(TENANT, behaviour);
    let summary = world.run().await;
    assert!(
        elsewhere.journal().exchanges().is_empty(),
        "no call, and no token, went there"
    );
    let [fabrikam, northwind] = &summary.customers[..] else {
        panic!("two customers")
    };
    assert_eq!((fabrikam.status, northwind.status), ("succeeded", "failed"));
    let error = northwind.error.as_ref().unwrap();
    assert!(
        error.contains("Microsoft Graph") && error.contains("another host"),
        "{error}"
    );
    assert!(!error.contains(elsewhere.base()), "{error}");
    assert_eq!(count(&world, "fabrikam", Active).await, 4);
    assert_eq!(count(&world, "northwind", Active).await, 0);

    world.graph.set_behaviour(TENANT, Behaviour::default());
    assert_eq!(world.run().await.customers[1].status, "succeeded");
    assert_eq!(count(&world, "northwind", Active).await, 9);
}

#[tokio::test]
async fn w5_a_sign_in_that_is_refused_says_why_without_the_secret_and_stops_nobody_else() {
    for (code, words) in [
        (7_000_215, "client secret is wrong"),
        (7_000_222, "expired"),
        (700_016, "consent"),
        (7_000_229, "consent"),
        (90_002, "no such tenant"),
        (53_003, "policy"),
    ] {
        let mut world = two().await;
        world.graph.set_refusal(TENANT, Some(code));
        let summary = world.run().await;
        let [fabrikam, northwind] = &summary.customers[..] else {
            panic!("two customers")
        };
        assert_eq!(
            (fabrikam.status, northwind.status),
            ("succeeded", "failed"),
            "{code}"
        );
        let error = northwind.error.as_ref().unwrap();
        assert!(
            error.contains(&format!("AADSTS{code}")) && error.contains(words),
            "{error}"
        );
        assert!(
            !error.contains(CLIENT_SECRET) && !error.contains("Trace ID"),
            "{error}"
        );
        let run = runs(&world, "northwind").await.remove(0);
        assert_eq!(run.status, RunStatus::Failed);
        assert_eq!(run.error.as_ref(), Some(error), "the run keeps it");
        assert_eq!(count(&world, "fabrikam", Active).await, 4);
        world.graph.set_refusal(TENANT, None);
        let summary = world.run().await;
        assert_eq!(summary.customers[1].status, "succeeded", "{code}");
        assert_eq!(count(&world, "northwind", Active).await, 3);
    }
}

#[tokio::test]
async fn a_wrong_secret_of_one_tenant_fails_that_customer_only() {
    let mut world = two().await;
    world.graph.set_secret(TENANT, "another-secret-than-ours");
    let summary = world.run().await;
    let northwind = &summary.customers[1];
    assert_eq!(northwind.status, "failed");
    let error = northwind.error.as_ref().unwrap();
    assert!(error.contains("AADSTS7000215"), "{error}");
    assert!(
        !error.contains("another-secret") && !error.contains(CLIENT_SECRET),
        "{error}"
    );
    assert_succeeded(&summary);
}

#[tokio::test]
async fn w22_missing_permissions_for_roles_and_licences_cost_only_themselves() {
    let mut world = entra_world().await;
    let ids = people(&world, TENANT, 3);
    world
        .graph
        .set_role(TENANT, &ids[0], GLOBAL_ADMINISTRATOR, true);
    world.graph.set_permission(TENANT, Feature::Roles, false);
    world.graph.set_permission(TENANT, Feature::Licences, false);
    let summary = world.run().await;
    assert_succeeded(&summary);
    assert_eq!(summary.accounts.created, 3);
    let account = world.account("northwind", "p0@northwind.example").await;
    assert_eq!(account.account_type, EndUser);
    assert_eq!(account.identities[0].licences, [E3]);

    world.graph.set_permission(TENANT, Feature::Roles, true);
    world.graph.set_permission(TENANT, Feature::Licences, true);
    world.graph.expire_tokens();
    world.run().await;
    let of_p0 = async |world: &World| world.account("northwind", "p0@northwind.example").await;
    assert_eq!(of_p0(&world).await.account_type, Administrator);

    // Taken away again: what is held stays.
    world.graph.set_permission(TENANT, Feature::Roles, false);
    world
        .graph
        .patch_user(TENANT, &ids[0], json!({ "displayName": "Still Chief" }));
    assert_eq!(world.run().await.accounts.updated, 1);
    assert_eq!(of_p0(&world).await.account_type, Administrator);
    let quiet = world.run().await;
    assert!(
        quiet.dynamodb.write_units.abs() < f64::EPSILON,
        "{:?}",
        quiet.dynamodb
    );
}

#[tokio::test]
async fn w22_a_missing_permission_for_users_fails_and_names_it() {
    let mut world = two().await;
    world.graph.set_permission(TENANT, Feature::Users, false);
    let summary = world.run().await;
    assert_eq!(
        (summary.customers[0].status, summary.customers[1].status),
        ("succeeded", "failed")
    );
    let error = summary.customers[1].error.as_ref().unwrap();
    assert!(error.contains("User.Read.All"), "{error}");
    assert!(!pages(&world).is_empty());
}
