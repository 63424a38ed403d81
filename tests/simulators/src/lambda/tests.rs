//! The Runtime API, asked by a client that does what a runtime does.

use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::events::{HttpAnswer, HttpRequest, batch, given_back};
use super::*;

const TIME: Duration = Duration::from_secs(10);

/// One call; the answer's head in lower case, and its body.
async fn call(api: &str, method: &str, path: &str, body: &str) -> (String, String) {
    let mut stream = TcpStream::connect(api).await.unwrap();
    let request = format!(
        "{method} /2018-06-01/runtime/{path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_lowercase(), body.to_owned())
}

/// Takes one event and ends it by that call.
async fn serve_one(api: String, how: &'static str, with: String) -> (String, String) {
    let (head, event) = call(&api, "GET", "invocation/next", "").await;
    let id = head
        .lines()
        .find_map(|line| line.strip_prefix("lambda-runtime-aws-request-id: "))
        .unwrap();
    let path = format!("invocation/{id}/{how}");
    (event, call(&api, "POST", &path, &with).await.0)
}

#[tokio::test]
async fn an_invocation_is_answered_or_fails_by_what_the_process_posts() {
    let api = RuntimeApi::start().await.unwrap();
    assert_eq!(api.phase(), Phase::Starting);
    let failure = json!({ "errorType": "a", "errorMessage": "b" });
    for (how, body, expected) in [
        (
            "response",
            "fine".to_owned(),
            Outcome::Answered("fine".into()),
        ),
        (
            "error",
            failure.to_string(),
            Outcome::Failed(failure.clone()),
        ),
    ] {
        let process = tokio::spawn(serve_one(api.address().to_owned(), how, body));
        assert_eq!(api.invoke(r#"{"a":1}"#, TIME).await, expected);
        let (event, head) = process.await.unwrap();
        assert_eq!(event, r#"{"a":1}"#);
        assert!(head.starts_with("http/1.1 202"), "{head}");
    }
    assert!(matches!(api.phase(), Phase::Ready(_)));
    assert_eq!(api.next_calls(), 2);
}

#[tokio::test]
async fn payloads_have_their_limits_in_both_directions() {
    let api = RuntimeApi::start().await.unwrap();
    let large = "x".repeat(PAYLOAD_BYTES_MAX + 1);
    assert_eq!(api.invoke(large.clone(), TIME).await, Outcome::TooLarge);
    let process = tokio::spawn(serve_one(api.address().to_owned(), "response", large));
    let Outcome::Failed(told) = api.invoke("{}", TIME).await else {
        panic!("an answer that is too large is a failure");
    };
    assert_eq!(told["errorType"], "Function.ResponseSizeTooLarge");
    assert!(process.await.unwrap().1.starts_with("http/1.1 413"));
}

#[tokio::test]
async fn who_is_late_has_timed_out_and_its_answer_is_refused() {
    let api = RuntimeApi::start().await.unwrap();
    let outcome = api.invoke("{}", Duration::from_millis(1)).await;
    assert_eq!(outcome, Outcome::TimedOut);
    let (_, head) = serve_one(api.address().to_owned(), "response", String::new()).await;
    assert!(head.starts_with("http/1.1 403"), "{head}");
}

#[tokio::test]
async fn a_process_may_say_that_it_cannot_start() {
    let api = RuntimeApi::start().await.unwrap();
    let told = json!({ "errorType": "a", "errorMessage": "b" });
    call(api.address(), "POST", "init/error", &told.to_string()).await;
    assert_eq!(api.settled(TIME).await, Phase::InitFailed(told));
    assert_eq!(api.next_calls(), 0);
}

#[test]
fn a_batch_names_its_messages_and_the_answer_says_which_come_again() {
    let batch: Value = serde_json::from_str(&batch(["a", "b"])).unwrap();
    assert_eq!(batch["Records"][1]["messageId"], "message-1");
    assert_eq!(batch["Records"][1]["body"], "b");
    let answer = json!({ "batchItemFailures": [{ "itemIdentifier": "message-1" }] });
    assert_eq!(given_back(&answer), Some(vec!["message-1".to_owned()]));
    for wrong in [json!(null), json!({}), json!({ "batchItemFailures": [{}] })] {
        assert_eq!(given_back(&wrong), None);
    }
}

#[test]
fn bodies_travel_as_text_or_in_base64() {
    let text = HttpRequest::new("POST", "/a?b=c").body("text/plain", "ä");
    let event: Value = serde_json::from_str(&text.event()).unwrap();
    assert_eq!(
        (&event["body"], &event["isBase64Encoded"]),
        (&json!("ä"), &json!(false))
    );
    assert_eq!(
        (&event["rawPath"], &event["rawQueryString"]),
        (&json!("/a"), &json!("b=c"))
    );
    let bytes = HttpRequest::new("PUT", "/a").body("application/gzip", [0xff, 0x00]);
    let event: Value = serde_json::from_str(&bytes.event()).unwrap();
    assert_eq!(
        (&event["body"], &event["isBase64Encoded"]),
        (&json!("/wA="), &json!(true))
    );
    let answer = json!({
        "statusCode": 201, "headers": { "Content-Type": "a/b" }, "body": "e30=",
        "isBase64Encoded": true,
    });
    let answer = HttpAnswer::read(&answer).unwrap();
    assert_eq!(
        (answer.status, answer.kind.as_str(), answer.json()),
        (201, "a/b", json!({}))
    );
    assert_eq!(HttpAnswer::read(&json!({})), None);
}
