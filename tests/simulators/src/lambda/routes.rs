//! The four calls of the Runtime API.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{Response, StatusCode};
use axum::routing::{get, post};
use bytes::Bytes;
use serde_json::{Value, json};

use super::{Outcome, PAYLOAD_BYTES_MAX, Phase, Shared};

/// The function's name in its ARN.
const ARN: &str = "arn:aws:lambda:eu-west-2:123456789012:function:simulated";
/// A trace that nobody samples.
const TRACE: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0";

pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route(
            "/2018-06-01/runtime/invocation/{id}/response",
            post(response),
        )
        .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
        .route("/2018-06-01/runtime/init/error", post(init_error))
        .layer(DefaultBodyLimit::max(4 * PAYLOAD_BYTES_MAX))
        .with_state(shared)
}

/// Waits for work as long as it takes, as the real one does.
async fn next(State(shared): State<Arc<Shared>>) -> Response<Body> {
    let now = Instant::now();
    shared.open().next_calls += 1;
    shared.phase.send_if_modified(|phase| {
        let is_first = *phase == Phase::Starting;
        if is_first {
            *phase = Phase::Ready(now);
        }
        is_first
    });
    let Some(invocation) = shared.waiting.lock().await.recv().await else {
        return status(StatusCode::INTERNAL_SERVER_ERROR, "Container error");
    };
    Response::builder()
        .header("Content-Type", "application/json")
        .header("Lambda-Runtime-Aws-Request-Id", invocation.id)
        .header(
            "Lambda-Runtime-Deadline-Ms",
            invocation.deadline_ms.to_string(),
        )
        .header("Lambda-Runtime-Invoked-Function-Arn", ARN)
        .header("Lambda-Runtime-Trace-Id", TRACE)
        .body(Body::from(invocation.body))
        .expect("all of these are values of headers")
}

async fn response(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Response<Body> {
    if body.len() > PAYLOAD_BYTES_MAX {
        let told = json!({
            "errorType": "Function.ResponseSizeTooLarge",
            "errorMessage": "Response payload size exceeded maximum allowed payload size",
        });
        end(&shared, &id, Outcome::Failed(told));
        return status(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge");
    }
    end(&shared, &id, Outcome::Answered(body))
}

async fn error(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Response<Body> {
    end(&shared, &id, Outcome::Failed(document(&body)))
}

async fn init_error(State(shared): State<Arc<Shared>>, body: Bytes) -> Response<Body> {
    shared
        .phase
        .send_replace(Phase::InitFailed(document(&body)));
    status(StatusCode::ACCEPTED, "OK")
}

fn document(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or_default()
}

/// Hands an outcome to whoever waits for it; an invocation that is over has none.
fn end(shared: &Shared, id: &str, outcome: Outcome) -> Response<Body> {
    let answer = shared.open().answers.remove(id);
    match answer.map(|answer| answer.send(outcome)) {
        Some(Ok(())) => status(StatusCode::ACCEPTED, "OK"),
        Some(Err(_)) | None => status(StatusCode::FORBIDDEN, "InvalidRequestID"),
    }
}

fn status(code: StatusCode, word: &str) -> Response<Body> {
    let body = if code.is_success() {
        json!({ "status": word })
    } else {
        json!({ "errorType": word, "errorMessage": word })
    };
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = code;
    response
}
