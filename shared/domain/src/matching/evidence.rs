//! What speaks for an account and a contact being the same person, and what speaks against two
//! that only share a name.
//!
//! Against a match by name speak, in this order:
//! - The contact carries an Entra object id that is not the account's: it is somebody else, or a
//!   record of an earlier account; either way not this one.
//! - An address of the contact belongs to another account: it is that account's person.
//! - Both have a main address, in one domain, and they differ: within one domain, two people of
//!   one name are told apart by exactly that. It may also be an old spelling, so a person decides.
//!
//! Phone numbers speak neither for nor against: people share them and change them.

use std::borrow::Cow;

use super::index::{Index, Key, Keys};
use super::{Contact, Reason, keys};
use crate::account::{Account, MatchRule};
use crate::fields::Attribute;
use crate::values::email;

/// What speaks against a match by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Objection {
    /// Another Entra object id.
    OtherExternalId,
    /// An address of another account.
    AddressOfAnother,
    /// Another address in the same domain.
    OtherAddressSameDomain,
}

impl Objection {
    /// Is it certainly somebody else? Else it is doubtful, and a person decides.
    pub(super) fn is_another_person(self) -> bool {
        match self {
            Self::OtherExternalId | Self::AddressOfAnother => true,
            Self::OtherAddressSameDomain => false,
        }
    }

    /// The objection in words.
    pub(super) fn reason(self) -> Reason {
        match self {
            Self::OtherExternalId => Reason::OtherExternalId,
            Self::AddressOfAnother => Reason::AddressOfAnother,
            Self::OtherAddressSameDomain => Reason::OtherAddressSameDomain,
        }
    }
}

/// Who has which address and Entra object id, over all accounts of the customer.
pub(super) struct Evidence<'k> {
    keys: &'k Keys,
    addresses: Index,
    external_ids: Index,
}

impl<'k> Evidence<'k> {
    pub(super) fn new(keys: &'k Keys) -> Self {
        let each = || keys.accounts().iter().enumerate();
        let under = |at, keys: &'k [Key]| keys.iter().map(move |key| (*key, at));
        Self {
            keys,
            addresses: Index::new(each().flat_map(|(at, own)| under(at, &own.addresses))),
            external_ids: Index::new(each().flat_map(|(at, own)| under(at, &own.external_ids))),
        }
    }

    /// What speaks against the contact at one position being the account at the other.
    pub(super) fn objection(
        &self,
        (at, account): (usize, &Account),
        (contact_at, contact): (usize, &Contact),
    ) -> Option<Objection> {
        let theirs = self.keys.contacts().get(contact_at)?;
        if keys::carries_another_id(account, contact)
            || is_of_another(&self.external_ids, &theirs.external_ids, at)
        {
            return Some(Objection::OtherExternalId);
        }
        if is_of_another(&self.addresses, &theirs.addresses, at) {
            return Some(Objection::AddressOfAnother);
        }
        are_apart_in_one_domain(
            account.fields.get(Attribute::Email)?,
            contact.fields.get(Attribute::Email)?,
        )
        .then_some(Objection::OtherAddressSameDomain)
    }
}

fn is_of_another(owners: &Index, keys: &[Key], at: usize) -> bool {
    keys.iter()
        .flat_map(|key| owners.under(*key))
        .any(|owner| owner != at)
}

/// Are these two addresses of one domain, and not the same?
fn are_apart_in_one_domain(one: &str, other: &str) -> bool {
    fn domain(text: &str) -> Option<Cow<'_, str>> {
        let (_, domain) = text.trim().rsplit_once('@')?;
        Some(email::lower(domain))
    }
    // Domains first: they seldom agree, and making keys costs more.
    domain(one) == domain(other)
        && match (email::key(one), email::key(other)) {
            (Some(one), Some(other)) => one != other,
            (None, _) | (_, None) => false,
        }
}

/// The rules by which an account and a contact agree, from sure to doubtful: for showing why two
/// are linked, or what a person should look at before choosing.
pub fn agreeing(account: &Account, contact: &Contact) -> Vec<MatchRule> {
    let mut rules = Vec::new();
    if keys::external_id(contact).is_some_and(|id| keys::external_ids(account).any(|own| own == id))
    {
        rules.push(MatchRule::ExternalId);
    }
    let (main, other_main) = (keys::account_email(account), keys::contact_email(contact));
    let same_main = main.is_some() && main == other_main;
    let theirs: Vec<Cow<'_, str>> = (other_main.into_iter())
        .chain(keys::contact_other_addresses(contact))
        .collect();
    if same_main {
        rules.push(MatchRule::Email);
    } else if (main
        .into_iter()
        .chain(keys::account_other_addresses(account)))
    .any(|own| theirs.contains(&own))
    {
        rules.push(MatchRule::AlternateEmail);
    }
    let fits = |name: String| {
        keys::contact_name(contact)
            .is_some_and(|other| other == name || other == keys::as_one_text(&name))
    };
    if keys::account_name(account).is_some_and(fits) {
        rules.push(MatchRule::Name);
    }
    rules
}
