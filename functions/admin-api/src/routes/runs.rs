//! What happened and why; and a person's yes to a run that is held.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::id::RunId;
use domain::run::Run;
use platform::{App, Problem};
use serde_json::{Value, json};

use crate::actions;
use crate::auth::{Operator, Role};
use crate::routes::{customer, unavailable};

/// Runs in one answer.
const RUNS_MAX: u32 = 50;

pub(crate) async fn list(
    _operator: Operator,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let customer = customer(&app, &id).await?;
    let runs: Vec<Run> = app
        .store
        .runs(&customer.id, RUNS_MAX)
        .await
        .map_err(unavailable)?;
    let state = app
        .store
        .import_state(&customer.id)
        .await
        .map_err(unavailable)?;
    let held = state.held.map(|held| {
        json!({
            "run_id": held.run, "at": held.at, "leaving": held.leaving, "active": held.active,
            "reason": held.reason, "approved": state.approved.is_some(),
        })
    });
    let still = app.still_to_push(&customer.id).await.map_err(unavailable)?;
    let still_to_push = Some(still).filter(|still| still.accounts > 0);
    Ok(Json(
        json!({ "runs": runs, "held": held, "still_to_push": still_to_push }),
    ))
}

pub(crate) async fn approve(
    operator: Operator,
    State(app): State<App>,
    Path((id, run)): Path<(String, String)>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    operator.must_be(Role::Manager)?;
    let customer = customer(&app, &id).await?;
    let missing = || Problem::not_found("no such run waits for approval");
    let run = RunId::parse(run).map_err(|_| missing())?;
    let approved = actions::approve(&app, &customer.id, &run, operator.role).await;
    let next = approved.map_err(unavailable)?.ok_or_else(missing)?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "run_id": next }))))
}
