//! The readings of an upload, chunk by chunk: the parser runs in a thread of its own, two chunks
//! ahead of the writing, so that no upload is ever in memory as a whole. With little time left, the
//! chunks that are not done are the continuation's, which parses from the beginning and passes over
//! those that are.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use connectors::directory::upload::{RecordError, Upload, UploadError};
use domain::failure::Failure;
use domain::identity::{News, Reading, Said, Values};
use domain::import::mark;
use domain::limits::ACCOUNTS_PER_CHUNK;
use tokio::sync::mpsc;

use crate::progress::Progress;
use crate::session::Session;

type Chunk = Vec<Result<Reading, RecordError>>;

/// How far the reading came.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Read {
    /// To the end.
    All,
    /// As far as the time allowed: how far is kept for the continuation.
    HandedOver,
}

/// Imports every record of the upload, and whom its groups concern besides; at least one chunk.
pub(crate) async fn import(
    session: &mut Session<'_>,
    upload: Upload,
    progress: &mut Progress,
) -> Result<Read, Failure> {
    let upload = Arc::new(upload);
    let (sender, mut chunks) = mpsc::channel(2);
    let parser = Arc::clone(&upload);
    let parsing = tokio::task::spawn_blocking(move || parse(&parser, &sender));
    let mut seen = BTreeSet::new();
    let mut to_pass_over = progress.chunks_done();
    while let Some(chunk) = chunks.recv().await {
        let chunk: Chunk = chunk;
        seen.extend(chunk.iter().flatten().map(|reading| mark(&reading.key)));
        if to_pass_over > 0 {
            to_pass_over -= 1;
            continue;
        }
        progress.take(session, chunk).await?;
        let is_short = session.is_short();
        if is_short || session.should_renew() {
            progress.keep(session).await?;
        }
        if is_short {
            return Ok(Read::HandedOver);
        }
    }
    parsing
        .await
        .map_err(Failure::defect)?
        .map_err(Failure::reject)?;
    let others = by_groups(session, &upload, &seen).await?;
    for readings in others.chunks(ACCOUNTS_PER_CHUNK) {
        progress.follow(session, readings.to_vec()).await?;
        if session.should_renew() {
            progress.keep(session).await?;
        }
    }
    Ok(Read::All)
}

fn parse(upload: &Upload, sender: &mpsc::Sender<Chunk>) -> Result<(), UploadError> {
    let mut chunk = Chunk::new();
    let send = |chunk: &mut Chunk| match sender.blocking_send(std::mem::take(chunk)) {
        Ok(()) => ControlFlow::Continue(()),
        // Nobody listens any more: the import was handed over, or ended with a failure of its own.
        Err(_) => ControlFlow::Break(()),
    };
    upload.readings(&mut |reading| {
        chunk.push(reading);
        if chunk.len() < ACCOUNTS_PER_CHUNK {
            ControlFlow::Continue(())
        } else {
            send(&mut chunk)
        }
    })?;
    if chunk.is_empty() {
        return Ok(());
    }
    // The last chunk; whether anybody takes it is no longer the parser's concern.
    match send(&mut chunk) {
        ControlFlow::Continue(()) | ControlFlow::Break(()) => Ok(()),
    }
}

/// Held records that are not in the upload but won or lost a privileged group through it.
async fn by_groups(
    session: &Session<'_>,
    upload: &Upload,
    seen: &BTreeSet<[u8; 16]>,
) -> Result<Vec<Reading>, Failure> {
    if !upload.has_groups() {
        return Ok(Vec::new());
    }
    let accounts = session.app.store.all_accounts(&session.customer.id).await?;
    let changed = accounts
        .iter()
        .flat_map(|account| &account.identities)
        .filter(|identity| identity.gone.is_none() && !seen.contains(&mark(&identity.key)))
        .filter_map(|identity| {
            let privileges = upload.privileges_of(identity)?;
            (privileges != identity.privileges).then(|| Reading {
                key: identity.key.clone(),
                news: News::Present(Box::new(Values {
                    privileges: Said::Value(privileges),
                    ..Values::default()
                })),
            })
        })
        .collect();
    Ok(changed)
}
