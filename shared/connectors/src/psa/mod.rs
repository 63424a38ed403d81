//! Professional services automation systems: one trait, one folder per vendor, one arm in
//! [`connect`] each.
//!
//! Invariants: contacts come as they are, with what was not said left unknown; nothing here
//! decides what to write; a write that may have arrived unseen is an error, never a guess.

mod autotask;
pub mod capabilities;
mod choices;
mod connectwise;
mod halo;
mod kaseya_bms;
mod lenient;
pub(crate) mod masking;
mod names;
mod paging;
mod settings;
mod signing_keys;
mod syncro;
pub mod webhook;

use std::collections::BTreeSet;
use std::fmt;

use async_trait::async_trait;
use domain::id::{CompanyId, ContactId, SiteId};
use domain::limits::CONTACTS_MAX;
use domain::policy::ContactEdits;
use domain::push::contact::{Contact, ContactChange};

pub use autotask::{
    AUTOTASK_DISCOVERY_URL, AUTOTASK_WEBHOOK_SECRET_LENGTH_MAX, AUTOTASK_WEBHOOK_SECRET_LENGTH_MIN,
    AutotaskSettings,
};
pub use connectwise::ConnectWiseSettings;
pub use domain::gaps::Gaps;
pub use halo::HaloSettings;
pub use kaseya_bms::KaseyaBmsSettings;
pub use settings::{
    Settings, SettingsError, WEBHOOK_PASSWORD_LENGTH_MIN, WEBHOOK_PATH_TOKEN_LENGTH_MIN,
};
pub use syncro::SyncroSettings;

pub(crate) use signing_keys::SigningKeys;

use crate::Vendors;
use crate::error::ConnectorError;

/// The PSAs there are connectors for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PsaKind {
    /// HaloPSA; HaloITSM and HaloCRM have the same API.
    Halo,
    /// Autotask PSA.
    Autotask,
    /// Kaseya BMS; Vorex and Pulseway PSA have the same API.
    KaseyaBms,
    /// Syncro; RepairShopr has the same API.
    Syncro,
    /// ConnectWise PSA, formerly ConnectWise Manage.
    ConnectWise,
}

impl PsaKind {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Halo,
        Self::Autotask,
        Self::ConnectWise,
        Self::KaseyaBms,
        Self::Syncro,
    ];

    /// The PSA's name in configuration, keys and paths.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Halo => "halo",
            Self::Autotask => "autotask",
            Self::KaseyaBms => "kaseya-bms",
            Self::Syncro => "syncro",
            Self::ConnectWise => "connectwise",
        }
    }

    /// The vendor's name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Halo => "HaloPSA",
            Self::Autotask => "Autotask",
            Self::KaseyaBms => "Kaseya BMS",
            Self::Syncro => "Syncro",
            Self::ConnectWise => "ConnectWise PSA",
        }
    }

    /// What it cannot do.
    pub fn gaps(self) -> Gaps {
        match self {
            Self::Halo => halo::gaps(),
            Self::Autotask => autotask::gaps(),
            Self::KaseyaBms => kaseya_bms::gaps(),
            Self::Syncro => syncro::gaps(),
            Self::ConnectWise => connectwise::gaps(),
        }
    }

    /// Where its contacts are edited, unless a policy says otherwise: as the articles tell of HaloPSA,
    /// Autotask and ConnectWise PSA (B21 to B25, D11); the others are like Autotask.
    pub fn edits(self) -> ContactEdits {
        match self {
            Self::Halo => ContactEdits::InPsa,
            Self::ConnectWise => ContactEdits::HereKept,
            Self::Autotask | Self::KaseyaBms | Self::Syncro => ContactEdits::HerePushed,
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
    /// The territory it belongs to, where the PSA has such a thing and the answer said so (B144).
    pub territory: Option<String>,
    /// The MSP's person who looks after it, as above (B144).
    pub account_manager: Option<String>,
}

/// What came of writing the id of a tenant to a company.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TenantIdWrite {
    /// The company says it now.
    Written,
    /// It said so before; nothing was written.
    AlreadyThere,
    /// Companies of this PSA have no field `Tenant365Id` (D8, B161).
    NoField,
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

/// A contact that changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChangedContact {
    /// Which.
    pub contact: ContactId,
    /// The company it belongs to now.
    pub company: CompanyId,
}

/// One page of the contacts that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactsChanged {
    /// The contacts, each once.
    pub contacts: Vec<ChangedContact>,
    /// How far the changes are known now: what the next question begins with. The same as before,
    /// where nothing changed.
    pub next: PageToken,
    /// There is more to ask for at once.
    pub is_more: bool,
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

    /// One company in full; `None` where there is none of that id. A vendor that can tell it by one
    /// call does.
    async fn company(&self, id: &CompanyId) -> Result<Option<Company>, ConnectorError> {
        let companies = self.companies().await?;
        Ok(companies.into_iter().find(|company| company.id == *id))
    }

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

    /// Writes the id of a customer's Microsoft 365 tenant to the company's custom field
    /// `Tenant365Id`, unless it says so already (B159, B160). A company without that field is no
    /// error. Unless [`Gaps::no_company_fields`], every vendor has it.
    async fn write_tenant_id(
        &self,
        _company: &CompanyId,
        _tenant_id: &str,
    ) -> Result<TenantIdWrite, ConnectorError> {
        Ok(TenantIdWrite::NoField)
    }

    /// One page of the contacts of all companies that changed since a position. Without one it begins
    /// now, by the vendor's clock, and tells nothing. What changes is told at least once, unless it was
    /// deleted; what nobody changes is not told again. Refused where [`Gaps::no_changes_since`].
    async fn contacts_changed(
        &self,
        _since: Option<&PageToken>,
    ) -> Result<ContactsChanged, ConnectorError> {
        Err(ConnectorError::Refused {
            vendor: self.kind().name(),
            field: None,
            reason: "it is not asked which contacts changed".to_owned(),
        })
    }

    /// What this vendor cannot do.
    fn gaps(&self) -> Gaps {
        self.kind().gaps()
    }
}

/// A PSA for one invocation; no call is made. Fails with [`ConnectorError::Unauthorized`], naming
/// the member and the remedy, for settings that cannot work.
pub fn connect(vendors: &Vendors, settings: &Settings) -> Result<Box<dyn Psa>, ConnectorError> {
    let vendor = settings.system().name();
    (settings.check()).map_err(|error| unusable(vendor, &error))?;
    match settings {
        Settings::Halo(settings) => Ok(Box::new(halo::Halo::connect(vendors, settings)?)),
        Settings::Autotask(settings) => {
            Ok(Box::new(autotask::Autotask::connect(vendors, settings)?))
        }
        Settings::KaseyaBms(settings) => {
            Ok(Box::new(kaseya_bms::KaseyaBms::connect(vendors, settings)?))
        }
        Settings::Syncro(settings) => Ok(Box::new(syncro::Syncro::connect(vendors, settings)?)),
        Settings::ConnectWise(settings) => Ok(Box::new(connectwise::ConnectWise::connect(
            vendors, settings,
        )?)),
    }
}

/// Settings that cannot work wait for a person, as credentials that are refused do.
fn unusable(vendor: &'static str, error: &SettingsError) -> ConnectorError {
    ConnectorError::Unauthorized {
        vendor,
        hint: error.to_string(),
    }
}
