//! Writing accounts: each on the revision it was decided on, after what it claims and before what
//! it gives back. Many at a time, no transaction: after a crash the next look sees what is left.
//!
//! Costs: 1 unit per account below 1 KB, 1 per name, contact and entry claimed, 1 per contact and
//! entry given back.

use std::collections::BTreeSet;

use domain::account::Account;
use domain::id::AccountId;
use domain::identity::JoinKey;
use futures::stream::{self, StreamExt, TryStreamExt};

use super::Store;
use super::attr::number;
use super::call::{Answer, Expression};
use super::claims::Claimable;
use super::error::StoreError;
use super::import_state::Fence;
use super::item::{account_of, item_of_account};

/// Accounts being written at a time.
const WRITES_AT_A_TIME: usize = 16;

/// An account to write.
#[derive(Debug, Clone)]
pub struct AccountWrite {
    /// As it is to be, its revision already the new one.
    pub account: Account,
    /// The revision it was decided on; `None` for one that must not be there yet.
    pub expected: Option<u64>,
    /// Names to claim for it first. Only under a lease.
    pub aliases: Vec<JoinKey>,
    /// The contact or entry to claim for it first. Only for an account that is there already: the claim of
    /// one that is not could be taken over before it is.
    pub claim: Option<Claimable>,
    /// The contact or entry to give back afterwards.
    pub release: Option<Claimable>,
}

/// What came of writing an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriteOutcome {
    /// It is written.
    Done,
    /// It was changed, or made, by somebody else first: read it again and decide again.
    Conflict,
    /// A name is that account's: the two are one, or one of them is wrong.
    AliasTaken(JoinKey, AccountId),
    /// What it claims is that account's.
    Taken(AccountId),
}

impl Store {
    /// Writes accounts and says of each, in the order given, what came of it. Under a fence nothing
    /// is begun once its lease runs out. No account may be in it twice.
    ///
    /// # Errors
    /// Those of the table, and `Stale` where the lease ran out; some of the accounts may be written
    /// then. Writing them again is harmless.
    pub async fn write_accounts(
        &self,
        fence: Option<&Fence>,
        writes: Vec<AccountWrite>,
    ) -> Result<Vec<WriteOutcome>, StoreError> {
        let in_hand: BTreeSet<AccountId> = writes
            .iter()
            .map(|write| write.account.id.clone())
            .collect();
        stream::iter(writes)
            .map(|write| self.write_account(fence, &in_hand, write))
            .buffered(WRITES_AT_A_TIME)
            .try_collect()
            .await
    }

    async fn write_account(
        &self,
        fence: Option<&Fence>,
        in_hand: &BTreeSet<AccountId>,
        write: AccountWrite,
    ) -> Result<WriteOutcome, StoreError> {
        fence.map_or(Ok(()), Fence::check)?;
        let account = &write.account;
        let is_in_hand = |id: &AccountId| in_hand.contains(id);
        for name in &write.aliases {
            if let Some(owner) = self.claim_alias(name, account, is_in_hand).await? {
                return Ok(WriteOutcome::AliasTaken(name.clone(), owner));
            }
        }
        if let Some(wanted) = &write.claim
            && let Some(owner) = self.claim(wanted, account, is_in_hand).await?
        {
            return Ok(WriteOutcome::Taken(owner));
        }
        let outcome = self.put_account(account, write.expected).await?;
        if outcome != WriteOutcome::Done {
            return Ok(outcome);
        }
        // The account's history, as operators search for it: every change and what it came to.
        tracing::info!(
            customer.id = %account.customer, account.id = %account.id,
            revision = account.revision, state = account.state.as_str(),
            psa_status = account.psa.status.as_str(), docs_status = account.docs.status.as_str(),
            "account written"
        );
        if let Some(claimed) = &write.release {
            self.release(claimed, account).await?;
        }
        Ok(outcome)
    }

    async fn put_account(
        &self,
        account: &Account,
        expected: Option<u64>,
    ) -> Result<WriteOutcome, StoreError> {
        let condition = match expected {
            None => Expression::absent(),
            Some(revision) => Expression::new("r = :r").value(":r", number(revision)),
        };
        match self.put_if(item_of_account(account), condition).await? {
            Answer::Done(_) => Ok(WriteOutcome::Done),
            Answer::Refused(there) if there.is_empty() => Ok(WriteOutcome::Conflict),
            // Sent twice: the first wrote it already.
            Answer::Refused(there) if account_of(&there)? == *account => Ok(WriteOutcome::Done),
            Answer::Refused(_) => Ok(WriteOutcome::Conflict),
        }
    }
}
