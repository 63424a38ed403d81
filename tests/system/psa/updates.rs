//! What is written to contacts that are there.

use serde_json::json;

use super::{CREATE, EVERYTHING, Scene};
use crate::world::TENANT;

#[tokio::test]
async fn b241_without_updates_nothing_is_written_to_a_contact() {
    let mut scene = Scene::new(CREATE).await;
    let oid = scene.user("bo", "Bo", "Ek", json!({ "jobTitle": "Nurse" }));
    scene.contact(
        "Bosse Ekman",
        "bo@northwind.example",
        json!({ "title": "Boss" }),
    );
    scene.world.run().await;
    scene.world.graph.patch_user(
        TENANT,
        &oid,
        json!({ "displayName": "Bo Alm", "surname": "Alm" }),
    );
    scene.world.run().await;
    scene.world.graph.soft_delete(TENANT, &oid);
    scene.world.run().await;
    assert!(scene.writes().is_empty());
}

#[tokio::test]
async fn b148_b149_b242_a_write_carries_the_fields_we_own_that_differ_and_no_others() {
    let mut scene = Scene::new(EVERYTHING).await;
    let more = json!({ "jobTitle": "Nurse", "mobilePhone": "+46 70 555 01 40" });
    let oid = scene.user("bo", "Bo", "Ek", more);
    let contact = scene.contact(
        "Bo Ek",
        "bo@northwind.example",
        json!({ "title": "Boss", "department": "Care", "azureoid": oid, "notes": "Prefers tea." }),
    );
    scene.world.run().await;
    // The department, which the source lacks, stays; the phone, which the PSA decides, is not sent.
    let body = |scene: &Scene| scene.writes().last().unwrap().request_body.clone();
    assert_eq!(body(&scene), json!([{ "id": contact, "title": "Nurse" }]));
    scene.world.graph.patch_user(
        TENANT,
        &oid,
        json!({ "displayName": "Bo Alm", "surname": "Alm" }),
    );
    scene.world.run().await;
    assert_eq!(
        body(&scene),
        json!([{ "id": contact, "name": "Bo Alm", "surname": "Alm" }])
    );
    scene.world.graph.soft_delete(TENANT, &oid);
    scene.world.run().await;
    assert_eq!(body(&scene), json!([{ "id": contact, "inactive": true }]));
    assert_eq!(scene.writes().len(), 3);
    let held = scene.world.halo.user(contact).unwrap();
    assert_eq!(
        (&held["department"], &held["notes"]),
        (&json!("Care"), &json!("Prefers tea."))
    );
    scene.is_quiet().await;
}
