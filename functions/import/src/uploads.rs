//! Active Directory and local Windows: what agents handed in, upload by upload, oldest first. An
//! upload that was interrupted is read again from its beginning: what it wrote is unchanged then.

use connectors::directory::upload::{self, Coverage, Cursor, Declared, Upload, UploadedFile};
use domain::failure::{Disposition, Failure};
use domain::identity::Source;
use domain::run::{RunCounts, RunStatus};
use platform::store::{ImportState, UploadPosition, UploadRecord};

use crate::ending::{self, Ending, Noted};
use crate::outcome::Outcome;
use crate::reading;
use crate::session::{self, Session};

/// An upload that waits for a person, and those after it, which wait for it.
struct Held {
    coverage: Coverage,
    records: Vec<UploadRecord>,
}

/// Imports what agents completed since. Nothing handed in is nothing new.
pub(crate) async fn import(session: &mut Session<'_>, source: Source) -> Result<Outcome, Failure> {
    let waiting = session
        .app
        .store
        .completed_uploads(&session.customer.id, source)
        .await?;
    if waiting.is_empty() {
        return Ok(Outcome::silent());
    }
    let mut outcome = Outcome::quiet();
    let mut held: Option<Held> = None;
    for record in waiting {
        let state = session.take_lease().await?;
        let upload = match open(session, source, &record, &state).await {
            Ok(upload) => upload,
            Err(failure) => return Err(unusable(session, &record, failure).await?),
        };
        let coverage = upload.coverage();
        // What is held is read again each time. Were something newer read before it, the old values
        // would come back; so only what says all that it says, and newer, passes it.
        if let Some(held) = &mut held
            && !supersedes(&coverage, &held.coverage)
        {
            held.records.push(record);
            continue;
        }
        let part = one(session, source, &record, upload, state).await?;
        for superfluous in held.take().into_iter().flat_map(|held| held.records) {
            forget(session, &superfluous).await?;
        }
        if part.status == RunStatus::Held {
            let records = vec![record];
            held = Some(Held { coverage, records });
        } else {
            forget(session, &record).await?;
        }
        outcome = Outcome {
            counts: outcome.counts,
            ..Outcome::quiet()
        };
        outcome.add(part);
    }
    Ok(outcome)
}

/// Does an upload say all that an older one says?
fn supersedes(newer: &Coverage, older: &Coverage) -> bool {
    match (newer, older) {
        (Coverage::Complete, _) => true,
        (Coverage::Machines(newer), Coverage::Machines(older)) => newer.is_superset(older),
        (Coverage::Machines(_) | Coverage::Changes, _) => false,
    }
}

/// An upload that never passes as it is: nothing of it is kept, and the agent's next one counts.
async fn unusable(
    session: &Session<'_>,
    record: &UploadRecord,
    failure: Failure,
) -> Result<Failure, Failure> {
    match failure.disposition() {
        Disposition::Reject => forget(session, record).await?,
        // The table's trouble, or ours, but not the upload's.
        Disposition::Retry { .. } | Disposition::Suspend | Disposition::Defect => {}
    }
    Ok(failure)
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
    let nothing_held =
        session::is_first(&state) && state.graph.is_none() && state.uploads.is_empty();
    let mut counts = reading::import(session, upload, &mut noted, nothing_held).await?;
    let (status, error) =
        match ending::end(session, source, Some(&record.id), &mut state, &noted).await? {
            Ending::Gone(gone) => {
                counts.add(gone);
                state.uploads.insert(source, position);
                (RunStatus::Succeeded, unreadable(&counts))
            }
            Ending::Held(reason) => (RunStatus::Held, Some(reason)),
        };
    session.save(state).await?;
    Ok(Outcome {
        status,
        error,
        counts,
        ..Outcome::quiet()
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
