//! What a person chooses or confirms, through the operators' API.

use serde_json::{Value, json};

use super::system::System;
use super::{CLOUD, CREATE, MATCH_ONLY, Scene, upn};
use crate::psa::{Reply, call, operate};

async fn link(scene: &Scene, name: &str, body: Value) -> Reply {
    let id = scene.account(name).await.id;
    let path = format!("/v1/customers/northwind/accounts/{id}/entry");
    operate(&scene.world, "PUT", &path, body).await
}

#[tokio::test]
async fn b99_d4_confirming_a_possible_match_fills_the_category_in() {
    for system in System::both().await {
        let mut scene = Scene::new(system, MATCH_ONLY).await;
        let entry = scene.system.add(&upn("cem"), "");
        scene.people(&["cem"]).await;
        scene.look().await;
        assert_eq!(scene.standing("cem").await.0, "possible-match");
        let reply = link(
            &scene,
            "cem",
            json!({ "entry_id": entry, "fill_category": true }),
        )
        .await;
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_eq!(reply.body["docs"]["status"], "matched");
        assert_eq!(reply.body["docs"]["rule"], "manual");
        assert_eq!(scene.look().await.updated, 1);
        let row = (entry, upn("cem"), CLOUD.to_owned());
        assert_eq!(scene.system.entries(), [row]);
        assert!(!scene.account("cem").await.docs.fills_category);
        scene.look().await;
        scene.is_quiet().await;
    }
}

#[tokio::test]
async fn b128_b130_a_chosen_entry_is_kept_and_nothing_of_it_changed() {
    let [system, _] = System::both().await;
    let mut scene = Scene::new(system, CREATE).await;
    let fits = scene.system.add(&upn("anna"), CLOUD);
    let other = scene.system.add("shared", "");
    scene.people(&["anna"]).await;
    scene.look().await;
    let reply = link(&scene, "anna", json!({ "entry_id": other })).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    scene.look().await;
    assert_eq!(
        scene.standing("anna").await,
        ("matched", vec![other.clone()])
    );
    assert_eq!(scene.system.writes(), 0, "no category was asked for");
    // Taken away, the rules decide again.
    let reply = link(&scene, "anna", json!({ "entry_id": null })).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    scene.look().await;
    assert_eq!(scene.standing("anna").await, ("matched", vec![fits]));
}

#[tokio::test]
async fn b191_an_entry_of_another_account_is_refused() {
    let [system, _] = System::both().await;
    let mut scene = Scene::new(system, MATCH_ONLY).await;
    let entry = scene.system.add(&upn("anna"), CLOUD);
    scene.people(&["anna", "bo"]).await;
    scene.look().await;
    let reply = link(&scene, "bo", json!({ "entry_id": entry })).await;
    assert_eq!(reply.status, 409, "{reply:?}");
    for body in [
        json!({}),
        json!({ "entry_id": "a b" }),
        json!({ "entry_id": 1 }),
        json!({ "entry_id": entry, "fill": true }),
    ] {
        let reply = link(&scene, "bo", body).await;
        assert!(matches!(reply.status, 400 | 422), "{reply:?}");
    }
    let path = "/v1/customers/northwind/accounts/acc_1/entry";
    let body = Some(json!({ "entry_id": entry }));
    assert_eq!(
        call(&scene.world, "PUT", path, None, body).await.status,
        401
    );
}
