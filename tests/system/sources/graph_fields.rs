//! What a user of Microsoft 365 fills an account with, what follows later, and that nothing follows
//! from nothing.

use domain::account::AccountState::Disabled;
use domain::fields::Attribute::{
    Department, DisplayName, Email, GivenName, JobTitle, Mobile, Phone, Username,
};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{assert_succeeded, entra_world, graph_calls, pages, people, person, states};
use crate::world::{TENANT, World, id};

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
    world.graph.patch_user(
        TENANT,
        &anna,
        json!({ "jobTitle": null, "givenName": null }),
    );
    world.run().await;
    let account = world.account("northwind", "anna@northwind.example").await;
    assert_eq!(account.fields.get(JobTitle), None);
    assert_eq!(account.fields.get(GivenName), None);
    assert_eq!(
        account.fields.get(Department),
        Some("Hygiene"),
        "not a word of it was said"
    );
}

#[tokio::test]
async fn b4_b5_b6_b10_d7_the_first_import_fills_an_account() {
    let mut world = entra_world().await;
    let mut anna = person("anna", "Anna", "Svensson");
    anna["mail"] = json!("Anna.Svensson@other.example");
    anna["mobilePhone"] = json!("+46 70 555 01 01");
    anna["businessPhones"] = json!(["+46 31 555 01 01"]);
    anna["proxyAddresses"] = json!([
        "SMTP:Anna.Svensson@other.example",
        "smtp:a.svensson@northwind.example",
        "SIP:anna@northwind.example",
        "X500:/o=x/cn=anna"
    ]);
    world.graph.put_user(TENANT, anna);
    let mut bo = person("bo", "Bo", "Ek");
    bo["businessPhones"] = json!(["+46 31 555 01 02"]);
    bo["mail"] = Value::Null;
    world.graph.put_user(TENANT, bo);
    world.run().await;

    let anna = world.account("northwind", "anna@northwind.example").await;
    assert_eq!(anna.fields.get(DisplayName), Some("Anna Svensson"), "B4");
    assert_eq!(
        anna.fields.get(Username),
        Some("anna@northwind.example"),
        "B5: not the mail"
    );
    assert_eq!(anna.fields.get(Mobile), Some("+46 70 555 01 01"), "B6");
    assert_eq!(
        anna.fields.get(Email),
        Some("Anna.Svensson@other.example"),
        "D7"
    );
    let alternates: Vec<&str> = anna.alternate_emails().collect();
    assert!(alternates.contains(&"a.svensson@northwind.example"), "B171");
    assert!(
        !alternates
            .iter()
            .any(|address| address.contains("x500") || address.contains("/o="))
    );
    let bo = world.account("northwind", "bo@northwind.example").await;
    assert_eq!(
        bo.fields.get(Mobile),
        None,
        "B6: a desk phone is no mobile phone"
    );
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
    let after = world
        .account("northwind", "anna.ek@northwind.example")
        .await;
    assert_eq!(after.id, before.id, "B11");
    assert_eq!(after.fields.get(DisplayName), Some("Anna Ek"), "B12");
    assert_eq!(
        after.fields.get(Email),
        Some("anna@northwind.example"),
        "B13"
    );
    assert_eq!(after.fields.get(Mobile), Some("+46 70 555 01 01"), "B14");
    world
        .graph
        .patch_user(TENANT, &anna, json!({ "accountEnabled": false }));
    let summary = world.run().await;
    assert_eq!(summary.accounts.disabled, 1);
    assert_eq!(
        states(&world, "northwind").await["anna.ek@northwind.example"],
        Disabled
    );
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
        assert_succeeded(&summary);
        assert!(
            summary.dynamodb.write_units.abs() < f64::EPSILON,
            "{:?}",
            summary.dynamodb
        );
        assert!(
            graph_calls(&world) <= 2,
            "{:?}",
            world.graph.journal().exchanges()
        );
        assert_eq!(pages(&world).len(), 1);
        assert!(world.halo.journal().writes().is_empty());
    }
    assert_eq!(
        super::runs(&world, "northwind").await.len(),
        1,
        "no run of nothing is kept"
    );
}

#[tokio::test]
async fn a_position_is_renewed_before_microsoft_forgets_it() {
    let mut world = entra_world().await;
    people(&world, TENANT, 3);
    world.run().await;
    let stored = async |world: &World| {
        let state = world
            .app()
            .store
            .import_state(&id("northwind"))
            .await
            .unwrap();
        state.graph.unwrap().delta_stored_at.unwrap()
    };
    let first = stored(&world).await;
    world.clock.advance(SignedDuration::from_hours(25));
    let summary = world.run().await;
    assert_eq!(summary.accounts.created + summary.accounts.updated, 0);
    assert!(stored(&world).await > first);
}
