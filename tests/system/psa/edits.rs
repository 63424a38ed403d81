//! What operators change over HTTP: values, sections, imports.

use domain::fields::Attribute::{Email, Mobile};
use serde_json::{Value, json};

use super::{EVERYTHING, MATCH_ONLY, Scene, call, operate, path_of};
use crate::world::{OPERATOR, TECHNICIAN, TENANT};

#[tokio::test]
async fn b24_b27_b28_b30_an_edit_is_kept_here_or_refused_with_the_reason() {
    let mut scene = Scene::new(EVERYTHING.split_once('\n').unwrap().1).await;
    scene.user("bo", "Bo", "Ek", json!({}));
    scene.user("ida", "Ida", "Berg", json!({}));
    scene.contact("Bo Ek", "bo@northwind.example", json!({}));
    scene.world.run().await;
    let (bo, ida) = (scene.account("bo").await, scene.account("ida").await);
    let edit = json!({ "email": "new@northwind.example", "mobile": "+46 70 555 01 80" });
    let reply = operate(&scene.world, "PATCH", &path_of(&bo), edit.clone()).await;
    assert_eq!(
        (reply.status, reply.kind.as_str()),
        (409, "application/problem+json"),
        "B24"
    );
    let detail = reply.body["detail"].as_str().unwrap();
    assert!(detail.contains("edited in the PSA"), "{detail}");
    assert_eq!(scene.account("bo").await, bo);
    // What is written to Bo's contact and to Graph before is not what the edit is about.
    let (halo, graph) = (
        scene.writes().len(),
        scene.world.graph.journal().writes().len(),
    );
    let reply = call(
        &scene.world,
        "PATCH",
        &path_of(&ida),
        Some(TECHNICIAN),
        Some(edit),
    )
    .await;
    assert_eq!(
        (reply.status, &reply.body["mobile"]),
        (200, &json!("+46 70 555 01 80")),
        "B27"
    );
    scene.world.settle().await;
    scene.world.run().await;
    let edited = scene.account("ida").await;
    assert_eq!(edited.fields.get(Email), Some("new@northwind.example"));
    assert_eq!(edited.fields.get(Mobile), Some("+46 70 555 01 80"));
    assert_eq!(scene.writes().len(), halo, "B28");
    assert_eq!(scene.world.graph.journal().writes().len(), graph, "B30");
    // Null clears; what is absent stays.
    let reply = operate(
        &scene.world,
        "PATCH",
        &path_of(&ida),
        json!({ "mobile": null }),
    )
    .await;
    assert_eq!(
        (&reply.body["mobile"], &reply.body["email"]),
        (&Value::Null, &json!("new@northwind.example"))
    );
}

#[tokio::test]
async fn an_edit_that_cannot_be_is_refused_whole() {
    let mut scene = Scene::new(MATCH_ONLY).await;
    scene.user("ida", "Ida", "Berg", json!({}));
    scene.world.run().await;
    let ida = scene.account("ida").await;
    for (body, status) in [
        (json!({ "email": "no address" }), 409),
        (json!({ "mobile": "call me" }), 409),
        (
            json!({ "mobile": "+46 70 555 01 81", "email": "a@b@c" }),
            409,
        ),
        (json!({ "email": 7 }), 400),
        (json!({ "username": "root" }), 400),
        (json!({ "account_type": "king" }), 400),
        (json!([]), 400),
        (json!({ "email": "x".repeat(20_000) }), 413),
    ] {
        let reply = operate(&scene.world, "PATCH", &path_of(&ida), body.clone()).await;
        let case = body.to_string().chars().take(60).collect::<String>();
        assert_eq!(
            (reply.status, reply.kind.as_str()),
            (status, "application/problem+json"),
            "{case}"
        );
        assert!(
            !reply.body.to_string().contains("call me"),
            "the value is not repeated"
        );
        assert_eq!(scene.account("ida").await, ida, "{case}");
    }
}

#[tokio::test]
async fn b31_d16_an_account_that_a_person_moved_stays_where_it_is() {
    let mut scene = Scene::new(MATCH_ONLY).await;
    let oid = scene.user("svc-front", "Front", "Desk", json!({}));
    scene.world.run().await;
    let account = scene.account("svc-front").await;
    assert_eq!(account.account_type.as_str(), "service");
    let edit = json!({ "account_type": "end-user" });
    let reply = operate(&scene.world, "PATCH", &path_of(&account), edit).await;
    assert_eq!(
        (reply.status, &reply.body["account_type"]),
        (200, &json!("end-user"))
    );
    scene
        .world
        .graph
        .patch_user(TENANT, &oid, json!({ "jobTitle": "Desk" }));
    scene.world.run().await;
    let moved = scene.account("svc-front").await;
    assert_eq!(
        (moved.account_type.as_str(), moved.type_moved_by_person),
        ("end-user", true)
    );
    assert_eq!(
        moved.psa.status.as_str(),
        "no-match",
        "its section's policy holds now"
    );
}

#[tokio::test]
async fn d1_an_import_can_be_asked_for_at_any_time_and_is_listed() {
    let mut scene = Scene::new(MATCH_ONLY).await;
    scene.user("ida", "Ida", "Berg", json!({}));
    let path = "/v1/customers/northwind/imports";
    let reply = call(&scene.world, "POST", path, Some(TECHNICIAN), None).await;
    assert_eq!(reply.status, 202, "{}", reply.body);
    scene.world.settle().await;
    assert_eq!(scene.world.accounts("northwind").await.len(), 1);
    let runs = call(
        &scene.world,
        "GET",
        "/v1/customers/northwind/runs",
        Some(TECHNICIAN),
        None,
    )
    .await;
    let run = &runs.body["runs"][0];
    assert_eq!(
        (&run["id"], &run["status"]),
        (&reply.body["run_id"], &json!("succeeded"))
    );
    assert_eq!(
        (&run["counts"]["created"], &runs.body["held"]),
        (&json!(1), &Value::Null)
    );
    scene.govern(MATCH_ONLY, "paused = true").await;
    let reply = call(&scene.world, "POST", path, Some(OPERATOR), None).await;
    assert_eq!(reply.status, 409);
    assert!(reply.body["detail"].as_str().unwrap().contains("paused"));
}
