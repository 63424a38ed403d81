//! What operators see and set over HTTP. Names and statuses are a contract.

use serde_json::{Value, json};

use super::{MATCH_ONLY, Scene, call, path_of};
use crate::world::{OPERATOR, TECHNICIAN};

const ACCOUNTS: &str = "/v1/customers/northwind/accounts";

fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

fn psa_has_the_names_of_the_contract(psa: &Value) {
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
    psa_has_the_names_of_the_contract(&account["psa"]);
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
        let case: String = path.chars().take(70).collect();
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
