//! Every route on one screen, mirrored by the folder `routes`.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post, put};
use platform::App;

use crate::routes::{accounts, imports, links, runs};

/// The largest body of a request, in bytes.
const BODY_BYTES_MAX: usize = 16 * 1024;

/// The operators' routes.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/v1/customers/{customer}/accounts", get(accounts::list))
        .route(
            "/v1/customers/{customer}/accounts/{account}",
            get(accounts::show).patch(accounts::edit),
        )
        .route(
            "/v1/customers/{customer}/accounts/{account}/contact",
            put(links::link),
        )
        .route(
            "/v1/customers/{customer}/accounts/{account}/entry",
            put(links::link_entry),
        )
        .route("/v1/customers/{customer}/imports", post(imports::now))
        .route("/v1/customers/{customer}/runs", get(runs::list))
        .route(
            "/v1/customers/{customer}/runs/{run}/approve",
            post(runs::approve),
        )
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(app)
}
