//! Which contact in the PSA is this account? Decided for all accounts of one customer against all
//! contacts of its company at once, in memory.
//!
//! What always holds:
//! - Never two accounts on one contact (B191).
//! - Several contacts that fit are never resolved by taking one; a person chooses (B127, D3).
//! - A surer rule wins over a more doubtful one, over all accounts: see `rules.rs`.
//! - What is linked stays linked while its contact is in the company, whatever changed (B80, B135,
//!   D13): the address, the name, the section, the policy, even that it is out of use.
//! - The order of accounts and contacts does not matter, and deciding again decides nothing new.

mod evidence;
mod fits;
#[cfg(test)]
pub(crate) mod fixture;
mod index;
mod keys;
mod links;
mod reason;
mod rules;
mod standing;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_creation;
#[cfg(test)]
mod tests_links;
#[cfg(test)]
mod tests_properties;

use std::collections::BTreeSet;

use crate::account::{Account, AccountState, PsaStanding};
use crate::id::{AccountId, ContactId};
use crate::policy::CustomerPolicies;
use crate::push::contact::Contact;
pub use evidence::agreeing;
pub use reason::Reason;
pub use standing::wants_contact;

use index::{Contacts, Keys};

/// Everything a decision is made from.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// All accounts of one customer, in whatever state.
    pub accounts: &'a [Account],
    /// The contacts of its company, in use or not. One that is listed twice counts once, as listed
    /// last.
    pub contacts: &'a [Contact],
    /// The policies that hold for the customer.
    pub policies: &'a CustomerPolicies,
    /// Do other customers share this company? Then no contact is created (B58), while those that
    /// are there are still matched (B59).
    pub shared_company: bool,
    /// Contacts that accounts of other customers hold.
    pub taken: &'a BTreeSet<ContactId>,
    /// Are these all contacts of the company, with addresses and names? What is not on an
    /// incomplete list may still exist: then links are kept, an Entra object id may link, and
    /// nothing else is decided.
    pub complete: bool,
}

/// A standing that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Whose.
    pub account: AccountId,
    /// How the account stands from now on.
    pub standing: PsaStanding,
    /// Is a contact to be made for it now? The same as [`wants_contact`] of the standing.
    pub wants_contact: bool,
}

/// Decides for every account; yields those whose standing changes, in the order of the accounts.
pub fn decide(question: &Question<'_>) -> Vec<Decision> {
    let contacts = Contacts::new(question.contacts);
    let (mut verdicts, claimed) = links::settle(question, &contacts);
    let open = open_accounts(question, &mut verdicts);
    if !open.is_empty() {
        let keys = Keys::new(question.accounts, &contacts);
        let findings = rules::run(question, &contacts, &keys, claimed, &open);
        standing::conclude_open(question, &contacts, &keys, &open, findings, &mut verdicts);
    }
    question
        .accounts
        .iter()
        .zip(verdicts)
        .filter_map(|(account, verdict)| {
            let standing = verdict.into_standing()?;
            (standing != account.psa).then(|| Decision {
                account: account.id.clone(),
                wants_contact: wants_contact(&standing),
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
    Become(PsaStanding),
}

impl Verdict {
    fn into_standing(self) -> Option<PsaStanding> {
        match self {
            Self::Open | Self::Keep => None,
            Self::Become(standing) => Some(standing),
        }
    }
}

/// The accounts that look for a contact, by position. The others are settled: one that left its
/// sources, or whose section the policy does not match, is off (B72, D13).
fn open_accounts(question: &Question<'_>, verdicts: &mut [Verdict]) -> Vec<usize> {
    let mut open = Vec::new();
    for (at, (account, verdict)) in question.accounts.iter().zip(verdicts).enumerate() {
        if !matches!(verdict, Verdict::Open) {
            continue;
        }
        let policy = question.policies.of(account.account_type);
        if account.state == AccountState::Removed {
            *verdict = Verdict::Become(standing::off(account, Some(Reason::Left)));
        } else if !policy.match_psa {
            // No reason, so that an account no policy speaks of costs no write.
            *verdict = Verdict::Become(standing::off(account, None));
        } else {
            open.push(at);
        }
    }
    open
}
