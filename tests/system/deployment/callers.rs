//! Who calls the HTTP functions: Halo, an agent, an operator; each function under its own role.

use std::io::Write;

use admin_api::widget;
use axum::http::Request;
use axum::http::request::Builder;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::id::{AccountId, ContactId};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::journey::{Deployed, ask};
use crate::world::{OPERATOR, PATH_TOKEN, WEBHOOK_PASSWORD};
use connectors::Vendors;

/// Halo delivers something about a contact.
pub(super) async fn halo(deployed: &Deployed, contact: &ContactId) {
    let app = deployed.at_work("psa-webhook").await;
    let contact: i64 = contact.as_str().parse().unwrap();
    let body = json!({ "id": "delivery-1", "object_id": contact });
    let credentials = STANDARD.encode(format!("halo:{WEBHOOK_PASSWORD}"));
    let request = Request::post(format!("/webhooks/halo/{PATH_TOKEN}"))
        .header("authorization", format!("Basic {credentials}"));
    let answer = ask(
        psa_webhook::router(app, Vendors::new().unwrap()),
        request,
        body.to_string().into_bytes(),
    )
    .await;
    assert_eq!(answer.0, 200, "{answer:?}");
    deployed.check("psa-webhook", &["events:PutEvents", "dynamodb:PutItem"]);
}

/// An agent hands in an export of Active Directory.
pub(super) async fn agent(deployed: &Deployed, token: &str) {
    let app = deployed.at_work("agent-upload").await;
    let router = agent_upload::router(app);
    let opening = json!({
        "source": "active-directory", "files": [{ "name": "users.ldif", "parts": 1 }],
    });
    let request = with(Request::post("/v1/uploads"), token);
    let answer = ask(router.clone(), request, opening.to_string().into_bytes()).await;
    assert_eq!(answer.0, 201, "{answer:?}");
    let upload = answer.1["upload_id"].as_str().unwrap();

    let mut part = GzEncoder::new(Vec::new(), Compression::fast());
    part.write_all(EXPORT.as_bytes()).unwrap();
    let part = part.finish().unwrap();
    let digest: String = Sha256::digest(&part)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let request = Request::put(format!("/v1/uploads/{upload}/files/1/parts/1"));
    let request = with(request, token).header("x-content-sha256", digest);
    let answer = ask(router.clone(), request, part).await;
    assert_eq!(answer.0, 201, "{answer:?}");

    let request = with(
        Request::post(format!("/v1/uploads/{upload}/complete")),
        token,
    );
    let answer = ask(router, request, Vec::new()).await;
    assert_eq!(answer.0, 202, "{answer:?}");
    deployed.check("agent-upload", &["events:PutEvents", "dynamodb:UpdateItem"]);
}

/// A person whom Microsoft 365 does not know.
const EXPORT: &str = "dn: CN=Bo Ek,DC=northwind,DC=example\nobjectClass: user\n\
    objectGUID: 93334e47-0000-4000-8000-000000000001\nsAMAccountName: bo\n\
    userPrincipalName: bo@northwind.example\nmail: bo@northwind.example\n\
    displayName: Bo Ek\ngivenName: Bo\nsn: Ek\nuserAccountControl: 512\n\n";

/// An operator takes a link away, corrects a phone and asks for an import.
pub(super) async fn operator(deployed: &Deployed, account: &AccountId) {
    let app = deployed.at_work("admin-api").await;
    let router = admin_api::router(app);
    let account = format!("/v1/customers/northwind/accounts/{account}");
    let requests = [
        (Request::get(&account), json!(null), 200),
        (
            Request::put(format!("{account}/contact")),
            json!({ "contact_id": null }),
            200,
        ),
        (
            Request::patch(&account),
            json!({ "mobile": "+46 70 555 01 03" }),
            200,
        ),
        (
            Request::get("/v1/customers/northwind/runs"),
            json!(null),
            200,
        ),
        (
            Request::post("/v1/customers/northwind/imports"),
            json!({}),
            202,
        ),
    ];
    for (request, body, wanted) in requests {
        let request = with(request, OPERATOR).header("content-type", "application/json");
        let answer = ask(router.clone(), request, body.to_string().into_bytes()).await;
        assert_eq!(answer.0, wanted, "{answer:?}");
    }
    let wanted = [
        "secretsmanager:GetSecretValue",
        "dynamodb:DeleteItem",
        "events:PutEvents",
    ];
    deployed.check("admin-api", &wanted);
}

/// A person looks at the dashboard and chooses a contact; a run that is not held is not approved.
pub(super) async fn reviewer(deployed: &Deployed, account: &AccountId, contact: i64) {
    let app = deployed.at_work("review-widget").await;
    assert!(app.decide_function.is_some(), "there are buttons");
    let shown = widget::show(&app, &json!({}), "arn:aws:lambda:x")
        .await
        .unwrap();
    assert!(shown.to_string().contains(account.as_str()), "{shown}");
    let one = json!({ "customer": "northwind" });
    widget::show(&app, &one, "arn:aws:lambda:x").await.unwrap();
    deployed.check(
        "review-widget",
        &["dynamodb:Query", "dynamodb:BatchGetItem"],
    );

    let app = deployed.at_work("review-decide").await;
    let choose = json!({
        "action": "choose", "customer": "northwind", "account": account,
        "contact": contact.to_string(),
    });
    let approve = json!({
        "action": "approve", "customer": "northwind", "run": "run_0199c0de0000700080000000",
    });
    for (decision, answer) in [(choose, "Linked:"), (approve, "not held any more")] {
        let told = widget::decide(&app, &decision).await.unwrap().to_string();
        assert!(told.contains(answer), "{told}");
    }
    deployed.check("review-decide", &["dynamodb:PutItem", "events:PutEvents"]);
}

fn with(request: Builder, token: &str) -> Builder {
    request.header("authorization", format!("Bearer {token}"))
}
