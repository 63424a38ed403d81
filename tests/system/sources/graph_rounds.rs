//! Rounds of `/users/delta`: whatever form they come in, the accounts are the same.

use std::collections::BTreeMap;

use domain::account::AccountState::{Active, Removed};
use domain::fields::Attribute::{DisplayName, GivenName, Surname, Username};
use serde_json::{Value, json};
use simulators::graph::Behaviour;

use super::{assert_succeeded, count, entra, entra_world, people, person};
use crate::world::{TENANT, World};

fn behaviours() -> Vec<Behaviour> {
    let plain = || Behaviour {
        page_size: 4,
        ..Behaviour::default()
    };
    vec![
        Behaviour {
            page_size: 1,
            ..plain()
        },
        Behaviour {
            empty_pages: true,
            ..plain()
        },
        Behaviour {
            duplicates: true,
            ..plain()
        },
        Behaviour {
            duplicates: true,
            page_size: 1,
            out_of_order: true,
            ..plain()
        },
        Behaviour {
            stale_duplicates: true,
            page_size: 3,
            ..plain()
        },
        Behaviour {
            removed_in_first_round: true,
            ..plain()
        },
        Behaviour {
            replay_removals: true,
            page_size: 1,
            ..plain()
        },
        Behaviour {
            annotations: true,
            encoded_links: true,
            token_padding: 3000,
            ..plain()
        },
        Behaviour {
            empty_pages: true,
            duplicates: true,
            stale_duplicates: true,
            removed_in_first_round: true,
            replay_removals: true,
            page_size: 2,
            ..plain()
        },
    ]
}

/// The same story in nine tenants, each with rounds of another form, and in one that is tidy.
#[tokio::test]
async fn b16_rounds_of_any_form_come_to_the_same_accounts() {
    let mut world = World::new("").await;
    let behaviours = behaviours();
    let tenant = |number: usize| format!("0785ef7c-0000-4000-8000-0000000001{number:02}");
    let mut customers = entra("tidy", TENANT, "");
    for (number, behaviour) in behaviours.into_iter().enumerate() {
        world
            .graph
            .add_tenant(&tenant(number), &format!("odd{number}.example"));
        world.graph.set_behaviour(&tenant(number), behaviour);
        customers += &entra(&format!("odd{number}"), &tenant(number), "");
    }
    world.restart(Some(&customers)).await;
    let mut tenants: Vec<String> = (0..9).map(tenant).collect();
    tenants.push(TENANT.to_owned());
    let mut ids = BTreeMap::new();
    for tenant in &tenants {
        ids.insert(tenant.clone(), people(&world, tenant, 17));
        world.graph.soft_delete(tenant, &ids[tenant][16]);
    }
    let each = |act: &dyn Fn(&str, &[String])| {
        for tenant in &tenants {
            act(tenant, &ids[tenant]);
        }
    };
    world.run().await;
    compare(&world, 16).await;
    each(&|tenant, ids| {
        for (number, id) in ids.iter().enumerate().take(7) {
            let name = format!("Renamed {number}");
            world
                .graph
                .patch_user(tenant, id, json!({ "displayName": name }));
        }
        world
            .graph
            .patch_user(tenant, &ids[7], json!({ "accountEnabled": false }));
        world.graph.soft_delete(tenant, &ids[8]);
        world.graph.hard_delete(tenant, &ids[9]);
        world
            .graph
            .put_user(tenant, person("late", "Late", "Comer"));
    });
    world.run().await;
    compare(&world, 17).await;
    each(&|tenant, ids| {
        world.graph.restore(tenant, &ids[8]);
        world
            .graph
            .patch_user(tenant, &ids[8], json!({ "surname": "Returned" }));
        world
            .graph
            .patch_user(tenant, &ids[7], json!({ "accountEnabled": true }));
        world.graph.soft_delete(tenant, &ids[10]);
    });
    world.run().await;
    compare(&world, 17).await;
    let summary = world.run().await;
    assert!(
        summary.dynamodb.write_units.abs() < f64::EPSILON,
        "B132: {:?}",
        summary.dynamodb
    );
}

/// Every customer holds what the tidy one holds.
async fn compare(world: &World, expected: usize) {
    let tidy = told(world, "tidy").await;
    assert_eq!(tidy.len(), expected);
    for number in 0..9 {
        assert_eq!(
            told(world, &format!("odd{number}")).await,
            tidy,
            "rounds of form {number}"
        );
    }
}

async fn told(world: &World, customer: &str) -> BTreeMap<String, Value> {
    let accounts = world.accounts(customer).await;
    let told = accounts.iter().map(|account| {
        let fields = &account.fields;
        let values = json!([
            fields.get(DisplayName),
            fields.get(GivenName),
            fields.get(Surname),
            account.state.as_str(),
            account.account_type.as_str(),
            account.identities.len(),
        ]);
        (fields.get(Username).unwrap().to_owned(), values)
    });
    told.collect()
}

#[tokio::test]
async fn d13_deleted_and_restored_is_one_account_deleted_for_good_and_made_anew_are_two() {
    let mut world = entra_world().await;
    people(&world, TENANT, 3);
    let back = world.graph.put_user(TENANT, person("back", "Bea", "Back"));
    let gone = world.graph.put_user(TENANT, person("gone", "Gro", "Gone"));
    world.run().await;
    let first = world.account("northwind", "back@northwind.example").await;
    let other = world.account("northwind", "gone@northwind.example").await;

    world.graph.soft_delete(TENANT, &back);
    world.graph.hard_delete(TENANT, &gone);
    let summary = world.run().await;
    assert_eq!(summary.accounts.removed, 2);
    assert_eq!(count(&world, "northwind", Removed).await, 2);

    world.graph.restore(TENANT, &back);
    // A new human with the old one's user name is another account.
    world
        .graph
        .put_user(TENANT, person("gone", "Gustav", "Gone"));
    let summary = world.run().await;
    assert_eq!(summary.accounts.created, 1);
    let again = world.account("northwind", "back@northwind.example").await;
    assert_eq!((again.id, again.state), (first.id, Active));
    let accounts = world.accounts("northwind").await;
    let of_the_name: Vec<_> = accounts
        .iter()
        .filter(|account| account.fields.get(Username) == Some("gone@northwind.example"))
        .map(|account| (account.id == other.id, account.state))
        .collect();
    assert_eq!(of_the_name.len(), 2);
    assert!(of_the_name.contains(&(true, Removed)) && of_the_name.contains(&(false, Active)));
}

#[tokio::test]
async fn d13_removed_and_restored_between_two_runs_is_no_change_of_state() {
    let mut world = entra_world().await;
    let ids = people(&world, TENANT, 5);
    let behaviour = Behaviour {
        replay_removals: true,
        page_size: 1,
        ..Behaviour::default()
    };
    world.graph.set_behaviour(TENANT, behaviour);
    world.run().await;
    for id in &ids {
        world.graph.soft_delete(TENANT, id);
        world.graph.restore(TENANT, id);
    }
    let summary = world.run().await;
    assert_succeeded(&summary);
    assert_eq!((summary.accounts.removed, summary.accounts.created), (0, 0));
    assert_eq!(count(&world, "northwind", Active).await, 5);
}
