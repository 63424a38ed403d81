//! Operators whom API Gateway's JWT authorizer knows: requests as an HTTP API brings them.

use axum::body::Body;
use platform::App;
use serde_json::{Value, json};

use crate::psa::{Reply, send};
use crate::world::{OPERATOR, World, customer};

/// A request as an HTTP API brings it, with this authorizer's word in its context.
async fn ask(app: &App, method: &str, path: &str, authorizer: Value) -> Reply {
    let mut event = json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "",
        "headers": { "authorization": format!("Bearer {OPERATOR}"), "host": "api.example" },
        "isBase64Encoded": false,
        "requestContext": {
            "accountId": "123456789012", "apiId": "a", "domainName": "api.example",
            "domainPrefix": "api", "requestId": "r", "routeKey": "$default", "stage": "$default",
            "time": "24/Nov/2026:08:00:00 +0000", "timeEpoch": 1,
            "http": { "method": method, "path": path, "protocol": "HTTP/1.1",
                      "sourceIp": "192.0.2.1", "userAgent": "test" },
        },
    });
    if !authorizer.is_null() {
        event["requestContext"]["authorizer"] = authorizer;
    }
    let request = lambda_http::request::from_str(&event.to_string()).unwrap();
    let (parts, _) = request.into_parts();
    let request = axum::http::Request::from_parts(parts, Body::empty());
    send(admin_api::router(app.clone()), request).await
}

fn claims(role: &str) -> Value {
    json!({ "jwt": { "claims": { "sub": "s", "custom:role": role }, "scopes": null } })
}

async fn world() -> (World, App) {
    let world = World::new(&customer("northwind", crate::world::TENANT, 12)).await;
    let app = App {
        role_claim: Some("custom:role".to_owned()),
        ..world.app().clone()
    };
    (world, app)
}

#[tokio::test]
async fn the_role_is_what_the_claim_says_and_the_highest_of_a_list() {
    let (_world, app) = world().await;
    let path = "/v1/customers/northwind/runs/run_none/approve";
    let groups = format!("[{}manager]", "g ".repeat(9_000));
    // 404 says that somebody may approve: there is nothing to approve.
    for (claim, status) in [
        ("super", 404),
        ("primary", 404),
        ("manager", 404),
        ("technician", 403),
        ("[technician manager]", 404),
        ("[everybody technician]", 403),
        ("[\"technician\",\"super\"]", 404),
        ("[\"not a manager\"]", 403),
        ("[7,\"manager\"]", 404),
        ("[manager", 403),
        ("Manager", 403),
        ("manager ", 403),
        ("superb", 403),
        ("[]", 403),
        ("", 403),
        (&groups, 403),
    ] {
        let reply = ask(&app, "POST", path, claims(claim)).await;
        let case: String = claim.chars().take(40).collect();
        assert_eq!(reply.status, status, "{case}: {}", reply.body);
        assert_eq!(reply.kind, "application/problem+json", "{case}");
        let list = ask(&app, "GET", "/v1/customers/northwind/runs", claims(claim)).await;
        let may_see = claim.contains("technician") || status == 404;
        assert_eq!(list.status, if may_see { 200 } else { 403 }, "{case}");
    }
}

#[tokio::test]
async fn without_the_authorizers_word_nobody_is_known_whatever_else_they_bring() {
    let (world, app) = world().await;
    let path = "/v1/customers/northwind/runs";
    let no_role = json!({ "jwt": { "claims": { "sub": "s", "role": "super" } } });
    for (authorizer, status) in [
        (Value::Null, 401),
        (json!({ "lambda": { "custom:role": "super" } }), 401),
        (json!({ "iam": { "userId": "x" } }), 401),
        (no_role, 403),
        (json!({ "jwt": { "claims": null } }), 403),
    ] {
        // Each brings the bearer token of a `super` as well.
        let reply = ask(&app, "GET", path, authorizer.clone()).await;
        assert_eq!(reply.status, status, "{authorizer}");
        assert_eq!(reply.kind, "application/problem+json");
    }
    // And where no claim is set, a claim is nobody's word.
    let mut other = claims("super");
    let reply = ask(world.app(), "GET", path, other.take()).await;
    assert_eq!(reply.status, 200, "the bearer token counts there");
}

#[tokio::test]
async fn a_claim_is_no_role_where_operators_have_bearer_tokens() {
    let (world, app) = world().await;
    let app = App {
        role_claim: None,
        secrets: platform::Secrets::memory(std::collections::BTreeMap::new()),
        ..app
    };
    let path = "/v1/customers/northwind/runs";
    assert_eq!(ask(&app, "GET", path, claims("super")).await.status, 401);
    drop(world);
}
