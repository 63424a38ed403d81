//! Links that stay: those that a person set, and those of accounts that change.

use domain::account::PsaStatus;
use domain::fields::Attribute::{Email, Mobile};
use domain::id::AccountId;
use platform::store::Review;
use serde_json::json;

use super::{EVERYTHING, MATCH_ONLY, Scene, operate, path_of};
use crate::world::TENANT;

/// The accounts that wait for a person to choose a contact.
async fn waiting(scene: &Scene) -> Vec<AccountId> {
    let store = &scene.world.app().store;
    let (reviews, _) = store.reviews(None, 10).await.unwrap();
    let accounts = |review| match review {
        Review::Matches(matches) => matches.accounts,
        Review::Run(run) => panic!("no run waits: {run:?}"),
        Review::Entries(entries) => panic!("no entry is matched: {entries:?}"),
    };
    reviews.into_iter().flat_map(accounts).collect()
}

#[tokio::test]
async fn b128_b130_b184_a_persons_choice_stays_and_brings_phone_and_address() {
    let mut scene = Scene::new(MATCH_ONLY).await;
    scene.user("bo", "Bo", "Ek", json!({}));
    scene.contact("Bo Ek", "bo@northwind.example", json!({}));
    let more = json!({ "mobilenumber": "+46 70 555 01 21" });
    let second = scene.contact("Bo Ek", "bo@northwind.example", more);
    scene.world.run().await;
    let bo = scene.account("bo").await;
    assert_eq!(bo.psa.status, PsaStatus::MoreThanOneMatch);
    assert_eq!(waiting(&scene).await, std::slice::from_ref(&bo.id));
    let shown = muster::reviews::waiting(scene.world.app(), None).await;
    let shown = shown.unwrap().disputed.to_string();
    assert!(shown.contains(bo.id.as_str()) && shown.contains(&second.to_string()));
    let body = json!({ "contact_id": second.to_string() });
    let reply = operate(
        &scene.world,
        "PUT",
        &format!("{}/contact", path_of(&bo)),
        body,
    )
    .await;
    assert_eq!(
        (reply.status, &reply.body["psa"]["rule"]),
        (200, &json!("manual"))
    );
    scene.world.settle().await;
    assert_eq!(waiting(&scene).await, [], "nobody waits any more");
    let bo = scene.account("bo").await;
    assert_eq!(bo.fields.get(Mobile), Some("+46 70 555 01 21"), "B184");
    // Nothing that happens takes the choice away.
    scene
        .world
        .halo
        .edit_user(second, &json!({ "emailaddress": "else@northwind.example" }));
    for _ in 0..2 {
        scene.world.run().await;
        assert_eq!(
            scene.standing("bo").await,
            ("matched", Some(second), Some("manual"))
        );
    }
    assert_eq!(
        scene.account("bo").await.fields.get(Email),
        Some("else@northwind.example")
    );
    scene.is_quiet().await;
}

#[tokio::test]
async fn b191_a_contact_that_is_linked_is_refused_to_a_second_account() {
    let mut scene = Scene::new(MATCH_ONLY).await;
    scene.user("bo", "Bo", "Ek", json!({}));
    scene.user("ida", "Ida", "Berg", json!({}));
    let contact = scene.contact("Bo Ek", "bo@northwind.example", json!({}));
    scene.world.run().await;
    let ida = scene.account("ida").await;
    let path = format!("{}/contact", path_of(&ida));
    let body = json!({ "contact_id": contact.to_string() });
    let reply = operate(&scene.world, "PUT", &path, body.clone()).await;
    assert_eq!(
        (reply.status, reply.kind.as_str()),
        (409, "application/problem+json")
    );
    assert_eq!(scene.account("ida").await, ida, "nothing is changed");
    // Set free, it can be chosen, and the rules do not take it back.
    let bo = format!("{}/contact", path_of(&scene.account("bo").await));
    assert_eq!(
        operate(&scene.world, "PUT", &bo, json!({ "contact_id": null }))
            .await
            .status,
        200
    );
    assert_eq!(operate(&scene.world, "PUT", &path, body).await.status, 200);
    scene.world.settle().await;
    assert_eq!(
        scene.standing("ida").await,
        ("matched", Some(contact), Some("manual"))
    );
    assert_eq!(scene.standing("bo").await.1, None);
}

#[tokio::test]
async fn b135_a_renamed_account_stays_linked() {
    let mut scene = Scene::new(MATCH_ONLY).await;
    let oid = scene.user("bo", "Bo", "Ek", json!({}));
    let contact = scene.contact("Bo Ek", "bo@northwind.example", json!({}));
    scene.world.run().await;
    let before = scene.account("bo").await;
    let renamed = json!({
        "userPrincipalName": "bo.alm@northwind.example", "mail": "bo.alm@northwind.example",
        "displayName": "Bo Alm", "surname": "Alm",
    });
    scene.world.graph.patch_user(TENANT, &oid, renamed);
    // Somebody who now has the old address is another person, and gets no link to Bo's contact.
    scene.user("bo", "Bo", "Ek", json!({}));
    scene.world.run().await;
    let after = scene.account("bo.alm").await;
    assert_eq!(after.id, before.id);
    assert_eq!(after.contact().unwrap().as_str(), contact.to_string());
    assert_eq!(scene.standing("bo").await.1, None);
}

#[tokio::test]
async fn a_contact_that_is_deleted_or_moves_away_is_no_link_any_more() {
    let mut scene = Scene::new(EVERYTHING).await;
    scene.user("bo", "Bo", "Ek", json!({}));
    scene.user("ida", "Ida", "Berg", json!({}));
    let bo = scene.contact("Bo Ek", "bo@northwind.example", json!({}));
    let ida = scene.contact("Ida Berg", "ida@northwind.example", json!({}));
    scene.world.run().await;
    scene.world.halo.delete_user(bo);
    let other = scene.world.halo.add_client("Fabrikam");
    let site = scene.world.halo.add_site(other, "Main");
    scene.world.halo.edit_user(
        ida,
        &json!({ "site_id": site, "mobilenumber": "+46 70 555 01 22" }),
    );
    let base = scene.world.serve().await;
    scene.world.deliver(&base, |_| {}).await;
    scene.world.settle().await;
    let told = scene.account("ida").await;
    assert_eq!(
        told.fields.get(Mobile),
        None,
        "a contact of another company tells us nothing"
    );
    let summary = scene.world.run().await;
    assert_eq!(summary.matches.created, 2, "{:?}", summary.matches);
    for (name, before) in [("bo", bo), ("ida", ida)] {
        let (status, contact, _) = scene.standing(name).await;
        assert_eq!(status, "created");
        assert_ne!(contact, Some(before), "{name}");
    }
    assert_eq!(
        scene.world.halo.user(ida).unwrap()["emailaddress"],
        "ida@northwind.example"
    );
    scene.is_quiet().await;
}
