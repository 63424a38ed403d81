//! `muster upload`: files handed in exactly as an agent would, through the agents' own routes, with
//! a token that is revoked afterwards.

use std::fs::File;
use std::path::PathBuf;

use axum::body::Bytes;
use axum::http::Method;
use connectors::directory::upload::pack;
use domain::id::CustomerId;
use domain::identity::Source;
use serde_json::{Value, json};

use crate::agents;
use crate::arguments::{Coverage, UploadSource};
use crate::in_process::Caller;
use crate::local::{Local, LocalError};
use crate::run::Begun;
use crate::summary::{Collected, Summary};

/// What is handed in.
#[derive(Debug, Clone)]
pub struct Handed {
    /// Where it comes from.
    pub source: UploadSource,
    /// What it covers.
    pub coverage: Coverage,
    /// The files.
    pub files: Vec<PathBuf>,
}

/// Hands files in and works until nothing is left to do.
///
/// # Errors
/// A file cannot be read, the customer has no such source, or the upload is refused. What is wrong
/// inside the files is in the summary.
pub async fn hand_in(
    local: &mut Local,
    customer: &CustomerId,
    handed: &Handed,
) -> Result<Summary, LocalError> {
    must_have_source(local, customer, handed.source)?;
    let begun = Begun::now(local);
    let mut files = Vec::new();
    for path in &handed.files {
        files.push((label(path), packed(path)?));
    }
    send(local, customer, handed.source, handed.coverage, files).await?;
    let mut collected = Collected::default();
    collected.expect(customer, false);
    local.until_idle(|ended| collected.add(ended)).await;
    Ok(begun.summary(local, &collected))
}

/// Hands packed files in; what follows waits in the queue.
///
/// # Errors
/// The upload is refused; those of the table.
pub(crate) async fn send(
    local: &Local,
    customer: &CustomerId,
    source: UploadSource,
    coverage: Coverage,
    files: Vec<(String, Vec<Bytes>)>,
) -> Result<(), LocalError> {
    let agent = agents::enrol_this_program(&local.app, customer).await?;
    let caller = Caller::new(agent_upload::router(local.app.clone()), agent.token);
    let sent = send_as(&caller, source, coverage, files).await;
    agents::revoke(&local.app, customer, &agent.id).await?;
    sent
}

fn must_have_source(
    local: &Local,
    customer: &CustomerId,
    source: UploadSource,
) -> Result<(), LocalError> {
    let has = local
        .config
        .customers
        .iter()
        .filter(|held| held.id == *customer);
    if has
        .flat_map(|held| &held.sources)
        .any(|held| held.as_str() == source.as_str())
    {
        return Ok(());
    }
    let source = source.as_str();
    Err(LocalError::Asked(format!(
        "the customer {customer} does not have the source {source}; add it to its sources in the \
         configuration"
    )))
}

/// The last part of a path: a label for people.
fn label(path: &std::path::Path) -> String {
    path.file_name().map_or_else(
        || "file".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

fn packed(path: &PathBuf) -> Result<Vec<Bytes>, LocalError> {
    let unreadable = |error| {
        LocalError::Asked(format!(
            "the file {} cannot be read: {error}",
            path.display()
        ))
    };
    let parts = pack(File::open(path).map_err(unreadable)?).map_err(unreadable)?;
    if parts.is_empty() {
        return Err(LocalError::Asked(format!(
            "the file {} is empty",
            path.display()
        )));
    }
    Ok(parts)
}

async fn send_as(
    agent: &Caller,
    source: UploadSource,
    coverage: Coverage,
    files: Vec<(String, Vec<Bytes>)>,
) -> Result<(), LocalError> {
    let declared: Vec<Value> = files
        .iter()
        .map(|(name, parts)| json!({ "name": name, "parts": parts.len() }))
        .collect();
    let opening = json!({
        "source": source.as_str(),
        "coverage": coverage.as_str(),
        "files": declared,
    });
    let opened = agent
        .call(Method::POST, "/v1/uploads", opening.to_string().into())
        .await?;
    let upload = opened
        .get("upload_id")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    for (file, (_, parts)) in files.into_iter().enumerate() {
        for (part, body) in parts.into_iter().enumerate() {
            let path = format!("/v1/uploads/{upload}/files/{}/parts/{}", file + 1, part + 1);
            agent.call(Method::PUT, &path, body).await?;
        }
    }
    agent
        .call(
            Method::POST,
            &format!("/v1/uploads/{upload}/complete"),
            Bytes::new(),
        )
        .await?;
    Ok(())
}

/// The domain's word for it.
impl From<UploadSource> for Source {
    fn from(source: UploadSource) -> Self {
        match source {
            UploadSource::ActiveDirectory => Self::ActiveDirectory,
            UploadSource::LocalWindows => Self::LocalWindows,
        }
    }
}
