//! The end of a reading: who was missed in a complete one, who goes out of use, and whether a
//! person must say yes first.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use domain::account::{Account, AccountState};
use domain::failure::Failure;
use domain::id::{AccountId, UploadId};
use domain::identity::{IdentityKey, Source};
use domain::import::{Verdict, check, mark, missing, settle};
use domain::limits::ACCOUNTS_PER_CHUNK;
use domain::run::RunCounts;
use platform::store::{
    AccountWrite, Approval, HeldRun, ImportState, IndexEntry, RoundPage, WriteOutcome,
};

use crate::session::Session;

/// How often the end is decided again when somebody else keeps changing the accounts.
const TRIES: usize = 4;

/// What a reading noted on its way.
pub(crate) struct Noted {
    /// Accounts whose records say that they go out of use.
    pub(crate) leavers: BTreeSet<AccountId>,
    /// Marks of the records that were there; `None` where nobody is missed for not being there.
    seen: Option<HashSet<[u8; 16]>>,
    /// The machines a reading of local accounts covers; `None` where it covers its source.
    machines: Option<BTreeSet<String>>,
}

/// How a reading ended.
pub(crate) enum Ending {
    /// The leavers went; so many.
    Gone(RunCounts),
    /// The run waits for a person; why.
    Held(String),
}

/// Whom the run that waits for a person is about. A customer has one such run at a time: where two
/// sources would each have one, the second is asked about after the first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Waiting {
    Nobody,
    ThisSource,
    AnotherSource,
}

/// Accounts kept changing.
#[derive(Debug, thiserror::Error)]
#[error("accounts of leavers kept changing while they were written; the run is tried again later")]
struct KeptChanging;

impl Noted {
    pub(crate) fn new(infer_removals: bool) -> Self {
        Self {
            leavers: BTreeSet::new(),
            seen: infer_removals.then(HashSet::new),
            machines: None,
        }
    }

    /// Only these machines were read completely.
    pub(crate) fn of_machines(machines: BTreeSet<String>) -> Self {
        Self {
            machines: Some(machines),
            ..Self::new(true)
        }
    }

    pub(crate) fn add(&mut self, page: RoundPage) {
        self.leavers.extend(page.leaving);
        if let Some(seen) = &mut self.seen {
            seen.extend(page.seen);
        }
    }

    /// Is anybody missed for not being there?
    pub(crate) fn infers(&self) -> bool {
        self.seen.is_some()
    }

    pub(crate) fn infer_nothing(&mut self) {
        self.seen = None;
    }

    fn covers(&self, key: &IdentityKey) -> bool {
        match &self.machines {
            None => true,
            Some(machines) => key
                .id
                .rsplit_once('/')
                .is_some_and(|(machine, _)| machines.contains(machine)),
        }
    }
}

/// Lets the leavers of a reading go, or holds the run; the state in hand says so afterwards.
pub(crate) async fn end(
    session: &Session<'_>,
    source: Source,
    upload: Option<&UploadId>,
    state: &mut ImportState,
    noted: &Noted,
) -> Result<Ending, Failure> {
    let waiting = waiting(session, source, state).await?;
    for _ in 0..TRIES {
        let index = match noted.seen {
            Some(_) => {
                session
                    .app
                    .store
                    .identity_index(&session.customer.id)
                    .await?
            }
            None => Vec::new(),
        };
        let missed = missed(&index, source, noted);
        let settled = settled(session, noted, &missed).await?;
        let leaving = settled
            .iter()
            .filter(|(held, _)| held.state == AccountState::Active);
        let leaving = leaving
            .filter(|(_, after)| after.state != AccountState::Active)
            .count();
        let before = match waiting {
            Waiting::ThisSource => state.held.as_ref().zip(Some(state.approved.as_ref())),
            Waiting::Nobody | Waiting::AnotherSource => None,
        };
        if let Some(mut held) = judge(session, before, index, leaving as u64).await? {
            let reason = held.reason.clone();
            if waiting != Waiting::AnotherSource {
                held.upload = upload.cloned();
                state.held = Some(held);
            }
            return Ok(Ending::Held(reason));
        }
        let counts = count(&settled);
        if write(session, settled).await? {
            if waiting != Waiting::AnotherSource {
                state.held = None;
                state.approved = None;
            }
            return Ok(Ending::Gone(counts));
        }
    }
    Err(Failure::retry(KeptChanging))
}

/// A run about a source that is read no more, or about an upload that is no more, waits for nobody.
async fn waiting(
    session: &Session<'_>,
    source: Source,
    state: &ImportState,
) -> Result<Waiting, Failure> {
    let about = match state.held.as_ref().map(|held| held.upload.as_ref()) {
        None => None,
        Some(None) => Some(Source::Microsoft365),
        Some(Some(upload)) => {
            let record = session.app.store.upload(upload).await?;
            record.map(|record| record.source)
        }
    };
    Ok(match about {
        Some(about) if about == source => Waiting::ThisSource,
        Some(about) if session.customer.sources.contains(&about) => Waiting::AnotherSource,
        Some(_) | None => Waiting::Nobody,
    })
}

/// Held records of the source that the reading covers and did not hold.
fn missed(
    index: &[IndexEntry],
    source: Source,
    noted: &Noted,
) -> BTreeMap<AccountId, Vec<IdentityKey>> {
    let Some(seen) = &noted.seen else {
        return BTreeMap::new();
    };
    let held = index.iter().flat_map(|entry| {
        let there = entry.identities.iter().filter(|identity| !identity.gone);
        there.map(move |identity| (&entry.account, &identity.key))
    });
    let covered = held.filter(|(_, key)| key.source == source && noted.covers(key));
    missing(covered, |key| seen.contains(&mark(key)))
}

/// The accounts that change at the end, before and after.
async fn settled(
    session: &Session<'_>,
    noted: &Noted,
    missed: &BTreeMap<AccountId, Vec<IdentityKey>>,
) -> Result<Vec<(Account, Account)>, Failure> {
    let ids: BTreeSet<&AccountId> = noted.leavers.iter().chain(missed.keys()).collect();
    let ids: Vec<AccountId> = ids.into_iter().cloned().collect();
    let now = session.app.clock.now();
    let mut settled = Vec::new();
    for ids in ids.chunks(ACCOUNTS_PER_CHUNK) {
        for account in session
            .app
            .store
            .accounts(&session.customer.id, ids)
            .await?
        {
            let missing = missed.get(&account.id).map_or(&[][..], Vec::as_slice);
            if let Some(after) = settle(&account, missing, session.policies, now) {
                settled.push((account, after));
            }
        }
    }
    Ok(settled)
}

/// Must a person say yes? One who said yes to as many `before` has said so.
async fn judge(
    session: &Session<'_>,
    before: Option<(&HeldRun, Option<&Approval>)>,
    index: Vec<IndexEntry>,
    leaving: u64,
) -> Result<Option<HeldRun>, Failure> {
    if leaving < 2 {
        return Ok(None);
    }
    let index = if index.is_empty() {
        session
            .app
            .store
            .identity_index(&session.customer.id)
            .await?
    } else {
        index
    };
    let active = index
        .iter()
        .filter(|entry| entry.state == AccountState::Active)
        .count() as u64;
    let removal = session.policies.end_user.removal;
    let Verdict::Hold {
        leaving,
        active,
        reason,
    } = check(leaving, active, removal)
    else {
        return Ok(None);
    };
    let is_as_before = |held: &HeldRun| leaving <= held.leaving;
    if before.is_some_and(|(held, approved)| {
        is_as_before(held) && approved.is_some_and(|yes| yes.run == held.run)
    }) {
        return Ok(None);
    }
    let at = session.app.clock.now();
    // The run that was held first keeps its name: it is the one a person is asked about.
    let run = match before {
        Some((held, _)) if is_as_before(held) => held.run.clone(),
        Some(_) | None => session.run.clone(),
    };
    Ok(Some(HeldRun {
        run,
        at,
        leaving,
        active,
        reason,
        upload: None,
    }))
}

fn count(settled: &[(Account, Account)]) -> RunCounts {
    let mut counts = RunCounts::default();
    for (before, after) in settled {
        match after.state {
            state if state == before.state => counts.updated += 1,
            AccountState::Active => counts.updated += 1,
            AccountState::Disabled => counts.disabled += 1,
            AccountState::Removed => counts.removed += 1,
        }
    }
    counts
}

/// Writes them; false where somebody was faster and it must be decided again.
async fn write(session: &Session<'_>, settled: Vec<(Account, Account)>) -> Result<bool, Failure> {
    let writes = settled
        .into_iter()
        .map(|(before, after)| AccountWrite {
            account: after,
            expected: Some(before.revision),
            aliases: Vec::new(),
            claim: None,
            release: None,
        })
        .collect();
    let outcomes = session
        .app
        .store
        .write_accounts(Some(session.fence()?), writes)
        .await?;
    Ok(outcomes
        .iter()
        .all(|outcome| matches!(outcome, WriteOutcome::Done)))
}
