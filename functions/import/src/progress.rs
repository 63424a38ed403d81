//! An upload on its way: what is done of it and what was noted, kept near the deadline so that a
//! continuation goes on after the chunks that are done, and whenever the lease has to be renewed.
//! What is not kept is read again, and was written already: it is unchanged then.

use std::collections::BTreeMap;

use connectors::directory::upload::{Coverage, RecordError, Upload};
use domain::failure::Failure;
use domain::identity::{Reading, Source};
use domain::import::mark;
use domain::run::{RunCounts, RunStatus};
use platform::store::{ImportState, RoundPage, UploadPosition, UploadRecord, UploadRound};

use crate::ending::{self, Ending, Noted};
use crate::outcome::Outcome;
use crate::page;
use crate::session::{self, Session};

/// One upload in hand.
pub(crate) struct Progress {
    source: Source,
    state: ImportState,
    round: UploadRound,
    /// Nothing was held of the customer when the upload was begun.
    nothing_held: bool,
    noted: Noted,
    /// What was noted and is not kept yet.
    fresh: RoundPage,
}

impl Progress {
    /// Begins, or goes on where the last run stopped.
    pub(crate) async fn begin(
        session: &Session<'_>,
        source: Source,
        record: &UploadRecord,
        upload: &Upload,
        state: ImportState,
    ) -> Result<Self, Failure> {
        let nothing_held =
            session::is_first(&state) && state.graph.is_none() && state.uploads.is_empty();
        let mut noted = match upload.coverage() {
            Coverage::Complete => Noted::new(true),
            Coverage::Changes => Noted::new(false),
            Coverage::Machines(machines) => Noted::of_machines(machines),
        };
        let begun = state
            .uploads
            .get(&source)
            .and_then(|held| held.round.clone());
        let mut round = begun
            .filter(|round| round.upload == record.id)
            .unwrap_or_else(|| UploadRound::new(record.id.clone()));
        if round.pages > 0 {
            let store = &session.app.store;
            let pages = store
                .round_pages(&session.customer.id, &round.name())
                .await?;
            // Whoever was noted must not be missed: where a note is lost, all is read once more.
            if u32::try_from(pages.len()) == Ok(round.pages) {
                pages.into_iter().for_each(|page| noted.add(page));
            } else {
                round = UploadRound::new(record.id.clone());
            }
        }
        Ok(Self {
            source,
            state,
            round,
            nothing_held,
            noted,
            fresh: RoundPage::default(),
        })
    }

    /// Chunks that are done already.
    pub(crate) fn chunks_done(&self) -> u32 {
        self.round.chunks
    }

    /// Imports the next chunk.
    pub(crate) async fn take(
        &mut self,
        session: &Session<'_>,
        chunk: Vec<Result<Reading, RecordError>>,
    ) -> Result<(), Failure> {
        for error in chunk.iter().filter_map(|reading| reading.as_ref().err()) {
            self.round.counts.unreadable += 1;
            tracing::warn!(customer.id = %session.customer.id, %error, "a record was left as it was");
        }
        let readings = chunk.into_iter().flatten().collect();
        self.write(session, readings, self.nothing_held).await?;
        self.round.chunks += 1;
        Ok(())
    }

    /// Imports readings that are no chunk of the upload but follow from it.
    pub(crate) async fn follow(
        &mut self,
        session: &Session<'_>,
        readings: Vec<Reading>,
    ) -> Result<(), Failure> {
        self.write(session, readings, false).await
    }

    async fn write(
        &mut self,
        session: &Session<'_>,
        readings: Vec<Reading>,
        nothing_held: bool,
    ) -> Result<(), Failure> {
        if readings.is_empty() {
            return Ok(());
        }
        let no_part_numbers = BTreeMap::new();
        let rules = session.rules(&no_part_numbers, None);
        let store = &session.app.store;
        let plan = page::import(store, session.fence()?, readings, &rules, nothing_held).await?;
        self.round.counts.add(plan.counts);
        self.fresh.leaving.extend(plan.leavers);
        if self.noted.infers() {
            self.fresh.seen.extend(plan.seen.iter().map(mark));
        }
        Ok(())
    }

    /// Keeps how far it is, first the notes and then the position after them, and renews the lease.
    pub(crate) async fn keep(&mut self, session: &mut Session<'_>) -> Result<(), Failure> {
        let fresh = std::mem::take(&mut self.fresh);
        if !fresh.is_empty() {
            self.round.pages += 1;
            let (store, fence) = (&session.app.store, session.fence()?);
            store
                .put_round_page(fence, &self.round.name(), self.round.pages, &fresh)
                .await?;
            self.noted.add(fresh);
        }
        let position = self.state.uploads.entry(self.source).or_default();
        position.round = Some(self.round.clone());
        session.save(self.state.clone()).await
    }

    /// All of it was read: the leavers go, or the run is held.
    pub(crate) async fn end(
        mut self,
        session: &mut Session<'_>,
        position: UploadPosition,
    ) -> Result<Outcome, Failure> {
        self.noted.add(std::mem::take(&mut self.fresh));
        let mut counts = self.round.counts;
        if counts.unreadable > 0 {
            self.noted.infer_nothing();
        }
        let upload = Some(&self.round.upload);
        let ending =
            ending::end(session, self.source, upload, &mut self.state, &self.noted).await?;
        let (status, error) = match ending {
            Ending::Gone(gone) => {
                counts.add(gone);
                self.state.uploads.insert(self.source, position);
                (RunStatus::Succeeded, unreadable(&counts))
            }
            Ending::Held(reason) => {
                if let Some(held) = self.state.uploads.get_mut(&self.source) {
                    held.round = None;
                }
                (RunStatus::Held, Some(reason))
            }
        };
        session.save(self.state).await?;
        // Only now: notes that are gone while a position counts on them would be people missed.
        if self.round.pages > 0 {
            let store = &session.app.store;
            store
                .delete_round_pages(&session.customer.id, &self.round.name())
                .await?;
        }
        Ok(Outcome {
            status,
            error,
            counts,
            ..Outcome::quiet()
        })
    }
}

fn unreadable(counts: &RunCounts) -> Option<String> {
    (counts.unreadable > 0).then(|| {
        let unreadable = counts.unreadable;
        format!(
            "{unreadable} records of the upload could not be read; their accounts stay as they are"
        )
    })
}
