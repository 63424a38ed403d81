//! What the simulated instance holds: companies, contacts, the MSP's tables, callbacks.
//!
//! Invariants: an address or number belongs to one contact, and of each class at most one is the
//! default; every save moves the clock and the contact's `lastUpdated`.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use serde_json::Value;

use super::callbacks::{Callback, Delivery};
use super::{Behaviour, CODEBASE, CustomField, PRIVATE_KEY, SIGNING_KEY};

/// Everything behind one simulator.
#[derive(Debug)]
pub struct State {
    pub(crate) codebase: String,
    pub(crate) private_key: String,
    pub(crate) signing_key: String,
    pub(crate) behaviour: Behaviour,
    pub(crate) companies: BTreeMap<i64, Company>,
    pub(crate) contacts: BTreeMap<i64, Contact>,
    pub(crate) communication_types: BTreeMap<i64, CommunicationType>,
    pub(crate) contact_types: BTreeMap<i64, String>,
    pub(crate) departments: BTreeMap<i64, String>,
    pub(crate) contact_fields: BTreeMap<i64, CustomField>,
    pub(crate) company_fields: BTreeMap<i64, CustomField>,
    pub(crate) callbacks: BTreeMap<i64, Callback>,
    pub(crate) queue: VecDeque<Delivery>,
    pub(crate) deliveries: u64,
    now: Timestamp,
    last_id: i64,
}

/// A customer company.
#[derive(Debug)]
pub(crate) struct Company {
    pub(crate) name: String,
    pub(crate) status: String,
    pub(crate) site: i64,
    pub(crate) deleted: bool,
    /// The territory, and who manages it.
    pub(crate) territory: Option<(String, String)>,
    pub(crate) fields: BTreeMap<i64, Value>,
}

/// A contact.
#[derive(Debug, Clone, Default)]
pub(crate) struct Contact {
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) title: String,
    pub(crate) nick_name: String,
    pub(crate) company: Option<i64>,
    pub(crate) site: Option<i64>,
    pub(crate) department: Option<i64>,
    pub(crate) inactive: bool,
    pub(crate) items: Vec<Item>,
    pub(crate) types: Vec<i64>,
    pub(crate) fields: BTreeMap<i64, Value>,
    pub(crate) last_updated: String,
    /// The texts of its notes, oldest first.
    pub(crate) notes: Vec<String>,
}

/// One address or number.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Item {
    pub(crate) id: i64,
    pub(crate) kind: i64,
    pub(crate) value: String,
    pub(crate) extension: String,
    pub(crate) default: bool,
    pub(crate) class: Class,
}

/// What an address or number is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Email,
    Phone,
    Fax,
}

impl Class {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Email => "Email",
            Self::Phone => "Phone",
            Self::Fax => "Fax",
        }
    }
}

/// A kind of communication, as the MSP names it.
#[derive(Debug)]
pub(crate) struct CommunicationType {
    pub(crate) description: String,
    pub(crate) class: Class,
    pub(crate) default: bool,
}

impl Default for State {
    fn default() -> Self {
        let kinds = [
            (1, "Email", Class::Email, true),
            (2, "Direct", Class::Phone, true),
            (4, "Mobile", Class::Phone, false),
            (5, "Home", Class::Phone, false),
            (9, "Fax", Class::Fax, true),
            (14, "Home Email", Class::Email, false),
        ];
        let kinds = kinds.map(|(id, description, class, default)| {
            let description = description.to_owned();
            let kind = CommunicationType {
                description,
                class,
                default,
            };
            (id, kind)
        });
        Self {
            codebase: CODEBASE.to_owned(),
            private_key: PRIVATE_KEY.to_owned(),
            signing_key: SIGNING_KEY.to_owned(),
            behaviour: Behaviour::default(),
            companies: BTreeMap::new(),
            contacts: BTreeMap::new(),
            communication_types: BTreeMap::from(kinds),
            contact_types: BTreeMap::from([(6, "Approver".to_owned()), (7, "End User".to_owned())]),
            departments: BTreeMap::from([(4, "Finance".to_owned())]),
            contact_fields: BTreeMap::new(),
            company_fields: BTreeMap::new(),
            callbacks: BTreeMap::new(),
            queue: VecDeque::new(),
            deliveries: 0,
            // 2026-01-05T08:00:00Z; each save adds a second.
            now: Timestamp::from_second(1_767_600_000).expect("a date of this century"),
            last_id: 57_000,
        }
    }
}

impl State {
    /// The next id of any record.
    pub(crate) fn next_id(&mut self) -> i64 {
        self.last_id += 1;
        self.last_id
    }

    /// The time of a save.
    pub(crate) fn tick(&mut self) -> String {
        let next = self.now.as_second().saturating_add(1);
        self.now = Timestamp::from_second(next).unwrap_or(self.now);
        self.now.to_string()
    }

    pub(crate) fn add_company(&mut self, name: &str) -> i64 {
        let (id, site) = (self.next_id(), self.next_id());
        let company = Company {
            name: name.to_owned(),
            status: "Active".to_owned(),
            site,
            deleted: false,
            territory: None,
            fields: BTreeMap::new(),
        };
        self.companies.insert(id, company);
        id
    }

    pub(crate) fn department(&mut self, name: &str) -> i64 {
        match find(&self.departments, name) {
            Some(id) => id,
            None => {
                let id = self.next_id();
                self.departments.insert(id, name.to_owned());
                id
            }
        }
    }

    pub(crate) fn contact_type(&mut self, name: &str) -> i64 {
        match find(&self.contact_types, name) {
            Some(id) => id,
            None => {
                let id = self.next_id();
                self.contact_types.insert(id, name.to_owned());
                id
            }
        }
    }
}

fn find(table: &BTreeMap<i64, String>, name: &str) -> Option<i64> {
    let mut rows = table.iter();
    rows.find(|(_, own)| own.eq_ignore_ascii_case(name))
        .map(|(id, _)| *id)
}
