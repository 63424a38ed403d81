//! Standings to the table. An entry is claimed before an account names it: one entry belongs to at
//! most one account because the table says so.

use std::collections::{BTreeMap, BTreeSet};

use domain::account::Account;
use domain::docs::{Decision, DocsStanding};
use domain::failure::Failure;
use domain::id::{AccountId, EntryId};
use platform::App;
use platform::store::{AccountWrite, Claimable, WriteOutcome};

/// What came of writing.
#[derive(Default)]
pub(crate) struct Written {
    /// The accounts as they are now, of those that were written.
    pub(crate) accounts: BTreeMap<AccountId, Account>,
    /// Entries that turned out to be another account's.
    pub(crate) contested: BTreeSet<EntryId>,
    /// Accounts that somebody else changed first.
    pub(crate) conflicts: usize,
}

/// Writes what was decided; each on the revision it was decided on.
pub(crate) async fn standings(
    app: &App,
    accounts: &[Account],
    decisions: Vec<Decision>,
) -> Result<Written, Failure> {
    let mut standings: BTreeMap<AccountId, DocsStanding> = (decisions.into_iter())
        .map(|decision| (decision.account, decision.standing))
        .collect();
    let changes = accounts.iter().filter_map(|account| {
        let standing = standings.remove(&account.id)?;
        Some(change(account, standing))
    });
    let writes: Vec<AccountWrite> = changes.collect();
    let afters: Vec<Account> = writes.iter().map(|write| write.account.clone()).collect();
    let outcomes = app.store.write_accounts(None, writes).await?;
    let mut written = Written::default();
    for (after, outcome) in afters.into_iter().zip(outcomes) {
        match outcome {
            WriteOutcome::Done => {
                written.accounts.insert(after.id.clone(), after);
            }
            WriteOutcome::Taken(owner) => {
                tracing::info!(
                    customer.id = %after.customer, account.id = %after.id, owner = %owner,
                    "the entry is another account's"
                );
                written.contested.extend(after.docs.entry);
            }
            WriteOutcome::Conflict | WriteOutcome::AliasTaken(..) => written.conflicts += 1,
        }
    }
    Ok(written)
}

/// Writes one standing. `None` where somebody else was faster.
pub(crate) async fn one(
    app: &App,
    account: &Account,
    standing: DocsStanding,
) -> Result<Option<Account>, Failure> {
    let write = change(account, standing);
    let after = write.account.clone();
    let outcomes = app.store.write_accounts(None, vec![write]).await?;
    match outcomes.first() {
        Some(WriteOutcome::Done) => Ok(Some(after)),
        Some(WriteOutcome::Conflict | WriteOutcome::AliasTaken(..) | WriteOutcome::Taken(_))
        | None => Ok(None),
    }
}

fn change(before: &Account, standing: DocsStanding) -> AccountWrite {
    let held = &before.docs.entry;
    let is_moved = standing.entry != *held;
    let claimable =
        |entry: &Option<EntryId>| entry.clone().filter(|_| is_moved).map(Claimable::Entry);
    AccountWrite {
        claim: claimable(&standing.entry),
        release: claimable(held),
        account: Account {
            docs: standing,
            revision: before.revision + 1,
            ..before.clone()
        },
        expected: Some(before.revision),
        aliases: Vec::new(),
    }
}
