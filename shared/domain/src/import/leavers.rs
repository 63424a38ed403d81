//! Leavers: accounts that would go out of use. What their records say is kept at once; the account
//! itself stays in use until the whole reading is in. Then all of them go, or none until a person
//! says yes.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::account::{Account, AccountState};
use crate::id::AccountId;
use crate::identity::{Departure, Gone, Identity, IdentityKey};
use crate::import::merge::{follow, state_at};
use crate::import::section::classify;
use crate::policy::{CustomerPolicies, Removal};

/// What follows from a run's leavers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Let them go.
    Apply,
    /// Hold the run for a person.
    Hold {
        /// How many would go.
        leaving: u64,
        /// Of how many in use.
        active: u64,
        /// Why it is held, in words.
        reason: String,
    },
}

/// May so many accounts go? `active` counts the customer's accounts in use before the run.
pub fn check(leaving: u64, active: u64, removal: Removal) -> Verdict {
    if !removal.needs_a_yes(leaving, active) {
        return Verdict::Apply;
    }
    Verdict::Hold {
        leaving,
        active,
        reason: format!(
            "{leaving} of {active} accounts in use would be disabled or removed, more than the \
             policy's {} percent; approve the run if that is right, or look for what is wrong at \
             the source",
            removal.hold_percent
        ),
    }
}

/// The held records that a complete reading did not hold, by account.
pub fn missing<'a>(
    held: impl IntoIterator<Item = (&'a AccountId, &'a IdentityKey)>,
    is_seen: impl Fn(&IdentityKey) -> bool,
) -> BTreeMap<AccountId, Vec<IdentityKey>> {
    let mut missing = BTreeMap::<AccountId, Vec<IdentityKey>>::new();
    for (account, key) in held.into_iter().filter(|(_, key)| !is_seen(key)) {
        missing
            .entry(account.clone())
            .or_default()
            .push(key.clone());
    }
    missing
}

/// The account as it is at the end of a reading: records that a complete reading did not hold are
/// gone, and the state is what the records say. `None` where nothing changes, as for somebody who
/// came back on a later page.
pub fn settle(
    account: &Account,
    missing: &[IdentityKey],
    policies: &CustomerPolicies,
    now: Timestamp,
) -> Option<Account> {
    let mut changed = account.clone();
    let how = Departure::NotInCompleteReading;
    for identity in changed
        .identities
        .iter_mut()
        .filter(|i| missing.contains(&i.key))
    {
        identity.gone.get_or_insert(Gone { at: now, how });
    }
    if changed.identities != account.identities {
        attend(&mut changed, &account.identities, policies);
    }
    enter_state(&mut changed, now);
    if changed == *account {
        return None;
    }
    changed.revision += 1;
    Some(changed)
}

/// Lets section and fields follow the records.
pub(crate) fn attend(account: &mut Account, before: &[Identity], policies: &CustomerPolicies) {
    classify(account, &policies.end_user.scope);
    let policy = policies.of(account.account_type);
    follow(account, before, policy);
}

/// Would the account go out of use if its records had their way?
pub(crate) fn is_leaving(account: &Account, now: Timestamp) -> bool {
    account.state == AccountState::Active
        && state_at(&account.identities, now) != AccountState::Active
}

/// Puts the account into the state its records give.
pub(crate) fn enter_state(account: &mut Account, now: Timestamp) {
    let state = state_at(&account.identities, now);
    if state != account.state {
        account.state = state;
        account.state_since = now;
    }
}
