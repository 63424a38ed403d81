//! Who of a tenant is imported, and as what: licences, kinds, names (as a configuration says it),
//! and directory roles.

use std::collections::BTreeSet;

use domain::account::AccountState::Active;
use domain::account::AccountType::{Administrator, EndUser, Service};
use serde_json::{Value, json};
use simulators::graph::{DeltaExpiry, GLOBAL_ADMINISTRATOR, HELPDESK_ADMINISTRATOR};

use super::{assert_succeeded, count, entra_world, people, person, runs, states};
use crate::world::{E3, TENANT, World};

const FLOW_FREE: &str = "f30db892-07e9-47e9-837c-80727f46fd3d";
const ROOMS: &str = "4cde982a-ede4-4409-9ae6-b003453c8ea6";
const E5: &str = "06ebc4ee-1bb5-47dd-8120-11324bc54e06";

/// A customer whose only source is Microsoft 365, and whose default policy has this scope.
fn scoped(scope: &str, lines: &str) -> String {
    format!(
        "[[policies]]\nname = \"People\"\naccount_type = \"end-user\"\ndefault = true\n\
         [policies.scope]\n{scope}\n\
         [[customers]]\nid = \"northwind\"\nmicrosoft_tenant_id = \"{TENANT}\"\n\
         sources = [\"microsoft-365\"]\n{lines}\n"
    )
}

/// A tenant with one of each.
fn tenant_of_each_kind(world: &World) {
    world.graph.set_sku(TENANT, FLOW_FREE, "FLOW_FREE", 10);
    world.graph.set_sku(TENANT, E5, "SPE_E5", 10);
    let with = |name: &str, changes: Value| {
        let mut user = person(name, name, "Person");
        for (key, value) in changes.as_object().unwrap() {
            user[key] = value.clone();
        }
        world.graph.put_user(TENANT, user)
    };
    let licences = |skus: &[&str]| {
        let of = |sku: &&str| json!({ "skuId": sku, "disabledPlans": [] });
        json!(skus.iter().map(of).collect::<Vec<_>>())
    };
    with("e3", json!({}));
    with("e5", json!({ "assignedLicenses": licences(&[E5]) }));
    with(
        "flow",
        json!({ "assignedLicenses": licences(&[FLOW_FREE]) }),
    );
    with(
        "both",
        json!({ "assignedLicenses": licences(&[FLOW_FREE, E3]) }),
    );
    with("unlicensed", json!({ "assignedLicenses": [] }));
    with("never", json!({ "assignedLicenses": null }));
    with("disabled", json!({ "accountEnabled": false }));
    with("mononym", json!({ "surname": null }));
    with("nameless", json!({ "givenName": null, "surname": null }));
    let guest = json!({ "userType": "Guest",
        "userPrincipalName": "guest_partner.example#EXT#@northwind.example",
        "mail": "guest@partner.example" });
    with("guest", guest);
    with(
        "shared",
        json!({ "accountEnabled": false, "givenName": null, "surname": null,
            "assignedLicenses": [] }),
    );
    with("room", json!({ "assignedLicenses": licences(&[ROOMS]) }));
}

async fn imported(scope: &str, lines: &str) -> BTreeSet<String> {
    let mut world = World::new(&scoped(scope, lines)).await;
    tenant_of_each_kind(&world);
    let summary = world.run().await;
    assert_succeeded(&summary);
    let short = |name: String| name.split(['@', '_']).next().unwrap().to_owned();
    states(&world, "northwind")
        .await
        .into_keys()
        .map(short)
        .collect()
}

#[tokio::test]
async fn b106_b173_b174_b175_b176_b177_d9_d17_the_scope_says_who_is_imported() {
    let all = [
        "e3",
        "e5",
        "flow",
        "both",
        "unlicensed",
        "never",
        "disabled",
        "mononym",
        "nameless",
    ];
    for (what, scope, lines, left_out) in [
        (
            "B106, D9: licensed only, by default",
            "",
            "",
            &["unlicensed", "never"][..],
        ),
        ("D9: all", "", "licensed_only = false", &[]),
        (
            "B173: a licence that does not count, by part number",
            "excluded_skus = [\"FLOW_FREE\"]",
            "",
            &["unlicensed", "never", "flow"],
        ),
        (
            "B175: by id, in any case",
            &*format!("excluded_skus = [\"{}\"]", E5.to_uppercase()),
            "",
            &["unlicensed", "never", "e5"],
        ),
        (
            "B174: licences do not matter where all are imported",
            "excluded_skus = [\"FLOW_FREE\"]",
            "licensed_only = false",
            &[],
        ),
        (
            "B176",
            "without_names = \"ignore-both-missing\"",
            "licensed_only = false",
            &["nameless"],
        ),
        (
            "B177",
            "without_names = \"ignore-either-missing\"",
            "licensed_only = false",
            &["nameless", "mononym"],
        ),
        (
            "disabled when first seen",
            "disabled = false",
            "licensed_only = false",
            &["disabled"],
        ),
        (
            "patterns",
            "excluded_patterns = [\"e?@*\", \"FLOW@*\"]",
            "licensed_only = false",
            &["e3", "e5", "flow"],
        ),
    ] {
        let mut expected: BTreeSet<String> = all.iter().map(|name| (*name).to_owned()).collect();
        expected.retain(|name| !left_out.contains(&name.as_str()));
        assert_eq!(imported(scope, lines).await, expected, "{what}");
    }
}

#[tokio::test]
async fn d17_guests_shared_mailboxes_and_rooms_are_imported_where_a_policy_asks_for_them() {
    // With the customer's licences alone: who is asked for by kind has none by nature.
    let without = imported("", "").await;
    for (scope, name) in [
        ("guests = true", "guest"),
        ("shared_mailboxes = true", "shared"),
        ("resources = true", "room"),
    ] {
        assert!(!without.contains(name), "{name}");
        let mut with = imported(scope, "").await;
        assert!(with.remove(name), "{name}");
        assert_eq!(with, without, "{name} and nobody else");
    }
}

#[tokio::test]
async fn b173_another_scope_reads_all_again_and_brings_who_was_left_out() {
    let mut world = World::new(&scoped("", "")).await;
    tenant_of_each_kind(&world);
    world.run().await;
    let before = states(&world, "northwind").await.len();
    world
        .restart(Some(&scoped("", "licensed_only = false")))
        .await;
    let summary = world.run().await;
    assert_eq!((summary.accounts.created, summary.accounts.removed), (2, 0));
    assert_eq!(states(&world, "northwind").await.len(), before + 2);
}

#[tokio::test]
async fn d9_a_licence_given_later_brings_the_user_and_one_taken_away_is_a_departure() {
    let mut world = World::new(&scoped("", "")).await;
    let mut late = person("late", "Late", "Comer");
    late["assignedLicenses"] = json!([]);
    let late = world.graph.put_user(TENANT, late);
    people(&world, TENANT, 2);
    world.run().await;
    assert_eq!(states(&world, "northwind").await.len(), 2);
    world.graph.set_licence(TENANT, &late, E3, true);
    assert_eq!(world.run().await.accounts.created, 1);
    world.graph.set_licence(TENANT, &late, E3, false);
    assert_eq!(world.run().await.accounts.removed, 1);
    world.graph.set_licence(TENANT, &late, E3, true);
    let summary = world.run().await;
    assert_eq!(
        (summary.accounts.created, summary.accounts.updated),
        (0, 1),
        "D13: the same one"
    );
}

#[tokio::test]
async fn d16_directory_roles_and_patterns_decide_the_section_and_the_reason_is_kept() {
    let mut world = entra_world().await;
    let ids = people(&world, TENANT, 3);
    world
        .graph
        .put_user(TENANT, person("svc-backup", "Svc", "Backup"));
    world
        .graph
        .set_role(TENANT, &ids[0], GLOBAL_ADMINISTRATOR, true);
    world.run().await;
    let of = async |world: &World, name: &str| {
        world
            .account("northwind", &format!("{name}@northwind.example"))
            .await
    };
    let chief = of(&world, "p0").await;
    assert_eq!(chief.account_type, Administrator);
    assert!(
        chief.type_reason.contains("Global Administrator"),
        "{}",
        chief.type_reason
    );
    assert_eq!(of(&world, "svc-backup").await.account_type, Service);
    assert_eq!(of(&world, "p1").await.account_type, EndUser);

    // A role changes hands, and no user changes by it.
    world
        .graph
        .set_role(TENANT, &ids[0], GLOBAL_ADMINISTRATOR, false);
    world
        .graph
        .set_role(TENANT, &ids[1], HELPDESK_ADMINISTRATOR, true);
    let summary = world.run().await;
    assert_eq!(summary.accounts.updated, 2);
    assert_eq!(of(&world, "p0").await.account_type, EndUser);
    let second = of(&world, "p1").await;
    assert_eq!(second.account_type, Administrator);
    assert!(
        second.type_reason.contains("Helpdesk Administrator"),
        "{}",
        second.type_reason
    );
    let summary = world.run().await;
    assert!(
        summary.dynamodb.write_units.abs() < f64::EPSILON,
        "B132: {:?}",
        summary.dynamodb
    );
}

#[tokio::test]
async fn a_user_that_is_malformed_is_counted_and_the_others_are_imported() {
    let mut world = World::unrecorded(&super::entra("northwind", TENANT, "")).await;
    let ids = people(&world, TENANT, 6);
    world.run().await;
    world.graph.put_user(TENANT, person("new", "Nina", "New"));
    world
        .graph
        .patch_user(TENANT, &ids[1], json!({ "displayName": 5 }));
    world
        .graph
        .patch_user(TENANT, &ids[2], json!({ "accountEnabled": "yes" }));
    world.graph.patch_user(
        TENANT,
        &ids[3],
        json!({ "assignedLicenses": [{ "skuId": [] }] }),
    );
    world
        .graph
        .patch_user(TENANT, &ids[4], json!({ "displayName": "Good" }));
    let summary = world.run().await;
    assert_succeeded(&summary);
    assert_eq!((summary.accounts.created, summary.accounts.updated), (1, 1));
    assert_eq!(runs(&world, "northwind").await[0].counts.unreadable, 3);

    let told = summary.customers[0].error.as_ref().unwrap();
    assert!(
        told.contains("3 users of the tenant could not be read"),
        "{told}"
    );

    // In a full round they are there, although they cannot be read: only who is not there leaves.
    world.graph.expire_delta_tokens(TENANT, DeltaExpiry::Gone);
    world.graph.hard_delete(TENANT, &ids[5]);
    let summary = world.run().await;
    assert_eq!(summary.accounts.removed, 1);
    assert_eq!(count(&world, "northwind", Active).await, 6);
}
