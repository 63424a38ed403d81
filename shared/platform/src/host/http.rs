//! From API Gateway to an axum router: the very router that the local program serves. Whatever a
//! router answers, a failure is a problem (RFC 9457) in words of ours: what a framework says about
//! a request may repeat what was in it.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use tokio::time::timeout;

use super::{Error, emit};
use crate::app::App;
use crate::problem::{PROBLEM_JSON, Problem};

/// How long a request may take, in seconds. API Gateway waits 30 for an answer; the caller had
/// better be told by us.
const REQUEST_SECONDS_MAX: u64 = 28;

/// Serves a router until Lambda ends the process. Behind API Gateway the stage must be `$default`,
/// or its name becomes a part of every path.
///
/// # Errors
/// What the runtime ends with.
pub async fn http(app: App, router: Router) -> Result<(), Error> {
    let router = answering_in_problems(router).layer(from_fn_with_state(app, metered));
    lambda_http::run(router).await
}

/// The same router; what goes wrong in it, a panic and a request that takes too long included, is
/// answered as a problem.
pub fn answering_in_problems(router: Router) -> Router {
    router.layer(from_fn(in_problems))
}

async fn in_problems(request: Request, next: Next) -> Response {
    let served = AssertUnwindSafe(next.run(request)).catch_unwind();
    let response = match timeout(Duration::from_secs(REQUEST_SECONDS_MAX), served).await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => {
            tracing::error!("a request could not be served: its handler panicked");
            return Problem::of(StatusCode::INTERNAL_SERVER_ERROR).into_response();
        }
        Err(_) => {
            tracing::error!("a request could not be served in time");
            return Problem::of(StatusCode::SERVICE_UNAVAILABLE).into_response();
        }
    };
    let status = response.status();
    let is_problem = response.headers().get(header::CONTENT_TYPE)
        == Some(&HeaderValue::from_static(PROBLEM_JSON));
    if is_problem || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let mut problem = Problem::of(status).into_response();
    // Which methods there are instead is no secret, and a 405 must say it.
    if let Some(allowed) = response.headers().get(header::ALLOW) {
        problem.headers_mut().insert(header::ALLOW, allowed.clone());
    }
    problem
}

/// Says what a request cost. Lambda brings one at a time, so what was spent meanwhile is its own.
async fn metered(State(app): State<App>, request: Request, next: Next) -> Response {
    let before = app.meter.spent();
    let response = next.run(request).await;
    emit(&app, before, &[]);
    response
}
