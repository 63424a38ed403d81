//! The readings of an upload, chunk by chunk: the parser runs in a thread of its own, two chunks
//! ahead of the writing, so that no upload is ever in memory as a whole.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use connectors::directory::upload::{RecordError, Upload, UploadError};
use domain::failure::Failure;
use domain::identity::{News, Reading, Said, Values};
use domain::import::{Plan, mark};
use domain::limits::ACCOUNTS_PER_CHUNK;
use domain::run::RunCounts;
use platform::store::RoundPage;
use tokio::sync::mpsc;

use crate::ending::Noted;
use crate::page;
use crate::session::Session;

type Chunk = Vec<Result<Reading, RecordError>>;

/// Imports every record of the upload, and whom its groups concern besides.
pub(crate) async fn import(
    session: &Session<'_>,
    upload: Upload,
    noted: &mut Noted,
    nothing_held: bool,
) -> Result<RunCounts, Failure> {
    let upload = Arc::new(upload);
    let (sender, mut chunks) = mpsc::channel(2);
    let parser = Arc::clone(&upload);
    let parsing = tokio::task::spawn_blocking(move || parse(&parser, &sender));
    let mut counts = RunCounts::default();
    let mut seen = BTreeSet::new();
    while let Some(chunk) = chunks.recv().await {
        let chunk: Chunk = chunk;
        for error in chunk.iter().filter_map(|reading| reading.as_ref().err()) {
            counts.unreadable += 1;
            tracing::warn!(customer.id = %session.customer.id, %error, "a record was left as it was");
        }
        let readings: Vec<Reading> = chunk.into_iter().flatten().collect();
        seen.extend(readings.iter().map(|reading| mark(&reading.key)));
        write(session, readings, noted, &mut counts, nothing_held).await?;
    }
    parsing
        .await
        .map_err(Failure::defect)?
        .map_err(Failure::reject)?;
    if counts.unreadable > 0 {
        noted.infer_nothing();
    }
    let others = by_groups(session, &upload, &seen).await?;
    for readings in others.chunks(ACCOUNTS_PER_CHUNK) {
        write(session, readings.to_vec(), noted, &mut counts, false).await?;
    }
    Ok(counts)
}

fn parse(upload: &Upload, sender: &mpsc::Sender<Chunk>) -> Result<(), UploadError> {
    let mut chunk = Chunk::new();
    let send = |chunk: &mut Chunk| match sender.blocking_send(std::mem::take(chunk)) {
        Ok(()) => ControlFlow::Continue(()),
        // Nobody listens any more: the import ended with a failure of its own.
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
    // The last chunk; whether anybody takes it is no longer the parser's concern.
    match send(&mut chunk) {
        ControlFlow::Continue(()) | ControlFlow::Break(()) => Ok(()),
    }
}

async fn write(
    session: &Session<'_>,
    readings: Vec<Reading>,
    noted: &mut Noted,
    counts: &mut RunCounts,
    nothing_held: bool,
) -> Result<(), Failure> {
    if readings.is_empty() {
        return Ok(());
    }
    let no_part_numbers = BTreeMap::new();
    let rules = session.rules(&no_part_numbers, None);
    let plan: Plan = page::import(
        &session.app.store,
        session.fence()?,
        readings,
        &rules,
        nothing_held,
    )
    .await?;
    counts.add(plan.counts);
    noted.add(RoundPage {
        seen: plan.seen.iter().map(mark).collect(),
        leaving: plan.leavers.into_iter().collect(),
    });
    Ok(())
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
