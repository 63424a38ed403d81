//! How the simulated Syncro behaves, asked over real sockets.

use serde_json::{Value, json};

use super::*;
use crate::client::{Reply, send};
use crate::faults::Fault;
use crate::simulator::Options;

struct World {
    syncro: Syncro,
    customer: i64,
}

impl World {
    async fn new(options: Options) -> Self {
        let syncro = Syncro::start(options).await.unwrap();
        let customer = syncro.add_customer("Northwind Dental");
        syncro.set_fields(&[
            ("SupportPIN", FieldKind::Text),
            ("IsOffice365", FieldKind::CheckBox),
        ]);
        Self { syncro, customer }
    }

    async fn call_as(&self, token: &str, method: &str, path: &str, body: Option<&Value>) -> Reply {
        let mut headers = vec![("authorization", format!("Bearer {token}"))];
        let body = body.map(Value::to_string).unwrap_or_default();
        if !body.is_empty() {
            headers.push(("content-type", "application/json".to_owned()));
        }
        let url = format!("{}{path}", self.syncro.api_url());
        send(method, &url, &headers, body.as_bytes()).await.unwrap()
    }

    async fn call(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let reply = self.call_as(API_TOKEN, method, path, body).await;
        let body = serde_json::from_slice(&reply.body);
        (reply.status, body.unwrap_or_default())
    }

    async fn get(&self, path: &str) -> Value {
        let (status, body) = self.call("GET", path, None).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    fn behave(&self, change: impl FnOnce(&mut Behaviour)) {
        let mut behaviour = Behaviour::default();
        change(&mut behaviour);
        self.syncro.set_behaviour(behaviour);
    }
}

fn ids(list: &Value, key: &str) -> Vec<i64> {
    let rows = list[key].as_array().unwrap().iter();
    rows.map(|row| row["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn a_create_takes_neither_title_nor_properties_and_a_change_does() {
    let world = World::new(Options::default()).await;
    let body = json!({ "customer_id": world.customer, "name": "Iver Dahl",
        "email": "iver@northwind.example", "mobile": "1" });
    let (status, made) = world.call("POST", "/contacts", Some(&body)).await;
    assert_eq!((status, &made["properties"]), (200, &json!({})));
    let path = format!("/contacts/{}", made["id"]);
    let change = json!({ "name": "Iver Dahl", "title": "Dentist",
        "properties": { "SupportPIN": "4711", "IsOffice365": "True", "ShoeSize": "47" } });
    let (_, changed) = world.call("PUT", &path, Some(&change)).await;
    let kept = json!({ "title": "Dentist", "SupportPIN": "4711", "IsOffice365": "1" });
    assert_eq!(changed["properties"], kept, "no field, no property");
    assert_eq!(
        (&changed["mobile"], &changed["title"]),
        (&json!("1"), &Value::Null)
    );
    assert_ne!(changed["updated_at"], made["updated_at"]);
    assert_eq!(world.get(&path).await, changed);
    let change = json!({ "name": "Iver Dahl", "mobile": "", "properties": { "SupportPIN": "1" } });
    let (_, replaced) = world.call("PUT", &path, Some(&change)).await;
    assert_eq!(replaced["properties"], json!({ "SupportPIN": "1" }));
    assert_eq!(replaced["mobile"], "");
    let (status, deleted) = world.call("DELETE", &path, None).await;
    assert_eq!((status, deleted), (200, json!({ "success": true })));
    let gone = (404, json!({ "message": "Not found" }));
    assert_eq!(world.call("GET", &path, None).await, gone);
    assert_eq!(world.call("DELETE", &path, None).await, gone);
}

#[tokio::test]
async fn a_merging_instance_keeps_the_properties_that_a_change_leaves_out() {
    let world = World::new(Options::unrecorded()).await;
    world.behave(|behaviour| behaviour.merge_properties = true);
    let contact = json!({ "customer_id": world.customer, "name": "Ann", "title": "Dentist",
        "properties": { "SupportPIN": "1" } });
    let id = world.syncro.add_contact(&contact);
    let change = json!({ "name": "Ann", "properties": { "IsOffice365": false } });
    world
        .call("PUT", &format!("/contacts/{id}"), Some(&change))
        .await;
    let kept = json!({ "title": "Dentist", "SupportPIN": "1", "IsOffice365": "0" });
    assert_eq!(world.syncro.contact(id).unwrap()["properties"], kept);
    world.syncro.set_fields(&[]);
    let shown = world.syncro.contact(id).unwrap();
    assert_eq!(shown["properties"], json!({ "title": "Dentist" }));
}

#[tokio::test]
async fn what_is_wrong_is_refused_with_one_text_and_the_record() {
    let world = World::new(Options::unrecorded()).await;
    let ann = json!({ "customer_id": world.customer, "name": "Ann", "email": "ann@a.example" });
    let id = world.syncro.add_contact(&ann);
    world.behave(|behaviour| behaviour.refuse_duplicates = true);
    let of = |more: Value| {
        let mut body = json!({ "customer_id": world.customer, "name": "Iver" });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        body
    };
    let path = format!("/contacts/{id}");
    for (method, path, body, words) in [
        (
            "POST",
            "/contacts",
            json!({ "name": "x" }),
            "Customer can't be blank",
        ),
        (
            "POST",
            "/contacts",
            of(json!({ "email": "xxx" })),
            "Email is not an email",
        ),
        (
            "POST",
            "/contacts",
            of(json!({ "email": "ANN@a.example" })),
            "Email has already",
        ),
        (
            "POST",
            "/contacts",
            of(json!({ "name": "x".repeat(256) })),
            "name is too long",
        ),
        ("PUT", &path, json!({ "phone": "1" }), "Name can't be blank"),
        ("PUT", &path, json!({ "name": "" }), "Name can't be blank"),
        (
            "PUT",
            &path,
            json!({ "name": "x", "customer_id": 5 }),
            "Customer can't be blank",
        ),
    ] {
        let (status, refused) = world.call(method, path, Some(&body)).await;
        assert_eq!(status, 422, "{body}");
        let told = refused["errors"].as_str().unwrap();
        assert!(
            told.starts_with(words) && refused["record"].is_object(),
            "{told}"
        );
    }
    let elsewhere = json!({ "customer_id": 5, "name": "x" });
    assert_eq!(
        world.call("POST", "/contacts", Some(&elsewhere)).await.0,
        404
    );
    assert_eq!(
        world.call("PUT", "/contacts/5", Some(&elsewhere)).await.0,
        404
    );
    assert_eq!(world.call("PATCH", &path, Some(&elsewhere)).await.0, 404);
    assert_eq!(world.call("PUT", &path, Some(&json!([]))).await.0, 400);
    assert_eq!(world.syncro.contacts_of(world.customer).len(), 1);
}

#[tokio::test]
async fn lists_have_pages_of_the_servers_own_size() {
    let world = World::new(Options::unrecorded()).await;
    let other = world.syncro.add_customer("Fabrikam");
    for number in 0..60 {
        let contact = json!({ "customer_id": world.customer, "name": format!("N{number}") });
        world.syncro.add_contact(&contact);
    }
    world
        .syncro
        .add_contact(&json!({ "customer_id": other, "name": "Else" }));
    let path = format!("/contacts?customer_id={}&per_page=7", world.customer);
    let first = world.get(&path).await;
    let meta = json!({ "total_pages": 2, "total_entries": 60, "per_page": 50, "page": 1 });
    assert_eq!((ids(&first, "contacts").len(), &first["meta"]), (50, &meta));
    let second = world.get(&format!("{path}&page=2")).await;
    assert_eq!(ids(&second, "contacts").len(), 10);
    assert_eq!(
        ids(&world.get(&format!("{path}&page=3")).await, "contacts").len(),
        0
    );
    assert_eq!(world.get("/contacts").await["meta"]["total_entries"], 61);
    let nobody = world.get("/contacts?customer_id=5").await;
    assert_eq!(nobody["meta"]["total_entries"], 0);
    world.behave(|behaviour| {
        behaviour.contacts_per_page = 20;
        behaviour.repeat_page = true;
        behaviour.thin_rows = true;
    });
    let again = world.get(&format!("{path}&page=2")).await;
    assert_eq!(ids(&again, "contacts"), ids(&first, "contacts")[..20]);
    assert!(again["contacts"][0].get("properties").is_none());
}

#[tokio::test]
async fn customers_are_wrapped_and_disabled_ones_hidden() {
    let world = World::new(Options::default()).await;
    let person = world.syncro.add_customer("");
    let named = json!({ "firstname": "Nora", "lastname": "West", "disabled": true });
    assert!(world.syncro.edit_customer(person, &named));
    assert_eq!(
        ids(&world.get("/customers?page=1").await, "customers"),
        [world.customer]
    );
    let path = "/customers?include_disabled=true&sort=business_name%20ASC";
    assert_eq!(
        ids(&world.get(path).await, "customers"),
        [person, world.customer]
    );
    let one = world.get(&format!("/customers/{person}")).await;
    assert_eq!(one["customer"]["business_then_name"], "Nora West");
    let one = world.get(&format!("/customers/{}", world.customer)).await;
    assert_eq!(
        one["customer"]["business_and_full_name"],
        "Northwind Dental"
    );
    assert_eq!(world.call("GET", "/customers/5", None).await.0, 404);
    world.behave(|behaviour| behaviour.hide_everything = true);
    assert_eq!(
        world
            .call("GET", &format!("/customers/{person}"), None)
            .await
            .0,
        404
    );
    assert_eq!(world.get(path).await["meta"]["total_entries"], 0);
}

#[tokio::test]
async fn a_wrong_token_and_a_missing_permission_look_alike_but_for_who_calls() {
    let world = World::new(Options::unrecorded()).await;
    let wrong = world.call_as("wrong", "GET", "/me", None).await;
    assert_eq!(wrong.status, 401);
    world.behave(|behaviour| {
        behaviour.permissions = Permissions {
            list: false,
            view: false,
            edit: false,
            settings: false,
        };
    });
    let one = "/customers/1";
    for (method, path) in [
        ("GET", "/customers"),
        ("GET", one),
        ("GET", "/contacts"),
        ("GET", "/contacts/1"),
        ("GET", "/settings"),
        ("POST", "/contacts"),
        ("PUT", "/contacts/1"),
        ("DELETE", "/contacts/1"),
    ] {
        let denied = world.call_as(API_TOKEN, method, path, None).await;
        assert_eq!(
            (denied.status, &denied.body),
            (401, &wrong.body),
            "{method} {path}"
        );
    }
    let me = world.get("/me").await;
    let rights = json!({ "read": false, "write": false, "delete": false });
    assert_eq!(me["permissions"]["customer"], rights);
    let elsewhere = world.syncro.api_url().replace("/api/v1", "/customers");
    let page = send("GET", &elsewhere, &[], b"").await.unwrap();
    assert!(page.status == 200 && page.head.contains("text/html"));
}

#[tokio::test]
async fn settings_name_the_fields_of_contacts_or_do_not() {
    let world = World::new(Options::default()).await;
    let settings = world.get("/settings").await.to_string();
    assert!(
        settings.contains("SupportPIN") && settings.contains("Check Box"),
        "{settings}"
    );
    world.behave(|behaviour| behaviour.name_contact_fields = false);
    let settings = world.get("/settings").await;
    assert_eq!(settings["customers"]["customer_fields"], json!([]));
}

#[tokio::test]
async fn calls_are_counted_by_the_minute_and_refused_without_a_header() {
    let world = World::new(Options::unrecorded()).await;
    world.behave(|behaviour| behaviour.calls_per_minute = Some(2));
    for expected in [200, 200, 429, 429] {
        let reply = world.call_as(API_TOKEN, "GET", "/me", None).await;
        assert_eq!(reply.status, expected);
        assert!(!reply.head.contains("retry-after"), "{}", reply.head);
    }
    assert_eq!(world.syncro.rate_refusals(), 2);
}

#[tokio::test]
async fn an_answer_lost_after_the_write_leaves_the_write_done() {
    let world = World::new(Options::unrecorded()).await;
    world
        .syncro
        .faults()
        .next("POST", "/contacts", 1, Fault::LostAfterWrite);
    let url = format!("{}/contacts", world.syncro.api_url());
    let headers = [("authorization", format!("Bearer {API_TOKEN}"))];
    let body = json!({ "customer_id": world.customer, "name": "Iver" }).to_string();
    let lost = send("POST", &url, &headers, body.as_bytes()).await;
    assert!(lost.is_err());
    assert_eq!(world.syncro.contacts_of(world.customer).len(), 1);
    world.behave(|behaviour| behaviour.silent_writes = true);
    let silent = send("POST", &url, &headers, body.as_bytes()).await.unwrap();
    assert!(silent.status == 200 && silent.body.is_empty());
    let id = world.syncro.contacts_of(world.customer)[1]["id"]
        .as_i64()
        .unwrap();
    assert!(world.syncro.delete_contact(id) && !world.syncro.delete_contact(id));
}

#[tokio::test]
async fn the_journal_hides_the_tokens() {
    let dir = std::env::temp_dir().join(format!("simulators-syncro-{}", uuid::Uuid::new_v4()));
    let world = World::new(Options {
        port: 0,
        journal_dir: Some(dir.clone()),
    })
    .await;
    world.get("/me").await;
    let text = std::fs::read_to_string(dir.join("syncro.ndjson")).unwrap();
    std::fs::remove_dir_all(&dir).unwrap();
    assert!(text.contains("\"user_token\":\"***\""), "{text}");
    assert!(
        !text.contains(API_TOKEN) && !text.contains(USER_TOKEN),
        "{text}"
    );
}
