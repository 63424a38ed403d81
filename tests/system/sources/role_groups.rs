//! Directory roles that groups hold: the people in them are administrators, and stay so where we
//! may not look into the groups any more. What that costs is asked only where there is news.

use domain::account::AccountType::{self, Administrator, EndUser};
use domain::run::RunStatus;
use jiff::SignedDuration;
use serde_json::json;
use simulators::graph::{Behaviour, Feature, GLOBAL_ADMINISTRATOR, HELPDESK_ADMINISTRATOR};

use super::{assert_succeeded, entra_world, graph_calls, people, runs};
use crate::world::{TENANT, World};

const CHIEFS: &str = "6d1c0e6e-0000-4000-8000-000000000001";
const DEPUTIES: &str = "6d1c0e6e-0000-4000-8000-000000000002";
const HELPERS: &str = "6d1c0e6e-0000-4000-8000-000000000003";

/// Six people: 0 and 1 are chiefs, 2 is their deputy, 3 a helper, 4 a helper by itself.
async fn company() -> (World, Vec<String>) {
    let world = entra_world().await;
    let ids = people(&world, TENANT, 6);
    let graph = &world.graph;
    // In circles, as groups may be.
    graph.set_group(TENANT, CHIEFS, &[&ids[0], &ids[1], DEPUTIES]);
    graph.set_group(TENANT, DEPUTIES, &[&ids[2], CHIEFS]);
    graph.set_group(TENANT, HELPERS, &[&ids[3]]);
    graph.set_role(TENANT, CHIEFS, GLOBAL_ADMINISTRATOR, true);
    graph.set_role(TENANT, HELPERS, HELPDESK_ADMINISTRATOR, true);
    graph.set_role(TENANT, &ids[4], HELPDESK_ADMINISTRATOR, true);
    (world, ids)
}

/// The sections of the six.
async fn sections(world: &World) -> Vec<AccountType> {
    let mut sections = Vec::new();
    for number in 0..6 {
        let name = format!("p{number}@northwind.example");
        sections.push(world.account("northwind", &name).await.account_type);
    }
    sections
}

fn administrators(numbers: &[usize]) -> Vec<AccountType> {
    let section = |number| match numbers.contains(&number) {
        true => Administrator,
        false => EndUser,
    };
    (0..6).map(section).collect()
}

fn rename(world: &World, id: &str, name: &str) {
    world
        .graph
        .patch_user(TENANT, id, json!({ "displayName": name }));
}

fn group_calls(world: &World) -> usize {
    world.graph.journal().count("GET", "/v1.0/groups/")
}

#[tokio::test]
async fn d16_people_in_a_group_that_holds_a_directory_role_are_administrators() {
    let (mut world, ids) = company().await;
    let behaviour = Behaviour {
        page_size: 2,
        ..Behaviour::default()
    };
    world.graph.set_behaviour(TENANT, behaviour);
    let summary = world.run().await;
    assert_succeeded(&summary);
    assert_eq!(sections(&world).await, administrators(&[0, 1, 2, 3, 4]));
    for (name, reason) in [
        (
            "p2",
            "the directory role Global Administrator through a group",
        ),
        (
            "p3",
            "the directory role Helpdesk Administrator through a group",
        ),
    ] {
        let name = format!("{name}@northwind.example");
        let told = world.account("northwind", &name).await.type_reason;
        assert!(told.ends_with(reason), "{told}");
    }
    let direct = world.account("northwind", "p4@northwind.example").await;
    assert!(direct.type_reason.ends_with("Helpdesk Administrator"));
    // Each group once, the one of three users on two pages.
    assert_eq!(group_calls(&world), 3);

    // B132: nothing new, no write, and no call but the two.
    for _ in 0..2 {
        world.graph.journal().clear();
        let quiet = world.run().await;
        assert!(quiet.dynamodb.write_units.abs() < f64::EPSILON);
        assert_eq!(graph_calls(&world), 2);
    }

    // Members change, and no user by it: seen with the next news of the tenant.
    world.graph.set_group(TENANT, DEPUTIES, &[&ids[5]]);
    world.run().await;
    assert_eq!(sections(&world).await, administrators(&[0, 1, 2, 3, 4]));
    rename(&world, &ids[0], "Chief");
    let summary = world.run().await;
    assert_eq!(summary.accounts.updated, 3);
    assert_eq!(sections(&world).await, administrators(&[0, 1, 3, 4, 5]));

    // Or after a day at the latest.
    world.graph.set_group(TENANT, HELPERS, &[]);
    world.clock.advance(SignedDuration::from_hours(24));
    let summary = world.run().await;
    assert_eq!(summary.accounts.updated, 1);
    assert_eq!(sections(&world).await, administrators(&[0, 1, 4, 5]));
    world.graph.journal().clear();
    assert!(world.run().await.dynamodb.write_units.abs() < f64::EPSILON);
    assert_eq!(graph_calls(&world), 2);
}

#[tokio::test]
async fn w22_d16_nobody_is_an_end_user_again_because_a_group_may_not_be_read() {
    let (mut world, ids) = company().await;
    world.run().await;
    world
        .graph
        .set_permission(TENANT, Feature::GroupMembers, false);
    // Chiefs change, a new reading comes for each, and the helper by itself is none any more.
    for (number, id) in ids.iter().enumerate() {
        rename(&world, id, &format!("Renamed {number}"));
    }
    world.graph.set_group(TENANT, DEPUTIES, &[&ids[5]]);
    world
        .graph
        .set_role(TENANT, &ids[4], HELPDESK_ADMINISTRATOR, false);
    world.graph.journal().clear();
    let summary = world.run().await;
    assert_succeeded(&summary);
    let told = summary.customers[0].error.as_ref().unwrap();
    assert!(told.contains("GroupMember.Read.All"), "{told}");
    let run = runs(&world, "northwind").await.remove(0);
    assert_eq!(
        (run.status, run.error.as_ref()),
        (RunStatus::Succeeded, Some(told))
    );
    assert_eq!(group_calls(&world), 1, "refused once is refused");
    // Whether the helper is in the group of helpers, nobody can tell.
    assert_eq!(sections(&world).await, administrators(&[0, 1, 2, 3, 4]));
    world.graph.journal().clear();
    assert!(world.run().await.dynamodb.write_units.abs() < f64::EPSILON);
    assert_eq!(graph_calls(&world), 2);

    world
        .graph
        .set_permission(TENANT, Feature::GroupMembers, true);
    rename(&world, &ids[0], "Chief");
    let summary = world.run().await;
    assert_eq!(summary.customers[0].error, None);
    assert_eq!(sections(&world).await, administrators(&[0, 1, 3, 5]));
}

#[tokio::test]
async fn w22_without_the_permission_roles_that_no_group_holds_still_come_and_go() {
    let (mut world, ids) = company().await;
    world
        .graph
        .set_permission(TENANT, Feature::GroupMembers, false);
    world
        .graph
        .set_role(TENANT, HELPERS, HELPDESK_ADMINISTRATOR, false);
    let summary = world.run().await;
    assert_succeeded(&summary);
    assert!(summary.customers[0].error.is_some());
    assert_eq!(sections(&world).await, administrators(&[4]));
    world
        .graph
        .set_role(TENANT, &ids[4], HELPDESK_ADMINISTRATOR, false);
    world
        .graph
        .set_role(TENANT, &ids[5], HELPDESK_ADMINISTRATOR, true);
    world.run().await;
    assert_eq!(sections(&world).await, administrators(&[5]));
    // The tenant moves its chiefs from the role into the group: nobody loses it on the way.
    world
        .graph
        .set_role(TENANT, &ids[0], GLOBAL_ADMINISTRATOR, true);
    world.run().await;
    world
        .graph
        .set_role(TENANT, &ids[0], GLOBAL_ADMINISTRATOR, false);
    world.run().await;
    assert_eq!(sections(&world).await, administrators(&[0, 5]));
}
