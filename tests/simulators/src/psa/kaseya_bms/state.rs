//! What the simulated BMS holds: accounts with their locations, contacts with their addresses and
//! phones, custom fields by module, and the tenant's tables.
//!
//! Invariants: a contact stands on a location of its account; ids have 32 bits and are never used
//! twice; every save moves the simulator's clock and the record's time.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;

use super::rate::Windows;
use super::{Behaviour, CustomField};

/// Everything behind one BMS simulator.
#[derive(Debug)]
pub struct State {
    pub(crate) accounts: BTreeMap<i64, Account>,
    pub(crate) locations: BTreeMap<i64, Location>,
    pub(crate) contacts: BTreeMap<i64, Contact>,
    /// Custom fields by module and id.
    pub(crate) fields: BTreeMap<(i64, i64), CustomField>,
    /// Values by module, record and field.
    pub(crate) values: BTreeMap<(i64, i64, i64), Stored>,
    pub(crate) email_types: BTreeMap<i64, &'static str>,
    pub(crate) phone_types: BTreeMap<i64, &'static str>,
    pub(crate) tokens: BTreeSet<String>,
    pub(crate) token_calls: u64,
    pub(crate) credentials: HashMap<&'static str, String>,
    pub(crate) expires_in: i64,
    pub(crate) behaviour: Behaviour,
    pub(crate) windows: Windows,
    pub(crate) now: Timestamp,
    last_id: i64,
}

/// A company.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) active: bool,
    pub(crate) saved: Saved,
}

/// A place of an account.
#[derive(Debug)]
pub(crate) struct Location {
    pub(crate) name: String,
    pub(crate) account: i64,
    pub(crate) main: bool,
}

/// A contact.
#[derive(Debug, Clone, Default)]
pub(crate) struct Contact {
    pub(crate) account: i64,
    pub(crate) location: i64,
    pub(crate) first_name: String,
    pub(crate) middle_name: Option<String>,
    pub(crate) last_name: String,
    pub(crate) job_title: Option<String>,
    pub(crate) poc: bool,
    pub(crate) active: bool,
    pub(crate) invoices: bool,
    pub(crate) bill_by_contact: bool,
    pub(crate) effective_date: Option<String>,
    pub(crate) emails: Vec<Item>,
    pub(crate) phones: Vec<Item>,
    pub(crate) saved: Saved,
}

/// An address or a phone.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) id: i64,
    pub(crate) value: String,
    pub(crate) type_id: i64,
    pub(crate) default: bool,
}

/// The value of a custom field; `item` is the id of an item of a list.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) id: i64,
    pub(crate) data: String,
    pub(crate) item: Option<i64>,
}

/// When a record was made and changed.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Saved {
    pub(crate) created: Timestamp,
    pub(crate) modified: Timestamp,
}

impl Default for State {
    fn default() -> Self {
        let credentials = [
            ("Tenant", super::TENANT),
            ("UserName", super::USERNAME),
            ("Password", super::PASSWORD),
        ];
        Self {
            accounts: BTreeMap::new(),
            locations: BTreeMap::new(),
            contacts: BTreeMap::new(),
            fields: BTreeMap::new(),
            values: BTreeMap::new(),
            email_types: BTreeMap::from([(11, "Work"), (12, "Personal")]),
            phone_types: BTreeMap::from([(21, "Work"), (22, "Mobile"), (23, "Home"), (24, "Fax")]),
            tokens: BTreeSet::new(),
            token_calls: 0,
            credentials: credentials
                .map(|(name, text)| (name, text.to_owned()))
                .into(),
            expires_in: 3600,
            behaviour: Behaviour::default(),
            windows: Windows::default(),
            // 2026-01-05T08:00:00Z, a Monday; each save adds a second.
            now: Timestamp::from_second(1_767_600_000).expect("a date of this century"),
            last_id: 3300,
        }
    }
}

impl State {
    pub(crate) fn next_id(&mut self) -> i64 {
        self.last_id += 1;
        self.last_id
    }

    fn tick(&mut self) -> Timestamp {
        let next = self.now.as_second().saturating_add(1);
        self.now = Timestamp::from_second(next).unwrap_or(self.now);
        self.now
    }

    /// A record that was made now.
    pub(crate) fn made(&mut self) -> Saved {
        let now = self.tick();
        Saved {
            created: now,
            modified: now,
        }
    }

    pub(crate) fn add_account(&mut self, name: &str) -> i64 {
        let (id, saved) = (self.next_id(), self.made());
        let account = Account {
            name: name.to_owned(),
            active: true,
            saved,
        };
        self.accounts.insert(id, account);
        id
    }

    /// Adds a location; an account's first is its main one.
    pub(crate) fn add_location(&mut self, account: i64, name: &str) -> i64 {
        let id = self.next_id();
        let main = self.locations_of(account).next().is_none();
        let location = Location {
            name: name.to_owned(),
            account,
            main,
        };
        self.locations.insert(id, location);
        id
    }

    pub(crate) fn locations_of(&self, account: i64) -> impl Iterator<Item = (i64, &Location)> {
        (self.locations.iter())
            .filter(move |(_, location)| location.account == account)
            .map(|(id, location)| (*id, location))
    }

    /// Stores a new contact, whatever it says.
    pub(crate) fn keep(&mut self, mut contact: Contact) -> i64 {
        contact.saved = self.made();
        let id = self.next_id();
        self.contacts.insert(id, contact);
        id
    }

    /// Stores a changed contact.
    pub(crate) fn save(&mut self, id: i64, mut contact: Contact) {
        contact.saved.modified = self.tick();
        self.contacts.insert(id, contact);
    }

    /// Whether a record of a module exists; modules that are not simulated take any.
    pub(crate) fn has_record(&self, module: i64, record: i64) -> bool {
        match module {
            super::CONTACTS_MODULE => self.contacts.contains_key(&record),
            super::ACCOUNTS_MODULE => self.accounts.contains_key(&record),
            _ => true,
        }
    }
}
