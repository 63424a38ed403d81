//! Which contacts come into question for which accounts by a rule; see [`super::rules`].

use std::borrow::Cow;

use foldhash::{HashMap, HashSet};

use super::index::{Index, Key, Numbers};
use super::keys;
use super::rules::{Finding, Rounds};
use crate::account::MatchRule;
use crate::limits::CANDIDATES_MAX;

/// Contacts kept per account and rule. Where thousands share an address or a name, what counts is
/// that they are several; who they are is kept once for all ([`Fits`]).
const FIT_MAX: usize = 4 * CANDIDATES_MAX;

/// What a rule says of one account: the contacts that come into question, by position.
pub(super) struct Fit {
    pub(super) account: usize,
    pub(super) contacts: Vec<usize>,
    /// There are more than are kept.
    pub(super) cut: bool,
}

/// What a rule says of all accounts without a link.
#[derive(Default)]
pub(super) struct Fits {
    pub(super) each: Vec<Fit>,
    /// How many accounts a contact comes into question for.
    pub(super) rivals: HashMap<usize, usize>,
    /// The contacts of fits that were cut.
    pub(super) crowd: HashSet<usize>,
}

impl Rounds<'_, '_> {
    /// What comes into question by a rule, for every account without a link.
    pub(super) fn fits(&self, rule: MatchRule, open: &[usize]) -> Fits {
        let unlinked: Vec<usize> = open
            .iter()
            .copied()
            .filter(|at| !matches!(self.findings.get(*at), Some(Some(Finding::One { .. }))))
            .collect();
        let free: Vec<usize> = self
            .contacts
            .persons()
            .map(|(at, _)| at)
            .filter(|at| !self.claimed.contains(at))
            .collect();
        if rule == MatchRule::Name {
            return self.fits_by_name(&unlinked, &free);
        }
        let all = self.keys.contacts();
        let index = Index::new(free.iter().flat_map(|at| {
            let keys = all.get(*at).map_or(&[][..], |own| own.by(rule));
            keys.iter().map(|key| (*key, *at))
        }));
        if index.is_empty() {
            return Fits::default();
        }
        let found = |at: usize| {
            let own = self.keys.accounts().get(at)?;
            Some(index.under_any(own.by(rule)))
        };
        self.join(rule, &unlinked, found)
    }

    /// Names are folded only for those that no other rule could tell anything about.
    fn fits_by_name(&self, unlinked: &[usize], free: &[usize]) -> Fits {
        let mut numbers = Numbers::default();
        let index = Index::new(free.iter().filter_map(|at| {
            let name = keys::contact_name(self.contacts.get(*at)?)?;
            Some((numbers.of(Cow::Owned(name)), *at))
        }));
        if index.is_empty() {
            return Fits::default();
        }
        let found = |at: usize| {
            let name = keys::account_name(self.question.accounts.get(at)?)?;
            let both = [&name, &keys::as_one_text(&name)];
            let keys: Vec<Key> = (both.into_iter())
                .filter_map(|name| numbers.known(name))
                .collect();
            Some(index.under_any(&keys))
        };
        self.join(MatchRule::Name, unlinked, found)
    }

    fn join(
        &self,
        rule: MatchRule,
        unlinked: &[usize],
        found: impl Fn(usize) -> Option<Vec<usize>>,
    ) -> Fits {
        let mut fits = Fits::default();
        for at in unlinked {
            let mut contacts = self.preferred(rule, found(*at).unwrap_or_default());
            if contacts.is_empty() {
                continue;
            }
            for contact in &contacts {
                *fits.rivals.entry(*contact).or_default() += 1;
            }
            let cut = contacts.len() > FIT_MAX;
            if cut {
                fits.crowd.extend(&contacts);
                contacts.sort_by_key(|at| !self.is_in_use(*at));
                contacts.truncate(FIT_MAX);
            }
            fits.each.push(Fit {
                account: *at,
                contacts,
                cut,
            });
        }
        fits
    }

    /// Those in use, if any; by name, all.
    fn preferred(&self, rule: MatchRule, found: Vec<usize>) -> Vec<usize> {
        let in_use = |at: &usize| self.is_in_use(*at);
        if rule == MatchRule::Name || found.len() < 2 || !found.iter().any(in_use) {
            return found;
        }
        found.into_iter().filter(in_use).collect()
    }

    fn is_in_use(&self, contact: usize) -> bool {
        (self.contacts.get(contact)).is_some_and(|contact| contact.active)
    }
}
