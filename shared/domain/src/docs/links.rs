//! The links there are. They are judged before anything is looked for: what is linked stays linked
//! while its entry is there (B135, D13).
//!
//! An entry that is gone is remembered, and comes it back, so does the link: the key of an
//! integration may lose sight of entries that are there. By rule, another entry is looked for
//! meanwhile. A link that a person chose is kept for good; no rule chooses anew. A standing with the
//! rule `manual` and no entry, remembered or not, says that a person wants no link, and stays.

use foldhash::HashSet;

use super::{Entries, Question, Reason, Verdict, conclude};
use crate::account::{Account, AccountState};
use crate::docs::EntryRule;
use crate::id::EntryId;
use crate::policy::Policy;

/// Entries that are held, by position.
pub(super) type Claimed = HashSet<usize>;

/// A claim of an account on an entry. Claims are granted in their order, so that nothing depends on
/// the order of the accounts even where somebody broke the invariant.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Link<'a> {
    /// A link before one that is only remembered.
    remembered: bool,
    /// What a person chose before what a rule found.
    by_rule: bool,
    /// An account that is there before one that left.
    left: bool,
    account: &'a str,
    entry: &'a EntryId,
    at: usize,
}

impl<'a> Link<'a> {
    fn of(at: usize, account: &'a Account) -> Option<Self> {
        let standing = &account.docs;
        Some(Self {
            remembered: standing.entry.is_none(),
            by_rule: standing.rule != Some(EntryRule::Manual),
            left: account.state == AccountState::Removed,
            account: account.id.as_str(),
            entry: standing.entry.as_ref().or(standing.lost.as_ref())?,
            at,
        })
    }
}

/// Judges every link. Yields a verdict per account, `Open` for those without a link, and the entries
/// that are held: by these accounts and by those of other customers.
pub(super) fn settle(question: &Question<'_>, entries: &Entries<'_>) -> (Vec<Verdict>, Claimed) {
    let mut claimed: Claimed = (question.taken.iter())
        .filter_map(|id| entries.position(id))
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
        let policy = question.policies.of(account.account_type);
        *verdict = judge(entries, &mut claimed, &link, account, policy);
    }
    (verdicts, claimed)
}

fn without_link(account: &Account) -> Verdict {
    match account.docs.rule {
        Some(EntryRule::Manual) => Verdict::Keep,
        Some(EntryRule::AccountName) | None => Verdict::Open,
    }
}

fn judge(
    entries: &Entries<'_>,
    claimed: &mut Claimed,
    link: &Link<'_>,
    account: &Account,
    policy: &Policy,
) -> Verdict {
    let lost = |reason| {
        if link.by_rule {
            Verdict::Open
        } else {
            Verdict::Become(conclude::chosen_lost(account, link.entry, reason))
        }
    };
    match entries.position(link.entry) {
        Some(position) if claimed.insert(position) => match entries.get(position) {
            Some(entry) => Verdict::Become(conclude::linked(account, policy, entry)),
            None => Verdict::Keep,
        },
        Some(_) => lost(Reason::ChosenIsHeld),
        // The account is gone and its link stays for its return (D13).
        None if link.by_rule && link.left => Verdict::Keep,
        None => lost(Reason::ChosenIsGone),
    }
}
