//! Deliveries of the PSA, over HTTP and to the end: what is taken over, what is not, and who is
//! turned away.

use axum::body::Body;
use axum::http::{Request, header};
use domain::fields::Attribute::{DisplayName, Email, Mobile, Phone};
use serde_json::{Value, json};
use simulators::psa::halo::Webhook;

use super::{EVERYTHING, Reply, Scene, operate, path_of, send};
use crate::world::PATH_TOKEN;

const OLD: &str = "+46 70 555 01 50";
const NEW: &str = "+46 70 555 01 51";

/// Bo, linked with a contact, and a server that deliveries reach.
async fn linked() -> (Scene, i64, String) {
    let mut scene = Scene::new(EVERYTHING).await;
    let oid = scene.user("bo", "Bo", "Ek", json!({ "mobilePhone": OLD }));
    let more = json!({ "mobilenumber": OLD, "azureoid": oid });
    let contact = scene.contact("Bo Ek", "bo@northwind.example", more);
    scene.world.run().await;
    let base = scene.world.serve().await;
    (scene, contact, base)
}

#[tokio::test]
async fn b25_b182_address_and_phones_flow_to_the_account_and_nothing_else_does() {
    let (mut scene, contact, base) = linked().await;
    let edit = json!({
        "mobilenumber": NEW, "phonenumber": "+46 8 555 01 52", "emailaddress": "b@northwind.example",
        "name": "Somebody Else", "title": "King", "mobilenumber2": "+46 70 555 01 53",
    });
    scene.world.halo.edit_user(contact, &edit);
    assert_eq!(scene.world.deliver(&base, |_| {}).await, [200]);
    scene.world.settle().await;
    let bo = scene.account("bo").await;
    assert_eq!(bo.fields.get(Mobile), Some(NEW));
    assert_eq!(bo.fields.get(Phone), Some("+46 8 555 01 52"));
    assert_eq!(bo.fields.get(Email), Some("b@northwind.example"));
    assert_eq!(
        bo.fields.get(DisplayName),
        Some("Bo Ek"),
        "the source decides names"
    );
    assert_eq!(bo.contact().unwrap().as_str(), contact.to_string(), "B135");
}

#[tokio::test]
async fn b26_b185_what_is_not_valid_or_empty_leaves_the_account_as_it_was() {
    let (mut scene, contact, base) = linked().await;
    for edit in [
        json!({ "emailaddress": "not an address" }),
        json!({ "emailaddress": "" }),
        json!({ "mobilenumber": "ask reception" }),
        json!({ "mobilenumber": "", "emailaddress": "a@b@northwind.example" }),
    ] {
        scene.world.halo.edit_user(contact, &edit);
        assert_eq!(scene.world.deliver(&base, |_| {}).await, [200]);
        scene.world.settle().await;
        let bo = scene.account("bo").await;
        assert_eq!(bo.fields.get(Email), Some("bo@northwind.example"), "{edit}");
        assert_eq!(bo.fields.get(Mobile), Some(OLD), "{edit}");
    }
    // One bad value keeps no good one back.
    let edit = json!({ "mobilenumber": NEW, "emailaddress": "nonsense" });
    scene.world.halo.edit_user(contact, &edit);
    scene.world.deliver(&base, |_| {}).await;
    scene.world.settle().await;
    assert_eq!(scene.account("bo").await.fields.get(Mobile), Some(NEW));
}

#[tokio::test]
async fn b24_b27_b28_only_a_linked_account_hears_of_halo_and_halo_of_no_other() {
    let (mut scene, contact, base) = linked().await;
    let bo = scene.account("bo").await;
    let edit = json!({ "mobile": NEW });
    assert_eq!(
        operate(&scene.world, "PATCH", &path_of(&bo), edit.clone())
            .await
            .status,
        409,
        "B24"
    );
    // A person takes the link away: from then on Halo says nothing to the account (B28).
    let path = format!("{}/contact", path_of(&bo));
    let free = scene.contact("Free Contact", "free@northwind.example", json!({}));
    let other = json!({ "contact_id": free.to_string() });
    assert_eq!(operate(&scene.world, "PUT", &path, other).await.status, 200);
    scene.world.settle().await;
    scene
        .world
        .halo
        .edit_user(contact, &json!({ "mobilenumber": "+46 70 555 01 59" }));
    assert_eq!(scene.world.deliver(&base, |_| {}).await.last(), Some(&200));
    scene.world.settle().await;
    assert_ne!(
        scene.account("bo").await.fields.get(Mobile),
        Some("+46 70 555 01 59")
    );
}

#[tokio::test]
async fn repeated_reordered_and_batched_deliveries_come_to_the_same_and_repeats_cost_nothing() {
    let shapes: [fn(&mut Webhook); 4] = [
        |webhook| webhook.duplicate = true,
        |webhook| webhook.reorder = true,
        |webhook| webhook.batch = true,
        |webhook| (webhook.duplicate, webhook.reorder, webhook.batch) = (true, true, true),
    ];
    for (at, shape) in shapes.into_iter().enumerate() {
        let (mut scene, contact, base) = linked().await;
        for step in 0..3 {
            let number = format!("+46 70 555 01 6{step}");
            scene
                .world
                .halo
                .edit_user(contact, &json!({ "mobilenumber": number }));
        }
        let reads = scene.world.halo.journal().count("GET", "/Users/");
        let statuses = scene.world.deliver(&base, shape).await;
        assert!(
            statuses.iter().all(|status| *status == 200),
            "{at}: {statuses:?}"
        );
        scene.world.settle().await;
        let bo = scene.account("bo").await;
        assert_eq!(
            bo.fields.get(Mobile),
            Some("+46 70 555 01 62"),
            "{at}: the last word counts"
        );
        let read = scene.world.halo.journal().count("GET", "/Users/") - reads;
        assert!((1..=3).contains(&read), "{at}: looked at {read} times");
    }
}

#[tokio::test]
async fn a_delivery_that_comes_again_later_is_known_and_not_looked_at() {
    let (mut scene, contact, base) = linked().await;
    scene
        .world
        .halo
        .edit_user(contact, &json!({ "mobilenumber": NEW }));
    let body = scene.world.halo.take_deliveries().remove(0);
    assert_eq!(
        post(&scene, PATH_TOKEN, BASIC, body.to_string())
            .await
            .status,
        200
    );
    scene.world.settle().await;
    let reads = scene.world.halo.journal().count("GET", "/Users/");
    assert_eq!(
        post(&scene, PATH_TOKEN, BASIC, body.to_string())
            .await
            .status,
        200
    );
    scene.world.settle().await;
    assert_eq!(scene.world.halo.journal().count("GET", "/Users/"), reads);
    drop(base);
}

#[tokio::test]
async fn what_a_dropped_delivery_said_the_next_run_makes_good() {
    let (mut scene, contact, base) = linked().await;
    scene
        .world
        .halo
        .edit_user(contact, &json!({ "title": "first" }));
    scene
        .world
        .halo
        .edit_user(contact, &json!({ "mobilenumber": NEW, "title": "" }));
    scene.world.halo.take_deliveries();
    assert!(
        scene.world.deliver(&base, |_| {}).await.is_empty(),
        "both are lost"
    );
    scene.world.settle().await;
    assert_eq!(scene.account("bo").await.fields.get(Mobile), Some(OLD));
    scene.world.run().await;
    assert_eq!(scene.account("bo").await.fields.get(Mobile), Some(NEW));
    scene.is_quiet().await;
}

#[tokio::test]
async fn our_own_writes_that_come_back_cause_no_write() {
    let mut scene = Scene::new(EVERYTHING).await;
    let oid = scene.user(
        "new",
        "Nina",
        "Ny",
        json!({ "jobTitle": "Nurse", "mobilePhone": OLD }),
    );
    scene.world.run().await;
    let base = scene.world.serve().await;
    for changes in [
        json!({ "jobTitle": "Doctor" }),
        json!({ "surname": "Nyberg" }),
    ] {
        scene
            .world
            .graph
            .patch_user(crate::world::TENANT, &oid, changes);
        scene.world.run().await;
    }
    let writes = scene.writes().len();
    assert_eq!(writes, 3);
    let before = scene.account("new").await;
    assert_eq!(scene.world.deliver(&base, |_| {}).await, [200, 200, 200]);
    scene.world.settle().await;
    assert_eq!(scene.account("new").await, before);
    assert_eq!(scene.writes().len(), writes);
    scene.is_quiet().await;
}

const BASIC: &str = "halo:quetzalcanary-webhook-password";

async fn post(scene: &Scene, path_token: &str, basic: &str, body: String) -> Reply {
    use base64::Engine;
    let credentials = base64::engine::general_purpose::STANDARD.encode(basic);
    let request = Request::post(format!("/webhooks/halo/{path_token}"))
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, format!("Basic {credentials}"));
    let vendors = scene.world.vendors();
    let router = psa_webhook::router(scene.world.app().clone(), vendors);
    send(router, request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn who_cannot_prove_to_be_halo_is_turned_away_and_nothing_is_believed() {
    let (mut scene, contact, _) = linked().await;
    let good = json!({ "id": "d-1", "object_id": contact, "user": { "id": contact,
        "mobilenumber": NEW, "emailaddress": "evil@fabrikam.example" } });
    let (good, wrong_path) = (good.to_string(), PATH_TOKEN.replace('9', "8"));
    let huge = format!(
        "{{\"object_id\":{contact},\"pad\":\"{}\"}}",
        "x".repeat(300 * 1024)
    );
    let deep = "[".repeat(10_000) + &"]".repeat(10_000);
    for (path, basic, body, status) in [
        (wrong_path.as_str(), BASIC, good.as_str(), 404),
        ("x", BASIC, &good, 404),
        (PATH_TOKEN, "halo:wrong-password", &good, 401),
        (
            PATH_TOKEN,
            "other:quetzalcanary-webhook-password",
            &good,
            401,
        ),
        (PATH_TOKEN, "", &good, 401),
        (PATH_TOKEN, BASIC, &huge, 413),
        (PATH_TOKEN, BASIC, "<html>", 400),
        (PATH_TOKEN, BASIC, "", 400),
        (PATH_TOKEN, BASIC, "42", 400),
        (PATH_TOKEN, BASIC, &deep, 400),
    ] {
        let reply = post(&scene, path, basic, body.to_owned()).await;
        let start: String = body.chars().take(20).collect();
        let case = format!("{status}: {basic} {start}");
        assert_eq!(reply.status, status, "{case}");
        assert_eq!(reply.kind, "application/problem+json", "{case}");
        let keys: Vec<&String> = reply.body.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["detail", "status", "title"], "{case}");
        assert_eq!(reply.body["status"], json!(status), "{case}");
        let text = reply.body.to_string();
        assert!(
            !text.contains(PATH_TOKEN) && !text.contains("webhook-password"),
            "{case}"
        );
    }
    let reads = scene.world.halo.journal().exchanges().len();
    scene.world.settle().await;
    assert_eq!(
        scene.world.halo.journal().exchanges().len(),
        reads,
        "nobody looked"
    );
    // A genuine one is a hint all the same: what it claims is not what the contact says.
    assert_eq!(post(&scene, PATH_TOKEN, BASIC, good).await.status, 200);
    scene.world.settle().await;
    let bo = scene.account("bo").await;
    assert_eq!(
        (bo.fields.get(Mobile), bo.fields.get(Email)),
        (Some(OLD), Some("bo@northwind.example"))
    );
    // One that speaks of nobody we know, or of nothing, is taken and forgotten.
    for body in [
        json!({ "id": "d-2", "object_id": 999_999 }),
        json!({}),
        json!([]),
        Value::Array(vec![json!({})]),
    ] {
        assert_eq!(
            post(&scene, PATH_TOKEN, BASIC, body.to_string())
                .await
                .status,
            200,
            "{body}"
        );
    }
}
