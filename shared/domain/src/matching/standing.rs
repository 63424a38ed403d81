//! From what was found to how an account stands with the PSA.
//!
//! A contact is made only when nothing fits, the list is complete, the policy wants it, the account
//! is in use, and nothing forbids it: a company that customers share (B58), nothing to call the
//! contact by, or an address that a contact of the company or another account to be created has
//! already. What forbids it is the standing's reason (B60).

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use super::index::{Key, Keys};
use super::rules::Finding;
use super::{Contacts, Question, Reason, Verdict, keys};
use crate::account::{Account, AccountState, Candidate, MatchRule, PsaStanding, PsaStatus};
use crate::id::ContactId;
use crate::push::contact::Contact;
use crate::push::{is_answered, name_of};

/// Is a contact to be made for an account of this standing? True also where the PSA refused one, or
/// turned out to have its address: `push` sees to it that the same contact is not offered to it
/// again.
pub fn wants_contact(standing: &PsaStanding) -> bool {
    let no_contact = standing.contact.is_none();
    match standing.status {
        PsaStatus::NoMatch => {
            no_contact && standing.reason.as_deref() == Some(Reason::ToBeMade.as_str())
        }
        PsaStatus::Failed | PsaStatus::Blocked => no_contact && is_answered(standing),
        PsaStatus::Off | PsaStatus::Matched | PsaStatus::Created | PsaStatus::MoreThanOneMatch => {
            false
        }
    }
}

/// A standing without a link. What was written to an earlier contact is forgotten; a create whose
/// answer we do not have is not.
fn unlinked(account: &Account, status: PsaStatus, reason: Option<Reason>) -> PsaStanding {
    PsaStanding {
        status,
        reason: reason.map(|reason| reason.to_string()),
        creating_since: account.psa.creating_since,
        ..PsaStanding::default()
    }
}

/// Nobody looks for a contact.
pub(super) fn off(account: &Account, reason: Option<Reason>) -> PsaStanding {
    unlinked(account, PsaStatus::Off, reason)
}

/// A person chose a contact that cannot be held now. It is remembered; see [`super::links`].
pub(super) fn chosen_lost(account: &Account, contact: &ContactId, reason: Reason) -> PsaStanding {
    PsaStanding {
        rule: Some(MatchRule::Manual),
        candidates: vec![Candidate {
            contact: contact.clone(),
            rule: MatchRule::Manual,
            why_not: reason.to_string(),
        }],
        ..unlinked(account, PsaStatus::NoMatch, Some(reason))
    }
}

/// A link that there is, kept. A refusal of the PSA stays until a push succeeds.
pub(super) fn linked(account: &Account, contact: &Contact) -> PsaStanding {
    let held = &account.psa;
    let (status, reason) = match held.status {
        PsaStatus::Failed => (PsaStatus::Failed, held.reason.clone()),
        PsaStatus::Created => (PsaStatus::Created, remark(account, contact)),
        PsaStatus::Off
        | PsaStatus::Matched
        | PsaStatus::MoreThanOneMatch
        | PsaStatus::NoMatch
        | PsaStatus::Blocked => (PsaStatus::Matched, remark(account, contact)),
    };
    PsaStanding {
        status,
        contact: Some(contact.id.clone()),
        rule: held.rule,
        candidates: Vec::new(),
        reason,
        creating_since: None,
        pushed: held.pushed.clone(),
    }
}

/// What a person should know about a link. Nothing new where the answer did not say.
fn remark(account: &Account, contact: &Contact) -> Option<String> {
    let text = Reason::KeepsOtherExternalId.as_str();
    let differs = match &contact.external_id {
        None => account.psa.reason.as_deref() == Some(text),
        Some(_) => keys::carries_another_id(account, contact),
    };
    differs.then(|| text.to_owned())
}

/// Gives every open account its verdict.
pub(super) fn conclude_open(
    question: &Question<'_>,
    contacts: &Contacts<'_>,
    keys: &Keys,
    open: &[usize],
    mut findings: Vec<Option<Finding>>,
    verdicts: &mut [Verdict],
) {
    let mut without = Vec::new();
    for at in open {
        let (Some(account), Some(verdict)) = (question.accounts.get(*at), verdicts.get_mut(*at))
        else {
            continue;
        };
        *verdict = match findings.get_mut(*at).and_then(Option::take) {
            Some(Finding::One { contact, rule }) => contacts
                .get(contact)
                .map_or(Verdict::Keep, |contact| found(account, contact, rule)),
            Some(Finding::Undecided {
                rule,
                candidates,
                reason,
            }) => Verdict::Become(PsaStanding {
                rule: Some(rule),
                candidates,
                ..unlinked(account, PsaStatus::MoreThanOneMatch, Some(reason))
            }),
            // What is not on an incomplete list may still exist. A link that another account holds
            // is lost all the same.
            _ if !question.complete => match account.contact() {
                None => Verdict::Keep,
                Some(_) => Verdict::Become(off(account, None)),
            },
            Some(Finding::None { homonyms }) => {
                without.push((*at, homonyms));
                Verdict::Open
            }
            None => {
                without.push((*at, Vec::new()));
                Verdict::Open
            }
        };
    }
    let making = Making::new(question, keys, &without);
    for (at, homonyms) in without {
        if let (Some(account), Some(verdict)) = (question.accounts.get(at), verdicts.get_mut(at)) {
            *verdict = making.conclude(at, account, homonyms);
        }
    }
}

/// A new link. A create whose answer was lost has been found here: the contact is ours, and it is
/// as if the answer had come.
fn found(account: &Account, contact: &Contact, rule: MatchRule) -> Verdict {
    let (status, rule) = if account.psa.creating_since.is_some() {
        (PsaStatus::Created, None)
    } else {
        (PsaStatus::Matched, Some(rule))
    };
    Verdict::Become(PsaStanding {
        status,
        contact: Some(contact.id.clone()),
        rule,
        reason: remark(account, contact),
        ..PsaStanding::default()
    })
}

/// What decides about making contacts, over all accounts that have none.
struct Making<'a, 'q> {
    question: &'a Question<'q>,
    keys: &'a Keys,
    /// Every address any contact of the company has, whatever the contact is.
    in_company: HashSet<Key>,
    /// How many accounts that want a contact have an address.
    wanted: HashMap<Key, usize>,
}

impl<'a, 'q> Making<'a, 'q> {
    fn new(
        question: &'a Question<'q>,
        keys: &'a Keys,
        without: &[(usize, Vec<Candidate>)],
    ) -> Self {
        let mut making = Self {
            question,
            keys,
            in_company: HashSet::new(),
            wanted: HashMap::new(),
        };
        for (at, _) in without {
            let Some(account) = question.accounts.get(*at) else {
                continue;
            };
            if making.unwanted(account).is_none() {
                for address in making.addresses(*at) {
                    *making.wanted.entry(*address).or_default() += 1;
                }
            }
        }
        if !making.wanted.is_empty() {
            let all = keys.contacts().iter();
            making.in_company = all.flat_map(|own| &own.addresses).copied().collect();
        }
        making
    }

    fn addresses(&self, at: usize) -> &'a [Key] {
        (self.keys.accounts().get(at)).map_or(&[], |own| own.addresses.as_slice())
    }

    fn conclude(&self, at: usize, account: &Account, homonyms: Vec<Candidate>) -> Verdict {
        let (status, reason) = match (self.unwanted(account), self.forbidden(at, account)) {
            (Some(reason), _) => (PsaStatus::NoMatch, reason),
            (None, Some(reason)) => (PsaStatus::Blocked, reason),
            // What the PSA said of the create stays until another one is tried.
            (None, None) if is_answered(&account.psa) && account.contact().is_none() => {
                return Verdict::Keep;
            }
            (None, None) => (PsaStatus::NoMatch, Reason::ToBeMade),
        };
        Verdict::Become(PsaStanding {
            candidates: homonyms,
            ..unlinked(account, status, Some(reason))
        })
    }

    /// Why nobody wants a contact for it.
    fn unwanted(&self, account: &Account) -> Option<Reason> {
        let policy = self.question.policies.of(account.account_type);
        if !policy.create_psa_contact {
            return Some(Reason::NoneMadeByPolicy);
        }
        match account.state {
            AccountState::Active => None,
            AccountState::Disabled | AccountState::Removed => Some(Reason::NoneMadeForDisabled),
        }
    }

    /// Why none may be made.
    fn forbidden(&self, at: usize, account: &Account) -> Option<Reason> {
        if self.question.shared_company {
            return Some(Reason::SharedCompany);
        }
        if name_of(account).is_none() {
            return Some(Reason::NoName);
        }
        let addresses = self.addresses(at);
        if addresses.iter().any(|key| self.in_company.contains(key)) {
            return Some(Reason::AddressInUse);
        }
        let shared = |key: &Key| self.wanted.get(key).is_some_and(|count| *count > 1);
        addresses
            .iter()
            .any(shared)
            .then_some(Reason::AddressShared)
    }
}
