//! Active Directory and local Windows: what agents handed in, upload by upload, oldest first. An
//! upload that was interrupted is read again from its beginning: what it wrote is unchanged then.

use connectors::directory::upload::{self, Coverage, Cursor, Declared, Upload, UploadedFile};
use domain::failure::Failure;
use domain::identity::Source;
use domain::run::{RunCounts, RunStatus};
use platform::store::{ImportState, UploadPosition, UploadRecord};

use crate::ending::{self, Ending, Noted};
use crate::outcome::Outcome;
use crate::reading;
use crate::session::Session;

/// Imports what agents completed since. Nothing handed in is nothing new.
pub(crate) async fn import(session: &mut Session<'_>, source: Source) -> Result<Outcome, Failure> {
    let waiting = session
        .app
        .store
        .completed_uploads(&session.customer.id, source)
        .await?;
    let mut outcome = Outcome::quiet();
    for record in waiting {
        let state = session.take_lease().await?;
        let opened = open(session, source, &record, &state).await;
        let part = match opened {
            Ok(upload) => one(session, source, &record, upload, state).await?,
            // It never passes as it is: nothing of it is kept, and the agent's next one counts.
            Err(failure) => {
                forget(session, &record).await?;
                return Err(failure);
            }
        };
        if part.status == RunStatus::Held {
            // It stays in waiting; a newer one may make it superfluous.
            outcome.status = RunStatus::Succeeded;
            outcome.error = None;
            outcome.add(part);
        } else {
            outcome = Outcome {
                counts: outcome.counts,
                ..Outcome::quiet()
            };
            outcome.add(part);
            forget(session, &record).await?;
        }
    }
    Ok(outcome)
}

async fn forget(session: &Session<'_>, record: &UploadRecord) -> Result<(), Failure> {
    Ok(session
        .app
        .store
        .mark_applied(&record.id, session.app.clock.now())
        .await?)
}

/// The upload, looked through once. The parser works beside the event loop.
async fn open(
    session: &Session<'_>,
    source: Source,
    record: &UploadRecord,
    state: &ImportState,
) -> Result<Upload, Failure> {
    let names = record.files.iter().map(|file| file.name.clone());
    let parts = session.app.store.parts(&record.id).await?;
    let files = names
        .zip(parts)
        .map(|(name, parts)| UploadedFile { name, parts })
        .collect();
    let declared = declared(&record.coverage);
    let held = state.uploads.get(&source);
    let cursor = held.and_then(|held| {
        Some(Cursor {
            dsa: held.cursor_dsa.clone(),
            usn: held.cursor_usn?,
        })
    });
    let opened =
        tokio::task::spawn_blocking(move || upload::open(source, files, declared, cursor.as_ref()));
    opened
        .await
        .map_err(Failure::defect)?
        .map_err(Failure::reject)
}

fn declared(coverage: &str) -> Declared {
    match coverage {
        "complete" => Declared::Complete,
        "changes" => Declared::Changes,
        _ => Declared::Auto,
    }
}

async fn one(
    session: &mut Session<'_>,
    source: Source,
    record: &UploadRecord,
    upload: Upload,
    mut state: ImportState,
) -> Result<Outcome, Failure> {
    let mut noted = match upload.coverage() {
        Coverage::Complete => Noted::new(true),
        Coverage::Changes => Noted::new(false),
        Coverage::Machines(machines) => Noted::of_machines(machines),
    };
    let position = position(&upload, state.uploads.get(&source), record, session);
    let nothing_held = state.graph.is_none() && state.uploads.is_empty();
    let mut counts = reading::import(session, upload, &mut noted, nothing_held).await?;
    let status = match ending::end(session, source, &state, &noted).await? {
        Ending::Gone(gone) => {
            counts.add(gone);
            state.uploads.insert(source, position);
            state.held = None;
            state.approved = None;
            RunStatus::Succeeded
        }
        Ending::Held(mut run) => {
            run.upload = Some(record.id.clone());
            state.held = Some(run);
            RunStatus::Held
        }
    };
    let error = match &state.held {
        Some(held) => Some(held.reason.clone()),
        None => unreadable(&counts),
    };
    session.save(state).await?;
    Ok(Outcome {
        status,
        error,
        counts,
        continues: false,
    })
}

fn unreadable(counts: &RunCounts) -> Option<String> {
    (counts.unreadable > 0).then(|| {
        let unreadable = counts.unreadable;
        format!(
            "{unreadable} records of the upload could not be read; their accounts stay as they are"
        )
    })
}

fn position(
    upload: &Upload,
    held: Option<&UploadPosition>,
    record: &UploadRecord,
    session: &Session<'_>,
) -> UploadPosition {
    let held = held.cloned().unwrap_or_default();
    let (cursor_usn, cursor_dsa) = match upload.cursor() {
        Some(cursor) => (Some(cursor.usn), cursor.dsa.clone().or(held.cursor_dsa)),
        None => (held.cursor_usn, held.cursor_dsa),
    };
    let is_complete = !matches!(upload.coverage(), Coverage::Changes);
    UploadPosition {
        cursor_usn,
        cursor_dsa,
        last_applied: Some(record.id.clone()),
        completed_at: if is_complete {
            Some(session.app.clock.now())
        } else {
            held.completed_at
        },
    }
}
