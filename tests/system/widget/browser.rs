//! The widget in front of a person: the stand-in for the console (tests/browser/console.html) on
//! loopback, with the real functions behind it. Where `MUSTER_TEST_BROWSER` names a Python with
//! Playwright, a Chromium clicks through it (`.ci/run` sees to that); else its requests are made
//! without one. It ends with the test.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::response::Html;
use axum::routing::{get, post};
use axum::{Json, Router};
use platform::host::{Call, answer};
use platform::{App, Budget};
use serde_json::{Value, json};
use tokio::process::Command;
use tokio::time::timeout;

use super::{DECIDE, WIDGET, Waiting, buttons};
use crate::tidy::root;

/// The longest that a browser may take, in seconds.
const BROWSER_SECONDS_MAX: u64 = 120;

/// Invokes a function as CloudWatch does, by its ARN; "widget" is the one that the card is about.
async fn invoke(
    State(app): State<App>,
    Query(to): Query<BTreeMap<String, String>>,
    Json(event): Json<Value>,
) -> Json<Value> {
    let call = Call {
        event,
        function: WIDGET.to_owned(),
    };
    let budget = Budget::endless();
    let answered = if to["endpoint"] == DECIDE {
        let handle =
            async |app: &App, call: &Call| admin_api::widget::decide(app, &call.event).await;
        answer(&app, &handle, &call, &budget).await
    } else {
        assert!([WIDGET, "widget"].contains(&to["endpoint"].as_str()));
        let handle = async |app: &App, call: &Call| {
            admin_api::widget::show(app, &call.event, &call.function).await
        };
        answer(&app, &handle, &call, &budget).await
    };
    Json(answered)
}

fn console(app: App) -> Router {
    let page = std::fs::read_to_string(root().join("tests/browser/console.html")).unwrap();
    Router::new()
        .route("/", get(async || Html(page)))
        .route("/invoke", post(invoke))
        .with_state(app)
}

async fn ask(router: &Router, endpoint: &str, event: &Value) -> String {
    let request = axum::http::Request::post(format!("/invoke?endpoint={endpoint}"))
        .header("content-type", "application/json")
        .body(event.to_string().into())
        .unwrap();
    let reply = crate::psa::send(router.clone(), request).await;
    assert_eq!(reply.status, 200);
    reply.body.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_widget_is_tried_as_a_person_would() {
    let waiting = Waiting::new().await;
    let router = console(waiting.app());
    let Some(python) = std::env::var_os("MUSTER_TEST_BROWSER") else {
        let html = ask(&router, "widget", &json!({})).await;
        for (function, asked) in buttons(&html) {
            ask(&router, &function, &asked).await;
        }
        let html = ask(&router, "widget", &json!({})).await;
        assert!(html.contains("its import is on the way"), "{html}");
        assert_eq!(buttons(&html), []);
        return;
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let folder = root().join("target/browser");
    std::fs::create_dir_all(&folder).unwrap();
    let browser = Command::new(python)
        .arg(root().join("tests/browser/check.py"))
        .args([url.as_ref(), folder.as_os_str()])
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let ended = timeout(Duration::from_secs(BROWSER_SECONDS_MAX), browser).await;
    let ended = ended.unwrap().unwrap();
    server.abort();
    assert!(
        ended.status.success(),
        "{}",
        String::from_utf8_lossy(&ended.stderr)
    );
}
