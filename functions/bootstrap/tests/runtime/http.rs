//! Requests as API Gateway hands them on: the PSA's deliveries, agents' uploads, operators.

use std::io::Write;

use domain::id::AgentId;
use domain::identity::Source;
use flate2::Compression;
use flate2::write::GzEncoder;
use platform::store::Agent;
use serde_json::json;
use sha2::{Digest, Sha256};
use simulators::lambda::events::HttpRequest;

use crate::world::{
    AGENT, OPERATOR, PATH_TOKEN, WEBHOOK_PASSWORD, World, ask, deliver, id, is_problem,
};

const JSON: &str = "application/json";

fn delivery(token: &str) -> HttpRequest {
    let body = json!({ "id": "d1", "event": "User Updated", "object_id": 7, "who": "hush anna" });
    HttpRequest::new("POST", &format!("/webhooks/halo/{token}")).body(JSON, body.to_string())
}

#[tokio::test]
async fn a_delivery_is_taken_with_the_right_credentials_and_a_forged_one_is_told_nothing() {
    let world = World::new().await;
    let webhook = world.start("psa-webhook").await;
    let good = delivery(PATH_TOKEN).basic("halo", WEBHOOK_PASSWORD);
    assert_eq!(ask(&webhook, &good).await.status, 200);
    for (request, status) in [
        (delivery("hush-wrong").basic("halo", WEBHOOK_PASSWORD), 404),
        (delivery(PATH_TOKEN).basic("halo", "hush-wrong"), 401),
        (delivery(PATH_TOKEN), 401),
        (delivery(PATH_TOKEN).bearer(OPERATOR), 401),
        (good.clone().body(JSON, "hush"), 400),
        (good.clone().body(JSON, vec![0xff; 64]), 400),
        (good.clone().body(JSON, "hush ".repeat(60_000)), 413),
        // As large as an HTTP API takes at all, in base64: 4 MB in an event of less than 6.
        (good.clone().body(JSON, vec![0xff; 4_000_000]), 413),
        (
            HttpRequest::new("GET", &format!("/webhooks/halo/{PATH_TOKEN}")),
            405,
        ),
        (HttpRequest::new("POST", "/hush"), 404),
    ] {
        is_problem(&ask(&webhook, &request).await, status);
    }
    assert!(
        world.aws.take_published().is_empty(),
        "nobody is linked with that contact"
    );
    world.stop(webhook).await;
}

async fn enrol(world: &World) {
    let agent = Agent {
        id: AgentId::parse("agt_1").unwrap(),
        customer: id("northwind"),
        token_sha256: sha256(AGENT.as_bytes()),
        created_at: world.app.clock.now(),
        revoked_at: None,
    };
    world.app.store.put_agent(&agent).await.unwrap();
}

fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn export() -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    let entry = "dn: CN=Anna,DC=northwind,DC=example\nobjectClass: user\n\
                 objectGUID: 93334e47-0000-4000-8000-000000000001\nsAMAccountName: anna\n\
                 displayName: Anna Ek\nuserAccountControl: 512\n\n";
    packed.write_all(entry.as_bytes()).unwrap();
    packed.finish().unwrap()
}

#[tokio::test]
async fn an_upload_is_handed_in_part_by_part_and_imported() {
    let world = World::new().await;
    world.add("northwind", Source::ActiveDirectory, None).await;
    enrol(&world).await;
    let agent = world.start("agent-upload").await;
    let opening = json!({
        "source": "active-directory", "files": [{ "name": "users.ldif", "parts": 1 }],
    });
    let open = HttpRequest::new("POST", "/v1/uploads").body(JSON, opening.to_string());
    is_problem(&ask(&agent, &open).await, 401);
    is_problem(&ask(&agent, &open.clone().bearer(OPERATOR)).await, 401);
    let open = open.bearer(AGENT);
    is_problem(&ask(&agent, &open.clone().body(JSON, "hush")).await, 400);
    let opened = ask(&agent, &open).await;
    assert_eq!(opened.status, 201, "{}", opened.json());
    let upload = opened.json()["upload_id"].as_str().unwrap().to_owned();

    let part = |body: Vec<u8>| {
        HttpRequest::new("PUT", &format!("/v1/uploads/{upload}/files/1/parts/1"))
            .bearer(AGENT)
            .header("X-Content-SHA256", &sha256(&body))
            .body("application/gzip", body)
    };
    is_problem(&ask(&agent, &part(vec![0xff; 400 * 1024])).await, 413);
    let wrong = part(export()).header("X-Content-SHA256", "hush");
    is_problem(&ask(&agent, &wrong).await, 400);
    let complete = HttpRequest::new("POST", &format!("/v1/uploads/{upload}/complete"));
    let complete = complete.bearer(AGENT);
    is_problem(&ask(&agent, &complete).await, 409);
    assert_eq!(ask(&agent, &part(export())).await.status, 201);
    assert_eq!(ask(&agent, &complete).await.status, 202);
    world.stop(agent).await;

    let published = world.published("upload.completed.v1");
    let import = world.start("import").await;
    assert!(deliver(&import, &[published[0].message()]).await.is_empty());
    world.stop(import).await;
    assert_eq!(
        world
            .app
            .store
            .all_accounts(&id("northwind"))
            .await
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn operators_see_accounts_and_ask_for_imports_with_their_token_only() {
    let world = World::new().await;
    world.add("northwind", Source::Microsoft365, None).await;
    let api = world.start("admin-api").await;
    let accounts = HttpRequest::new("GET", "/v1/customers/northwind/accounts?limit=10");
    for request in [
        accounts.clone(),
        accounts.clone().bearer("hush"),
        accounts.clone().bearer(AGENT),
        accounts.clone().basic("halo", WEBHOOK_PASSWORD),
    ] {
        is_problem(&ask(&api, &request).await, 401);
    }
    let answer = ask(&api, &accounts.bearer(OPERATOR)).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    assert_eq!(
        (answer.kind.as_str(), &answer.json()["accounts"]),
        (JSON, &json!([]))
    );

    let now = HttpRequest::new("POST", "/v1/customers/northwind/imports").bearer(OPERATOR);
    let answer = ask(&api, &now).await;
    assert_eq!(answer.status, 202, "{}", answer.json());
    assert_eq!(world.published("import.requested.v1").len(), 1);
    let edit = HttpRequest::new("PATCH", "/v1/customers/northwind/accounts/acc_none");
    let edit = edit.bearer(OPERATOR);
    let large = format!("{{\"hush\":\"{}\"}}", "x".repeat(20_000));
    for body in [large, "hush".to_owned()] {
        let answer = ask(&api, &edit.clone().body(JSON, body)).await;
        assert!((400..500).contains(&answer.status), "{}", answer.status);
        is_problem(&answer, answer.status);
    }
    world.stop(api).await;
}
