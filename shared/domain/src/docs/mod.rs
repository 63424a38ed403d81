//! Documentation systems (IT Glue, Hudu): the entries that hold the passwords of accounts, and which
//! entry belongs to which account. Decided for all accounts of one customer against all entries of
//! its organization at once, in memory.
//!
//! What always holds:
//! - An entry fits by the account's name *and* a category of one of the account's sources (B87 to
//!   B97). The user name alone never links.
//! - Never two accounts on one entry, as with contacts (B191).
//! - Several entries that fit are never resolved by taking one; a person chooses (B127, D3).
//! - Beside an entry that could be the account's, none is made (D4).
//! - What is linked stays linked while its entry is there, whatever changed (B80, B135, D13): user
//!   name, category, policy, even that it is archived. An entry that is gone is looked for again, and
//!   none is made in its place by itself.
//! - The order of accounts and entries does not matter, and deciding again decides nothing new.
//!
//! Never here: a password. Muster neither reads nor keeps one.
//!
//! Read in this order: [`entry`], `category`, `names`, `links`, `fits`, `conclude`, `making`, `upkeep`,
//! [`notes`].

mod category;
mod conclude;
mod details;
pub mod entry;
mod fits;
#[cfg(test)]
pub(crate) mod fixture;
mod links;
mod making;
mod names;
pub mod notes;
mod outcome;
mod reason;
mod standing;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_creation;
#[cfg(test)]
mod tests_links;
#[cfg(test)]
mod tests_properties;
#[cfg(test)]
mod tests_upkeep;
mod upkeep;

use std::collections::BTreeSet;

use foldhash::{HashMap, HashMapExt};

use crate::account::{Account, AccountState};
use crate::id::{AccountId, EntryId};
use crate::policy::CustomerPolicies;
pub use category::{categories_of, source_of};
pub use details::Details;
pub use making::{Home, category_update, new_entry};
pub use outcome::{category_filled, category_refused, chosen, created, refused};
pub use reason::Reason;
pub use standing::{DocsStanding, DocsStatus, EntryCandidate, EntryRule, Told, wants_entry};
pub use upkeep::{agreed, details_update, update_refused, updated, username_update};

use entry::Entry;

/// Everything a decision is made from.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// All accounts of one customer, in whatever state.
    pub accounts: &'a [Account],
    /// All entries of its organization, archived ones too. One that is listed twice counts once, as
    /// listed last.
    pub entries: &'a [Entry],
    /// The policies that hold for the customer.
    pub policies: &'a CustomerPolicies,
    /// Do other customers share this organization? Then no entry is made, while those that are there
    /// are still matched, as with contacts (B58, B59).
    pub shared_organization: bool,
    /// Entries that accounts of other customers hold.
    pub taken: &'a BTreeSet<EntryId>,
}

/// A standing that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Whose.
    pub account: AccountId,
    /// How the account stands from now on.
    pub standing: DocsStanding,
    /// Is an entry to be made for it now? The same as [`wants_entry`] of the standing.
    pub wants_entry: bool,
}

/// Decides for every account; yields those whose standing changes, in the order of the accounts.
pub fn decide(question: &Question<'_>) -> Vec<Decision> {
    let entries = Entries::new(question.entries);
    let (mut verdicts, mut claimed) = links::settle(question, &entries);
    let open = open_accounts(question, &entries, &mut verdicts);
    if !open.is_empty() {
        let findings = fits::run(question, &entries, &mut claimed, &open);
        conclude::conclude_open(question, &entries, &open, findings, &mut verdicts);
    }
    question
        .accounts
        .iter()
        .zip(verdicts)
        .filter_map(|(account, verdict)| {
            let standing = verdict.into_standing()?;
            (standing != account.docs).then(|| Decision {
                account: account.id.clone(),
                wants_entry: wants_entry(&standing),
                standing,
            })
        })
        .collect()
}

/// What becomes of one account's standing.
#[derive(Debug)]
enum Verdict {
    /// It is not decided yet.
    Open,
    /// It stays as it is.
    Keep,
    /// It becomes this, which may be what it is.
    Become(DocsStanding),
}

impl Verdict {
    fn into_standing(self) -> Option<DocsStanding> {
        match self {
            Self::Open | Self::Keep => None,
            Self::Become(standing) => Some(standing),
        }
    }
}

/// The accounts that look for an entry, by position. The others are settled: one that left its
/// sources, or whose section the policy does not match, is off (D13).
fn open_accounts(
    question: &Question<'_>,
    entries: &Entries<'_>,
    verdicts: &mut [Verdict],
) -> Vec<usize> {
    let mut open = Vec::new();
    for (at, (account, verdict)) in question.accounts.iter().zip(verdicts).enumerate() {
        if !matches!(verdict, Verdict::Open) {
            continue;
        }
        let policy = question.policies.of(account.account_type);
        if account.state == AccountState::Removed {
            let reason = Some(Reason::Left);
            *verdict = Verdict::Become(conclude::off(account, entries, reason));
        } else if !policy.match_docs {
            // No reason, so that an account no policy speaks of costs no write.
            *verdict = Verdict::Become(conclude::off(account, entries, None));
        } else {
            open.push(at);
        }
    }
    open
}

/// The entries of the organization, each once, by id: positions do not depend on the order in which
/// a system lists them.
struct Entries<'a> {
    sorted: Vec<&'a Entry>,
    positions: HashMap<&'a EntryId, usize>,
}

impl<'a> Entries<'a> {
    fn new(listed: &'a [Entry]) -> Self {
        // The last one listed comes first among those of one id, and is kept.
        let mut sorted: Vec<&Entry> = listed.iter().rev().collect();
        sorted.sort_by_key(|entry| &entry.id);
        sorted.dedup_by_key(|entry| &entry.id);
        let mut positions = HashMap::with_capacity(sorted.len());
        positions.extend((sorted.iter().enumerate()).map(|(at, entry)| (&entry.id, at)));
        Self { sorted, positions }
    }

    fn position(&self, id: &EntryId) -> Option<usize> {
        self.positions.get(id).copied()
    }

    fn get(&self, at: usize) -> Option<&'a Entry> {
        self.sorted.get(at).copied()
    }

    fn each(&self) -> impl Iterator<Item = (usize, &'a Entry)> {
        self.sorted.iter().copied().enumerate()
    }
}
