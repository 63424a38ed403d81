//! Standings and taken-over values to the table. A contact is claimed before an account names it:
//! one contact belongs to at most one account because the table says so.

use std::collections::{BTreeMap, BTreeSet};

use domain::account::Account;
use domain::failure::Failure;
use domain::id::{AccountId, ContactId, CustomerId};
use platform::App;
use platform::store::{AccountWrite, Claimable, WriteOutcome};

/// An account before and after.
pub(crate) struct Change {
    pub(crate) before: Account,
    pub(crate) after: Account,
}

/// What came of writing.
#[derive(Default)]
pub(crate) struct Written {
    /// The accounts as they are now, of those that were written.
    pub(crate) accounts: BTreeMap<AccountId, Account>,
    /// Contacts that turned out to be another account's.
    pub(crate) contested: BTreeSet<ContactId>,
    /// Accounts that somebody else changed first.
    pub(crate) conflicts: usize,
}

/// Writes the changes; each on the revision it was decided on.
pub(crate) async fn standings(
    app: &App,
    customer: &CustomerId,
    changes: Vec<Change>,
) -> Result<Written, Failure> {
    let mut afters = Vec::new();
    let mut writes = Vec::new();
    for Change { before, mut after } in changes {
        after.revision = before.revision + 1;
        let moved = after.psa.contact != before.psa.contact;
        writes.push(AccountWrite {
            account: after.clone(),
            expected: Some(before.revision),
            aliases: Vec::new(),
            claim: claimable(after.psa.contact.clone().filter(|_| moved)),
            release: claimable(before.psa.contact.filter(|_| moved)),
        });
        afters.push(after);
    }
    let outcomes = app.store.write_accounts(None, writes).await?;
    let mut written = Written::default();
    for (after, outcome) in afters.into_iter().zip(outcomes) {
        match outcome {
            WriteOutcome::Done => {
                written.accounts.insert(after.id.clone(), after);
            }
            WriteOutcome::Taken(owner) => {
                tracing::info!(
                    customer.id = %customer, account.id = %after.id, owner = %owner,
                    "the contact is another account's"
                );
                written.contested.extend(after.psa.contact);
            }
            WriteOutcome::Conflict | WriteOutcome::AliasTaken(..) => written.conflicts += 1,
        }
    }
    Ok(written)
}

fn claimable(contact: Option<ContactId>) -> Option<Claimable> {
    contact.map(Claimable::Contact)
}
