//! Open, part by part, complete. Every step may be repeated.

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use domain::event::Event;
use domain::failure::Failure;
use domain::id::UploadId;
use domain::limits::{UPLOAD_BYTES_MAX, UPLOAD_PART_BYTES_MAX};
use platform::store::{Agent, PartStored, UploadRecord};
use platform::{App, Problem};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::auth;
use crate::opening::Opening;

/// The routes of the agents.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/v1/uploads", post(open))
        .route("/v1/uploads/{upload}", get(standing))
        .route(
            "/v1/uploads/{upload}/files/{file}/parts/{part}",
            put(take_part),
        )
        .route("/v1/uploads/{upload}/complete", post(complete))
        .layer(DefaultBodyLimit::max(UPLOAD_PART_BYTES_MAX))
        .with_state(app)
}

async fn open(
    State(app): State<App>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let agent = auth::agent(&app, &headers).await?;
    let opening: Opening = serde_json::from_slice(&body)
        .map_err(|_| Problem::bad_request("the body must be JSON with source and files"))?;
    let opened = opening.check()?;
    let now = app.clock.now();
    let record = UploadRecord {
        id: app.new_upload_id(),
        customer: agent.customer,
        agent: agent.id,
        source: opened.source,
        coverage: opened.coverage,
        files: opened.files,
        bytes: 0,
        created_at: now,
        completed_at: None,
        applied_at: None,
    };
    app.store
        .create_upload(&record)
        .await
        .map_err(unavailable)?;
    tracing::info!(customer.id = %record.customer, upload.id = %record.id, "upload opened");
    Ok((StatusCode::CREATED, Json(json!({ "upload_id": record.id }))))
}

async fn standing(
    State(app): State<App>,
    Path(upload): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    let record = own(&app, &headers, &upload).await?;
    let parts = app.store.part_list(&record.id).await.map_err(unavailable)?;
    let parts: Vec<Value> = parts
        .into_iter()
        .map(|(file, part)| json!({ "file": file, "part": part }))
        .collect();
    Ok(Json(json!({
        "upload_id": record.id,
        "source": record.source,
        "complete": record.completed_at.is_some(),
        "parts": parts,
    })))
}

async fn take_part(
    State(app): State<App>,
    Path((upload, file, part)): Path<(String, u32, u32)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let record = own(&app, &headers, &upload).await?;
    let declared = usize::try_from(file)
        .ok()
        .and_then(|file| file.checked_sub(1))
        .and_then(|file| record.files.get(file))
        .filter(|file| (1..=file.parts).contains(&part))
        .ok_or_else(|| Problem::not_found("the upload was not opened with this file and part"))?;
    tracing::debug!(upload.id = %record.id, file, part, of = declared.parts, "part received");
    if body.is_empty() {
        return Err(Problem::bad_request("a part is a gzip body and not empty"));
    }
    let digest: String = Sha256::digest(&body)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let said = headers
        .get("x-content-sha256")
        .and_then(|value| value.to_str().ok());
    if said.is_none_or(|said| !said.eq_ignore_ascii_case(&digest)) {
        return Err(Problem::bad_request(
            "X-Content-SHA256 must be the SHA-256 of the body in hexadecimal; send the part again",
        ));
    }
    let stored = app
        .store
        .put_part(&record, file, part, &digest, body)
        .await
        .map_err(unavailable)?;
    match stored {
        PartStored::Stored => Ok(StatusCode::CREATED),
        PartStored::Same => Ok(StatusCode::OK),
        PartStored::Different => Err(Problem::conflict(
            "this part was handed in before with another content; open a new upload",
        )),
        PartStored::UploadTooLarge => Err(Problem::too_large(format!(
            "the parts of an upload have at most {UPLOAD_BYTES_MAX} bytes together \
             (UPLOAD_BYTES_MAX), and with this one they would have more; open a new upload with \
             fewer attributes, or several with the coverage `changes` of a share of the accounts \
             each"
        ))),
        PartStored::Closed => Err(Problem::conflict("the upload is complete; open a new one")),
    }
}

async fn complete(
    State(app): State<App>,
    Path(upload): Path<String>,
    headers: HeaderMap,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let record = own(&app, &headers, &upload).await?;
    let there = app
        .store
        .part_list(&record.id)
        .await
        .map_err(unavailable)?
        .len();
    let wanted: usize = record.files.iter().map(|file| file.parts as usize).sum();
    if record.completed_at.is_none() && there < wanted {
        return Err(Problem::conflict(format!(
            "{} of {wanted} parts are missing; GET the upload to see which are there",
            wanted - there
        )));
    }
    app.store
        .complete_upload(&record.id, app.clock.now())
        .await
        .map_err(unavailable)?;
    // Also when it was complete before: the event may not have gone out then.
    let event = Event::UploadCompleted {
        upload: record.id.clone(),
    };
    let envelope = app.envelope(record.customer.clone(), Some(app.new_run_id()), event);
    app.bus.publish(vec![envelope]).await.map_err(unavailable)?;
    tracing::info!(customer.id = %record.customer, upload.id = %record.id, "upload complete");
    Ok((
        StatusCode::ACCEPTED,
        Json(json!({ "upload_id": record.id })),
    ))
}

/// The upload, if it is the calling agent's customer's. Another's is not there, as far as the agent
/// can tell.
async fn own(app: &App, headers: &HeaderMap, upload: &str) -> Result<UploadRecord, Problem> {
    let agent: Agent = auth::agent(app, headers).await?;
    let missing = || Problem::not_found("no such upload; it may have expired");
    let id = UploadId::parse(upload).map_err(|_| missing())?;
    let record = app.store.upload(&id).await.map_err(unavailable)?;
    record
        .filter(|record| record.customer == agent.customer)
        .ok_or_else(missing)
}

fn unavailable(error: impl Into<Failure>) -> Problem {
    Problem::unavailable(&error.into())
}
