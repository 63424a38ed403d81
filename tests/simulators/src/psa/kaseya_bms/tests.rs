//! How the simulated BMS behaves, asked over real sockets.

use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::client::{Reply, send};
use crate::simulator::Options;

struct World {
    bms: KaseyaBms,
    account: i64,
    location: i64,
    token: String,
}

impl World {
    async fn new() -> Self {
        let bms = KaseyaBms::start(Options::unrecorded()).await.unwrap();
        let account = bms.add_account("Northwind Dental");
        let location = bms.add_location(account, "Main");
        let reply = sign_in(&bms, PASSWORD).await;
        assert_eq!(reply.status, 200);
        let token = json_of(&reply)["result"]["accessToken"]
            .as_str()
            .unwrap()
            .to_owned();
        Self {
            bms,
            account,
            location,
            token,
        }
    }

    async fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Reply {
        let mut headers = vec![("authorization", format!("Bearer {}", self.token))];
        let body = body.map(Value::to_string).unwrap_or_default();
        if !body.is_empty() {
            headers.push(("content-type", "application/json".to_owned()));
        }
        let url = format!("{}{path}", self.bms.api_url());
        send(method, &url, &headers, body.as_bytes()).await.unwrap()
    }

    async fn get(&self, path: &str) -> Value {
        json_of(&self.call("GET", path, None).await)
    }

    async fn write(&self, method: &str, path: &str, body: &Value) -> Value {
        json_of(&self.call(method, path, Some(body)).await)
    }

    /// The body of a create with every member that is needed.
    fn iver(&self) -> Value {
        json!({ "FirstName": "Iver", "LastName": "Dahl", "AccountId": self.account,
            "LocationId": self.location,
            "Emails": [{"EmailAddress": "iver@northwind.example", "EmailTypeId": WORK_EMAIL,
                "IsDefault": true}] })
    }

    fn add(&self, first: &str) -> i64 {
        let email = entry(&format!("{first}@northwind.example"), WORK_EMAIL, true);
        let members = json!({ "FirstName": first, "LastName": "Berg", "JobTitle": "Dentist" });
        self.bms.add_contact(self.location, &members, &[email], &[])
    }

    fn set(&self, change: impl FnOnce(&mut Behaviour)) {
        let mut behaviour = Behaviour::default();
        change(&mut behaviour);
        self.bms.set_behaviour(behaviour);
    }
}

fn entry(value: &str, type_id: i64, default: bool) -> Entry {
    Entry {
        value: value.to_owned(),
        type_id,
        default,
    }
}

async fn sign_in(bms: &KaseyaBms, password: &str) -> Reply {
    let form = format!(
        "GrantType=password&UserName=api.sync%40acme.example&Password={password}&Tenant=Acme+IT+Ltd"
    );
    let kind = "application/x-www-form-urlencoded".to_owned();
    post_form(bms, kind, &form).await
}

async fn post_form(bms: &KaseyaBms, kind: String, form: &str) -> Reply {
    let url = format!("{}/v2/security/authenticate", bms.api_url());
    send("POST", &url, &[("content-type", kind)], form.as_bytes())
        .await
        .unwrap()
}

fn json_of(reply: &Reply) -> Value {
    serde_json::from_slice(&reply.body).unwrap()
}

fn ids(page: &Value) -> Vec<i64> {
    let rows = page["result"].as_array().unwrap();
    rows.iter().map(|row| row["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn a_sign_in_takes_both_forms_and_the_exact_tenant() {
    let bms = KaseyaBms::start(Options::unrecorded()).await.unwrap();
    let parts = [
        ("GrantType", "password"),
        ("UserName", USERNAME),
        ("Password", PASSWORD),
        ("Tenant", TENANT),
    ];
    let multipart = |tenant: &str| {
        let part = |(name, value): &(&str, &str)| {
            let value = if *name == "Tenant" { tenant } else { *value };
            format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        parts.iter().map(part).collect::<String>() + "--b--\r\n"
    };
    let kind = "multipart/form-data; boundary=b".to_owned();
    let reply = post_form(&bms, kind.clone(), &multipart(TENANT)).await;
    assert_eq!(
        json_of(&reply)["result"]["accessToken"],
        "quetzalcanary-bms-token-1"
    );
    assert_eq!(
        json_of(&reply)["result"]["accessTokenExpireOn"],
        "2026-01-05T09:00:00Z"
    );
    let refused = post_form(&bms, kind, &multipart("acme it ltd")).await;
    assert_eq!(refused.status, 401);
    assert_eq!(sign_in(&bms, "wrong").await.status, 401);
    let as_json = "application/json".to_owned();
    assert_eq!(
        post_form(&bms, as_json, "{\"GrantType\":\"password\"}")
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn tokens_are_asked_for_and_run_out_and_other_paths_show_a_page() {
    let world = World::new().await;
    let path = "/v2/security/userinfo";
    assert_eq!(world.call("GET", path, None).await.status, 200);
    world.bms.expire_tokens();
    let refused = world.call("GET", path, None).await;
    assert_eq!(
        (refused.status, &json_of(&refused)["error"]["code"]),
        (401, &json!(978_001))
    );
    world.set(|behaviour| behaviour.soft_denials = true);
    assert_eq!(world.call("GET", path, None).await.status, 200);
    let page = world.call("GET", "/login", None).await;
    assert!(page.body.starts_with(b"<!doctype html>"));
}

#[tokio::test]
async fn lists_are_filtered_and_come_in_pages_with_a_count() {
    let world = World::new().await;
    let all: Vec<i64> = ["Ann", "Joann", "Ida"].map(|name| world.add(name)).to_vec();
    world.bms.edit_contact(all[1], &json!({"IsActive": false}));
    let base = format!(
        "/v2/crm/contacts/summary?Filter.AccountId={}",
        world.account
    );
    let page = world.get(&format!("{base}&PageSize=2&PageNumber=2")).await;
    assert_eq!(
        (ids(&page), &page["totalRecords"]),
        (vec![all[2]], &json!(3))
    );
    let found = world
        .get(&format!("{base}&Filter.Email=ANN%40northwind"))
        .await;
    assert_eq!(
        ids(&found),
        all[..2],
        "parts of addresses, whatever their case"
    );
    let inactive = world.get(&format!("{base}&Filter.IsActive=false")).await;
    assert_eq!(ids(&inactive), [all[1]]);
    assert_eq!(
        ids(&world
            .get("/v2/crm/contacts/summary?Filter.AccountId=1")
            .await)
        .len(),
        0
    );
    // The last save was that of Joann.
    let modified = world.bms.contact(all[1]).unwrap()["ModifiedOn"]
        .as_str()
        .unwrap()
        .to_owned();
    let since = format!(
        "{base}&Filter.ModifiedOnFrom={}",
        modified.replace(':', "%3A")
    );
    assert_eq!(ids(&world.get(&since).await), [all[1]]);
    world.set(|behaviour| {
        behaviour.lists_show_inactive = false;
        behaviour.page_cap = 1;
        behaviour.repeat_page = true;
    });
    let page = world.get(&format!("{base}&PageSize=2&PageNumber=2")).await;
    assert_eq!(
        (ids(&page), &page["totalRecords"]),
        (vec![all[0]], &json!(2))
    );
}

#[tokio::test]
async fn a_create_needs_names_a_location_of_the_account_and_an_address() {
    let world = World::new().await;
    let path = "/v2/crm/contacts/summary";
    let made = world.write("POST", path, &world.iver()).await;
    let id = made["result"]["id"].as_i64().unwrap();
    assert_eq!(made["result"]["emailAddress"], "iver@northwind.example");
    assert_eq!(world.bms.contacts_of(world.account), [id]);
    let other = world.bms.add_account("Fabrikam");
    let elsewhere = world.bms.add_location(other, "Main");
    for (member, value) in [
        ("FirstName", json!("")),
        ("LastName", json!(null)),
        ("FirstName", json!("n".repeat(101))),
        ("AccountId", json!(0)),
        ("LocationId", json!(elsewhere)),
        ("Emails", json!([])),
        (
            "Emails",
            json!([{"EmailAddress": "a@a.example", "EmailTypeId": 1}]),
        ),
        (
            "CustomFieldsData",
            json!([{"CustomFieldId": 5, "Data": "x"}]),
        ),
    ] {
        let mut body = world.iver();
        body[member] = value;
        let refused = world.write("POST", path, &body).await;
        assert_eq!(refused["success"], false, "{member}");
    }
    world.set(|behaviour| behaviour.problem_reports = true);
    let mut body = world.iver();
    body["LocationId"] = json!(0);
    let refused = world.call("POST", path, Some(&body)).await;
    assert_eq!(refused.status, 400);
    assert!(json_of(&refused)["errors"]["LocationId"].is_array());
    assert_eq!(world.bms.contacts_of(world.account), [id]);
}

#[tokio::test]
async fn a_patch_replaces_named_members_and_nothing_else() {
    let world = World::new().await;
    let id = world.add("Ida");
    let path = format!("/v2/crm/contacts/{id}");
    let replace =
        |member: &str, value: Value| json!([{"op": "replace", "path": member, "value": value}]);
    let changed = world
        .write("PATCH", &path, &replace("/IsActive", json!(false)))
        .await;
    assert_eq!(changed["result"]["isActive"], false);
    assert_eq!(changed["result"]["jobTitle"], "Dentist");
    for wrong in [
        replace("/isActive", json!(true)),
        replace("/Emails", json!([])),
        replace("/FirstName", json!(null)),
        json!([{"op": "add", "path": "/JobTitle", "value": "x"}]),
        json!({"JobTitle": "x"}),
    ] {
        assert_eq!(
            world.write("PATCH", &path, &wrong).await["success"],
            false,
            "{wrong}"
        );
    }
    assert_eq!(world.bms.contact(id).unwrap()["IsActive"], false);
    let gone = world
        .call(
            "PATCH",
            "/v2/crm/contacts/1",
            Some(&replace("/JobTitle", json!("x"))),
        )
        .await;
    assert_eq!(gone.status, 404);
    world.set(|behaviour| behaviour.ignore_activity = true);
    let ignored = world
        .write("PATCH", &path, &replace("/IsActive", json!(true)))
        .await;
    assert_eq!(ignored["result"]["isActive"], false);
}

#[tokio::test]
async fn addresses_and_phones_are_changed_by_what_they_say_all_or_nothing() {
    let world = World::new().await;
    let id = world.add("ida");
    let (emails, phones) = (
        format!("/v2/crm/contacts/{id}/emails"),
        format!("/v2/crm/contacts/{id}/phones"),
    );
    let operations = json!([
        {"Operation": 0, "EmailAddress": "b@northwind.example", "TypeId": 12, "IsDefault": true},
        {"Operation": 1, "EmailAddress": "ida@northwind.example",
            "NewEmailAddress": "c@northwind.example"},
    ]);
    let changed = world.write("PATCH", &emails, &operations).await;
    let result = &changed["result"];
    assert_eq!(
        (&result["added"], &result["updated"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(result["emails"][0]["emailAddress"], "c@northwind.example");
    assert_eq!(result["emails"][0]["isDefault"], false);
    assert_eq!(result["emails"][1]["emailType"], "Personal");
    let wrong = json!([
        {"Operation": 2, "EmailAddress": "b@northwind.example"},
        {"Operation": 1, "EmailAddress": "nobody@northwind.example", "NewEmailAddress": "x"},
    ]);
    assert_eq!(
        world.write("PATCH", &emails, &wrong).await["success"],
        false
    );
    assert_eq!(
        world.bms.contact(id).unwrap()["Emails"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    world.bms.add_phone(id, &entry("1", HOME_PHONE, true));
    let added = json!([{"Operation": 0, "PhoneNumber": "2", "TypeId": MOBILE_PHONE}]);
    assert_eq!(
        world.write("PATCH", &phones, &added).await["result"]["phones"][1]["phone"],
        "2"
    );
    let twice = world.write("PATCH", &phones, &added).await;
    assert_eq!(twice["success"], false);
}

#[tokio::test]
async fn custom_fields_belong_to_numbered_modules() {
    let world = World::new().await;
    let id = world.add("Ida");
    world
        .bms
        .define_field(CONTACTS_MODULE, 71, text_field("SupportPIN"));
    let list = CustomField {
        name: "TypeMapping".to_owned(),
        items: vec![(31, "Standard User".to_owned())],
        required: true,
    };
    world.bms.define_field(CONTACTS_MODULE, 74, list);
    let fields = world
        .get("/v2/system/customFields/14?withInactive=false")
        .await;
    assert_eq!(fields["result"][1]["settings"][0]["name"], "Standard User");
    assert_eq!(ids(&world.get("/v2/system/customFields/3").await).len(), 0);
    let values = format!("/v2/system/customFields/14/{id}");
    assert_eq!(ids(&world.get(&values).await).len(), 0);
    let data = |field: i64| format!("/v2/system/customFields/data/14/{id}/{field}");
    let written = world
        .write("PUT", &data(71), &json!({"Value": "493817"}))
        .await;
    assert_eq!(written["result"]["moduleName"], "Contacts");
    assert_eq!(
        world.bms.value(CONTACTS_MODULE, id, 71).as_deref(),
        Some("493817")
    );
    for (path, value) in [(data(74), "VIP"), (data(99), "x")] {
        let refused = world.write("PUT", &path, &json!({"Value": value})).await;
        assert_eq!(refused["success"], false, "{path}");
    }
    world
        .write("PUT", &data(74), &json!({"Value": "Standard User"}))
        .await;
    assert_eq!(world.get(&values).await["result"][1]["settingsId"], 31);
    // A field that is required is required of a create.
    let mut body = world.iver();
    let path = "/v2/crm/contacts/summary";
    assert_eq!(world.write("POST", path, &body).await["success"], false);
    body["CustomFieldsData"] =
        json!([{"CustomFieldId": 74, "Data": "Standard User", "SettingsId": 31}]);
    assert_eq!(world.write("POST", path, &body).await["success"], true);
}

#[tokio::test]
async fn accounts_have_locations_and_tables_of_types() {
    let world = World::new().await;
    world.bms.add_location(world.account, "Branch");
    let path = format!("/v2/crm/accounts/{}/locations/lookup", world.account);
    let rows = world.get(&path).await;
    assert_eq!(rows["result"][0]["isMain"], true);
    assert_eq!(rows["result"][1]["isMain"], false);
    world.bms.set_account_active(world.account, false);
    let accounts = world.get("/v2/crm/accounts/summary").await;
    assert_eq!(accounts["result"][0]["isActive"], false);
    let one = format!("/v2/crm/accounts/summary/{}", world.account);
    world.set(|behaviour| {
        behaviour.bare_objects = true;
        behaviour.pascal_case = true;
    });
    assert_eq!(world.get(&one).await["AccountName"], "Northwind Dental");
    let types = world.get("/v2/system/lookup/PhoneTypes").await;
    assert_eq!(types["Result"][1]["Name"], "Mobile");
    world.set(|behaviour| behaviour.lookups = false);
    assert_eq!(
        world
            .call("GET", "/v2/system/lookup/PhoneTypes", None)
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn rights_and_limits_are_those_of_the_tenant() {
    let world = World::new().await;
    let id = world.add("Ida");
    let one = format!("/v2/crm/contacts/summary/{id}");
    world.set(|behaviour| behaviour.deny_reads = true);
    assert_eq!(world.call("GET", &one, None).await.status, 403);
    world.set(|behaviour| behaviour.deny_writes = true);
    assert_eq!(world.call("GET", &one, None).await.status, 200);
    let path = "/v2/crm/contacts/summary";
    assert_eq!(
        world.call("POST", path, Some(&world.iver())).await.status,
        403
    );
    world.set(|behaviour| {
        behaviour.hide_everything = true;
        behaviour.soft_missing = true;
    });
    assert_eq!(world.get(&one).await["success"], false);
    assert_eq!(world.get(path).await["totalRecords"], 0);
    world.set(|behaviour| {
        behaviour.rate_limit = Some(RateLimit {
            requests: 1,
            window: Duration::from_secs(3600),
        });
    });
    let statuses = [
        world.call("GET", &one, None).await,
        world.call("GET", &one, None).await,
    ];
    assert_eq!(statuses.map(|reply| reply.status), [200, 429]);
    assert_eq!(
        world.call("GET", path, None).await.status,
        200,
        "another endpoint"
    );
}

#[tokio::test]
async fn a_technician_corrects_addresses_and_phones_and_adds_what_is_not_there() {
    let world = World::new().await;
    let id = world.add("Ida");
    let shown = |list: &str| world.bms.contact(id).unwrap()[list].clone();
    for number in ["+46 70 555 01 01", "+46 70 555 01 02"] {
        assert!(world.bms.set_phone(id, &entry(number, MOBILE_PHONE, false)));
        let phones = shown("Phones");
        assert_eq!(phones.as_array().unwrap().len(), 1);
        assert_eq!(phones[0]["Phone"], number);
    }
    let address = entry("ida.b@northwind.example", WORK_EMAIL, true);
    assert!(world.bms.set_email(id, &address));
    assert_eq!(shown("Emails").as_array().unwrap().len(), 1);
    assert_eq!(shown("Emails")[0]["EmailAddress"], address.value);
    assert!(!world.bms.set_email(id + 1000, &address));
}
