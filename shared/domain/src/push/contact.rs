//! A contact: what all PSAs have in common, and what some leave out.

use std::collections::BTreeMap;
use std::fmt;

use super::custom::CustomField;
use crate::fields::{Attribute, Fields};
use crate::id::{AccountId, CompanyId, ContactId, SiteId};

/// A person as a PSA holds them.
#[derive(Clone, PartialEq, Eq)]
pub struct Contact {
    /// The PSA's id.
    pub id: ContactId,
    /// The company it belongs to.
    pub company: CompanyId,
    /// The site, where the PSA has sites.
    pub site: Option<SiteId>,
    /// The values that both sides have. `username` is never filled.
    pub fields: Fields,
    /// The attributes this answer could have held. One that is not here is unknown, not empty:
    /// list rows of a PSA may be thin.
    pub known: Vec<Attribute>,
    /// Other addresses.
    pub alternate_emails: Vec<String>,
    /// Is it in use?
    pub active: bool,
    /// The Entra object id it carries; `None` where this answer did not say.
    pub external_id: Option<ExternalId>,
    /// Is it a human's record, or one that must be left alone?
    pub kind: ContactKind,
    /// What its custom fields hold, empty or not. One that is not here is none that the PSA has, or
    /// this answer did not tell of it; it is never written (D8, B153).
    pub custom: BTreeMap<CustomField, Option<String>>,
    /// The types that the MSP gave it, by the PSA's own types or the field `TypeMapping` (B141 to
    /// B143); `None` where this answer did not tell of types.
    pub types: Option<Vec<String>>,
}

/// The Entra object id of a contact, as far as an answer told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExternalId {
    /// It has none.
    Empty,
    /// It has this one.
    Id(String),
}

/// What a contact stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ContactKind {
    /// A person.
    Person,
    /// A placeholder that the PSA itself made for a site: never matched, never changed.
    Placeholder,
    /// The record of one of the MSP's own technicians: never matched, never changed.
    Technician,
    /// A service account in the PSA: never matched, never changed.
    Service,
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contact")
            .field("id", &self.id)
            .field("company", &self.company)
            .field("active", &self.active)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// What a push wants of a PSA: one contact, made or changed. Only fields we own, only where they
/// differ.
#[derive(Clone, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "one exists at a time, on its way to a connector"
)]
pub enum ContactChange {
    /// Make a contact.
    Create(NewContact),
    /// Change one.
    Update(ContactUpdate),
}

/// A contact to make.
#[derive(Clone, PartialEq, Eq)]
pub struct NewContact {
    /// For which account, so that logs and intents can name it.
    pub account: AccountId,
    /// In which company.
    pub company: CompanyId,
    /// On which site; without one the connector takes the company's main site.
    pub site: Option<SiteId>,
    /// Its values.
    pub fields: Fields,
    /// Other addresses.
    pub alternate_emails: Vec<String>,
    /// The Entra object id.
    pub external_id: Option<String>,
    /// Values for custom fields; one that the PSA does not have is left out (B153).
    pub custom: Vec<(CustomField, String)>,
}

/// A contact to change.
#[derive(Clone, PartialEq, Eq)]
pub struct ContactUpdate {
    /// For which account.
    pub account: AccountId,
    /// Which contact.
    pub contact: ContactId,
    /// The attributes to write; `None` clears one.
    pub set: Vec<(Attribute, Option<String>)>,
    /// The Entra object id to write.
    pub external_id: Option<String>,
    /// Put in use or out of use.
    pub active: Option<bool>,
    /// Values to write to custom fields that the contact has.
    pub custom: Vec<(CustomField, String)>,
}

impl ContactUpdate {
    /// Nothing to write?
    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
            && self.external_id.is_none()
            && self.active.is_none()
            && self.custom.is_empty()
    }
}

impl fmt::Debug for ContactChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Create(new) => new.fmt(f),
            Self::Update(update) => update.fmt(f),
        }
    }
}

impl fmt::Debug for NewContact {
    /// Which attributes, never the values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewContact")
            .field("account", &self.account)
            .field("company", &self.company)
            .field("site", &self.site)
            .field("fields", &self.fields)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ContactUpdate {
    /// Which attributes, never the values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set: Vec<Attribute> = self.set.iter().map(|(attribute, _)| *attribute).collect();
        f.debug_struct("ContactUpdate")
            .field("account", &self.account)
            .field("contact", &self.contact)
            .field("set", &set)
            .field("external_id", &self.external_id.is_some())
            .field("active", &self.active)
            .finish()
    }
}
