//! From what was found to how an account stands with the documentation system.

use std::collections::BTreeMap;

use super::entry::Entry;
use super::fits::Finding;
use super::making::Making;
use super::names::Names;
use super::{
    DocsStanding, DocsStatus, Entries, EntryCandidate, EntryRule, Question, Reason, Told, Verdict,
    upkeep,
};
use crate::account::{Account, AccountState};
use crate::id::EntryId;
use crate::policy::Policy;

/// A standing without a link. That a create is under way is not forgotten, nor which entry is gone.
fn unlinked(
    account: &Account,
    entries: &Entries<'_>,
    status: DocsStatus,
    reason: Option<Reason>,
) -> DocsStanding {
    DocsStanding {
        status,
        reason: reason.map(|reason| reason.to_string()),
        creating_since: account.docs.creating_since,
        told: told_to(account, lost(account, entries)),
        lost: lost(account, entries).cloned(),
        ..DocsStanding::default()
    }
}

/// What is remembered of an entry that is gone, for when it comes back.
fn told_to(account: &Account, lost: Option<&EntryId>) -> BTreeMap<Told, String> {
    lost.map(|entry| upkeep::of_entry(&account.docs, entry))
        .unwrap_or_default()
}

/// The entry the account was linked to, where it is gone. One that is there and is another account's
/// now is not gone.
fn lost<'a>(account: &'a Account, entries: &Entries<'_>) -> Option<&'a EntryId> {
    let standing = &account.docs;
    (standing.entry.as_ref())
        .or(standing.lost.as_ref())
        .filter(|entry| entries.position(entry).is_none())
}

/// Nobody looks for an entry.
pub(super) fn off(
    account: &Account,
    entries: &Entries<'_>,
    reason: Option<Reason>,
) -> DocsStanding {
    unlinked(account, entries, DocsStatus::Off, reason)
}

/// A person chose an entry that cannot be held now. It is remembered; see [`super::links`].
pub(super) fn chosen_lost(account: &Account, entry: &EntryId, reason: Reason) -> DocsStanding {
    DocsStanding {
        status: DocsStatus::Orphaned,
        rule: Some(EntryRule::Manual),
        reason: Some(reason.to_string()),
        told: told_to(account, Some(entry)),
        lost: Some(entry.clone()),
        fills_category: account.docs.fills_category,
        ..DocsStanding::default()
    }
}

/// A link that there is, or is again, kept.
pub(super) fn linked(account: &Account, policy: &Policy, entry: &Entry) -> DocsStanding {
    let held = &account.docs;
    let is_own = held.status == DocsStatus::Created;
    // Once there is a category, there is nothing to fill in.
    let fills_category = held.fills_category && is_empty(entry.category.as_deref());
    let refused = held.refused.clone().filter(|_| fills_category);
    let told = upkeep::remembered(account, policy, entry);
    let remark = remark(account, entry).map(|reason| reason.to_string());
    DocsStanding {
        status: if is_own {
            DocsStatus::Created
        } else {
            DocsStatus::Matched
        },
        entry: Some(entry.id.clone()),
        rule: match held.rule {
            None if !is_own => Some(EntryRule::AccountName),
            rule => rule,
        },
        // What was said of a change that was refused stays as long as it is so.
        reason: if refused.is_some() || upkeep::is_refused(&told) {
            held.reason.clone().or(remark)
        } else {
            remark
        },
        fills_category,
        refused,
        told,
        ..DocsStanding::default()
    }
}

/// What a person should know about a link.
fn remark(account: &Account, entry: &Entry) -> Option<Reason> {
    if entry.is_archived {
        return Some(Reason::LinkedIsArchived);
    }
    // An account that left its sources is known by no name.
    if account.state == AccountState::Removed {
        return None;
    }
    let username = entry.username.as_deref().unwrap_or_default();
    (Names::of(account).fit(username).is_none()).then_some(Reason::LinkedHasOtherName)
}

pub(super) fn is_empty(category: Option<&str>) -> bool {
    category.is_none_or(|category| category.trim().is_empty())
}

/// Gives every open account its verdict; findings are in the order of the open ones.
pub(super) fn conclude_open(
    question: &Question<'_>,
    entries: &Entries<'_>,
    open: &[usize],
    findings: Vec<Finding>,
    verdicts: &mut [Verdict],
) {
    let (mut without, mut unlinked_yet) = (Vec::new(), Vec::new());
    for (at, finding) in open.iter().zip(findings) {
        let (Some(account), Some(verdict)) = (question.accounts.get(*at), verdicts.get_mut(*at))
        else {
            continue;
        };
        if !matches!(finding, Finding::One(_)) {
            unlinked_yet.push(account);
        }
        *verdict = match finding {
            Finding::One(entry) => entries.get(entry).map_or(Verdict::Keep, |entry| {
                found(account, question.policies.of(account.account_type), entry)
            }),
            Finding::Undecided {
                candidates,
                reason,
                is_one_in_doubt,
            } => {
                let status = if is_one_in_doubt {
                    DocsStatus::PossibleMatch
                } else {
                    DocsStatus::MoreThanOneMatch
                };
                Verdict::Become(DocsStanding {
                    candidates,
                    ..unlinked(account, entries, status, Some(reason))
                })
            }
            Finding::None { reported } => {
                without.push((*at, reported));
                Verdict::Open
            }
        };
    }
    let making = Making::new(question, entries, &unlinked_yet);
    for (at, reported) in without {
        if let (Some(account), Some(verdict)) = (question.accounts.get(at), verdicts.get_mut(at)) {
            *verdict = conclude(question, &making, entries, account, reported);
        }
    }
}

/// A new link. A create whose answer was lost has been found here: the entry is ours, and it is as
/// if the answer had come.
fn found(account: &Account, policy: &Policy, entry: &Entry) -> Verdict {
    let (status, rule) = if account.docs.creating_since.is_some() {
        (DocsStatus::Created, None)
    } else {
        (DocsStatus::Matched, Some(EntryRule::AccountName))
    };
    let standing = DocsStanding {
        status,
        entry: Some(entry.id.clone()),
        rule,
        ..DocsStanding::default()
    };
    Verdict::Become(upkeep::agreed(standing, account, policy))
}

/// Why nobody wants an entry for it.
fn unwanted(question: &Question<'_>, account: &Account) -> Option<Reason> {
    let policy = question.policies.of(account.account_type);
    if !policy.create_docs_entry {
        return Some(Reason::NoneMadeByPolicy);
    }
    match account.state {
        AccountState::Active => None,
        AccountState::Disabled | AccountState::Removed => Some(Reason::NoneMadeForDisabled),
    }
}

fn was_refused(account: &Account) -> bool {
    account.docs.status == DocsStatus::Failed && account.docs.entry.is_none()
}

fn conclude(
    question: &Question<'_>,
    making: &Making<'_>,
    entries: &Entries<'_>,
    account: &Account,
    reported: Vec<EntryCandidate>,
) -> Verdict {
    let is_lost = lost(account, entries).is_some();
    let (status, reason) = match (unwanted(question, account), making.forbidden(account)) {
        _ if is_lost => (DocsStatus::Orphaned, Reason::Gone),
        (Some(_), _) if !reported.is_empty() => {
            (DocsStatus::CategoryDiffers, Reason::CategoryDiffers)
        }
        (Some(reason), _) => (DocsStatus::NoMatch, reason),
        (None, Some(reason)) => (DocsStatus::Blocked, reason),
        // What the documentation system said of the create stays until another one is tried.
        (None, None) if was_refused(account) => return Verdict::Keep,
        (None, None) => (DocsStatus::NoMatch, Reason::ToBeMade),
    };
    Verdict::Become(DocsStanding {
        candidates: reported,
        ..unlinked(account, entries, status, Some(reason))
    })
}
