//! Rounds of `/users/delta`: whatever form they come in, the accounts are the same.

use std::collections::BTreeMap;

use domain::account::AccountState::{Active, Disabled, Removed};
use domain::fields::Attribute::{
    Department, DisplayName, Email, GivenName, JobTitle, Mobile, Phone, Surname, Username,
};
use jiff::SignedDuration;
use serde_json::{Value, json};
use simulators::graph::Behaviour;

use super::{count, entra, entra_world, graph_calls, pages, people, person, states};
use crate::world::{TENANT, World, id};

fn behaviours() -> Vec<Behaviour> {
    let plain = || Behaviour { page_size: 4, ..Behaviour::default() };
    vec![
        Behaviour { page_size: 1, ..plain() },
        Behaviour { empty_pages: true, ..plain() },
        Behaviour { duplicates: true, ..plain() },
        Behaviour { duplicates: true, page_size: 1, out_of_order: true, ..plain() },
        Behaviour { stale_duplicates: true, page_size: 3, ..plain() },
        Behaviour { removed_in_first_round: true, ..plain() },
        Behaviour { replay_removals: true, page_size: 1, ..plain() },
        Behaviour { annotations: true, encoded_links: true, token_padding: 3000, ..plain() },
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
        world.graph.add_tenant(&tenant(number), &format!("odd{number}.example"));
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
            world.graph.patch_user(tenant, id, json!({ "displayName": name }));
        }
        world.graph.patch_user(tenant, &ids[7], json!({ "accountEnabled": false }));
        world.graph.soft_delete(tenant, &ids[8]);
        world.graph.hard_delete(tenant, &ids[9]);
        world.graph.put_user(tenant, person("late", "Late", "Comer"));
    });
    world.run().await;
    compare(&world, 17).await;
    each(&|tenant, ids| {
        world.graph.restore(tenant, &ids[8]);
        world.graph.patch_user(tenant, &ids[8], json!({ "surname": "Returned" }));
        world.graph.patch_user(tenant, &ids[7], json!({ "accountEnabled": true }));
        world.graph.soft_delete(tenant, &ids[10]);
    });
    world.run().await;
    compare(&world, 17).await;
    let summary = world.run().await;
    assert!(summary.dynamodb.write_units.abs() < f64::EPSILON, "B132: {:?}", summary.dynamodb);
}

/// Every customer holds what the tidy one holds.
async fn compare(world: &World, expected: usize) {
    let tidy = told(world, "tidy").await;
    assert_eq!(tidy.len(), expected);
    for number in 0..9 {
        assert_eq!(told(world, &format!("odd{number}")).await, tidy, "rounds of form {number}");
    }
}

async fn told(world: &World, customer: &str) -> BTreeMap<String, Value> {
    let accounts = world.accounts(customer).await;
    let told = accounts.iter().map(|account| {
        let fields = &account.fields;
        let values = json!([
            fields.get(DisplayName), fields.get(GivenName), fields.get(Surname),
            account.state.as_str(), account.account_type.as_str(), account.identities.len(),
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
    world.graph.put_user(TENANT, person("gone", "Gustav", "Gone"));
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
    let behaviour = Behaviour { replay_removals: true, page_size: 1, ..Behaviour::default() };
    world.graph.set_behaviour(TENANT, behaviour);
    world.run().await;
    for id in &ids {
        world.graph.soft_delete(TENANT, id);
        world.graph.restore(TENANT, id);
    }
    let summary = world.run().await;
    assert_eq!(summary.customers[0].status, "succeeded", "{:?}", summary.customers);
    assert_eq!((summary.accounts.removed, summary.accounts.created), (0, 0));
    assert_eq!(count(&world, "northwind", Active).await, 5);
}

#[tokio::test]
async fn d12_a_cleared_value_is_cleared_and_one_never_set_is_not_there() {
    let mut world = entra_world().await;
    let mut anna = person("anna", "Anna", "Svensson");
    anna["jobTitle"] = json!("Dentist");
    anna["department"] = json!("Hygiene");
    let anna = world.graph.put_user(TENANT, anna);
    world.run().await;
    let account = world.account("northwind", "anna@northwind.example").await;
    assert_eq!(account.fields.get(JobTitle), Some("Dentist"));
    world.graph.patch_user(TENANT, &anna, json!({ "jobTitle": null, "givenName": null }));
    world.run().await;
    let account = world.account("northwind", "anna@northwind.example").await;
    assert_eq!(account.fields.get(JobTitle), None);
    assert_eq!(account.fields.get(GivenName), None);
    assert_eq!(account.fields.get(Department), Some("Hygiene"), "not a word of it was said");
}

#[tokio::test]
async fn b4_b5_b6_b10_d7_the_first_import_fills_an_account() {
    let mut world = entra_world().await;
    let mut anna = person("anna", "Anna", "Svensson");
    anna["mail"] = json!("Anna.Svensson@other.example");
    anna["mobilePhone"] = json!("+46 70 555 01 01");
    anna["businessPhones"] = json!(["+46 31 555 01 01"]);
    anna["proxyAddresses"] = json!([
        "SMTP:Anna.Svensson@other.example", "smtp:a.svensson@northwind.example",
        "SIP:anna@northwind.example", "X500:/o=x/cn=anna"
    ]);
    world.graph.put_user(TENANT, anna);
    let mut bo = person("bo", "Bo", "Ek");
    bo["businessPhones"] = json!(["+46 31 555 01 02"]);
    bo["mail"] = Value::Null;
    world.graph.put_user(TENANT, bo);
    world.run().await;

    let anna = world.account("northwind", "anna@northwind.example").await;
    assert_eq!(anna.fields.get(DisplayName), Some("Anna Svensson"), "B4");
    assert_eq!(anna.fields.get(Username), Some("anna@northwind.example"), "B5: not the mail");
    assert_eq!(anna.fields.get(Mobile), Some("+46 70 555 01 01"), "B6");
    assert_eq!(anna.fields.get(Email), Some("Anna.Svensson@other.example"), "D7");
    let alternates: Vec<&str> = anna.alternate_emails().collect();
    assert!(alternates.contains(&"a.svensson@northwind.example"), "B171");
    assert!(!alternates.iter().any(|address| address.contains("x500") || address.contains("/o=")));
    let bo = world.account("northwind", "bo@northwind.example").await;
    assert_eq!(bo.fields.get(Mobile), None, "B6: a desk phone is no mobile phone");
    assert_eq!(bo.fields.get(Phone), Some("+46 31 555 01 02"));
    assert_eq!(bo.fields.get(Email), None, "B10");
}

#[tokio::test]
async fn b11_b12_b13_b14_names_follow_the_source_email_and_phone_do_not() {
    let mut world = entra_world().await;
    let mut anna = person("anna", "Anna", "Svensson");
    anna["mobilePhone"] = json!("+46 70 555 01 01");
    let anna = world.graph.put_user(TENANT, anna);
    world.run().await;
    let before = world.account("northwind", "anna@northwind.example").await;
    world.graph.patch_user(TENANT, &anna, json!({
        "userPrincipalName": "anna.ek@northwind.example", "displayName": "Anna Ek", "surname": "Ek",
        "mail": "anna.ek@northwind.example", "mobilePhone": "+46 70 555 01 99",
    }));
    let summary = world.run().await;
    assert_eq!((summary.accounts.updated, summary.accounts.created), (1, 0));
    let after = world.account("northwind", "anna.ek@northwind.example").await;
    assert_eq!(after.id, before.id, "B11");
    assert_eq!(after.fields.get(DisplayName), Some("Anna Ek"), "B12");
    assert_eq!(after.fields.get(Email), Some("anna@northwind.example"), "B13");
    assert_eq!(after.fields.get(Mobile), Some("+46 70 555 01 01"), "B14");
    world.graph.patch_user(TENANT, &anna, json!({ "accountEnabled": false }));
    let summary = world.run().await;
    assert_eq!(summary.accounts.disabled, 1);
    assert_eq!(states(&world, "northwind").await["anna.ek@northwind.example"], Disabled);
}

#[tokio::test]
async fn b132_nothing_changed_writes_nothing_and_asks_at_most_two_questions() {
    let mut world = entra_world().await;
    people(&world, TENANT, 30);
    world.run().await;
    for _ in 0..2 {
        world.graph.journal().clear();
        world.halo.journal().clear();
        let summary = world.run().await;
        assert_eq!(summary.customers[0].status, "succeeded");
        assert!(summary.dynamodb.write_units.abs() < f64::EPSILON, "{:?}", summary.dynamodb);
        assert!(graph_calls(&world) <= 2, "{:?}", world.graph.journal().exchanges());
        assert_eq!(pages(&world).len(), 1);
        assert!(world.halo.journal().writes().is_empty());
    }
    assert_eq!(super::runs(&world, "northwind").await.len(), 1, "no run of nothing is kept");
}

#[tokio::test]
async fn a_position_is_renewed_before_microsoft_forgets_it() {
    let mut world = entra_world().await;
    people(&world, TENANT, 3);
    world.run().await;
    let stored = async |world: &World| {
        let state = world.app().store.import_state(&id("northwind")).await.unwrap();
        state.graph.unwrap().delta_stored_at.unwrap()
    };
    let first = stored(&world).await;
    world.clock.advance(SignedDuration::from_hours(25));
    let summary = world.run().await;
    assert_eq!(summary.accounts.created + summary.accounts.updated, 0);
    assert!(stored(&world).await > first);
}
