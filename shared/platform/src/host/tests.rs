//! Messages, ticks and requests as Lambda brings them, without Lambda.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{Method, StatusCode, header};
use axum::routing::{Router, get, post};
use domain::event::{Envelope, Event};
use domain::failure::{Disposition, Failure};
use domain::id::CustomerId;
use jiff::{SignedDuration, Timestamp};
use lambda_runtime::tower::ServiceExt;
use serde_json::{Value, json};

use super::queue::deliver_all;
use super::schedule::tick;
use super::*;
use crate::budget::Budget;
use crate::bus::Bus;
use crate::clock::Clock;
use crate::secrets::Secrets;
use crate::telemetry::Metrics;

fn now() -> Timestamp {
    Timestamp::from_second(1_790_000_000).unwrap()
}

/// An app whose table nobody asks.
fn app() -> App {
    let (sender, _) = tokio::sync::mpsc::unbounded_channel();
    let secrets = Secrets::memory(BTreeMap::new());
    let (bus, clock) = (Bus::Local(sender), Clock::fixed(now()));
    let mut app = App::local("http://127.0.0.1:9", "none", bus, secrets, clock);
    app.metrics = Metrics::kept("matching", "test");
    app
}

fn message(app: &App, customer: &str) -> String {
    let customer = CustomerId::parse(customer).unwrap();
    let envelope = app.envelope(customer, None, Event::ImportFinished {});
    json!({
        "version": "0", "id": "7bf73129-1428-4cd3-a780-95db273d1602", "source": "muster",
        "account": "123456789012", "time": "2026-11-24T08:00:00Z", "region": "us-east-1",
        "resources": [], "detail-type": "import.finished.v1", "detail": envelope,
    })
    .to_string()
}

/// Does with an event what its customer is called after.
async fn as_told(_: &App, envelope: &Envelope, _: &Budget) -> Result<(), Failure> {
    match envelope.customer.as_str() {
        "good" => Ok(()),
        "retry" => Err(Failure::retry("not now")),
        "wait" => {
            let after = Some(Duration::from_secs(5));
            Err(Failure::new(Disposition::Retry { after }, "slow down"))
        }
        "reject" => Err(Failure::reject("never")),
        "suspend" => Err(Failure::new(Disposition::Suspend, "a person must act")),
        "defect" => Err(Failure::defect("an invariant")),
        "panic" => panic!("on purpose"),
        "hang" => std::future::pending().await,
        other => unreachable!("{other}"),
    }
}

async fn verdict(body: &str) -> Verdict {
    deliver(&app(), &as_told, body, &Budget::endless()).await
}

#[tokio::test]
async fn what_may_pass_later_or_is_our_fault_comes_again_and_the_rest_is_done() {
    let after = Some(Duration::from_secs(5));
    for (customer, expected) in [
        ("good", Verdict::Done),
        ("reject", Verdict::Done),
        ("suspend", Verdict::Done),
        ("retry", Verdict::Again(Disposition::Retry { after: None })),
        ("wait", Verdict::Again(Disposition::Retry { after })),
        ("defect", Verdict::Again(Disposition::Defect)),
        ("panic", Verdict::Again(Disposition::Defect)),
    ] {
        assert_eq!(
            verdict(&message(&app(), customer)).await,
            expected,
            "{customer}"
        );
    }
}

#[tokio::test]
async fn a_message_that_is_no_event_of_ours_is_given_back_until_it_is_a_dead_letter() {
    let good = message(&app(), "good");
    let detail: Value = serde_json::from_str::<Value>(&good).unwrap()["detail"].take();
    for body in [
        String::new(),
        "{".to_owned(),
        detail.to_string(),
        good.replace("import.finished.v1", "import.finished.v9"),
        good.replacen("import.finished.v1", "matching.finished.v1", 1),
        good.replace("good", &"x".repeat(20_000)),
        format!("{good}{}", " ".repeat(20_000)),
    ] {
        assert_eq!(
            verdict(&body).await,
            Verdict::Again(Disposition::Defect),
            "{body}"
        );
    }
}

fn batch(bodies: Vec<String>) -> SqsEvent {
    let records = bodies.into_iter().enumerate().map(|(number, body)| {
        let mut message = SqsMessage::default();
        message.message_id = Some(format!("message-{number}"));
        message.body = Some(body);
        message
    });
    let mut event = SqsEvent::default();
    event.records = records.collect();
    event
}

/// The numbers of the messages that come again.
async fn given_back(app: &App, customers: &[&str], budget: &Budget) -> Vec<String> {
    let bodies = customers
        .iter()
        .map(|customer| message(app, customer))
        .collect();
    let response = deliver_all(app, &as_told, batch(bodies), budget).await;
    response
        .batch_item_failures
        .into_iter()
        .map(|failure| failure.item_identifier)
        .collect()
}

#[tokio::test]
async fn what_is_only_throttled_is_published_anew_before_it_is_a_dead_letter() {
    let (sender, mut published) = tokio::sync::mpsc::unbounded_channel();
    let mut app = app();
    for (received, customer, is_given_back, is_published) in [
        ("3", "wait", true, false),
        ("4", "wait", false, true),
        ("9", "retry", true, false),
        ("9", "defect", true, false),
    ] {
        app.bus = Bus::Local(sender.clone());
        let mut event = batch(vec![message(&app, customer)]);
        let count = ("ApproximateReceiveCount".to_owned(), received.to_owned());
        event.records[0].attributes.extend([count]);
        let response = deliver_all(&app, &as_told, event, &Budget::endless()).await;
        assert_eq!(
            !response.batch_item_failures.is_empty(),
            is_given_back,
            "{customer}"
        );
        let anew = published.try_recv().ok();
        assert_eq!(anew.is_some(), is_published, "{customer}");
        assert!(anew.is_none_or(|event| event.customer.as_str() == customer));
    }
    // A bus that takes nothing: the message itself comes again.
    drop(published);
    let mut event = batch(vec![message(&app, "wait")]);
    let count = ("ApproximateReceiveCount".to_owned(), "5".to_owned());
    event.records[0].attributes.extend([count]);
    let response = deliver_all(&app, &as_told, event, &Budget::endless()).await;
    assert_eq!(response.batch_item_failures.len(), 1);
}

#[tokio::test]
async fn one_bad_message_costs_no_other_of_its_batch() {
    let app = app();
    let customers = ["panic", "good", "wait", "reject", "defect", "good"];
    let again = given_back(&app, &customers, &Budget::endless()).await;
    assert_eq!(again, ["message-0", "message-2", "message-4"]);
    let lines = app.metrics.lines();
    assert_eq!(lines.len(), 1, "one line for an invocation");
    let line: Value = serde_json::from_str(&lines[0]).unwrap();
    for (measure, value) in [
        (Measure::MESSAGES_GIVEN_BACK, 3.0),
        (Measure::DEFECTS, 2.0),
        (Measure::THROTTLED, 1.0),
        (Measure::TABLE_REQUESTS, 0.0),
    ] {
        assert_eq!(line[measure.name], value, "{}", measure.name);
    }
}

#[tokio::test]
async fn a_handler_at_work_near_the_deadline_is_cut_off_and_the_rest_is_not_begun() {
    let (app, soon) = (
        app(),
        Budget::until(now() + SignedDuration::from_millis(1_005)),
    );
    assert_eq!(
        given_back(&app, &["hang", "good"], &soon).await,
        ["message-0", "message-1"]
    );
    // Short as it is, the first is begun: what else was the invocation for?
    let begun = given_back(&app, &["good", "good"], &soon).await;
    assert_eq!(begun, ["message-1"]);
}

#[tokio::test]
async fn a_handler_knows_how_long_it_has() {
    let app = app();
    let seen = AtomicU32::new(0);
    let handle = async |app: &App, _: &Envelope, budget: &Budget| {
        let left = budget.left(app.clock.now()).as_secs();
        seen.store(left.try_into().unwrap(), Ordering::Relaxed);
        Ok::<_, Failure>(())
    };
    let budget = Budget::until(now() + SignedDuration::from_secs(90));
    deliver(&app, &handle, &message(&app, "good"), &budget).await;
    assert_eq!(seen.load(Ordering::Relaxed), 90);
}

#[tokio::test]
async fn a_tick_that_fails_is_told_to_lambda() {
    let app = app();
    assert_eq!(tick(&app, &async |_: &App| Ok(())).await, Ok(()));
    let failed = tick(&app, &async |_: &App| {
        Err::<(), _>(Failure::retry("no table"))
    })
    .await;
    assert_eq!(failed, Err("no table".to_owned()));
    assert_eq!(app.metrics.lines().len(), 2);
}

fn router() -> Router {
    let router = Router::new()
        .route("/good", get(async || "fine"))
        .route(
            "/panic",
            get(async || -> &'static str { panic!("on purpose") }),
        )
        .route(
            "/json",
            post(async |Json(_): Json<BTreeMap<String, u32>>| StatusCode::CREATED),
        )
        .route(
            "/own",
            get(async || Err::<(), _>(crate::Problem::conflict("as things stand"))),
        )
        .layer(DefaultBodyLimit::max(64));
    answering_in_problems(router)
}

async fn ask(method: Method, path: &str, body: &str) -> (u16, Value) {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body.to_owned()))
        .unwrap();
    let response = router().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    if status == 405 {
        assert!(response.headers().contains_key(header::ALLOW));
    }
    if status >= 400 {
        assert_eq!(
            response.headers()[header::CONTENT_TYPE],
            "application/problem+json"
        );
    }
    let body = to_bytes(response.into_body(), 1024).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

#[tokio::test]
async fn whatever_goes_wrong_is_a_problem_and_repeats_nothing_of_the_request() {
    let large = format!("{{{}}}", " ".repeat(100));
    for (method, path, body, status) in [
        (Method::GET, "/nowhere", "", 404),
        (Method::DELETE, "/good", "", 405),
        (Method::GET, "/panic", "", 500),
        (Method::POST, "/json", "{", 400),
        (
            Method::POST,
            "/json",
            r#"{"a":"jane@northwind.example"}"#,
            422,
        ),
        (Method::POST, "/json", &large, 413),
    ] {
        let (answered, problem) = ask(method, path, body).await;
        assert_eq!(answered, status, "{path}");
        assert_eq!(problem["status"], status);
        assert!(!problem.to_string().contains("jane"), "{problem}");
    }
}

#[tokio::test]
async fn what_goes_well_and_a_problem_of_the_routes_own_stay_as_they_are() {
    assert_eq!(ask(Method::GET, "/good", "").await.0, 200);
    assert_eq!(ask(Method::POST, "/json", r#"{"a":1}"#).await.0, 201);
    let (status, problem) = ask(Method::GET, "/own", "").await;
    assert_eq!(
        (status, &problem["detail"]),
        (409, &"as things stand".into())
    );
}

async fn as_asked(_: &App, call: &Call) -> Result<Value, Failure> {
    match call.event["do"].as_str().unwrap_or_default() {
        "good" => Ok(json!(format!("<p>{}</p>", call.function))),
        "retry" => Err(Failure::retry("jane@northwind.example")),
        "defect" => Err(Failure::defect("jane@northwind.example")),
        "panic" => panic!("on purpose"),
        "hang" => std::future::pending().await,
        other => unreachable!("{other}"),
    }
}

#[tokio::test]
async fn a_call_that_fails_is_answered_in_words_that_say_nothing_of_it() {
    let large = "x".repeat(70_000);
    for (event, told, defects) in [
        (json!({ "do": "good" }), "<p>arn:ours</p>", None),
        (json!({ "do": "retry" }), "Try again", Some(0.0)),
        (json!({ "do": "hang" }), "Try again", Some(0.0)),
        (json!({ "do": "defect" }), "ours is wrong", Some(1.0)),
        (json!({ "do": "panic" }), "ours is wrong", Some(1.0)),
        (
            json!({ "do": "good", "more": large }),
            "more than",
            Some(0.0),
        ),
    ] {
        let (app, function) = (app(), "arn:ours".to_owned());
        let soon = Budget::until(now() + SignedDuration::from_millis(1_005));
        let call = Call { event, function };
        let answered = answer(&app, &as_asked, &call, &soon).await;
        let answered = answered.as_str().unwrap();
        assert!(answered.contains(told), "{answered}");
        assert!(!answered.contains("jane"), "{answered}");
        let lines = app.metrics.lines();
        assert_eq!(lines.len(), 1, "one line for an invocation");
        let line: Value = serde_json::from_str(&lines[0]).unwrap();
        assert_eq!(line[Measure::DEFECTS.name].as_f64(), defects, "{told}");
    }
}

/// A request as an HTTP API brings it, with this in its context.
fn from_api(authorizer: Value) -> lambda_http::http::Extensions {
    let mut event = json!({
        "version": "2.0", "routeKey": "$default", "rawPath": "/v1/customers/a/runs",
        "rawQueryString": "", "headers": { "authorization": "Bearer x" }, "isBase64Encoded": false,
        "requestContext": {
            "accountId": "123456789012", "apiId": "a", "domainName": "a.example",
            "domainPrefix": "a", "requestId": "r", "routeKey": "$default", "stage": "$default",
            "time": "24/Nov/2026:08:00:00 +0000", "timeEpoch": 1,
            "http": { "method": "GET", "path": "/v1/customers/a/runs", "protocol": "HTTP/1.1",
                      "sourceIp": "192.0.2.1", "userAgent": "t" },
        },
    });
    if !authorizer.is_null() {
        event["requestContext"]["authorizer"] = authorizer;
    }
    let request = lambda_http::request::from_str(&event.to_string()).unwrap();
    request.into_parts().0.extensions
}

#[test]
fn a_claim_is_what_the_jwt_authorizer_found_and_nothing_else() {
    let jwt = |claims: Value| json!({ "jwt": { "claims": claims, "scopes": null } });
    for (authorizer, said) in [
        (jwt(json!({ "role": "manager" })), Some(Some("manager"))),
        (
            jwt(json!({ "role": "[a manager]" })),
            Some(Some("[a manager]")),
        ),
        (jwt(json!({ "sub": "x" })), Some(None)),
        (json!({ "lambda": { "role": "super" } }), None),
        (Value::Null, None),
    ] {
        let extensions = from_api(authorizer.clone());
        let found = match claim(&extensions, "role") {
            Claim::Unknown => None,
            Claim::Missing => Some(None),
            Claim::Text(text) => Some(Some(text)),
        };
        assert_eq!(found, said, "{authorizer}");
    }
    // A request that did not come from an API at all, as on a laptop.
    assert!(claim(&axum::http::Extensions::new(), "role") == Claim::Unknown);
}
