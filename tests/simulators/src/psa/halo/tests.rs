//! How the simulated Halo behaves, asked over real sockets.

use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::client::{Reply, send};
use crate::faults::Fault;
use crate::simulator::Options;

struct World {
    halo: Halo,
    client: i64,
    site: i64,
    token: String,
}

impl World {
    async fn new(options: Options) -> Self {
        let halo = Halo::start(options).await.unwrap();
        let client = halo.add_client("Northwind Dental");
        let site = halo.add_site(client, "Main");
        let token = token(&halo).await;
        Self {
            halo,
            client,
            site,
            token,
        }
    }

    async fn call(&self, method: &str, path: &str, body: Option<&Value>) -> std::io::Result<Reply> {
        let mut headers = vec![
            ("authorization", format!("Bearer {}", self.token)),
            ("accept", "application/json".to_owned()),
        ];
        let body = body.map(Value::to_string).unwrap_or_default();
        if !body.is_empty() {
            headers.push(("content-type", "application/json".to_owned()));
        }
        let url = format!("{}{path}", self.halo.base());
        send(method, &url, &headers, body.as_bytes()).await
    }

    async fn get(&self, path: &str) -> Value {
        let reply = self.call("GET", path, None).await.unwrap();
        assert_eq!(reply.status, 200, "{path}");
        json_of(&reply)
    }

    async fn post(&self, body: &Value) -> Reply {
        self.call("POST", "/api/Users", Some(body)).await.unwrap()
    }

    fn add(&self, name: &str, more: &Value) -> i64 {
        let mut user = json!({"name": name, "site_id": self.site});
        user.as_object_mut()
            .unwrap()
            .extend(more.as_object().cloned().unwrap_or_default());
        self.halo.add_user(&user)
    }
}

async fn sign_in(halo: &Halo, query: &str, form: &str) -> Reply {
    let headers = [(
        "content-type",
        "application/x-www-form-urlencoded".to_owned(),
    )];
    let url = format!("{}/token{query}", halo.auth_url());
    send("POST", &url, &headers, form.as_bytes()).await.unwrap()
}

fn form(secret: &str, scope: &str) -> String {
    format!(
        "grant_type=client_credentials&client_id={CLIENT_ID}&client_secret={secret}&scope={scope}"
    )
}

async fn token(halo: &Halo) -> String {
    let form = form(CLIENT_SECRET, "read%3Acustomers+edit%3Acustomers");
    let reply = sign_in(halo, "?tenant=acme", &form).await;
    json_of(&reply)["access_token"].as_str().unwrap().to_owned()
}

fn json_of(reply: &Reply) -> Value {
    serde_json::from_slice(&reply.body).unwrap()
}

fn names(list: &Value) -> Vec<&str> {
    list["users"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["name"].as_str().unwrap())
        .collect()
}

const EVERYBODY: &str =
    "includeactive=true&includeinactive=true&exclude_agents=true&exclude_generaluser=true&order=id";

#[tokio::test]
async fn updates_are_partial_and_creates_need_a_name_and_a_site() {
    let world = World::new(Options::default()).await;
    let body = json!([{"name": "Iver Dahl", "firstname": "Iver", "surname": "Dahl",
        "site_id": world.site, "emailaddress": "iver@northwind.example", "mobilenumber": "1"}]);
    let created = world.post(&body).await;
    assert_eq!(created.status, 201);
    let created = json_of(&created);
    let id = created["id"].as_i64().unwrap();
    assert_eq!(created["site_id"].to_string(), format!("{}.0", world.site));
    assert_eq!(created["client_id"], world.client);
    world
        .post(&json!([{"id": id, "mobilenumber": "2", "inactive": true}]))
        .await;
    let user = world
        .get(&format!("/api/Users/{id}?includedetails=true"))
        .await;
    assert_eq!(user["mobilenumber"], "2");
    assert_eq!(user["emailaddress"], "iver@northwind.example");
    assert_eq!(user["inactive"], true);
    assert!(user["ulastupdate"].as_str().unwrap() > created["ulastupdate"].as_str().unwrap());
    assert_eq!(world.halo.count_users(world.client, true), 0);
    assert_eq!(world.halo.count_users(world.client, false), 1);
}

#[tokio::test]
async fn wrong_writes_are_refused_with_words_and_change_nothing() {
    let world = World::new(Options::unrecorded()).await;
    let id = world.add("Mara Lindqvist", &json!({}));
    let before = world.halo.user(id).unwrap();
    for (body, status, part) in [
        (
            json!([{"firstname": "A", "site_id": world.site}]),
            400,
            "name",
        ),
        (json!([{"name": "A"}]), 400, "site_id"),
        (json!([{"name": "A", "site_id": 18.0}]), 400, "site_id"),
        (json!([{"name": "A", "site_id": 999}]), 400, "Site"),
        (json!({"name": "A", "site_id": world.site}), 400, "array"),
        (json!([]), 400, "array"),
        (json!([{"id": id, "inactive": "yes"}]), 400, "inactive"),
        (json!([{"id": id, "name": ""}]), 400, "name"),
        (json!([{"id": id, "name": "x".repeat(256)}]), 400, "255"),
        (
            json!([{"id": id, "customfields": [{"id": 1, "value": ""}]}]),
            400,
            "custom field",
        ),
        (json!([{"id": 9999, "title": "A"}]), 404, "Not found"),
    ] {
        let reply = world.post(&body).await;
        let text = String::from_utf8(reply.body).unwrap();
        assert_eq!(reply.status, status, "{body}");
        assert!(text.contains(part), "{text}");
    }
    let ignored = world
        .post(&json!([{"id": id, "lastname": "Other", "client_id": 7}]))
        .await;
    assert_eq!(ignored.status, 201);
    let after = world.halo.user(id).unwrap();
    assert_eq!(after["client_id"], before["client_id"]);
    assert_eq!(after["surname"], before["surname"]);
    assert_eq!(world.halo.users_of(world.client).len(), 1);
    assert_eq!(
        world.call("PUT", "/api/Users", None).await.unwrap().status,
        405
    );
}

#[tokio::test]
async fn pages_are_capped_in_silence_and_filters_decide_who_is_listed() {
    let world = World::new(Options::default()).await;
    for number in 0..130 {
        world.add(
            &format!("Person {number:03}"),
            &json!({"inactive": number % 13 == 0}),
        );
    }
    world.add("Technician", &json!({"linked_agent_id": 3}));
    let path = format!(
        "/api/Users?pageinate=true&page_size=500&client_id={}&",
        world.client
    );
    let one = world.get(&format!("{path}page_no=1&{EVERYBODY}")).await;
    assert_eq!(
        (one["record_count"].as_u64(), one["page_size"].as_u64()),
        (Some(130), Some(100))
    );
    assert_eq!(names(&one).len(), 100);
    let two = world.get(&format!("{path}page_no=2&{EVERYBODY}")).await;
    assert_eq!(names(&two).len(), 30);
    assert_eq!(
        world.get(&format!("{path}page_no=3&{EVERYBODY}")).await["users"],
        json!([])
    );
    assert_eq!(world.get(&path).await["record_count"], 122);
    assert_eq!(
        world.get(&format!("{path}includeinactive=true")).await["record_count"],
        10
    );
    let found = world.get("/api/users?search=PERSON%20001").await;
    assert_eq!(names(&found), ["Person 001"]);
    assert!(found["users"][0].get("azureoid").is_none(), "rows are thin");
    world.halo.set_behaviour(Behaviour {
        thin_rows: false,
        ..Behaviour::default()
    });
    let found = world.get("/API/USERS?search=person%20001").await;
    assert_eq!(found["users"][0]["azureoid"], "");
    let general = world.get("/api/Users?search=general").await;
    assert_eq!(names(&general), ["General User"]);
}

#[tokio::test]
async fn the_answer_to_a_write_has_the_shape_that_was_chosen() {
    let world = World::new(Options::default()).await;
    let id = world.add("Mara Lindqvist", &json!({}));
    for (shape, pointer, status) in [
        (WriteShape::Object, "/id", 201),
        (WriteShape::Array, "/0/id", 200),
        (WriteShape::Users, "/users/0/id", 200),
    ] {
        let behaviour = Behaviour {
            write_shape: shape,
            write_status: status,
            ..Behaviour::default()
        };
        world.halo.set_behaviour(behaviour);
        let reply = world.post(&json!([{"id": id, "title": "Manager"}])).await;
        assert_eq!(reply.status, status);
        assert_eq!(json_of(&reply).pointer(pointer), Some(&json!(id)));
    }
}

#[tokio::test]
async fn custom_fields_merge_unless_this_tenant_replaces_them() {
    let world = World::new(Options::default()).await;
    for (id, name) in [(212, "CFSupportPIN"), (213, "CFIsOffice365")] {
        let field = CustomField {
            name: name.to_owned(),
            label: name.to_owned(),
            kind: 0,
        };
        world.halo.define_field(id, field);
    }
    let id = world.add(
        "Mara",
        &json!({"customfields": [{"id": 212, "value": "1"}]}),
    );
    world
        .post(&json!([{"id": id, "customfields": [{"id": 213, "value": "True"}]}]))
        .await;
    let values = || {
        let user = world.halo.user(id).unwrap();
        [0, 1].map(|at| user["customfields"][at]["value"].clone())
    };
    assert_eq!(values(), [json!("1"), json!("True")]);
    world.halo.set_behaviour(Behaviour {
        replace_custom_fields: true,
        ..Behaviour::default()
    });
    world
        .post(&json!([{"id": id, "customfields": [{"id": 213, "value": "False"}]}]))
        .await;
    assert_eq!(values(), [Value::Null, json!("False")]);
    let list = world
        .get("/api/Users?search=mara&include_custom_fields=212,213")
        .await;
    assert_eq!(list["users"][0]["customfields"][1]["display"], "False");
}

#[tokio::test]
async fn clients_and_sites_can_be_read() {
    let world = World::new(Options::default()).await;
    let old = world.halo.add_client("Old Client");
    world.halo.set_client_inactive(old, true);
    let clients = world
        .get("/api/Client?pageinate=true&page_size=100&page_no=1")
        .await;
    assert_eq!(clients["record_count"], 1);
    let all = world
        .get("/api/Client?includeactive=true&includeinactive=true")
        .await;
    assert_eq!(all["record_count"], 2);
    let client = world
        .get(&format!("/api/Client/{}?includedetails=true", world.client))
        .await;
    assert_eq!(client["main_site_id"], world.site);
    let sites = world
        .get(&format!("/api/Site?client_id={}", world.client))
        .await;
    assert_eq!(sites["sites"][0]["id"], world.site);
    assert_eq!(
        sites["sites"][0]["client_id"].to_string(),
        format!("{}.0", world.client)
    );
    let site = world.get(&format!("/api/Site/{}", world.site)).await;
    assert_eq!(site["name"], "Main");
    world.get("/api/authinfo").await;
}

#[tokio::test]
async fn sign_in_permissions_and_visibility_fail_as_halo_fails() {
    let world = World::new(Options::unrecorded()).await;
    let both = "read%3Acustomers+edit%3Acustomers";
    for (query, body, error) in [
        ("?tenant=acme", form("wrong", both), "invalid_client"),
        (
            "?tenant=acme",
            form(CLIENT_SECRET, "read%3Ausers"),
            "invalid_scope",
        ),
        (
            "?tenant=other",
            form(CLIENT_SECRET, both),
            "invalid_request",
        ),
        (
            "?tenant=acme",
            "grant_type=password".to_owned(),
            "unsupported_grant_type",
        ),
    ] {
        let reply = sign_in(&world.halo, query, &body).await;
        assert_eq!(
            (reply.status, json_of(&reply)["error"].as_str()),
            (400, Some(error))
        );
    }
    let status = async |path: &str| world.call("GET", path, None).await.unwrap().status;
    assert_eq!(status("/api/Users/99999").await, 404);
    assert_eq!(status("/api/Users?client_id=x").await, 400);
    world.halo.set_behaviour(Behaviour {
        deny_reads: true,
        ..Behaviour::default()
    });
    assert_eq!(status("/api/Users").await, 403);
    world.halo.set_behaviour(Behaviour {
        deny_writes: true,
        ..Behaviour::default()
    });
    assert_eq!(
        world
            .post(&json!([{"name": "A", "site_id": world.site}]))
            .await
            .status,
        403
    );
    world.halo.set_behaviour(Behaviour {
        hide_everything: true,
        ..Behaviour::default()
    });
    assert_eq!(world.get("/api/Users").await["record_count"], 0);
    let page = world.call("GET", "/Users", None).await.unwrap();
    assert!(page.status == 200 && page.head.contains("text/html"));
    world.halo.expire_tokens();
    assert_eq!(status("/api/Users").await, 401);
}

#[tokio::test]
async fn the_rate_limit_refuses_in_words() {
    let world = World::new(Options::default()).await;
    let window = Duration::from_secs(300);
    let rate_limit = Some(RateLimit {
        requests: 2,
        window,
    });
    world.halo.set_behaviour(Behaviour {
        rate_limit,
        ..Behaviour::default()
    });
    world.get("/api/Client").await;
    world.get("/api/Client").await;
    let reply = world.call("GET", "/api/Client", None).await.unwrap();
    assert_eq!(reply.status, 429);
    let words = "Rate Limit Reached - 2 Requests per rolling 5 minute window";
    assert_eq!(String::from_utf8(reply.body).unwrap(), words);
    assert_eq!(world.halo.rate_refusals(), 1);
}

#[tokio::test]
async fn an_answer_lost_after_the_write_leaves_the_write_done() {
    let world = World::new(Options::default()).await;
    let body = json!([{"name": "Iver Dahl", "site_id": world.site}]);
    world
        .halo
        .faults()
        .next("POST", "/api/users", 1, Fault::LostAfterWrite);
    world
        .halo
        .faults()
        .next("POST", "/api/users", 1, Fault::LostBeforeWrite);
    world
        .halo
        .faults()
        .next("POST", "/api/users", 1, Fault::Html);
    world
        .halo
        .faults()
        .next("POST", "/api/users", 1, Fault::Unauthorized);
    assert!(world.call("POST", "/api/Users", Some(&body)).await.is_err());
    assert_eq!(world.halo.users_of(world.client).len(), 1);
    assert!(world.call("POST", "/api/Users", Some(&body)).await.is_err());
    let html = world.post(&body).await;
    assert!(html.status == 200 && html.head.contains("text/html"));
    assert_eq!(world.post(&body).await.status, 401);
    assert_eq!(world.halo.users_of(world.client).len(), 1);
    let writes = world.halo.journal().writes();
    let done: Vec<bool> = writes.iter().map(|write| write.carried_out).collect();
    assert_eq!(done, [true, false, false, false]);
}

#[tokio::test]
async fn changes_queue_deliveries_that_can_repeat_reorder_drop_and_batch() {
    let world = World::new(Options::default()).await;
    let receiver = Halo::start(Options::unrecorded()).await.unwrap();
    let id = world.add("Mara", &json!({}));
    assert!(world.halo.take_deliveries().is_empty());
    assert!(world.halo.edit_user(id, &json!({"title": "a"})));
    world.post(&json!([{"id": id, "title": "b"}])).await;
    let deliveries = world.halo.take_deliveries();
    assert_eq!(deliveries[0]["event"], "User Updated");
    assert_eq!(deliveries[0]["object_id"], id);
    assert_eq!(deliveries[0]["user"]["title"], "a");
    assert_ne!(deliveries[0]["id"], deliveries[1]["id"]);
    let untidy = |set: fn(&mut Webhook)| {
        let mut webhook = Webhook {
            url: format!("{}/hook", receiver.base()),
            basic: Some(("halo".to_owned(), "hush".to_owned())),
            ..Webhook::default()
        };
        set(&mut webhook);
        world.halo.set_webhook(webhook);
    };
    let sent = async |set: fn(&mut Webhook)| {
        untidy(set);
        for title in ["a", "b", "c"] {
            world.halo.edit_user(id, &json!({"title": title}));
        }
        let statuses = world.halo.deliver_webhooks().await;
        assert!(statuses.iter().all(|status| *status == 200));
        let got: Vec<Value> = receiver
            .journal()
            .exchanges()
            .into_iter()
            .map(|e| e.request_body)
            .collect();
        receiver.journal().clear();
        let title = |body: &Value| body["user"]["title"].as_str().unwrap_or("batch").to_owned();
        got.iter().map(title).collect::<Vec<_>>()
    };
    assert_eq!(sent(|_| {}).await, ["a", "b", "c"]);
    assert_eq!(
        sent(|webhook| webhook.duplicate = true).await,
        ["a", "a", "b", "b", "c", "c"]
    );
    assert_eq!(
        sent(|webhook| webhook.reorder = true).await,
        ["c", "b", "a"]
    );
    assert_eq!(sent(|webhook| webhook.drop = true).await, ["a", "c"]);
    assert_eq!(sent(|webhook| webhook.batch = true).await, ["batch"]);
    let health = world.get(&format!("/api/Webhook/{WEBHOOK_ID}")).await;
    assert_eq!(health["active"], true);
    untidy(|webhook| "http://127.0.0.1:1/".clone_into(&mut webhook.url));
    world.halo.edit_user(id, &json!({"title": "d"}));
    assert_eq!(world.halo.deliver_webhooks().await, [0]);
}
