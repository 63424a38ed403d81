//! Uploads that nobody honest would hand in, and honest ones that went wrong: each is refused or
//! recorded in words, leaves every account as it was, and the next good one works.

use domain::account::AccountState::Active;
use domain::id::UploadId;
use domain::limits::UPLOAD_BYTES_MAX;
use muster::agents::{enrol, revoke};
use platform::store::UploadRecord;
use serde_json::{Value, json};

use super::agents::{Agents, digest, gzip, ldif, opening};
use super::{call, count};
use crate::world::id;

#[tokio::test]
async fn an_agent_needs_its_own_token_and_sees_its_own_customer_only() {
    let mut agents = Agents::new().await;
    let upload = agents.open(1).await;
    let body = opening("users.ldif", 1).to_string();
    let part = format!("/v1/uploads/{upload}/files/1/parts/1");
    let paths = [
        ("POST", "/v1/uploads".to_owned()),
        ("GET", format!("/v1/uploads/{upload}")),
        ("PUT", part.clone()),
        ("POST", format!("/v1/uploads/{upload}/complete")),
    ];
    let wrong = "0".repeat(64);
    let flipped = agents.token.chars().rev().collect::<String>();
    for token in [
        "",
        "short",
        wrong.as_str(),
        flipped.as_str(),
        crate::world::OPERATOR,
    ] {
        for (method, path) in &paths {
            let (status, answer) =
                call(&agents.world, token, method, path, body.clone(), &[]).await;
            assert_eq!(status, 401, "{method} {path}: {answer}");
            assert!(
                answer["detail"].as_str().unwrap().contains("bearer token"),
                "{answer}"
            );
        }
    }
    // Another customer's agent: as if there were no such upload.
    for (method, path) in &paths[1..] {
        let (status, answer) = call(&agents.world, &agents.other, method, path, "x", &[]).await;
        assert_eq!(status, 404, "{method} {path}: {answer}");
    }
    // A revoked one, in the middle of its upload.
    let agent = agents
        .world
        .app()
        .store
        .agents(&id("northwind"))
        .await
        .unwrap()
        .remove(0);
    revoke(agents.world.app(), &id("northwind"), &agent.id)
        .await
        .unwrap();
    assert_eq!(
        agents.part(&upload, "1/parts/1", gzip(&ldif(1))).await.0,
        401
    );
    assert_eq!(agents.complete(&upload).await.0, 401);
    agents.world.settle().await;
    assert_eq!(count(&agents.world, "northwind", Active).await, 0);

    agents.token = enrol(agents.world.app(), &id("northwind"))
        .await
        .unwrap()
        .token;
    assert_eq!(agents.good(3).await, 3);
    assert_eq!(count(&agents.world, "fabrikam", Active).await, 0);
}

#[tokio::test]
async fn a_part_that_is_not_what_was_announced_is_refused() {
    let agents = Agents::new().await;
    let upload = agents.open(2).await;
    let one = gzip(&ldif(2));
    let path = format!("/v1/uploads/{upload}/files/1/parts/1");
    for (what, digest) in [
        ("another body's", Some(digest(b"x"))),
        ("none", None),
        ("no digest at all", Some("?".to_owned())),
    ] {
        let headers: Vec<(&str, &str)> = digest
            .iter()
            .map(|digest| ("x-content-sha256", digest.as_str()))
            .collect();
        let body = one.clone();
        let (status, answer) =
            call(&agents.world, &agents.token, "PUT", &path, body, &headers).await;
        assert_eq!(status, 400, "{what}: {answer}");
        assert!(
            answer["detail"].as_str().unwrap().contains("SHA-256"),
            "{answer}"
        );
    }
    assert_eq!(
        agents.part(&upload, "1/parts/1", Vec::new()).await.0,
        400,
        "an empty part"
    );
    for nowhere in [
        "1/parts/3",
        "1/parts/0",
        "2/parts/1",
        "0/parts/1",
        "-1/parts/1",
        "x/parts/y",
    ] {
        let (status, answer) = agents.part(&upload, nowhere, one.clone()).await;
        assert!(
            status == 404 || status == 400,
            "{nowhere}: {status} {answer}"
        );
    }
    let large = vec![0; 350 * 1024 + 1];
    assert_eq!(agents.part(&upload, "1/parts/2", large).await.0, 413);
    let (_, standing) = agents
        .call("GET", &format!("/v1/uploads/{upload}"), "")
        .await;
    assert_eq!(standing["parts"], json!([]), "nothing of all that is kept");
}

#[tokio::test]
async fn an_upload_that_grows_too_large_is_refused_in_words_and_the_next_one_works() {
    let mut agents = Agents::new().await;
    let opened = agents.open(2).await;
    let store = &agents.world.app().store;
    let record = store.upload(&UploadId::parse(opened).unwrap()).await;
    let part = gzip(&ldif(2));
    // As if all but so many bytes of the limit had been handed in.
    let nearly_full = UploadRecord {
        id: UploadId::parse("upl_full").unwrap(),
        bytes: (UPLOAD_BYTES_MAX - part.len()) as u64,
        ..record.unwrap().unwrap()
    };
    store.create_upload(&nearly_full).await.unwrap();
    let (status, answer) = agents.part("upl_full", "1/parts/1", part.clone()).await;
    assert_eq!(status, 201, "{answer}");
    let (status, answer) = agents.part("upl_full", "1/parts/2", part.clone()).await;
    assert_eq!(status, 413, "{answer}");
    let detail = answer["detail"].as_str().unwrap();
    for told in ["67108864", "UPLOAD_BYTES_MAX", "open a new upload"] {
        assert!(detail.contains(told), "{detail}");
    }
    // A repeat of what is there is still fine; the upload never becomes complete.
    assert_eq!(agents.part("upl_full", "1/parts/1", part).await.0, 200);
    assert_eq!(agents.complete("upl_full").await.0, 409);
    assert_eq!(agents.good(3).await, 3);
}

#[tokio::test]
async fn repeated_parts_are_fine_and_nothing_is_complete_without_all() {
    let mut agents = Agents::new().await;
    let upload = agents.open(2).await;
    let (one, two) = (gzip(&ldif(2)), gzip(b""));
    assert_eq!(agents.part(&upload, "1/parts/1", one.clone()).await.0, 201);
    assert_eq!(
        agents.part(&upload, "1/parts/1", one.clone()).await.0,
        200,
        "the same again"
    );
    let (status, answer) = agents.part(&upload, "1/parts/1", gzip(&ldif(9))).await;
    assert_eq!(status, 409, "{answer}");
    assert!(
        answer["detail"]
            .as_str()
            .unwrap()
            .contains("another content"),
        "{answer}"
    );

    let (status, answer) = agents.complete(&upload).await;
    assert_eq!(status, 409);
    assert!(
        answer["detail"]
            .as_str()
            .unwrap()
            .contains("1 of 2 parts are missing"),
        "{answer}"
    );
    let (_, standing) = agents
        .call("GET", &format!("/v1/uploads/{upload}"), "")
        .await;
    assert_eq!(standing["parts"], json!([{ "file": 1, "part": 1 }]));
    assert_eq!(standing["complete"], false);

    assert_eq!(agents.part(&upload, "1/parts/2", two.clone()).await.0, 201);
    assert_eq!(agents.complete(&upload).await.0, 202);
    assert_eq!(
        agents.complete(&upload).await.0,
        202,
        "an answer that was lost"
    );
    assert_eq!(agents.part(&upload, "1/parts/2", two).await.0, 200);
    agents.world.settle().await;
    assert_eq!(count(&agents.world, "northwind", Active).await, 2);
    let (_, standing) = agents
        .call("GET", &format!("/v1/uploads/{upload}"), "")
        .await;
    assert_eq!(standing["complete"], true);
}

#[tokio::test]
async fn an_opening_that_asks_for_the_impossible_is_refused() {
    let agents = Agents::new().await;
    let file = |name: &str, parts: u64| json!({ "name": name, "parts": parts });
    let opening = |files: Value| json!({ "source": "active-directory", "files": files });
    let many: Vec<Value> = (0..33).map(|_| file("a", 1)).collect();
    for (what, body) in [
        ("no JSON", "nothing".to_owned()),
        ("no files", opening(json!([])).to_string()),
        ("too many files", opening(json!(many)).to_string()),
        ("no parts", opening(json!([file("a", 0)])).to_string()),
        (
            "too many parts",
            opening(json!([file("a", 4001)])).to_string(),
        ),
        (
            "parts beyond counting",
            opening(json!([file("a", u64::MAX)])).to_string(),
        ),
        ("no name", opening(json!([file("", 1)])).to_string()),
        (
            "an endless name",
            opening(json!([file(&"a".repeat(201), 1)])).to_string(),
        ),
        (
            "another customer",
            json!({ "source": "active-directory", "customer": "fabrikam",
            "files": [file("a", 1)] })
            .to_string(),
        ),
        (
            "a source that no agent has",
            json!({ "source": "microsoft-365",
            "files": [file("a", 1)] })
            .to_string(),
        ),
        (
            "a coverage that is none",
            json!({ "source": "active-directory", "coverage": "some",
            "files": [file("a", 1)] })
            .to_string(),
        ),
    ] {
        let (status, answer) = agents.call("POST", "/v1/uploads", body).await;
        assert_eq!(status, 400, "{what}: {answer}");
        assert!(
            !answer["detail"].as_str().unwrap().is_empty(),
            "{what}: {answer}"
        );
    }
}

#[tokio::test]
async fn a_name_is_a_label_whatever_it_says() {
    let mut agents = Agents::new().await;
    for (at, name) in [
        "../../../etc/passwd",
        "C:\\Windows\\x",
        "a\0b",
        "\u{1b}[2J",
        "/dev/null",
    ]
    .iter()
    .enumerate()
    {
        let body = opening(name, 1).to_string();
        let (status, answer) = agents.call("POST", "/v1/uploads", body).await;
        assert_eq!(status, 201, "{answer}");
        let upload = answer["upload_id"].as_str().unwrap().to_owned();
        assert_eq!(
            agents
                .part(&upload, "1/parts/1", gzip(&ldif(at + 1)))
                .await
                .0,
            201
        );
        assert_eq!(agents.complete(&upload).await.0, 202);
        agents.world.settle().await;
        assert_eq!(count(&agents.world, "northwind", Active).await, at + 1);
    }
    for upload in ["..%2F..%2Fx", "%00", "upl_../x", "upl_none"] {
        let path = format!("/v1/uploads/{upload}");
        assert_eq!(agents.call("GET", &path, "").await.0, 404, "{upload}");
    }
}
