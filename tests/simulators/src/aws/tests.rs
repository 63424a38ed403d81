//! Both services, asked as the SDK asks.

use serde_json::{Value, json};

use super::*;
use axum::http::HeaderMap;

fn ask(services: &mut State, target: &str, body: &Value) -> (u16, Value) {
    let mut headers = HeaderMap::new();
    let signature = "AWS4-HMAC-SHA256 Credential=AKIA/20261124/eu-west-2/events/aws4_request";
    headers.insert("authorization", signature.parse().unwrap());
    headers.insert("x-amz-target", target.parse().unwrap());
    let request = Request::new("POST", "/", headers, Bytes::from(body.to_string()));
    let answer = services.answer("", &request);
    (answer.status, serde_json::from_slice(&answer.body).unwrap())
}

fn entry(detail: &str) -> Value {
    json!({
        "EventBusName": "own", "Source": "tests", "DetailType": "happened.v1", "Detail": detail,
    })
}

#[test]
fn entries_are_taken_or_refused_one_by_one_and_arrive_as_a_rule_delivers_them() {
    let mut services = State::default();
    services.bus.refuse(1, "ThrottlingException");
    let entries = [entry(r#"{"n":1}"#), entry("no JSON"), entry(r#"{"n":2}"#)];
    let (status, told) = ask(
        &mut services,
        "AWSEvents.PutEvents",
        &json!({ "Entries": entries }),
    );
    assert_eq!((status, &told["FailedEntryCount"]), (200, &json!(2)));
    assert_eq!(told["Entries"][0]["ErrorCode"], "ThrottlingException");
    assert_eq!(told["Entries"][1]["ErrorCode"], "MalformedDetail");
    let published = services.bus.take();
    assert_eq!(published.len(), 1);
    assert_eq!(told["Entries"][2]["EventId"], published[0].id);
    let message: Value = serde_json::from_str(&published[0].message()).unwrap();
    assert_eq!(message["detail-type"], "happened.v1");
    assert_eq!(message["detail"], json!({ "n": 2 }));
    assert!(services.bus.take().is_empty(), "taken is taken");
}

#[test]
fn calls_beyond_the_services_limits_are_refused_as_a_whole() {
    let mut services = State::default();
    let large = entry(&json!({ "a": "x".repeat(1024 * 1024) }).to_string());
    for entries in [vec![], vec![entry("{}"); 11], vec![large]] {
        let asked = json!({ "Entries": entries });
        let (status, told) = ask(&mut services, "AWSEvents.PutEvents", &asked);
        assert_eq!(
            (status, &told["__type"]),
            (400, &json!("ValidationException"))
        );
    }
    assert!(services.bus.take().is_empty());
}

#[test]
fn a_secret_is_there_or_missing_or_denied_and_nobody_asks_unsigned() {
    let mut services = State::default();
    services.secrets.put("a/b", "hush");
    services.secrets.put("a/c", "hush");
    services.secrets.deny("a/c");
    for (name, status, member, value) in [
        ("a/b", 200, "SecretString", "hush"),
        ("a/c", 400, "__type", "AccessDeniedException"),
        ("a/d", 400, "__type", "ResourceNotFoundException"),
    ] {
        let asked = json!({ "SecretId": name });
        let (answered, told) = ask(&mut services, "secretsmanager.GetSecretValue", &asked);
        assert_eq!((answered, &told[member]), (status, &json!(value)), "{name}");
    }
    assert!(!format!("{services:?}").contains("hush"));
    let (status, _) = ask(&mut services, "secretsmanager.DeleteSecret", &json!({}));
    assert_eq!(status, 400);
    let unsigned = Request::new("POST", "/", HeaderMap::new(), Bytes::from("{}"));
    assert_eq!(services.answer("", &unsigned).status, 400);
}
