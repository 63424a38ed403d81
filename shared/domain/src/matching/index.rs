//! The folded keys by which accounts and contacts are compared, each made once, and the indexes
//! over them. Positions are those of the sorted list of contacts, so that nothing depends on the
//! order in which a PSA lists them.

use std::borrow::Cow;

use foldhash::{HashMap, HashMapExt};

use super::keys;
use crate::account::{Account, MatchRule};
use crate::id::ContactId;
use crate::push::contact::{Contact, ContactKind};

/// The contacts of the company, each once, by id.
pub(super) struct Contacts<'a> {
    sorted: Vec<&'a Contact>,
    positions: HashMap<&'a ContactId, usize>,
}

impl<'a> Contacts<'a> {
    pub(super) fn new(listed: &'a [Contact]) -> Self {
        // The last one listed comes first among those of one id, and is kept.
        let mut sorted: Vec<&Contact> = listed.iter().rev().collect();
        sorted.sort_by_key(|contact| &contact.id);
        sorted.dedup_by_key(|contact| &contact.id);
        let positions = (sorted.iter().enumerate())
            .map(|(at, contact)| (&contact.id, at))
            .collect();
        Self { sorted, positions }
    }

    pub(super) fn position(&self, id: &ContactId) -> Option<usize> {
        self.positions.get(id).copied()
    }

    pub(super) fn get(&self, at: usize) -> Option<&'a Contact> {
        self.sorted.get(at).copied()
    }

    /// Those that may be linked: persons only. Placeholders, technicians and service accounts are
    /// never matched, whatever fits.
    pub(super) fn persons(&self) -> impl Iterator<Item = (usize, &'a Contact)> {
        (self.sorted.iter().copied().enumerate())
            .filter(|(_, contact)| contact.kind == ContactKind::Person)
    }
}

/// A number that stands for a key: two texts have one number if and only if they are equal.
pub(super) type Key = usize;

/// The keys of one account or contact.
#[derive(Debug, Default)]
pub(super) struct Own {
    /// Entra object ids.
    pub(super) external_ids: Vec<Key>,
    /// The main address.
    pub(super) email: Option<Key>,
    /// All addresses, each once.
    pub(super) addresses: Vec<Key>,
}

/// The keys of everybody; of contacts, those that some account has too. Names are not among them:
/// few come to the rule that needs them.
#[derive(Debug, Default)]
pub(super) struct Keys {
    accounts: Vec<Own>,
    contacts: Vec<Own>,
}

impl Keys {
    pub(super) fn new(accounts: &[Account], contacts: &Contacts<'_>) -> Self {
        // Room for the usual: two ids or addresses besides the main one.
        let mut numbers = Numbers::with_capacity(3 * accounts.len());
        let accounts = accounts
            .iter()
            .map(|account| {
                let email = keys::account_email(account).map(|key| numbers.of(key));
                let others = keys::account_other_addresses(account).map(|key| numbers.of(key));
                let addresses = distinct(email.into_iter().chain(others));
                Own {
                    external_ids: distinct(keys::external_ids(account).map(|key| numbers.of(key))),
                    email,
                    addresses,
                }
            })
            .collect();
        let known = |key: Cow<'_, str>| numbers.known(&key);
        let contacts = (contacts.sorted.iter())
            .map(|contact| {
                let email = keys::contact_email(contact).and_then(known);
                let others = keys::contact_other_addresses(contact).filter_map(known);
                Own {
                    external_ids: keys::external_id(contact)
                        .and_then(known)
                        .into_iter()
                        .collect(),
                    email,
                    addresses: distinct(email.into_iter().chain(others)),
                }
            })
            .collect();
        Self { accounts, contacts }
    }

    /// Those of all accounts, by position.
    pub(super) fn accounts(&self) -> &[Own] {
        &self.accounts
    }

    /// Those of all contacts, by position.
    pub(super) fn contacts(&self) -> &[Own] {
        &self.contacts
    }
}

impl Own {
    /// The keys that a rule compares. Names are not among them.
    pub(super) fn by(&self, rule: MatchRule) -> &[Key] {
        match rule {
            MatchRule::ExternalId => &self.external_ids,
            MatchRule::Email => self.email.as_slice(),
            MatchRule::AlternateEmail => &self.addresses,
            // A person's choice is a link, not a rule to try.
            MatchRule::Manual | MatchRule::Name => &[],
        }
    }
}

/// Numbers for keys.
#[derive(Debug, Default)]
pub(super) struct Numbers<'a>(HashMap<Cow<'a, str>, Key>);

impl<'a> Numbers<'a> {
    /// With room for so many keys.
    pub(super) fn with_capacity(count: usize) -> Self {
        Self(HashMap::with_capacity(count))
    }

    /// The number of a key.
    pub(super) fn of(&mut self, key: Cow<'a, str>) -> Key {
        let next = self.0.len();
        *self.0.entry(key).or_insert(next)
    }

    /// The number of a key that has one.
    pub(super) fn known(&self, key: &str) -> Option<Key> {
        self.0.get(key).copied()
    }
}

/// Keys in order, each once.
fn distinct(keys: impl Iterator<Item = Key>) -> Vec<Key> {
    let mut keys: Vec<Key> = keys.collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Positions under keys, in order.
#[derive(Debug)]
pub(super) struct Index(Vec<(Key, usize)>);

impl Index {
    pub(super) fn new(entries: impl Iterator<Item = (Key, usize)>) -> Self {
        let mut sorted: Vec<(Key, usize)> = entries.collect();
        sorted.sort_unstable();
        Self(sorted)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The positions under a key.
    pub(super) fn under(&self, key: Key) -> impl Iterator<Item = usize> {
        let start = self.0.partition_point(|(other, _)| *other < key);
        (self.0.iter().skip(start))
            .take_while(move |(other, _)| *other == key)
            .map(|(_, at)| *at)
    }

    /// The positions under any of these keys, each once, in order.
    pub(super) fn under_any(&self, keys: &[Key]) -> Vec<usize> {
        distinct(keys.iter().flat_map(|key| self.under(*key)))
    }
}
