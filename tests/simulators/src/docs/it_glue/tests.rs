//! How the simulated IT Glue behaves, asked over real sockets.

use serde_json::{Value, json};

use super::*;
use crate::client::{Reply, send};
use crate::faults::Fault;
use crate::simulator::Options;

struct World {
    glue: ItGlue,
    organization: u64,
}

impl World {
    async fn new() -> Self {
        let glue = ItGlue::start(Options::unrecorded()).await.unwrap();
        let organization = glue.add_organization("Northwind Dental", "Active");
        Self { glue, organization }
    }

    async fn call(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let mut headers = vec![("x-api-key", API_KEY.to_owned())];
        let body = body.map(Value::to_string).unwrap_or_default();
        if !body.is_empty() {
            headers.push(("content-type", "application/vnd.api+json".to_owned()));
        }
        let url = format!("{}{path}", self.glue.base());
        let reply: Reply = send(method, &url, &headers, body.as_bytes()).await.unwrap();
        let body = serde_json::from_slice(&reply.body).unwrap_or_default();
        (reply.status, body)
    }

    fn add(&self, username: &str, more: &Value) -> u64 {
        let mut attributes = json!({ "organization-id": self.organization, "name": "Entry",
            "username": username, "password": "hush" });
        let more = more.as_object().unwrap().clone();
        attributes.as_object_mut().unwrap().extend(more);
        self.glue.add_password(&attributes)
    }
}

fn password(attributes: Value) -> Value {
    json!({ "data": { "type": "passwords", "attributes": attributes } })
}

#[tokio::test]
async fn lists_are_filtered_and_paged_and_never_tell_values() {
    let world = World::new().await;
    for number in 0..5 {
        world.add(&format!("u{number}"), &json!({ "archived": number == 4 }));
    }
    let other = world.glue.add_organization("Fabrikam", "Inactive");
    world
        .glue
        .add_password(&json!({ "organization-id": other, "name": "Else" }));
    let of = world.organization;
    let path = format!("/passwords?filter%5Borganization_id%5D={of}&filter%5Barchived%5D=false");
    let (status, body) = world
        .call(
            "GET",
            &format!("{path}&page%5Bsize%5D=3&page%5Bnumber%5D=2"),
            None,
        )
        .await;
    assert_eq!(status, 200);
    assert_eq!(body["data"].as_array().unwrap().len(), 1);
    assert_eq!(body["meta"]["next-page"], Value::Null);
    assert_eq!(body["meta"]["total-count"], 4);
    assert_eq!(
        body["data"][0]["attributes"]["organization-name"],
        "Northwind Dental"
    );
    assert!(body["data"][0]["id"].is_string());
    assert!(!body.to_string().contains("hush"));
    // The nested route does not filter.
    let nested = format!("/organizations/{of}/relationships/passwords?filter%5Barchived%5D=true");
    let (_, body) = world.call("GET", &nested, None).await;
    assert_eq!(body["data"].as_array().unwrap().len(), 5);
    let (_, body) = world
        .call("GET", "/organizations?filter%5Bname%5D=Fabrikam", None)
        .await;
    assert_eq!(
        body["data"][0]["attributes"]["organization-status-name"],
        "Inactive"
    );
}

#[tokio::test]
async fn values_are_told_by_single_answers_unless_they_are_not_wanted() {
    let world = World::new().await;
    let id = world.add("u", &json!({ "otp-secret": "SEED" }));
    let (_, body) = world.call("GET", &format!("/passwords/{id}"), None).await;
    assert_eq!(body["data"]["attributes"]["password"], "hush");
    assert_eq!(body["data"]["attributes"]["otp-enabled"], true);
    assert!(!body.to_string().contains("SEED"));
    let (_, body) = world
        .call("GET", &format!("/passwords/{id}?show_password=false"), None)
        .await;
    assert!(!body.to_string().contains("hush"));
    assert_eq!(world.call("GET", "/passwords/1", None).await.0, 404);
}

#[tokio::test]
async fn what_is_made_and_changed_is_checked() {
    let world = World::new().await;
    let category = world.glue.add_category("Active Directory");
    let of = world.organization;
    let path = format!("/organizations/{of}/relationships/passwords");
    let good = json!({ "name": "n", "username": "u", "password": "hush",
        "password_category_id": category });
    let (status, body) = world
        .call("POST", &path, Some(&password(good.clone())))
        .await;
    assert_eq!(status, 201);
    let attributes = &body["data"]["attributes"];
    assert_eq!(attributes["password-category-name"], "Active Directory");
    assert_eq!(attributes.get("password"), None);
    let id: u64 = body["data"]["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(world.glue.password(id).unwrap()["password"], "hush");
    for (member, value, pointer) in [
        ("name", json!(" "), "name"),
        ("password", json!(null), "password"),
        ("password_category_id", json!(1), "password-category-id"),
        ("username", json!("x".repeat(256)), "username"),
    ] {
        let mut bad = good.clone();
        bad[member] = value;
        let (status, body) = world.call("POST", &path, Some(&password(bad))).await;
        assert_eq!(status, 422, "{member}");
        let told = body["errors"][0]["source"]["pointer"].as_str().unwrap();
        assert_eq!(told, format!("/data/attributes/{pointer}"));
    }
    let mut odd = good.clone();
    odd["resource-id"] = json!(4);
    odd["resource-type"] = json!("configurations");
    let (_, body) = world.call("POST", &path, Some(&password(odd))).await;
    assert_eq!(
        body["data"]["attributes"]["resource-id"],
        Value::Null,
        "a general one"
    );
    let change = password(json!({ "username": "new", "resource-id": 9 }));
    let (status, body) = world
        .call("PATCH", &format!("/passwords/{id}"), Some(&change))
        .await;
    assert_eq!(status, 200);
    assert_eq!(body["data"]["attributes"]["username"], "new");
    assert_eq!(body["data"]["attributes"]["name"], "n");
    assert_eq!(body["data"]["attributes"]["resource-id"], Value::Null);
    assert_eq!(
        world.call("PATCH", "/passwords/1", Some(&change)).await.0,
        404
    );
    assert_eq!(
        world
            .call("POST", &path, Some(&json!({ "name": "n" })))
            .await
            .0,
        400
    );
    assert_eq!(world.glue.passwords_of(of).len(), 2);
}

#[tokio::test]
async fn ways_and_denials() {
    let world = World::new().await;
    world.glue.use_long_ids();
    let id = world.add("u", &json!({}));
    assert!(id > 1 << 53);
    let behave = |behaviour| world.glue.set_behaviour(behaviour);
    behave(Behaviour {
        deny_reads: true,
        denied_status: 403,
        ..Behaviour::default()
    });
    assert_eq!(world.call("GET", "/passwords", None).await.0, 403);
    assert_eq!(world.call("GET", "/organizations", None).await.0, 200);
    behave(Behaviour {
        slow_above: Some(100),
        ..Behaviour::default()
    });
    assert_eq!(
        world
            .call("GET", "/passwords?page%5Bsize%5D=101", None)
            .await
            .0,
        504
    );
    behave(Behaviour {
        repeat_page: true,
        ..Behaviour::default()
    });
    let (_, body) = world
        .call("GET", "/passwords?page%5Bnumber%5D=9", None)
        .await;
    assert_eq!(body["meta"]["next-page"], 10);
    assert_eq!(body["data"].as_array().unwrap().len(), 1);
    world.glue.set_key("another");
    assert_eq!(world.call("GET", "/organizations", None).await.0, 401);
    world
        .glue
        .faults()
        .next("GET", "/organizations", 1, Fault::ServerError(503));
    assert_eq!(world.call("GET", "/organizations", None).await.0, 503);
}

#[tokio::test]
async fn a_password_is_embedded_in_a_configuration_of_its_own_organization() {
    let world = World::new().await;
    let (own, other) = (
        world.organization,
        world.glue.add_organization("Fabrikam", "Active"),
    );
    let [home, elsewhere] = [own, other].map(|of| world.glue.add_configuration(of));
    let path = format!("/organizations/{own}/relationships/configurations");
    let (status, body) = world.call("GET", &format!("{path}/{home}"), None).await;
    assert_eq!(
        (status, &body["data"]["attributes"]["organization-id"]),
        (200, &json!(own))
    );
    for id in [elsewhere, 1] {
        assert_eq!(
            world.call("GET", &format!("{path}/{id}"), None).await.0,
            404
        );
    }
    let path = format!("/organizations/{own}/relationships/passwords");
    for (id, expected) in [(home, 201), (elsewhere, 422), (1, 422)] {
        let new = json!({ "name": "n", "password": "hush", "resource-id": id,
            "resource-type": "Configuration" });
        let (status, body) = world.call("POST", &path, Some(&password(new))).await;
        assert_eq!(status, expected, "{body}");
        if status == 201 {
            assert_eq!(body["data"]["attributes"]["resource-id"], json!(home));
        }
    }
    let long = json!({ "name": "n", "password": "hush", "notes": "x".repeat(65_536) });
    assert_eq!(
        world.call("POST", &path, Some(&password(long))).await.0,
        422
    );
}
