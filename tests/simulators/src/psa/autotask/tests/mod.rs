//! How the simulated Autotask behaves, asked over real sockets.

mod queries;

use serde_json::{Value, json};

use super::*;
use crate::client::{Reply, send};
use crate::faults::Fault;
use crate::simulator::Options;

const API: &str = "/ATServicesRest/V1.0";

struct World {
    autotask: Autotask,
    company: i64,
}

impl World {
    async fn new(options: Options) -> Self {
        let autotask = Autotask::start(options).await.unwrap();
        let company = autotask.add_company("Northwind Dental");
        Self { autotask, company }
    }

    async fn call_as(&self, who: [&str; 3], method: &str, path: &str, body: &str) -> Reply {
        let names = ["UserName", "Secret", "ApiIntegrationCode"];
        let mut headers: Vec<(&str, String)> =
            names.into_iter().zip(who.map(str::to_owned)).collect();
        headers.push(("accept", "application/json".to_owned()));
        if !body.is_empty() {
            headers.push(("content-type", "application/json".to_owned()));
        }
        let url = format!("{}{API}{path}", self.autotask.base());
        send(method, &url, &headers, body.as_bytes()).await.unwrap()
    }

    async fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Reply {
        let who = [USERNAME, SECRET, INTEGRATION_CODE];
        let body = body.map(Value::to_string).unwrap_or_default();
        self.call_as(who, method, path, &body).await
    }

    async fn get(&self, path: &str) -> Value {
        let reply = self.call("GET", path, None).await;
        assert_eq!(reply.status, 200, "{path}");
        json_of(&reply)
    }

    /// The rows of a query, or the sentence that it was refused with.
    async fn query(&self, entity: &str, filter: Value) -> Result<Vec<Value>, String> {
        let asked = json!({ "filter": filter });
        let reply = self
            .call("POST", &format!("/{entity}/query"), Some(&asked))
            .await;
        let answer = json_of(&reply);
        match reply.status {
            200 => Ok(answer["items"].as_array().unwrap().clone()),
            _ => Err(sentence(&answer)),
        }
    }

    async fn ids(&self, filter: Value) -> Result<Vec<i64>, String> {
        let rows = self.query("Contacts", filter).await?;
        Ok(rows.iter().map(|row| row["id"].as_i64().unwrap()).collect())
    }

    async fn create(&self, body: &Value) -> Reply {
        let path = format!("/Companies/{}/Contacts", self.company);
        self.call("POST", &path, Some(body)).await
    }

    async fn patch(&self, body: &Value) -> Reply {
        let path = format!("/Companies/{}/Contacts", self.company);
        self.call("PATCH", &path, Some(body)).await
    }

    fn add(&self, more: &Value) -> i64 {
        self.autotask.add_contact(self.company, more)
    }
}

fn json_of(reply: &Reply) -> Value {
    serde_json::from_slice(&reply.body).unwrap_or(Value::Null)
}

fn sentence(answer: &Value) -> String {
    answer["errors"][0].as_str().unwrap_or_default().to_owned()
}

fn whole(company: i64) -> Value {
    json!({"companyID": company, "firstName": "Jane", "lastName": "Doe", "isActive": 1,
        "emailAddress": "jane@contoso.example", "title": "Controller"})
}

#[tokio::test]
async fn a_zone_is_told_by_name_and_credentials_are_asked_for() {
    let world = World::new(Options::unrecorded()).await;
    let zone = world
        .get("/zoneInformation?user=API.user%40acme.example")
        .await;
    let url = format!("{}/ATServicesRest/", world.autotask.base());
    assert_eq!(
        (&zone["url"], world.autotask.zone_calls()),
        (&json!(url), 1)
    );
    let nobody = world.call("GET", "/zoneInformation?user=x", None).await;
    assert_eq!(nobody.status, 500);
    assert!(sentence(&json_of(&nobody)).contains("could not be determined"));
    world.autotask.set_zone(Some("http://127.0.0.1:1"));
    let moved = world
        .get("/zoneInformation?user=api.user%40acme.example")
        .await;
    assert_eq!(moved["url"], "http://127.0.0.1:1/ATServicesRest/");
    for (who, status, said) in [
        ([USERNAME, SECRET, "x"], 500, "IntegrationCode is invalid."),
        ([USERNAME, "x", INTEGRATION_CODE], 401, ""),
        (["x", SECRET, INTEGRATION_CODE], 401, ""),
    ] {
        let reply = world.call_as(who, "GET", "/Contacts/1", "").await;
        assert_eq!(
            (reply.status, sentence(&json_of(&reply)).as_str()),
            (status, said)
        );
    }
    assert_eq!(world.autotask.refused_credentials(), 2);
    let url = format!("{}/somewhere", world.autotask.base());
    let page = send("GET", &url, &[], b"").await.unwrap();
    assert!(page.status == 404 && page.head.contains("text/html"));
}

#[tokio::test]
async fn contacts_are_written_below_their_company_and_read_by_themselves() {
    let world = World::new(Options::default()).await;
    world
        .autotask
        .define_contact_field(Field::text("SupportPIN"));
    world
        .autotask
        .define_contact_field(Field::text("Office365Id"));
    let mut body = whole(world.company);
    body["userDefinedFields"] = json!([{"name": "SupportPIN", "value": "4711"}]);
    let created = world.create(&body).await;
    assert_eq!(created.status, 200);
    let id = json_of(&created)["itemId"].as_i64().unwrap();
    let contact = world.get(&format!("/Contacts/{id}")).await["item"].clone();
    assert_eq!(
        (&contact["isActive"], &contact["title"]),
        (&json!(1), &json!("Controller"))
    );
    let fields = json!([{"name": "SupportPIN", "value": "4711"},
        {"name": "Office365Id", "value": null}]);
    assert_eq!(contact["userDefinedFields"], fields);
    let change = json!({"id": id, "title": null, "isActive": 0,
        "userDefinedFields": [{"name": "SupportPIN", "value": null}]});
    assert_eq!(
        json_of(&world.patch(&change).await),
        json!({ "itemId": id })
    );
    let after = world.get(&format!("/Contacts/{id}")).await["item"].clone();
    assert_eq!(
        (&after["isActive"], &after["title"]),
        (&json!(0), &Value::Null)
    );
    assert_eq!(after["emailAddress"], "jane@contoso.example");
    assert_eq!(after.get("userDefinedFields"), None, "none has a value");
    assert_ne!(after["lastModifiedDate"], contact["lastModifiedDate"]);
    // PUT empties what it is not given.
    let path = format!("/Companies/{}/Contacts", world.company);
    let put = json!({"id": id, "companyID": world.company, "firstName": "J", "lastName": "D",
        "isActive": 1});
    assert_eq!(world.call("PUT", &path, Some(&put)).await.status, 200);
    assert_eq!(
        world.autotask.contact(id).unwrap()["emailAddress"],
        Value::Null
    );
    assert_eq!(world.get(&path).await["items"].as_array().unwrap().len(), 1);
    let gone = format!("{path}/{id}");
    assert_eq!(world.call("DELETE", &gone, None).await.status, 200);
    assert_eq!(
        world.get(&format!("/Contacts/{id}")).await["item"],
        Value::Null
    );
    assert_eq!(world.call("DELETE", &gone, None).await.status, 500);
    assert!(
        world
            .autotask
            .journal()
            .writes()
            .iter()
            .all(|w| w.method != "GET")
    );
}

#[tokio::test]
async fn writes_that_cannot_be_are_refused_with_500_and_a_sentence() {
    let world = World::new(Options::unrecorded()).await;
    let with = |name: &str, value: Value| {
        let mut body = whole(world.company);
        body[name] = value;
        body
    };
    for (body, said) in [
        (
            with("isActive", json!(true)),
            "Unexpected character encountered while parsing value: t",
        ),
        (
            with("firstName", Value::Null),
            "Missing Required Field: firstName",
        ),
        (
            with("lastName", json!(" ")),
            "Missing Required Field: lastName",
        ),
        (
            with("title", json!("t".repeat(51))),
            "must be less than or equal to 50",
        ),
        (
            with("companyID", json!(7)),
            "field: companyID of type: Account does not exist",
        ),
        (
            with("companyLocationID", json!(7)),
            "field: companyLocationID of type",
        ),
    ] {
        let reply = world.create(&body).await;
        assert_eq!(reply.status, 500, "{said}");
        assert!(
            sentence(&json_of(&reply)).contains(said),
            "{:?}",
            json_of(&reply)
        );
    }
    assert_eq!(
        world.create(&with("nickname", json!("x"))).await.status,
        200,
        "ignored"
    );
}

#[tokio::test]
async fn contacts_are_written_where_they_are_and_by_whom_may() {
    let world = World::new(Options::unrecorded()).await;
    let id = world.add(&json!({"firstName": "Jane"}));
    let other = world.autotask.add_company("Fabrikam");
    let elsewhere = format!("/Companies/{other}/Contacts");
    let reply = world
        .call("PATCH", &elsewhere, Some(&json!({"id": id})))
        .await;
    assert!(sentence(&json_of(&reply)).starts_with("No matching records found"));
    for (method, path, status) in [
        ("POST", "/Contacts".to_owned(), 404),
        ("PATCH", "/Contacts".to_owned(), 404),
        ("PATCH", format!("{elsewhere}/{id}"), 405),
        ("GET", "/Contacts/query/next?paging=x".to_owned(), 405),
    ] {
        let body = (method != "GET").then(|| json!({}));
        assert_eq!(
            world.call(method, &path, body.as_ref()).await.status,
            status,
            "{path}"
        );
    }
    let who = [USERNAME, SECRET, INTEGRATION_CODE];
    let path = format!("/Companies/{}/Contacts", world.company);
    assert_eq!(world.call_as(who, "POST", &path, "{").await.status, 400);
    world.autotask.set_behaviour(Behaviour {
        deny_writes: true,
        ..Behaviour::default()
    });
    let denied = world.patch(&json!({"id": id, "title": "x"})).await;
    assert!(sentence(&json_of(&denied)).contains("adequate permissions"));
    let about = world.get("/Contacts/entityInformation").await;
    assert_eq!(about["info"]["userAccessForUpdate"], "None");
}

#[tokio::test]
async fn companies_fields_and_people_are_told() {
    let world = World::new(Options::default()).await;
    let tess = world.autotask.add_resource("Tess", "Ek");
    world.autotask.add_territory(7, "North");
    world
        .autotask
        .define_company_field(Field::text("Tenant365Id"));
    let mut yes_no = Field::text("IsOffice365");
    yes_no.items = vec![("1".to_owned(), "Yes".to_owned())];
    world.autotask.define_contact_field(yes_no);
    let change = json!({"id": world.company, "territoryID": 7, "ownerResourceID": tess,
        "userDefinedFields": [{"name": "Tenant365Id", "value": "t"}]});
    assert_eq!(
        world
            .call("PATCH", "/Companies", Some(&change))
            .await
            .status,
        200
    );
    let company = world.get(&format!("/Companies/{}", world.company)).await["item"].clone();
    assert_eq!(
        (&company["isActive"], &company["territoryID"]),
        (&json!(true), &json!(7))
    );
    assert_eq!(company["userDefinedFields"][0]["value"], "t");
    let all = json!([{"op": "gte", "field": "id", "value": 0}]);
    let companies = world.query("Companies", all.clone()).await.unwrap();
    assert_eq!(
        (companies.len(), &companies[0]["id"]),
        (2, &json!(0)),
        "the MSP itself"
    );
    let fields = world.get("/Companies/entityInformation/fields").await;
    let territory = fields["fields"].as_array().unwrap().iter();
    let territory = territory
        .clone()
        .find(|f| f["name"] == "territoryID")
        .unwrap();
    assert_eq!(territory["picklistValues"][0]["label"], "North");
    let udfs = world
        .get("/Contacts/entityInformation/userDefinedFields")
        .await;
    assert_eq!(udfs["fields"][0]["name"], "IsOffice365");
    world.autotask.set_behaviour(Behaviour {
        deny_resources: true,
        ..Behaviour::default()
    });
    assert!(
        world
            .query("Resources", all)
            .await
            .unwrap_err()
            .contains("adequate permissions")
    );
}

#[tokio::test]
async fn the_threshold_counts_everybodys_calls() {
    let world = World::new(Options::unrecorded()).await;
    world.autotask.set_threshold(10, 8);
    let told = world.get("/ThresholdInformation").await;
    assert_eq!(told["currentTimeframeRequestCount"], 9);
    assert_eq!(world.call("GET", "/Contacts/1", None).await.status, 200);
    let full = world.call("GET", "/Contacts/1", None).await;
    assert_eq!(full.status, 429);
    assert!(sentence(&json_of(&full)).contains("Threshold Exceeded"));
}

#[tokio::test]
async fn callouts_are_signed_and_raised_by_people_only() {
    assert_eq!(
        signature(
            "whSecretForDocsOnly",
            br#"{"Action":"Update","Id":30684412}"#
        ),
        "sha1=EDLiFaucNNYbXiEklSw8s6Kd030="
    );
    let world = World::new(Options::unrecorded()).await;
    let id = world.add(&json!({"firstName": "Jane"}));
    world.patch(&json!({"id": id, "title": "x"})).await;
    assert!(world.autotask.take_deliveries().is_empty());
    assert!(world.autotask.edit_contact(id, &json!({"title": "y"})));
    assert!(world.autotask.delete_contact(id) && !world.autotask.delete_contact(id));
    let callouts = world.autotask.take_deliveries();
    let told: Vec<(&str, i64)> = callouts
        .iter()
        .map(|c| (c["Action"].as_str().unwrap(), c["Id"].as_i64().unwrap()))
        .collect();
    assert_eq!(told, [("Update", id), ("Delete", id)]);
    assert_eq!(callouts[0]["Fields"]["title"], "y");
    assert_eq!(callouts[1]["Fields"], json!({}));
    world.autotask.set_behaviour(Behaviour {
        calls_out_own_writes: true,
        ..Behaviour::default()
    });
    assert_eq!(world.create(&whole(world.company)).await.status, 200);
    assert_eq!(world.autotask.take_deliveries()[0]["Action"], "Create");
}

#[tokio::test]
async fn faults_come_in_autotasks_words_and_secrets_stay_out_of_the_journal() {
    let dir = std::env::temp_dir().join(format!("autotask-journal-{}", uuid::Uuid::new_v4()));
    let options = Options {
        port: 0,
        journal_dir: Some(dir.clone()),
    };
    let world = World::new(options).await;
    world
        .autotask
        .faults()
        .next("GET", "/Contacts/", 1, Fault::throttled(Some(5)));
    let limited = world.call("GET", "/Contacts/1", None).await;
    assert!(limited.status == 429 && limited.head.contains("retry-after: 5"));
    assert_eq!(sentence(&json_of(&limited)), "Thread Threshold Exceeded");
    world
        .autotask
        .faults()
        .next("GET", "/Contacts/", 1, Fault::Unauthorized);
    assert_eq!(world.call("GET", "/Contacts/1", None).await.status, 401);
    let file = std::fs::read_to_string(dir.join("autotask.ndjson")).unwrap();
    std::fs::remove_dir_all(&dir).unwrap();
    assert_eq!(file.lines().count(), 2);
    assert!(
        !file.contains(SECRET) && !file.contains(INTEGRATION_CODE),
        "{file}"
    );
}
