//! From API Gateway to an axum router: the very router that the local program serves.

use axum::Router;

use crate::host::Error;

/// Serves a router until Lambda ends the process.
///
/// # Errors
/// What the runtime ends with.
pub async fn http(router: Router) -> Result<(), Error> {
    lambda_http::run(router).await
}
