//! Active Directory and local Windows: what agents handed in, upload by upload, oldest first. An
//! upload that was broken off is read again from its beginning, or from where it was handed over:
//! what it wrote is unchanged then.

use std::collections::VecDeque;

use connectors::directory::upload::{self, Coverage, Cursor, Declared, Upload, UploadedFile};
use domain::failure::{Disposition, Failure};
use domain::id::UploadId;
use domain::identity::Source;
use domain::run::RunStatus;
use platform::store::{ImportState, UploadPosition, UploadRecord, UploadRound};

use crate::outcome::Outcome;
use crate::progress::Progress;
use crate::reading::{self, Read};
use crate::session::Session;

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
    let mut waiting = VecDeque::from(waiting);
    let state = session.take_lease().await?;
    let (mut held, mut outcome) = resume(session, source, &mut waiting, &state).await?;
    let mut is_begun = false;
    while let Some(record) = waiting.pop_front() {
        let state = session.take_lease().await?;
        if is_begun && session.is_short() {
            hand_over(session, source, record.id, state).await?;
            outcome.add(Outcome::goes_on());
            return Ok(outcome);
        }
        is_begun = true;
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
        if part.continues {
            outcome.add(part);
            return Ok(outcome);
        }
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
    passed_all(session, source).await?;
    Ok(outcome)
}

/// Every upload had its turn: the next run begins with the oldest again, perhaps one that a person
/// has said yes to.
async fn passed_all(session: &mut Session<'_>, source: Source) -> Result<(), Failure> {
    let mut state = session.peek().await?;
    if let Some(held) = state.uploads.get_mut(&source)
        && held.round.take().is_some()
    {
        session.keep(state);
    }
    Ok(())
}

/// Where a run before this one handed over: what comes before that upload waits for a person. It is
/// not read again, or the time would be over every time before the upload's turn comes.
async fn resume(
    session: &Session<'_>,
    source: Source,
    waiting: &mut VecDeque<UploadRecord>,
    state: &ImportState,
) -> Result<(Option<Held>, Outcome), Failure> {
    let round = (state.uploads.get(&source)).and_then(|held| held.round.as_ref());
    let next = round.and_then(|round| {
        let is_next = |record: &UploadRecord| record.id == round.upload;
        waiting.iter().position(is_next)
    });
    let records: Vec<_> = waiting.drain(..next.unwrap_or_default()).collect();
    let Some(first) = records.first() else {
        return Ok((None, Outcome::quiet()));
    };
    let upload = match open(session, source, first, state).await {
        Ok(upload) => upload,
        Err(failure) => return Err(unusable(session, first, failure).await?),
    };
    let coverage = upload.coverage();
    let asked = state
        .held
        .as_ref()
        .filter(|run| run.upload.as_ref() == Some(&first.id));
    let error = asked.map_or_else(
        || "an upload waits for a person".to_owned(),
        |run| run.reason.clone(),
    );
    let outcome = Outcome {
        status: RunStatus::Held,
        error: Some(error),
        ..Outcome::quiet()
    };
    Ok((Some(Held { coverage, records }), outcome))
}

/// The time is over between two uploads: the continuation begins with this one.
async fn hand_over(
    session: &mut Session<'_>,
    source: Source,
    next: UploadId,
    mut state: ImportState,
) -> Result<(), Failure> {
    state.uploads.entry(source).or_default().round = Some(UploadRound::new(next));
    session.save(state).await
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
    state: ImportState,
) -> Result<Outcome, Failure> {
    let position = position(&upload, state.uploads.get(&source), record, session);
    let mut progress = Progress::begin(session, source, record, &upload, state).await?;
    match reading::import(session, upload, &mut progress).await? {
        Read::All => progress.end(session, position).await,
        Read::HandedOver => Ok(Outcome::goes_on()),
    }
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
        round: None,
    }
}
