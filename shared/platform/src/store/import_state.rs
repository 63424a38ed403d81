//! How far a customer's import is, and who may write it: one item with the lease, its generation
//! and the positions at the sources, so that storing a position and renewing the lease is one
//! conditional write.
//!
//! A person's yes to a held run lies beside it: it is not the holder's to write, and counts only
//! while that run is held.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use domain::id::{CustomerId, RunId, UploadId};
use domain::identity::Source;
use domain::limits::{LEASE_MARGIN_SECONDS, LEASE_SECONDS};
use domain::run::RunCounts;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Store;
use super::attr::{
    Item, Malformed, corrupt, get_number, get_text, get_time, item_of, number, text, time, value_of,
};
use super::call::{Answer, Expression};
use super::error::StoreError;
use super::keys::{Key, Partition};
use super::many::Ask;

const GENERATION: &str = "generation";
const HOLDER: &str = "holder";
const LEASE_UNTIL: &str = "lease_until";

/// How far a customer's import is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportState {
    /// Whose.
    pub customer: CustomerId,
    /// How often the lease was taken.
    pub generation: u64,
    /// The run that holds the lease.
    pub holder: Option<RunId>,
    /// Until when; after that anybody may take it.
    pub lease_until: Option<Timestamp>,
    /// How far Microsoft 365 was read.
    pub graph: Option<GraphPosition>,
    /// How far uploads were applied, by source.
    pub uploads: BTreeMap<Source, UploadPosition>,
    /// The run that waits for a person.
    pub held: Option<HeldRun>,
    /// The person's yes to it. Only [`Store::approve_held`] writes it; saving a state does not.
    pub approved: Option<Approval>,
    /// What went wrong last, in words without personal data or secrets.
    pub last_error: Option<String>,
}

/// What of a state is stored by serde.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Body {
    #[serde(skip_serializing_if = "Option::is_none")]
    graph: Option<GraphPosition>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    uploads: BTreeMap<String, UploadPosition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    held: Option<HeldRun>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_error: Option<String>,
}

/// How far Microsoft 365 was read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct GraphPosition {
    /// Where the next delta query goes on after the last whole round.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delta_link: Option<String>,
    /// Since when we have that link; Microsoft keeps it for seven days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delta_stored_at: Option<Timestamp>,
    /// Which attributes were asked for: a link goes on with the question it was made with.
    pub select_version: u32,
    /// The digest of the scope that was imported with.
    pub scope_digest: String,
    /// The digest of who holds directory roles.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roles_digest: Option<String>,
    /// The digest of who holds them through groups; none where no group holds one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_groups_digest: Option<String>,
    /// When the last whole round ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Timestamp>,
    /// The round that is not whole yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub round: Option<Round>,
}

/// A round of pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    /// The run that began it; its pages are noted under it.
    pub run: RunId,
    /// Does it read all there is, and not only what changed?
    pub complete: bool,
    /// Is somebody missed who was not in it?
    pub infer_removals: bool,
    /// Where it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_link: Option<String>,
    /// Pages done.
    #[serde(default)]
    pub pages: u32,
    /// What it did so far.
    #[serde(default)]
    pub counts: RunCounts,
    /// When it began.
    pub started_at: Timestamp,
}

/// How far the uploads of a source were applied.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct UploadPosition {
    /// The highest uSNChanged that was seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor_usn: Option<u64>,
    /// The directory server that counts so; another one counts otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor_dsa: Option<String>,
    /// The upload that was applied last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_applied: Option<UploadId>,
    /// When a complete one was applied last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Timestamp>,
    /// The upload that is not read to its end yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub round: Option<UploadRound>,
}

/// An upload that was handed over in the middle, or is the next one to be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadRound {
    /// Which.
    pub upload: UploadId,
    /// Chunks of readings done, in the order of the upload, which is always the same.
    #[serde(default)]
    pub chunks: u32,
    /// Pages of notes kept of them, under [`UploadRound::name`].
    #[serde(default)]
    pub pages: u32,
    /// What it did so far.
    #[serde(default)]
    pub counts: RunCounts,
}

impl UploadRound {
    /// An upload of which nothing was read.
    pub fn new(upload: UploadId) -> Self {
        Self {
            upload,
            chunks: 0,
            pages: 0,
            counts: RunCounts::default(),
        }
    }

    /// What its pages of notes are kept under: the upload's own id, whichever run reads it.
    pub fn name(&self) -> RunId {
        RunId::parse(self.upload.as_str()).expect("every id has the characters of a run's id")
    }
}

/// A run that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldRun {
    /// Which.
    pub run: RunId,
    /// Since when.
    pub at: Timestamp,
    /// How many accounts would go out of use.
    pub leaving: u64,
    /// Of how many.
    pub active: u64,
    /// Why it is held, in words without personal data.
    pub reason: String,
    /// The upload it was about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upload: Option<UploadId>,
}

/// A person's yes to a held run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// To which run.
    pub run: RunId,
    /// The role of the person, never a name.
    pub by_role: String,
    /// When.
    pub at: Timestamp,
}

/// The right to write for a customer, until the lease ends or is taken.
#[derive(Debug, Clone)]
pub struct Fence {
    /// For whom.
    pub customer: CustomerId,
    /// The run that holds it.
    pub run: RunId,
    /// Its generation.
    pub generation: u64,
    /// When the lease ends.
    pub lease_until: Timestamp,
    /// The same less the margin, on this machine's own clock, counted from before the lease was
    /// asked for: however wrong the time of day is, the lease is not thought longer than it is.
    write_until: Instant,
}

impl Fence {
    /// Is enough left of the lease to begin a write at that time?
    pub fn is_safe_at(&self, now: Timestamp) -> bool {
        let margin = SignedDuration::from_secs(LEASE_MARGIN_SECONDS);
        self.lease_until.duration_since(now) >= margin
    }

    /// Is enough left of the lease to begin a write now?
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        if Instant::now() < self.write_until {
            Ok(())
        } else {
            Err(StoreError::Stale)
        }
    }

    /// The same fence with its time over.
    #[cfg(test)]
    pub(crate) fn run_out(mut self) -> Self {
        self.write_until = Instant::now();
        self
    }

    fn holds(&self) -> Expression {
        Expression::new("generation = :generation AND holder = :holder")
            .value(":generation", number(self.generation))
            .value(":holder", text(self.run.as_str()))
    }
}

impl ImportState {
    /// The state of a customer that was never imported.
    pub fn new(customer: CustomerId) -> Self {
        Self {
            customer,
            generation: 0,
            holder: None,
            lease_until: None,
            graph: None,
            uploads: BTreeMap::new(),
            held: None,
            approved: None,
            last_error: None,
        }
    }
}

impl Store {
    /// How far a customer's import is.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` for an item that cannot be read.
    pub async fn import_state(&self, customer: &CustomerId) -> Result<ImportState, StoreError> {
        let mut state = ImportState::new(customer.clone());
        let mut approval = None;
        let partition = Partition::import_state(customer);
        for item in self.query(&partition, Ask::default()).await? {
            match Key::of(&item) {
                Some(Key::Approval(_)) => approval = Some(value_of::<Approval>(item)?),
                _ => read(&mut state, item)?,
            }
        }
        let held = state.held.as_ref().map(|held| &held.run);
        state.approved = approval.filter(|approval| Some(&approval.run) == held);
        Ok(state)
    }

    /// Takes the lease where nobody has it, it has ended, or this run has it already; every time
    /// is a new generation. `None`: another run has it.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn acquire_lease(
        &self,
        customer: &CustomerId,
        run: &RunId,
        now: Timestamp,
    ) -> Result<Option<Fence>, StoreError> {
        let asked_at = Instant::now();
        let lease_until = now + SignedDuration::from_secs(LEASE_SECONDS);
        let change = Expression::new(
            "SET kind = :kind, v = :v, holder = :run, lease_until = :until, \
             generation = if_not_exists(generation, :none) + :one",
        )
        .value(":kind", text("import-state"))
        .value(":v", number(super::attr::VERSION))
        .value(":until", time(lease_until))
        .value(":none", number(0))
        .value(":one", number(1));
        let condition =
            Expression::new("attribute_not_exists(holder) OR lease_until < :now OR holder = :run")
                .value(":now", time(now))
                .value(":run", text(run.as_str()));
        let key = Key::ImportState(customer.clone());
        let Answer::Done(item) = self.update_if(&key, change, condition).await? else {
            return Ok(None);
        };
        let generation = get_number(&item, GENERATION)
            .ok()
            .flatten()
            .ok_or_else(|| corrupt(&item, Malformed("generation is missing")))?;
        Ok(Some(Fence {
            customer: customer.clone(),
            run: run.clone(),
            generation,
            lease_until,
            write_until: write_until(asked_at),
        }))
    }

    /// Keeps the state and renews the lease, in one write. The lease's own fields and the approval
    /// of the state are not looked at.
    ///
    /// # Errors
    /// `Stale` where the lease is somebody else's by now; then nothing was written.
    pub async fn save_import_state(
        &self,
        fence: &Fence,
        state: &ImportState,
        now: Timestamp,
    ) -> Result<Fence, StoreError> {
        let asked_at = Instant::now();
        let lease_until = now + SignedDuration::from_secs(LEASE_SECONDS);
        let mut item = item_of_state(fence, state)?;
        item.insert(HOLDER.to_owned(), text(fence.run.as_str()));
        item.insert(LEASE_UNTIL.to_owned(), time(lease_until));
        match self.put_if(item, fence.holds()).await? {
            Answer::Done(_) => Ok(Fence {
                lease_until,
                write_until: write_until(asked_at),
                ..fence.clone()
            }),
            Answer::Refused(_) => Err(StoreError::Stale),
        }
    }

    /// Keeps the state and gives the lease back, in one write.
    ///
    /// # Errors
    /// `Stale` where the lease is somebody else's by now; then nothing was written.
    pub async fn release_lease(
        &self,
        fence: &Fence,
        state: &ImportState,
    ) -> Result<(), StoreError> {
        let item = item_of_state(fence, state)?;
        match self.put_if(item.clone(), fence.holds()).await? {
            Answer::Done(_) => Ok(()),
            // Sent twice: the first gave it back already.
            Answer::Refused(there) if there == item => Ok(()),
            Answer::Refused(_) => Err(StoreError::Stale),
        }
    }

    /// Keeps a person's yes to a held run. False where that run is not held (any more).
    ///
    /// # Errors
    /// Those of the table.
    pub async fn approve_held(
        &self,
        customer: &CustomerId,
        approval: &Approval,
    ) -> Result<bool, StoreError> {
        let state = self.import_state(customer).await?;
        if state.held.is_none_or(|held| held.run != approval.run) {
            return Ok(false);
        }
        let key = Key::Approval(customer.clone());
        self.put(item_of(&key, "approval", approval)?).await?;
        Ok(true)
    }
}

fn write_until(asked_at: Instant) -> Instant {
    let seconds = (LEASE_SECONDS - LEASE_MARGIN_SECONDS).unsigned_abs();
    asked_at + Duration::from_secs(seconds)
}

fn item_of_state(fence: &Fence, state: &ImportState) -> Result<Item, StoreError> {
    let uploads = state.uploads.iter();
    let body = Body {
        graph: state.graph.clone(),
        uploads: uploads
            .map(|(source, position)| (source.as_str().to_owned(), position.clone()))
            .collect(),
        held: state.held.clone(),
        last_error: state.last_error.clone(),
    };
    let key = Key::ImportState(fence.customer.clone());
    let mut item = item_of(&key, "import-state", &body)?;
    item.insert(GENERATION.to_owned(), number(fence.generation));
    Ok(item)
}

fn read(state: &mut ImportState, item: Item) -> Result<(), StoreError> {
    let lease = || {
        let holder = get_text(&item, HOLDER)?;
        let holder = holder.map(|run| RunId::parse(run).map_err(|_| Malformed("holder is no id")));
        let generation = get_number(&item, GENERATION)?.unwrap_or_default();
        Ok((
            generation,
            holder.transpose()?,
            get_time(&item, LEASE_UNTIL)?,
        ))
    };
    (state.generation, state.holder, state.lease_until) =
        lease().map_err(|problem| corrupt(&item, problem))?;
    let key = Key::text_of(&item);
    let body: Body = value_of(item)?;
    state.graph = body.graph;
    state.held = body.held;
    state.last_error = body.last_error;
    for (name, position) in body.uploads {
        let source = Source::parse(&name).ok_or_else(|| StoreError::Corrupt {
            key: key.clone(),
            problem: "uploads names no source",
        })?;
        state.uploads.insert(source, position);
    }
    Ok(())
}
