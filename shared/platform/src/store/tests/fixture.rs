//! Invented customers, times and accounts for the tests that need more than one.

use domain::account::Account;
use domain::id::{ContactId, CustomerId, EntryId, RunId};
use jiff::{SignedDuration, Timestamp};

pub(super) use super::table;
use crate::store::{AccountWrite, Claimable, Store, WriteOutcome};

pub(super) fn northwind() -> CustomerId {
    CustomerId::parse("northwind").unwrap()
}

pub(super) fn fabrikam() -> CustomerId {
    CustomerId::parse("fabrikam").unwrap()
}

pub(super) fn run(text: &str) -> RunId {
    RunId::parse(text).unwrap()
}

pub(super) fn contact(text: &str) -> ContactId {
    ContactId::parse(text).unwrap()
}

pub(super) fn entry(text: &str) -> EntryId {
    EntryId::parse(text).unwrap()
}

/// So many seconds after the time at which the tests begin.
pub(super) fn at(seconds: i64) -> Timestamp {
    super::now() + SignedDuration::from_secs(seconds)
}

/// The account of the customer's nth user, at its first revision.
pub(super) fn account(customer: &CustomerId, number: u32) -> Account {
    super::account(customer.as_str(), number)
}

/// To make the account.
pub(super) fn create(account: &Account) -> AccountWrite {
    super::write(account, None)
}

/// To write the account as a change of what it was at the revision before.
pub(super) fn change(account: &Account) -> AccountWrite {
    super::write(account, Some(account.revision - 1))
}

/// To link the account with a contact, from the contact that it is linked with.
pub(super) fn link(before: &Account, contact: &ContactId) -> (Account, AccountWrite) {
    let mut after = before.clone();
    after.revision += 1;
    after.psa.contact = Some(contact.clone());
    let write = AccountWrite {
        claim: Some(Claimable::Contact(contact.clone())),
        release: before.psa.contact.clone().map(Claimable::Contact),
        ..change(&after)
    };
    (after, write)
}

/// To link the account with an entry, from the entry that it is linked with.
pub(super) fn link_entry(before: &Account, entry: &EntryId) -> (Account, AccountWrite) {
    let mut after = before.clone();
    after.revision += 1;
    after.docs.entry = Some(entry.clone());
    let write = AccountWrite {
        claim: Some(Claimable::Entry(entry.clone())),
        release: before.docs.entry.clone().map(Claimable::Entry),
        ..change(&after)
    };
    (after, write)
}

/// Writes one.
pub(super) async fn write(store: &Store, write: AccountWrite) -> WriteOutcome {
    let outcomes = store.write_accounts(None, vec![write]).await.unwrap();
    outcomes.into_iter().next().unwrap()
}
