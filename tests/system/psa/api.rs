//! What operators see and set over HTTP. Names and statuses are a contract.

use domain::fields::Attribute::{Email, Mobile};
use serde_json::{Value, json};

use super::{EVERYTHING, MATCH_ONLY, Scene, call, operate, path_of};
use crate::world::{OPERATOR, TECHNICIAN, TENANT};

const ACCOUNTS: &str = "/v1/customers/northwind/accounts";

fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[tokio::test]
async fn an_account_has_the_names_of_the_contract() {
    let mut scene = Scene::new(MATCH_ONLY).await;
    let oid = scene.user(
        "bo",
        "Bo",
        "Ek",
        json!({ "mobilePhone": "+46 70 555 01 70" }),
    );
    scene.contact("Bo Ek", "bo@northwind.example", json!({}));
    scene.contact("Bo Ek", "bo@northwind.example", json!({}));
    scene.world.run().await;
    let reply = call(&scene.world, "GET", ACCOUNTS, Some(TECHNICIAN), None).await;
    assert_eq!(
        (reply.status, reply.kind.as_str()),
        (200, "application/json")
    );
    assert_eq!(keys(&reply.body), ["accounts", "next"]);
    assert_eq!(reply.body["next"], Value::Null);
    let account = &reply.body["accounts"][0];
    let mut names = keys(account);
    names.sort_unstable();
    let contract = [
        "account_type",
        "customer_id",
        "display_name",
        "email",
        "enabled",
        "given_name",
        "id",
        "mobile",
        "psa",
        "sources",
        "state",
        "surname",
        "username",
    ];
    assert_eq!(names, contract);
    for (name, value) in [
        ("customer_id", json!("northwind")),
        ("account_type", json!("end-user")),
        ("display_name", json!("Bo Ek")),
        ("username", json!("bo@northwind.example")),
        ("given_name", json!("Bo")),
        ("surname", json!("Ek")),
        ("state", json!("active")),
        ("email", json!("bo@northwind.example")),
        ("mobile", json!("+46 70 555 01 70")),
        ("enabled", json!(true)),
        (
            "sources",
            json!([{ "system": "microsoft-365", "id": oid, "enabled": true,
            "username": "bo@northwind.example" }]),
        ),
    ] {
        assert_eq!(account[name], value, "{name}");
    }
    let psa = &account["psa"];
    let mut names = keys(psa);
    names.sort_unstable();
    assert_eq!(
        names,
        ["candidates", "contact_id", "reason", "rule", "status"]
    );
    assert_eq!(
        (&psa["status"], &psa["contact_id"]),
        (&json!("more-than-one-match"), &Value::Null)
    );
    let mut names = keys(&psa["candidates"][0]);
    names.sort_unstable();
    assert_eq!(names, ["contact_id", "rule", "why_not"]);
    // One account by its path is the same.
    let path = format!("{ACCOUNTS}/{}", account["id"].as_str().unwrap());
    assert_eq!(
        call(&scene.world, "GET", &path, Some(OPERATOR), None)
            .await
            .body,
        *account
    );
}

#[tokio::test]
async fn lists_come_in_pages_that_leave_nobody_out() {
    let mut scene = Scene::new(MATCH_ONLY).await;
    for number in 0..7 {
        scene.user(
            &format!("p{number}"),
            &format!("Given{number}"),
            "Person",
            json!({}),
        );
    }
    scene.world.run().await;
    for limit in [1, 3, 7, 8, 500] {
        let (mut seen, mut cursor, mut pages) = (Vec::new(), None::<String>, 0);
        loop {
            let after = cursor
                .map(|cursor| format!("&cursor={cursor}"))
                .unwrap_or_default();
            let path = format!("{ACCOUNTS}?limit={limit}{after}");
            let reply = call(&scene.world, "GET", &path, Some(OPERATOR), None).await;
            assert_eq!(reply.status, 200, "{path}");
            let accounts = reply.body["accounts"].as_array().unwrap();
            assert!(accounts.len() <= limit);
            seen.extend(accounts.iter().map(|account| account["id"].to_string()));
            pages += 1;
            cursor = reply.body["next"].as_str().map(str::to_owned);
            if cursor.is_none() {
                break;
            }
            assert!(pages < 20, "it ends");
        }
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 7, "limit {limit}");
    }
}

#[tokio::test]
async fn callers_and_questions_that_are_not_right_are_told_so() {
    let mut scene = Scene::new(MATCH_ONLY).await;
    scene.user("bo", "Bo", "Ek", json!({}));
    scene.world.run().await;
    let path = path_of(&scene.account("bo").await);
    for (method, path) in [
        ("GET", ACCOUNTS),
        ("GET", path.as_str()),
        ("PATCH", &path),
        ("GET", "/v1/customers/no/accounts"),
        ("POST", "/v1/customers/northwind/imports"),
        ("GET", "/v1/customers/northwind/runs"),
    ] {
        for token in [
            None,
            Some(""),
            Some("wrong"),
            Some("operator-super-00000000000000000000000000"),
        ] {
            let reply = call(&scene.world, method, path, token, Some(json!({}))).await;
            assert_eq!(
                (reply.status, reply.kind.as_str()),
                (401, "application/problem+json"),
                "{path}"
            );
        }
    }
    let long = "x".repeat(5000);
    let long_cursor = format!("{ACCOUNTS}?cursor={long}");
    let long_customer = format!("/v1/customers/{long}/accounts");
    for (path, status) in [
        ("/v1/customers/nobody/accounts", 404),
        ("/v1/customers/..%2fnorthwind/accounts", 404),
        ("/v1/customers/north%23wind/accounts", 404),
        (long_customer.as_str(), 404),
        ("/v1/customers/northwind/accounts/acc_nobody", 404),
        ("/v1/customers/northwind/accounts/%00", 404),
        ("/v1/customers/northwind/accounts?limit=0", 400),
        ("/v1/customers/northwind/accounts?limit=501", 400),
        ("/v1/customers/northwind/accounts?limit=-1", 400),
        ("/v1/customers/northwind/accounts?limit=many", 400),
        ("/v1/customers/northwind/accounts?cursor=", 400),
        ("/v1/customers/northwind/accounts?cursor=nonsense", 400),
        ("/v1/customers/northwind/accounts?cursor=%00%ff", 400),
        ("/v1/customers/northwind/accounts?cursor=e30", 400),
        (&long_cursor, 400),
    ] {
        let reply = call(&scene.world, "GET", path, Some(OPERATOR), None).await;
        let case = &path[..path.len().min(70)];
        assert_eq!(reply.status, status, "{case}: {}", reply.body);
        assert_eq!(reply.kind, "application/problem+json", "{case}");
        assert!(
            reply.body["detail"]
                .as_str()
                .is_some_and(|detail| !detail.is_empty()),
            "{case}"
        );
    }
}

#[tokio::test]
async fn a_cursor_of_one_customer_opens_no_other() {
    let mut scene = Scene::new(MATCH_ONLY).await;
    let two = crate::world::customer("fabrikam", crate::world::TENANT_2, scene.company + 900);
    scene.govern(MATCH_ONLY, &two).await;
    for number in 0..3 {
        scene.user(
            &format!("p{number}"),
            "Given",
            &format!("Person{number}"),
            json!({}),
        );
        let other = super::user(
            &format!("q{number}"),
            "Other",
            &format!("Human{number}"),
            json!({}),
        );
        scene.world.graph.put_user(crate::world::TENANT_2, other);
    }
    scene.world.run().await;
    let first = call(
        &scene.world,
        "GET",
        &format!("{ACCOUNTS}?limit=1"),
        Some(OPERATOR),
        None,
    )
    .await;
    let cursor = first.body["next"].as_str().unwrap();
    let path = format!("/v1/customers/fabrikam/accounts?limit=10&cursor={cursor}");
    let reply = call(&scene.world, "GET", &path, Some(OPERATOR), None).await;
    for account in reply.body["accounts"].as_array().into_iter().flatten() {
        assert_eq!(account["customer_id"], "fabrikam");
    }
}

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
        (json!({ "email": "x".repeat(20_000) }), 400),
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
