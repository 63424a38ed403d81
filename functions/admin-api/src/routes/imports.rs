//! "Import now" works at any time (D1).

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::event::Event;
use domain::run::RunReason;
use platform::{App, Problem};
use serde_json::{Value, json};

use crate::auth::Operator;
use crate::routes::{customer, unavailable};

pub(crate) async fn now(
    _operator: Operator,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let customer = customer(&app, &id).await?;
    if customer.paused {
        return Err(Problem::conflict("the customer is paused; resume it first"));
    }
    let run = app.new_run_id();
    let event = Event::ImportRequested {
        reason: RunReason::Now,
    };
    let envelope = app.envelope(customer.id, Some(run.clone()), event);
    app.bus.publish(vec![envelope]).await.map_err(unavailable)?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "run_id": run }))))
}
