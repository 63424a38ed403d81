//! Entries in the runs of the whole system, as its configuration has it: what a pass tells, what
//! people are shown, and that the two integrations stand beside each other.

use muster::explain::explain;
use muster::reviews;
use serde_json::json;

use super::system::System;
use super::{CLOUD, CREATE, upn};
use crate::psa::{operate, user};
use crate::sources::entra;
use crate::world::{TENANT, World, customer, id, policy};

async fn world(system: &System) -> World {
    let mut world = World::new("").await;
    let company = world.halo.add_client("Northwind Dental");
    let customers = system.table()
        + &policy(CREATE)
        + &customer("northwind", TENANT, company)
        + &format!("docs_organization_id = \"{}\"\n", system.organization());
    world.restart(Some(&customers)).await;
    for name in ["anna", "bo", "cem"] {
        let user = user(name, "Given", &format!("Of {name}"), json!({}));
        world.graph.put_user(TENANT, user);
    }
    world
}

#[tokio::test]
async fn b50_b123_b124_a_run_matches_contacts_and_entries_and_shows_both() {
    for system in System::both().await {
        let linked = system.add(&upn("anna"), CLOUD);
        let empty = system.add(&upn("bo"), "");
        let mut world = world(&system).await;
        let summary = world.run().await;
        let entries = summary.entries;
        assert_eq!((entries.matched, entries.created), (1, 1));
        assert_eq!((entries.possible_match, entries.no_match), (1, 0));
        assert_eq!(summary.matches.no_match, 3, "each integration has its own");
        assert_eq!(summary.customers[0].status, "succeeded");
        assert!(summary.calls.documentation > 0);
        let accounts = world.accounts("northwind").await;
        assert_eq!(accounts.len(), 3);

        let local = world.local();
        let northwind = id("northwind");
        let text = explain(local, &northwind, &upn("anna")).await.unwrap();
        assert!(text.contains("PSA: no-match"), "{text}");
        let said = format!("documentation: matched with entry {linked}, by the rule account-name");
        assert!(text.contains(&said), "{text}");
        let text = explain(local, &northwind, &upn("bo")).await.unwrap();
        for word in ["documentation: possible-match", "category is empty", &empty] {
            assert!(text.contains(word), "{word} in {text}");
        }
        let waiting = reviews::waiting(&local.app, None).await.unwrap();
        assert!(!waiting.is_empty);
        let shown = waiting.entries.to_string();
        assert!(
            shown.contains(&empty) && shown.contains("northwind"),
            "{shown}"
        );

        // B132: nothing changed, nothing is written anywhere.
        let before = system.writes();
        let again = world.run().await;
        assert_eq!(system.writes(), before);
        assert!(again.dynamodb.write_units.abs() < f64::EPSILON, "{again:?}");
    }
}

#[tokio::test]
async fn b126_b129_an_import_asked_for_now_matches_entries_anew() {
    for system in System::both().await {
        let [kept, duplicate] = [0, 1].map(|_| system.add(&upn("anna"), CLOUD));
        let mut world = world(&system).await;
        world.run().await;
        let standing = async |world: &World| {
            let anna = world.account("northwind", &upn("anna")).await;
            (anna.docs.status.as_str(), anna.docs.entry)
        };
        assert_eq!(standing(&world).await, ("more-than-one-match", None));
        system.remove(&duplicate);
        let path = "/v1/customers/northwind/imports";
        let reply = operate(&world, "POST", path, json!({})).await;
        assert_eq!(reply.status, 202, "{reply:?}");
        world.settle().await;
        let linked = domain::id::EntryId::parse(kept).unwrap();
        assert_eq!(standing(&world).await, ("matched", Some(linked)));
    }
}

#[tokio::test]
async fn b110_b115_for_a_customer_that_is_not_integrated_nothing_is_asked_and_nothing_is_made() {
    for system in System::both().await {
        let both = "create_psa_contact = true\ncreate_docs_entry = true";
        let customers = system.table() + &policy(both) + &entra("northwind", TENANT, "");
        let mut world = World::new(&customers).await;
        system.add(&upn("anna"), CLOUD);
        let anna = user("anna", "Anna", "Ek", json!({}));
        world.graph.put_user(TENANT, anna);
        let summary = world.run().await;
        assert_eq!(summary.customers[0].status, "succeeded");
        assert_eq!((summary.calls.psa, summary.calls.documentation), (0, 0));
        let account = world.account("northwind", &upn("anna")).await;
        assert_eq!(account.psa, Default::default());
        assert_eq!(account.docs, Default::default());
        assert_eq!((system.reads(), system.writes()), (0, 0));
    }
}

#[tokio::test]
async fn b121_b137_a_system_that_is_down_fails_its_own_part_and_no_other() {
    let [system, _] = System::both().await;
    let mut world = world(&system).await;
    system.revoke_key();
    let summary = world.run().await;
    let told = &summary.customers[0];
    assert_eq!(told.status, "failed");
    let error = told.error.as_deref().unwrap();
    assert!(
        error.contains("IT Glue") && error.contains("key"),
        "{error}"
    );
    assert_eq!((summary.accounts.created, summary.matches.no_match), (3, 3));
    assert!(summary.entries.is_empty());
    for account in world.accounts("northwind").await {
        assert_eq!(account.docs, Default::default());
    }
}
