//! Professional services automation systems: one trait, one folder per vendor, one arm in
//! [`connect`] each.
//!
//! Invariants: contacts come as they are, with what was not said left unknown; nothing here
//! decides what to write; a write that may have arrived unseen is an error, never a guess.

mod halo;
mod masking;
mod settings;
pub mod webhook;

use std::collections::BTreeSet;
use std::fmt;

use async_trait::async_trait;
use domain::fields::Attribute;
use domain::id::{CompanyId, ContactId, SiteId};
use domain::limits::CONTACTS_MAX;
use domain::push::contact::{Contact, ContactChange};

pub use halo::HaloSettings;
pub use settings::{
    Settings, SettingsError, WEBHOOK_PASSWORD_LENGTH_MIN, WEBHOOK_PATH_TOKEN_LENGTH_MIN,
};

use crate::Vendors;
use crate::error::ConnectorError;

/// The PSAs there are connectors for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PsaKind {
    /// HaloPSA; HaloITSM and HaloCRM have the same API.
    Halo,
}

impl PsaKind {
    /// All of them.
    pub const ALL: [Self; 1] = [Self::Halo];

    /// The PSA's name in configuration, keys and paths.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Halo => "halo",
        }
    }

    /// The vendor's name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Halo => "HaloPSA",
        }
    }

    /// The PSA of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

impl fmt::Display for PsaKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A company that the MSP looks after, as the PSA holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Company {
    /// The PSA's id.
    pub id: CompanyId,
    /// Its name.
    pub name: String,
    /// Is it in use?
    pub active: bool,
}

/// What credentials that work may do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Access {
    /// What is missing, each a sentence with its remedy. Nothing, where all is well.
    pub missing: Vec<String>,
}

impl Access {
    /// Is nothing missing?
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty()
    }
}

/// Where a list goes on. Means something to the connector that made it only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageToken(String);

impl PageToken {
    /// Takes back a token that was kept as text; a text that is none is found out when used.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The token as text without personal data, to be kept.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One page of a company's contacts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContactsPage {
    /// The contacts; may be none although there are more pages.
    pub contacts: Vec<Contact>,
    /// Where it goes on; `None` on the last page.
    pub next: Option<PageToken>,
}

/// What a vendor cannot do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gaps {
    /// Attributes that its contacts lack. Never put into a [`ContactChange`] to update one.
    pub attributes: Vec<Attribute>,
    /// How many addresses a contact has besides its main one.
    pub alternate_emails_max: usize,
    /// Its contacts have no place for an Entra object id.
    pub no_external_id: bool,
    /// Rows of its lists may lack alternate addresses and the external id; [`Psa::contact`] has
    /// them.
    pub thin_lists: bool,
    /// Its deliveries have no signature, and prove their origin by shared secrets alone.
    pub unsigned_deliveries: bool,
    /// Nothing in it tells a repeated create from a second one: look before each create.
    pub no_create_once: bool,
    /// It sends nothing by itself when a contact changes: its changes are seen at the next listing.
    pub no_deliveries: bool,
    /// A contact cannot be put out of use, nor back (B150).
    pub no_active_status: bool,
    /// A company has no place for the tenant's id, or none that can be written (B161).
    pub no_company_fields: bool,
    /// A company's territory and account manager are not taken over (B145).
    pub no_territory: bool,
    /// Names of contacts cannot be left as the PSA has them while all else is written (B163).
    pub no_kept_names: bool,
}

/// A PSA, as one customer of the vendor (the MSP) sees it.
#[async_trait]
pub trait Psa: Send + Sync {
    /// Which PSA.
    fn kind(&self) -> PsaKind;

    /// One cheap call that proves credentials and permissions; says what is missing.
    async fn check(&self) -> Result<Access, ConnectorError>;

    /// The companies an MSP can link customers to, inactive ones included.
    async fn companies(&self) -> Result<Vec<Company>, ConnectorError>;

    /// One page of the contacts of a company, active or not, placeholders and technicians
    /// included and marked by their kind. `page` is the `next` of the page before.
    async fn contacts_page(
        &self,
        company: &CompanyId,
        page: Option<PageToken>,
    ) -> Result<ContactsPage, ConnectorError>;

    /// Every contact of a company, each once, in the order of the PSA. More than `CONTACTS_MAX`,
    /// or pages that bring nothing new, are [`ConnectorError::Unreadable`]: better no answer than
    /// an incomplete one, which would make twins of those who are missing.
    async fn contacts(&self, company: &CompanyId) -> Result<Vec<Contact>, ConnectorError> {
        let mut seen = BTreeSet::new();
        let mut contacts = Vec::new();
        let mut page = None;
        loop {
            let found = self.contacts_page(company, page).await?;
            let is_empty = found.contacts.is_empty();
            let before = seen.len();
            for contact in found.contacts {
                if seen.insert(contact.id.clone()) {
                    contacts.push(contact);
                }
            }
            if contacts.len() > CONTACTS_MAX {
                let what = format!("a company with more than {CONTACTS_MAX} contacts");
                return Err(ConnectorError::shape(self.kind().name(), what));
            }
            page = match found.next {
                Some(_) if !is_empty && seen.len() == before => {
                    let what = "the same page of contacts over and over";
                    return Err(ConnectorError::shape(self.kind().name(), what));
                }
                Some(next) => Some(next),
                None => return Ok(contacts),
            };
        }
    }

    /// A contact in full; `None` where there is none of that id, or none that we may see.
    async fn contact(&self, id: &ContactId) -> Result<Option<Contact>, ConnectorError>;

    /// The contacts of a company with that address, main or alternate, active or not. Compares
    /// the whole address without case. Asked before a create, and after one whose answer was lost.
    async fn find_by_email(
        &self,
        company: &CompanyId,
        email: &str,
    ) -> Result<Vec<Contact>, ConnectorError>;

    /// Creates, changes or deactivates one contact, and returns its id. A create that fails with
    /// [`ConnectorError::is_outcome_unknown`] may have happened: look again before the next one.
    async fn apply(&self, change: &ContactChange) -> Result<ContactId, ConnectorError>;

    /// The site on which a contact of a company is made if nobody names one.
    async fn default_site(&self, company: &CompanyId) -> Result<Option<SiteId>, ConnectorError>;

    /// What this vendor cannot do.
    fn gaps(&self) -> Gaps;
}

/// A PSA for one invocation; no call is made. Fails with [`ConnectorError::Unauthorized`], naming
/// the member and the remedy, for settings that cannot work.
pub fn connect(vendors: &Vendors, settings: &Settings) -> Result<Box<dyn Psa>, ConnectorError> {
    let vendor = settings.system().name();
    (settings.check()).map_err(|error| unusable(vendor, &error))?;
    match settings {
        Settings::Halo(settings) => Ok(Box::new(halo::Halo::connect(vendors, settings)?)),
    }
}

/// Settings that cannot work wait for a person, as credentials that are refused do.
fn unusable(vendor: &'static str, error: &SettingsError) -> ConnectorError {
    ConnectorError::Unauthorized {
        vendor,
        hint: error.to_string(),
    }
}
