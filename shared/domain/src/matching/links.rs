//! The links there are. They are judged before any rule is tried: what is linked stays linked
//! while its contact is in the company (B135, D13).
//!
//! A link that a person chose is kept for good. Where its contact is not in the company any more,
//! the standing says so and remembers the contact as its one candidate with the rule `manual`;
//! when the contact comes back, so does the link. No rule chooses anew and no contact is made: a
//! person chose, and a person chooses again. A standing with the rule `manual`, no contact and no
//! candidate says that a person wants no link, and stays.

use foldhash::HashSet;

use super::{Contacts, Question, Reason, Verdict, standing};
use crate::account::{Account, AccountState, MatchRule};
use crate::id::ContactId;

/// Contacts that are held, by position.
pub(super) type Claimed = HashSet<usize>;

/// A claim of an account on a contact. Claims are granted in their order; two on one contact mean
/// that somebody broke the invariant, and then too nothing depends on the order of the accounts.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Link<'a> {
    /// A link before one that is only remembered.
    remembered: bool,
    /// What a person chose before what a rule found.
    by_rule: bool,
    /// An account that is there before one that left.
    left: bool,
    account: &'a str,
    contact: &'a ContactId,
    at: usize,
}

impl<'a> Link<'a> {
    fn of(at: usize, account: &'a Account) -> Option<Self> {
        let manual = account.psa.rule == Some(MatchRule::Manual);
        let chosen = account
            .psa
            .candidates
            .iter()
            .find(|candidate| manual && candidate.rule == MatchRule::Manual)
            .map(|candidate| &candidate.contact);
        Some(Self {
            remembered: account.psa.contact.is_none(),
            by_rule: !manual,
            left: account.state == AccountState::Removed,
            account: account.id.as_str(),
            contact: account.psa.contact.as_ref().or(chosen)?,
            at,
        })
    }
}

/// Judges every link. Yields a verdict per account, `Open` for those without a link, and the
/// contacts that are held: by these accounts and by those of other customers.
pub(super) fn settle(question: &Question<'_>, contacts: &Contacts<'_>) -> (Vec<Verdict>, Claimed) {
    let mut claimed: Claimed = (question.taken.iter())
        .filter_map(|id| contacts.position(id))
        .collect();
    let mut verdicts: Vec<Verdict> = question.accounts.iter().map(without_link).collect();
    let mut links: Vec<Link<'_>> = (question.accounts.iter().enumerate())
        .filter_map(|(at, account)| Link::of(at, account))
        .collect();
    links.sort_unstable();
    for link in links {
        let (Some(account), Some(verdict)) =
            (question.accounts.get(link.at), verdicts.get_mut(link.at))
        else {
            continue;
        };
        *verdict = judge(question, contacts, &mut claimed, &link, account);
    }
    (verdicts, claimed)
}

fn without_link(account: &Account) -> Verdict {
    match account.psa.rule {
        Some(MatchRule::Manual) => Verdict::Keep,
        Some(
            MatchRule::ExternalId | MatchRule::Email | MatchRule::AlternateEmail | MatchRule::Name,
        )
        | None => Verdict::Open,
    }
}

fn judge(
    question: &Question<'_>,
    contacts: &Contacts<'_>,
    claimed: &mut Claimed,
    link: &Link<'_>,
    account: &Account,
) -> Verdict {
    let decided = |standing| Verdict::Become(standing);
    let lost = |reason| {
        if link.by_rule {
            Verdict::Open
        } else {
            decided(standing::chosen_lost(account, link.contact, reason))
        }
    };
    match contacts.position(link.contact) {
        Some(position) if claimed.insert(position) => match contacts.get(position) {
            Some(contact) => decided(standing::linked(account, contact)),
            None => Verdict::Keep,
        },
        Some(_) => lost(Reason::ChosenIsHeld),
        // The list may lack it, or the account is gone and its link stays for its return (D13).
        None if !question.complete || (link.by_rule && link.left) => Verdict::Keep,
        None => lost(Reason::ChosenIsGone),
    }
}
