//! How the simulated Hudu behaves, asked over real sockets.

use serde_json::{Value, json};

use super::*;
use crate::client::{Reply, send};
use crate::simulator::Options;

struct World {
    hudu: Hudu,
    company: u64,
}

impl World {
    async fn new() -> Self {
        let hudu = Hudu::start(Options::unrecorded()).await.unwrap();
        let company = hudu.add_company("Northwind Dental");
        Self { hudu, company }
    }

    async fn call(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let mut headers = vec![("x-api-key", API_KEY.to_owned())];
        let body = body.map(Value::to_string).unwrap_or_default();
        if !body.is_empty() {
            headers.push(("content-type", "application/json".to_owned()));
        }
        let url = format!("{}/api/v1{path}", self.hudu.base());
        let reply: Reply = send(method, &url, &headers, body.as_bytes()).await.unwrap();
        let body = serde_json::from_slice(&reply.body).unwrap_or_default();
        (reply.status, body)
    }

    fn add(&self, username: &str, more: &Value) -> u64 {
        let mut given =
            json!({ "company_id": self.company, "name": "Entry", "username": username });
        let more = more.as_object().unwrap().clone();
        given.as_object_mut().unwrap().extend(more);
        self.hudu.add_password(&given)
    }

    async fn rows(&self, query: &str) -> usize {
        let (status, body) = self
            .call("GET", &format!("/asset_passwords{query}"), None)
            .await;
        assert_eq!(status, 200);
        body["asset_passwords"].as_array().unwrap().len()
    }
}

#[tokio::test]
async fn lists_tell_secrets_and_no_totals() {
    let world = World::new().await;
    for number in 0..27 {
        world.add(&format!("u{number}"), &json!({ "archived": number == 26 }));
    }
    let other = world.hudu.add_company("Fabrikam");
    world
        .hudu
        .add_password(&json!({ "company_id": other, "name": "Else" }));
    let company = world.company;
    let (_, body) = world
        .call(
            "GET",
            &format!("/asset_passwords?company_id={company}"),
            None,
        )
        .await;
    assert_eq!(body["asset_passwords"].as_array().unwrap().len(), 25);
    assert_eq!(body["asset_passwords"][0]["password"], PASSWORD);
    assert_eq!(body["asset_passwords"][0]["otp_secret"], OTP_SECRET);
    assert_eq!(body.as_object().unwrap().len(), 1);
    let of = format!("?company_id={company}");
    assert_eq!(world.rows(&format!("{of}&page=2")).await, 1);
    assert_eq!(world.rows(&format!("{of}&page=3")).await, 0);
    assert_eq!(world.rows(&format!("{of}&page_size=1000")).await, 26);
    assert_eq!(world.rows(&format!("{of}&archived=true")).await, 1);
    assert_eq!(world.rows("?company_id=0").await, 0);
    world.hudu.archive_company(other);
    let (_, body) = world.call("GET", "/companies", None).await;
    assert_eq!(body["companies"].as_array().unwrap().len(), 1);
    let (_, body) = world
        .call("GET", &format!("/companies/{other}"), None)
        .await;
    assert_eq!(body["company"]["archived"], true);
    assert_eq!(world.call("GET", "/companies/7", None).await.0, 404);
}

#[tokio::test]
async fn what_is_made_and_changed_is_checked() {
    let world = World::new().await;
    let good = json!({ "company_id": world.company, "name": "n", "username": "u",
        "password": "hush", "password_type": "Active Directory", "url": "https://login.example" });
    let wrapped = |given: &Value| json!({ "asset_password": given });
    let (status, body) = world
        .call("POST", "/asset_passwords", Some(&wrapped(&good)))
        .await;
    assert_eq!(status, 200);
    let made = &body["asset_password"];
    assert_eq!(made["login_url"], "https://login.example");
    assert_ne!(made["url"], "https://login.example");
    assert_eq!(made["otp_secret"], Value::Null);
    let id = made["id"].as_u64().unwrap();
    assert_eq!(
        world.call("POST", "/asset_passwords", Some(&good)).await.0,
        400
    );
    for (member, value, field) in [
        ("name", json!(""), "name"),
        ("password", json!(" "), "password"),
        ("company_id", json!(7), "company"),
        ("username", json!("x".repeat(256)), "username"),
    ] {
        let mut bad = good.clone();
        bad[member] = value;
        let (status, body) = world
            .call("POST", "/asset_passwords", Some(&wrapped(&bad)))
            .await;
        assert_eq!(status, 422, "{member}");
        assert!(body["errors"][field].is_array(), "{body}");
    }
    let path = format!("/asset_passwords/{id}");
    let change = wrapped(&json!({ "username": "new" }));
    let (_, body) = world.call("PUT", &path, Some(&change)).await;
    assert_eq!(body["asset_password"]["username"], "new");
    assert_eq!(body["asset_password"]["password"], "hush");
    let (_, body) = world.call("PUT", &format!("{path}/archive"), None).await;
    assert_eq!(body["asset_password"]["archived"], true);
    let (status, body) = world.call("GET", "/asset_passwords/1", None).await;
    assert_eq!((status, body), (200, Value::Null));
    world.hudu.set_behaviour(Behaviour {
        bare_creates: true,
        missing_is_404: true,
        hide_types: true,
        ..Behaviour::default()
    });
    let (status, body) = world
        .call("POST", "/asset_passwords", Some(&wrapped(&good)))
        .await;
    assert_eq!((status, &body["password_type"]), (201, &Value::Null));
    assert_eq!(
        world
            .call("PUT", "/asset_passwords/1", Some(&change))
            .await
            .0,
        404
    );
    assert_eq!(world.hudu.passwords_of(world.company).len(), 2);
    assert_eq!(
        world.hudu.password(id).unwrap()["password_type"],
        "Active Directory"
    );
}

#[tokio::test]
async fn denials_and_pages_for_people() {
    let world = World::new().await;
    world.hudu.set_behaviour(Behaviour {
        deny_passwords: true,
        ..Behaviour::default()
    });
    let (status, body) = world.call("GET", "/asset_passwords", None).await;
    assert_eq!((status, &body["error"]), (401, &json!("Bad credentials")));
    assert_eq!(world.call("GET", "/companies", None).await.0, 200);
    world.hudu.set_key("another");
    assert_eq!(world.call("GET", "/companies", None).await.0, 401);
    let url = format!("{}/passwords", world.hudu.base());
    let page = send("GET", &url, &[], b"").await.unwrap();
    assert!(page.head.contains("text/html"));
}

#[tokio::test]
async fn a_password_is_attached_to_an_asset_of_its_own_company() {
    let world = World::new().await;
    let (own, other) = (world.company, world.hudu.add_company("Fabrikam"));
    let [home, elsewhere] = [own, other].map(|of| world.hudu.add_asset(of));
    let path = format!("/companies/{own}/assets");
    let (status, body) = world.call("GET", &format!("{path}/{home}"), None).await;
    assert_eq!((status, &body["company_id"]), (200, &json!(own)));
    assert_eq!(
        world
            .call("GET", &format!("{path}/{elsewhere}"), None)
            .await
            .0,
        404
    );
    for (id, expected) in [(home, 200), (elsewhere, 422), (1, 422)] {
        let new = json!({ "company_id": own, "name": "n", "username": "u", "password": "hush",
            "passwordable_type": "Asset", "passwordable_id": id });
        let (status, body) = world
            .call(
                "POST",
                "/asset_passwords",
                Some(&json!({ "asset_password": new })),
            )
            .await;
        assert_eq!(status, expected, "{body}");
        if status == 200 {
            assert_eq!(body["asset_password"]["passwordable_id"], json!(home));
        }
    }
    let id = world.hudu.passwords_of(own)[0];
    let long = json!({ "asset_password": { "description": "x".repeat(65_536) } });
    let path = format!("/asset_passwords/{id}");
    assert_eq!(world.call("PUT", &path, Some(&long)).await.0, 422);
}
