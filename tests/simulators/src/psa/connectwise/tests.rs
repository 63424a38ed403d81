//! How the simulated instance behaves, asked over real sockets.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::*;
use crate::client::{Reply, send};
use crate::simulator::Options;

struct World {
    connectwise: ConnectWise,
    company: i64,
}

impl World {
    async fn new() -> Self {
        let connectwise = ConnectWise::start(Options::unrecorded()).await.unwrap();
        let company = connectwise.add_company("Northwind Dental");
        Self {
            connectwise,
            company,
        }
    }

    async fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Reply {
        let credentials = format!("{COMPANY_ID}+{PUBLIC_KEY}:{PRIVATE_KEY}");
        let headers = [
            (
                "authorization",
                format!("Basic {}", STANDARD.encode(credentials)),
            ),
            ("clientid", CLIENT_ID.to_owned()),
        ];
        self.call_as(&headers, method, path, body).await
    }

    async fn call_as(
        &self,
        headers: &[(&str, String)],
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Reply {
        let url = format!("{}/{CODEBASE}/apis/3.0{path}", self.connectwise.base());
        let body = body.map(Value::to_string).unwrap_or_default();
        send(method, &url, headers, body.as_bytes()).await.unwrap()
    }

    async fn get(&self, path: &str) -> Value {
        let reply = self.call("GET", path, None).await;
        assert_eq!(reply.status, 200, "{path}");
        json_of(&reply)
    }

    fn add(&self, name: &str, email: &str) -> i64 {
        let items = if email.is_empty() {
            json!([])
        } else {
            json!([{"type": {"id": 1}, "value": email, "defaultFlag": true}])
        };
        self.connectwise.add_contact(&json!({"firstName": name,
            "company": {"id": self.company}, "communicationItems": items}))
    }
}

fn json_of(reply: &Reply) -> Value {
    serde_json::from_slice(&reply.body).unwrap()
}

fn names(list: &Value) -> Vec<&str> {
    let rows = list.as_array().unwrap().iter();
    rows.map(|row| row["firstName"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_create_answers_with_the_whole_record_and_wrong_ones_are_refused() {
    let world = World::new().await;
    let body = json!({"firstName": "Jane", "lastName": "Doe", "company": {"id": world.company},
        "communicationItems": [
            {"type": {"id": 1}, "value": "jane@x.example", "defaultFlag": true,
                "communicationType": "Email"},
            {"type": {"id": 2}, "value": "555", "extension": "12", "communicationType": "Phone"}],
        "typeIds": [7]});
    let made = world.call("POST", "/company/contacts", Some(&body)).await;
    assert_eq!(made.status, 201);
    assert!(made.head.contains("application/vnd.connectwise.com+json"));
    let made = json_of(&made);
    assert_eq!(made["types"], json!([{"id": 7, "name": "End User"}]));
    assert_eq!(made["communicationItems"][0]["domain"], "@x.example");
    assert_eq!(
        made["site"]["id"],
        world.connectwise.site_of(world.company).unwrap()
    );
    for (change, field) in [
        (json!({"firstName": ""}), "firstName"),
        (json!({"firstName": "x".repeat(31)}), "firstName"),
        (json!({"company": {"id": 1}}), "company"),
        (json!({"department": {"id": 1}}), "department"),
        (json!({"typeIds": [1]}), "typeIds"),
        (
            json!({"communicationItems": [{"type": {"id": 1}, "value": "x"}]}),
            "value",
        ),
        (
            json!({"communicationItems": [{"type": {"id": 77}, "value": "x"}]}),
            "type",
        ),
        (
            json!({"communicationItems": [{"type": {"id": 1}, "value": "a@b",
                "communicationType": "Phone"}]}),
            "communicationType",
        ),
    ] {
        let mut wrong = body.clone();
        let members = wrong.as_object_mut().unwrap();
        members.extend(change.as_object().unwrap().clone());
        let reply = world.call("POST", "/company/contacts", Some(&wrong)).await;
        assert_eq!(reply.status, 400, "{change}");
        assert_eq!(json_of(&reply)["errors"][0]["field"], field, "{change}");
    }
    assert_eq!(world.connectwise.contacts_of(world.company).len(), 1);
}

#[tokio::test]
async fn patches_replace_whole_references_and_elements_by_their_place() {
    let world = World::new().await;
    let id = world.add("Jane", "jane@x.example");
    let path = format!("/company/contacts/{id}");
    let patch = async |steps: Value| world.call("PATCH", &path, Some(&steps)).await.status;
    let step =
        |op: &str, path: &str, value: Value| json!([{"op": op, "path": path, "value": value}]);
    assert_eq!(patch(step("replace", "/title", json!("CFO"))).await, 200);
    assert_eq!(
        patch(step("replace", "department", json!({"id": 4}))).await,
        200
    );
    assert_eq!(
        patch(step("replace", "/department/name", json!("X"))).await,
        200
    );
    let new = json!({"type": {"id": 4}, "value": "556", "communicationType": "Phone"});
    assert_eq!(patch(step("add", "/communicationItems/1", new)).await, 200);
    let value = "/communicationItems/0/value";
    assert_eq!(
        patch(step("replace", value, json!("j@x.example"))).await,
        200
    );
    let jane = world.connectwise.contact(id).unwrap();
    assert_eq!(
        (&jane["title"], &jane["department"]["name"]),
        (&json!("CFO"), &json!("Finance"))
    );
    assert_eq!(jane["communicationItems"][0]["value"], "j@x.example");
    assert_eq!(jane["communicationItems"][1]["type"]["name"], "Mobile");
    assert_eq!(
        patch(step("remove", "/communicationItems/1", json!(null))).await,
        200
    );
    assert_eq!(patch(step("remove", "/title", json!(null))).await, 200);
    let jane = world.connectwise.contact(id).unwrap();
    assert_eq!(jane["title"], Value::Null);
    assert_eq!(jane["communicationItems"].as_array().unwrap().len(), 1);
    for wrong in [
        step("replace", "/Title", json!("x")),
        step("replace", "/inactiveFlag", json!("true")),
        step("replace", "/communicationItems/9/value", json!("x")),
        step("replace", "/customFields", json!("x")),
        step("move", "/title", json!("x")),
        json!({"op": "replace", "path": "/title"}),
    ] {
        assert_eq!(patch(wrong.clone()).await, 400, "{wrong}");
    }
    assert_eq!(world.call("PUT", &path, Some(&json!({}))).await.status, 405);
    let nobody = world
        .call("PATCH", "/company/contacts/1", Some(&json!([])))
        .await;
    assert_eq!(
        (nobody.status, json_of(&nobody)["code"].clone()),
        (404, json!("NotFound"))
    );
}

#[tokio::test]
async fn addresses_have_ids_of_their_own_and_one_default_per_class() {
    let world = World::new().await;
    let id = world.add("Jane", "jane@x.example");
    let path = format!("/company/contacts/{id}/communications");
    let body = json!({"type": {"id": 14}, "value": "jd@home.example", "defaultFlag": true});
    let made = world.call("POST", &path, Some(&body)).await;
    assert_eq!(made.status, 201);
    let item = json_of(&made)["id"].as_i64().unwrap();
    let all = world.get(&path).await;
    let defaults: Vec<bool> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|i| i["defaultFlag"] == true)
        .collect();
    assert_eq!(defaults, [false, true]);
    let one = format!("{path}/{item}");
    let steps = json!([{"op": "replace", "path": "value", "value": "j@home.example"}]);
    assert_eq!(world.call("PATCH", &one, Some(&steps)).await.status, 200);
    assert_eq!(world.get(&one).await["value"], "j@home.example");
    let gone = world.call("DELETE", &one, None).await;
    assert_eq!((gone.status, gone.body.len()), (204, 0));
    assert_eq!(world.call("GET", &one, None).await.status, 404);
}

#[tokio::test]
async fn lists_are_filtered_ordered_chosen_and_paged() {
    let world = World::new().await;
    for number in 0..60 {
        world.add(
            &format!("Person{number:02}"),
            &format!("p{number}@x.example"),
        );
    }
    let other = world.connectwise.add_company("Fabrikam");
    world
        .connectwise
        .add_contact(&json!({"firstName": "Else", "company": {"id": other}}));
    let own = format!("conditions=company%2Fid%3D{}", world.company);
    let reply = world
        .call("GET", &format!("/company/contacts?{own}"), None)
        .await;
    assert!(reply.head.contains("rel=\"next\""));
    assert_eq!(json_of(&reply).as_array().unwrap().len(), 25);
    let path =
        format!("/company/contacts?{own}&orderBy=id%20desc&page=2&pageSize=50&fields=id,firstName");
    let reply = world.call("GET", &path, None).await;
    assert!(!reply.head.contains("rel=\"next\""));
    let rows = json_of(&reply);
    assert_eq!((names(&rows).len(), names(&rows)[0]), (10, "Person09"));
    assert_eq!(rows[0].as_object().unwrap().len(), 2);
    let email = "childConditions=communicationItems%2Fvalue%3D%22P7%40x.example%22";
    let found = world.get(&format!("/company/contacts?{email}")).await;
    assert_eq!(names(&found), ["Person07"]);
    let count = world.get(&format!("/company/contacts/count?{own}")).await;
    assert_eq!(count["count"], 60);
    for wrong in ["conditions=shoe%3D1", "conditions=id", "orderBy=shoe"] {
        let reply = world
            .call("GET", &format!("/company/contacts?{wrong}"), None)
            .await;
        assert_eq!(reply.status, 400, "{wrong}");
    }
    world.connectwise.set_behaviour(Behaviour {
        page_cap: Some(40),
        repeat_page: true,
        ..Behaviour::default()
    });
    let path = format!("/company/contacts?{own}&page=2&pageSize=500");
    assert_eq!(names(&world.get(&path).await)[0], "Person00");
}

#[tokio::test]
async fn custom_fields_merge_unless_this_instance_replaces_them() {
    let world = World::new().await;
    world
        .connectwise
        .define_field(31, CustomField::text("SupportPIN"));
    world
        .connectwise
        .define_field(32, CustomField::check_box("IsOffice365"));
    let id = world.add("Jane", "");
    let path = format!("/company/contacts/{id}");
    let patch = async |fields: Value| {
        let steps = json!([{"op": "replace", "path": "customFields", "value": fields}]);
        world.call("PATCH", &path, Some(&steps)).await.status
    };
    let values = || {
        let jane = world.connectwise.contact(id).unwrap();
        [0, 1].map(|at| jane["customFields"][at]["value"].clone())
    };
    assert_eq!(
        patch(json!([{"id": 31, "value": "1"}, {"id": 32, "value": true}])).await,
        200
    );
    assert_eq!(patch(json!([{"id": 31, "value": "2"}])).await, 200);
    assert_eq!(values(), [json!("2"), json!(true)]);
    world.connectwise.set_behaviour(Behaviour {
        replace_custom_fields: true,
        ..Behaviour::default()
    });
    assert_eq!(patch(json!([{"id": 31, "value": null}])).await, 200);
    assert_eq!(values(), [Value::Null, Value::Null]);
    for wrong in [
        json!([{"id": 9, "value": "x"}]),
        json!([{"id": 32, "value": "yes"}]),
    ] {
        assert_eq!(patch(wrong).await, 400);
    }
}

#[tokio::test]
async fn who_calls_is_asked_and_rights_and_sight_can_be_taken() {
    let world = World::new().await;
    let id = world.add("Jane", "");
    let basic = |text: String| ("authorization", format!("Basic {}", STANDARD.encode(text)));
    let good = || basic(format!("{COMPANY_ID}+{PUBLIC_KEY}:{PRIVATE_KEY}"));
    let client = || ("clientid", CLIENT_ID.to_owned());
    for headers in [
        vec![],
        vec![good()],
        vec![good(), ("clientid", "other".to_owned())],
        vec![basic(format!("{COMPANY_ID}+{PUBLIC_KEY}:wrong")), client()],
        vec![basic(format!("other+{PUBLIC_KEY}:{PRIVATE_KEY}")), client()],
    ] {
        let reply = world
            .call_as(&headers, "GET", "/company/contacts", None)
            .await;
        assert_eq!(reply.status, 401, "{headers:?}");
    }
    let old = (
        "accept",
        "application/vnd.connectwise.com+json; version=2019.5".to_owned(),
    );
    let reply = world
        .call_as(&[good(), client(), old], "GET", "/company/contacts", None)
        .await;
    assert_eq!(reply.status, 400);
    world.connectwise.set_behaviour(Behaviour {
        deny_writes: true,
        hide_everything: true,
        ..Behaviour::default()
    });
    assert_eq!(world.get("/company/companies").await, json!([]));
    let path = format!("/company/contacts/{id}");
    assert_eq!(world.call("GET", &path, None).await.status, 404);
    assert_eq!(
        world.call("PATCH", &path, Some(&json!([]))).await.status,
        403
    );
    assert_eq!(
        world.call("GET", "/company/nothing", None).await.status,
        404
    );
}

#[tokio::test]
async fn an_upgrade_moves_the_api_and_the_site_says_where() {
    let world = World::new().await;
    let info = format!("{}/login/companyinfo/", world.connectwise.base());
    let ask = async |company: &str| {
        let url = format!("{info}{company}");
        json_of(&send("GET", &url, &[], b"").await.unwrap())
    };
    assert_eq!(ask("AcmeMSP").await["Codebase"], "v2025_1/");
    assert_eq!(ask("nobody").await, Value::Null);
    world.connectwise.set_codebase("v2025_2");
    assert_eq!(ask(COMPANY_ID).await["Codebase"], "v2025_2/");
    let reply = world.call("GET", "/company/contacts", None).await;
    assert_eq!(reply.status, 404);
    assert!(reply.head.contains("text/html"));
}

#[test]
fn the_signature_is_the_published_one() {
    let body = br#"{"Action":"updated","ID":4711}"#;
    let expected = "0xQLaIZyCTyhcab653e/D10TcFVN1IUQpPyTkb0ZOlE=";
    assert_eq!(callbacks::sign("k3yForDocsOnly", body), expected);
}

#[tokio::test]
async fn edits_of_technicians_are_delivered_signed_and_again_where_asked() {
    let world = World::new().await;
    let id = world.add("Jane", "");
    let steps = json!([{"op": "replace", "path": "title", "value": "CFO"}]);
    let path = format!("/company/contacts/{id}");
    world.call("PATCH", &path, Some(&steps)).await;
    assert!(
        world.connectwise.take_deliveries().is_empty(),
        "its own are not"
    );
    assert!(world.connectwise.edit_contact(id, &steps));
    assert!(!world.connectwise.edit_contact(1, &steps));
    let delivery = world.connectwise.take_deliveries().remove(0);
    assert_eq!(delivery.query, format!("{id}&action=updated"));
    assert_eq!(delivery.signature, world.connectwise.sign(&delivery.body));
    let body: Value = serde_json::from_slice(&delivery.body).unwrap();
    let key = send(
        "GET",
        body["Metadata"]["key_url"].as_str().unwrap(),
        &[],
        b"",
    )
    .await;
    assert_eq!(json_of(&key.unwrap())["signing_key"], SIGNING_KEY);
    let callback =
        |url: &str| json!({"url": url, "objectId": 1, "type": "contact", "level": "owner"});
    // Somebody who knows no such path: it is delivered three times in all.
    let url = format!("{}/nobody?recordId=", world.connectwise.base());
    let made = world
        .call("POST", "/system/callbacks", Some(&callback(&url)))
        .await;
    assert_eq!(made.status, 201);
    for (wrong, code) in [
        (url.as_str(), "ObjectExists"),
        ("http://a.example", "InvalidField"),
    ] {
        let reply = world
            .call("POST", "/system/callbacks", Some(&callback(wrong)))
            .await;
        assert_eq!(json_of(&reply)["errors"][0]["code"], code);
    }
    world.connectwise.edit_contact(id, &steps);
    assert_eq!(world.connectwise.deliver().await, [404, 404, 404]);
    let own = world.connectwise.callbacks().remove(0);
    let path = format!("/system/callbacks/{}", own.id);
    assert_eq!(world.call("DELETE", &path, None).await.status, 204);
    assert_eq!(world.get("/system/callbacks").await, json!([]));
}
