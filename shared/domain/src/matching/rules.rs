//! The rules, from sure to doubtful. One rule is tried for all accounts before the next is tried
//! for those that are left, so that a surer rule wins across accounts.
//!
//! Within a rule:
//! - Contacts that are held are not in question (B191).
//! - Contacts in use come before those that are not: exactly one in use is taken, whatever lies
//!   beside it out of use; with none in use, exactly one out of use is taken and can be put back
//!   in use (B240). Names are not sure enough for that: any second contact of the name counts.
//! - Several are never resolved by taking one (B127, D3), and weaker rules are not tried.
//! - A contact that fits two accounts is given to neither, and a weaker rule does not give away
//!   what a surer one left undecided.
//!
//! An account that is still without a link counts as a rival for a contact under every rule, also
//! after a surer rule left it undecided. That makes the outcome a fixed point: what is linked here
//! fits nobody who is left.

use foldhash::{HashMap, HashSet, HashSetExt};

use super::evidence::{Evidence, Objection};
use super::fits::Fit;
use super::index::Keys;
use super::links::Claimed;
use super::{Contacts, Question, Reason};
use crate::account::{Candidate, MatchRule};
use crate::limits::CANDIDATES_MAX;
use crate::push::contact::Contact;

/// What the rules found for one account.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// Exactly one contact.
    One {
        /// Which, by position.
        contact: usize,
        /// By which rule.
        rule: MatchRule,
    },
    /// Contacts that only a person can choose from.
    Undecided {
        /// By which rule they came into question.
        rule: MatchRule,
        /// Which.
        candidates: Vec<Candidate>,
        /// Why none was taken.
        reason: Reason,
    },
    /// None; perhaps homonyms that are other people.
    None {
        /// The homonyms.
        homonyms: Vec<Candidate>,
    },
}

/// Tries all rules for the accounts at these positions; yields what was found, by position.
pub(super) fn run(
    question: &Question<'_>,
    contacts: &Contacts<'_>,
    keys: &Keys,
    claimed: Claimed,
    open: &[usize],
) -> Vec<Option<Finding>> {
    let mut rounds = Rounds {
        question,
        contacts,
        keys,
        claimed,
        contested: HashSet::new(),
        findings: question.accounts.iter().map(|_| None).collect(),
    };
    rounds.round(MatchRule::ExternalId, open);
    // On an incomplete list, only an Entra object id says that there can be no other.
    if question.complete {
        rounds.round(MatchRule::Email, open);
        rounds.round(MatchRule::AlternateEmail, open);
        rounds.round(MatchRule::Name, open);
    } else {
        for finding in &mut rounds.findings {
            finding.take_if(|finding| !matches!(finding, Finding::One { .. }));
        }
    }
    rounds.findings
}

/// The state between rounds.
pub(super) struct Rounds<'a, 'q> {
    pub(super) question: &'a Question<'q>,
    pub(super) contacts: &'a Contacts<'q>,
    pub(super) keys: &'a Keys,
    pub(super) claimed: Claimed,
    /// What a surer rule left undecided.
    contested: HashSet<usize>,
    /// What was found for each account, by position.
    pub(super) findings: Vec<Option<Finding>>,
}

impl<'q> Rounds<'_, 'q> {
    fn round(&mut self, rule: MatchRule, open: &[usize]) {
        let fits = self.fits(rule, open);
        if fits.each.is_empty() {
            return;
        }
        let evidence = (rule == MatchRule::Name).then(|| Evidence::new(self.keys));
        let mut decided = Vec::new();
        for fit in fits.each {
            // Undecided by a surer rule: it is a rival here, nothing more.
            if matches!(self.findings.get(fit.account), Some(None)) {
                let finding = self.judge(rule, &fit, &fits.rivals, evidence.as_ref());
                decided.push((fit, finding));
            }
        }
        // Applied together, so that no account's turn comes before another's.
        self.contested.extend(fits.crowd);
        for (fit, finding) in decided {
            match &finding {
                Finding::One { contact, .. } => {
                    self.claimed.insert(*contact);
                }
                Finding::Undecided { .. } => self.contested.extend(&fit.contacts),
                Finding::None { .. } => {}
            }
            if let Some(place) = self.findings.get_mut(fit.account) {
                *place = Some(finding);
            }
        }
    }

    fn judge(
        &self,
        rule: MatchRule,
        fit: &Fit,
        rivals: &HashMap<usize, usize>,
        evidence: Option<&Evidence<'_>>,
    ) -> Finding {
        let several = fit.contacts.len() > 1;
        let mut reasons: Vec<(usize, Option<Reason>)> = Vec::new();
        let mut homonyms_only = !fit.cut;
        for contact in &fit.contacts {
            let objection = self.objection(fit.account, *contact, evidence);
            homonyms_only &= objection.is_some_and(Objection::is_another_person);
            let reason = if let Some(objection) = objection {
                Some(objection.reason())
            } else if self.contested.contains(contact) {
                Some(Reason::FitsAnotherBetter)
            } else if rivals.get(contact).is_some_and(|count| *count > 1) {
                Some(Reason::AlsoFitsAnother)
            } else {
                several.then_some(Reason::Several)
            };
            reasons.push((*contact, reason));
        }
        let one = match reasons.as_slice() {
            [(contact, reason)] => Some((*contact, *reason)),
            _ => None,
        };
        if let Some((contact, None)) = one {
            return Finding::One { contact, rule };
        }
        let candidates = self.candidates(rule, &reasons);
        if homonyms_only {
            return Finding::None {
                homonyms: candidates,
            };
        }
        Finding::Undecided {
            rule,
            candidates,
            reason: one
                .and_then(|(_, reason)| reason)
                .unwrap_or(Reason::Several),
        }
    }

    fn objection(
        &self,
        account: usize,
        contact: usize,
        evidence: Option<&Evidence<'_>>,
    ) -> Option<Objection> {
        evidence?.objection(
            (account, self.question.accounts.get(account)?),
            (contact, self.contacts.get(contact)?),
        )
    }

    /// Those in use first, then by id.
    fn candidates(&self, rule: MatchRule, reasons: &[(usize, Option<Reason>)]) -> Vec<Candidate> {
        let mut found: Vec<(&'q Contact, Reason)> = reasons
            .iter()
            .filter_map(|(at, reason)| {
                Some((self.contacts.get(*at)?, reason.unwrap_or(Reason::Several)))
            })
            .collect();
        found.sort_by(|(one, _), (other, _)| {
            (!one.active, &one.id).cmp(&(!other.active, &other.id))
        });
        found
            .into_iter()
            .take(CANDIDATES_MAX)
            .map(|(contact, reason)| Candidate {
                contact: contact.id.clone(),
                rule,
                why_not: reason.to_string(),
            })
            .collect()
    }
}
