//! Which entry is which account, in both systems.

use serde_json::json;

use super::system::System;
use super::{CLOUD, CREATE, MATCH_ONLY, Scene, upn};

#[tokio::test]
async fn b50_b88_b100_accounts_are_matched_in_both_systems_alike() {
    for system in System::both().await {
        let mut scene = Scene::new(system, MATCH_ONLY).await;
        let fits = scene.system.add(&upn("anna").to_uppercase(), CLOUD);
        let by_older_name = scene.system.add(&upn("bo"), "Azure AD");
        let empty = scene.system.add(&upn("cem"), "");
        let elsewhere = scene.system.add(&upn("dag"), "Active Directory");
        let twins = [0, 1].map(|_| scene.system.add(&upn("eva"), CLOUD));
        scene.system.add(&upn("fia"), "VPN");
        scene
            .people(&["anna", "bo", "cem", "dag", "eva", "fia"])
            .await;
        let outcome = scene.look().await;
        for (name, status, ids) in [
            ("anna", "matched", vec![fits]),
            ("bo", "matched", vec![by_older_name]),
            ("cem", "possible-match", vec![empty]),
            ("dag", "category-differs", vec![elsewhere]),
            ("eva", "more-than-one-match", twins.to_vec()),
            ("fia", "no-match", vec![]),
        ] {
            assert_eq!(scene.standing(name).await, (status, ids), "{name}");
        }
        let counts = outcome.counts;
        assert_eq!((counts.matched, counts.possible_match), (2, 1));
        assert_eq!((counts.more_than_one_match, counts.no_match), (1, 1));
        assert_eq!(scene.system.writes(), 0);
        scene.is_quiet().await;
    }
}

#[tokio::test]
async fn b125_b127_what_a_person_decides_is_a_review_until_it_is_decided() {
    let [system, _] = System::both().await;
    let mut scene = Scene::new(system, MATCH_ONLY).await;
    let (first, second) = (
        scene.system.add(&upn("eva"), CLOUD),
        scene.system.add(&upn("eva"), CLOUD),
    );
    scene.people(&["eva"]).await;
    scene.look().await;
    let store = &scene.world.app().store;
    let counts = store.review_counts().await.unwrap();
    assert_eq!((counts.entries, counts.matches), (1, 0));
    // B129: the duplicate is deleted, and the one that is left matches.
    scene.system.remove(&second);
    scene.look().await;
    assert_eq!(scene.standing("eva").await, ("matched", vec![first]));
    assert_eq!(store.review_counts().await.unwrap().entries, 0);
}

#[tokio::test]
async fn b135_a_link_outlives_renames_on_either_side() {
    for system in System::both().await {
        let mut scene = Scene::new(system, CREATE).await;
        let entry = scene.system.add(&upn("anna"), CLOUD);
        let oid = scene.user("anna", json!({}));
        scene.world.run().await;
        scene.look().await;
        let renamed = json!({ "userPrincipalName": upn("anna.ek") });
        (scene.world.graph).patch_user(crate::world::TENANT, &oid, renamed);
        scene.world.run().await;
        scene.look().await;
        let linked = ("matched", vec![entry.clone()]);
        assert_eq!(scene.standing("anna.ek").await, linked);
        scene.system.edit(&entry, "somebody", "VPN");
        scene.look().await;
        scene.system.archive(&entry);
        scene.look().await;
        assert_eq!(scene.standing("anna.ek").await, linked);
        let docs = scene.account("anna.ek").await.docs;
        assert_eq!(docs.reason.as_deref(), Some("the linked entry is archived"));
        assert_eq!(scene.system.writes(), 0, "and none is made");
    }
}

#[tokio::test]
async fn an_entry_that_is_deleted_is_not_made_again_and_found_when_it_is_back() {
    let [_, system] = System::both().await;
    let mut scene = Scene::new(system, CREATE).await;
    scene.people(&["anna"]).await;
    assert_eq!(scene.look().await.created, 1);
    let (made, ..) = scene.system.entries().remove(0);
    scene.system.remove(&made);
    assert_eq!(scene.look().await.counts.orphaned, 1);
    assert_eq!(scene.standing("anna").await, ("orphaned", vec![]));
    scene.is_quiet().await;
    let again = scene.system.add(&upn("anna"), CLOUD);
    scene.look().await;
    assert_eq!(scene.standing("anna").await, ("matched", vec![again]));
}

#[tokio::test]
async fn b191_customers_that_share_an_organization_share_no_entry_and_none_is_made() {
    let [_, system] = System::both().await;
    let mut scene = Scene::new(system, CREATE).await;
    scene.share(CREATE).await;
    let entry = scene.system.add("info@shared.example", CLOUD);
    for tenant in [crate::world::TENANT, crate::world::TENANT_2] {
        for name in ["info@shared.example", "other@shared.example"] {
            let user = crate::psa::user(
                "x",
                "Given",
                "Surname",
                json!({ "userPrincipalName": name, "mail": null }),
            );
            scene.world.graph.put_user(tenant, user);
        }
    }
    scene.world.run().await;
    for customer in ["northwind", "fabrikam"] {
        scene.look_at(customer).await.unwrap();
    }
    let mut owners = Vec::new();
    for customer in ["northwind", "fabrikam"] {
        for account in scene.world.accounts(customer).await {
            owners.extend(account.entry().map(|entry| (customer, entry.to_string())));
        }
    }
    assert_eq!(owners, [("northwind", entry)]);
    assert_eq!(scene.system.entries().len(), 1);
}
