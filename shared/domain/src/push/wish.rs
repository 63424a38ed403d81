//! What a contact's custom fields are to say (B151 to B155), and whether anybody has seen to it.
//!
//! A custom field of which an answer did not tell is left alone: the PSA may not have it (B153, D8).

use std::collections::BTreeMap;

use super::contact::Contact;
use super::custom::{CustomField, flag_text, parse_flag};
use super::echo;
use super::plan::Question;
use crate::account::{Account, AccountState, PsaStanding};
use crate::gaps::Gaps;
use crate::identity::Source;
use crate::policy::Policy;

/// What a new contact's custom fields are to say.
pub(super) fn of_new(question: &Question<'_>) -> Vec<(CustomField, String)> {
    if question.gaps.no_custom_fields {
        return Vec::new();
    }
    wanted(question.account, question.policy)
        .into_iter()
        .map(|(field, wish)| (field, wish.text(question.fresh_pin)))
        .collect()
}

/// What is to be written to a linked contact's custom fields. A PIN that is there is the PIN; a
/// field of which the answer did not tell is left alone (B153).
pub(super) fn of_linked(question: &Question<'_>, contact: &Contact) -> Vec<(CustomField, String)> {
    if question.gaps.no_custom_fields {
        return Vec::new();
    }
    wanted(question.account, question.policy)
        .into_iter()
        .filter(|(field, wish)| {
            let held = contact.custom.get(field).map(Option::as_deref);
            held.is_some_and(|held| !wish.is_met(held))
        })
        .map(|(field, wish)| (field, wish.text(question.fresh_pin)))
        .collect()
}

/// Must the contact be read in full, since its row did not tell what its custom fields hold, and
/// nobody has seen to them yet?
pub fn needs_look(question: &Question<'_>, contact: &Contact) -> bool {
    let account = question.account;
    question.gaps.thin_lists
        && !question.gaps.no_custom_fields
        && account.contact() == Some(&contact.id)
        && wanted(account, question.policy)
            .into_iter()
            .any(|(field, wish)| {
                !contact.custom.contains_key(&field)
                    && account.psa.pushed.get(field.name()) != Some(&wish.digest(account, field))
            })
}

/// Must a contact be read in full once it was made, since nothing else tells which custom fields it
/// has, and some are to be filled?
pub fn needs_look_once_made(account: &Account, policy: &Policy, gaps: &Gaps) -> bool {
    gaps.thin_lists && !gaps.no_custom_fields && !wanted(account, policy).is_empty()
}

/// The custom fields that are wanted of a linked contact, and of which the contact, read in full, does
/// not tell: the PSA does not have them, or of a type that cannot hold them. They are left out (B153),
/// and told to people (D8).
pub fn missing_fields(
    account: &Account,
    policy: &Policy,
    gaps: &Gaps,
    contact: &Contact,
) -> Vec<CustomField> {
    if gaps.no_custom_fields {
        return Vec::new();
    }
    let fields = wanted(account, policy).into_iter().map(|(field, _)| field);
    let is_missing = |field: &CustomField| !contact.custom.contains_key(field);
    fields.filter(is_missing).collect()
}

/// The standing once a contact was read in full and its custom fields say what they are to say, or
/// do not exist: it need not be read again for them.
pub fn looked_at(standing: &PsaStanding, account: &Account, policy: &Policy) -> PsaStanding {
    let mut standing = standing.clone();
    if standing.contact.is_some() {
        standing.pushed.extend(seen_to(account, policy));
    }
    standing
}

/// An entry per custom field that is wanted, as [`PsaStanding::pushed`] keeps them.
fn seen_to(account: &Account, policy: &Policy) -> BTreeMap<String, String> {
    wanted(account, policy)
        .into_iter()
        .map(|(field, wish)| (field.name().to_owned(), wish.digest(account, field)))
        .collect()
}

/// What a custom field is to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    /// Anything.
    APin,
    /// Yes or no. A no is not written to an empty field.
    Flag(bool),
}

impl Wish {
    fn text(self, fresh_pin: &str) -> String {
        match self {
            Self::APin => fresh_pin.to_owned(),
            Self::Flag(flag) => flag_text(flag).to_owned(),
        }
    }

    fn is_met(self, held: Option<&str>) -> bool {
        let held = held.map(str::trim).filter(|text| !text.is_empty());
        match self {
            Self::APin => held.is_some(),
            Self::Flag(flag) => held.map_or(!flag, |text| parse_flag(text) == Some(flag)),
        }
    }

    /// A PIN has so few digits that a digest of it would tell it: only that there is one is kept.
    fn digest(self, account: &Account, field: CustomField) -> String {
        echo::digest(&account.id, field.name(), &self.text("set"))
    }
}

/// Who left is given no PIN, but is told to have no account in Microsoft 365.
fn wanted(account: &Account, policy: &Policy) -> Vec<(CustomField, Wish)> {
    let is_active = account.state == AccountState::Active;
    let has_office_365 = is_active
        && (account.identities.iter())
            .any(|i| i.key.source == Source::Microsoft365 && i.gone.is_none());
    let mut wanted = Vec::new();
    if policy.support_pin && is_active {
        wanted.push((CustomField::SupportPin, Wish::APin));
    }
    if policy.office_365_presence {
        wanted.push((CustomField::IsOffice365, Wish::Flag(has_office_365)));
    }
    wanted
}
