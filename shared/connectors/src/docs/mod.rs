//! Documentation systems: one trait, one folder per vendor, one arm in [`connect`] each.
//!
//! Invariants: no password and no OTP seed is kept, told or logged, also where a vendor's lists carry
//! them (what is parsed into has no place for them, and what was read is wiped). The notes of an entry,
//! which may hold anything, are read only where a block of ours in them changes, and wiped then. Nothing
//! here decides which entry is whose; a create whose answer was lost is looked for before it is called
//! lost.

pub mod capabilities;
mod client;
mod gaps;
mod home;
mod hudu;
mod it_glue;
mod judge;
mod lenient;
mod pages;
mod settings;
mod wipe;

use std::fmt;

use async_trait::async_trait;
use domain::docs::entry::{Entry, EntryChange, NewEntry, Organization};
use domain::docs::{Details, notes};
use domain::id::{EntryId, OrganizationId};
use secrecy::zeroize::Zeroizing;

pub use gaps::Gaps;
pub use hudu::HuduSettings;
pub use it_glue::ItGlueSettings;
pub use settings::{Settings, SettingsError};

use crate::Vendors;
use crate::error::ConnectorError;
pub use crate::psa::Access;

/// What stands where a new entry's password would be, since both vendors want one: no password, and
/// nothing that a person takes for one.
pub const NO_PASSWORD: &str = "(not known to Muster: fill it in)";
/// What a new entry says of itself.
pub(crate) const NOTE: &str = "Made by Muster, which knows no passwords. Fill in the password.";
/// The longest name, user name or category that is sent, in characters. No vendor tells its own.
pub(crate) const TEXT_LENGTH_MAX: usize = 255;

/// The documentation systems there are connectors for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocsKind {
    /// IT Glue.
    ItGlue,
    /// Hudu, hosted or self-hosted.
    Hudu,
}

impl DocsKind {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::ItGlue, Self::Hudu];

    /// The system's name in configuration and keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ItGlue => "it-glue",
            Self::Hudu => "hudu",
        }
    }

    /// The vendor's name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::ItGlue => it_glue::VENDOR,
            Self::Hudu => hudu::VENDOR,
        }
    }

    /// In what it differs.
    pub fn gaps(self) -> Gaps {
        match self {
            Self::ItGlue => it_glue::gaps(),
            Self::Hudu => hudu::gaps(),
        }
    }

    /// The system of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

impl fmt::Display for DocsKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A documentation system, as one customer of the vendor (the MSP) sees it.
#[async_trait]
pub trait Docs: Send + Sync {
    /// Which system.
    fn kind(&self) -> DocsKind;

    /// Cheap calls that prove the credentials and their permissions; says what is missing.
    async fn check(&self) -> Result<Access, ConnectorError>;

    /// The organizations an MSP can link customers to.
    async fn organizations(&self) -> Result<Vec<Organization>, ConnectorError>;

    /// One organization; `None` where there is none of that id, or none that we may see.
    async fn organization(
        &self,
        id: &OrganizationId,
    ) -> Result<Option<Organization>, ConnectorError>;

    /// Every password entry of an organization, each once, archived ones included and marked. An
    /// organization that is not there is [`ConnectorError::NotFound`]; more than `ENTRIES_MAX`, or pages
    /// that bring nothing new, are [`ConnectorError::Unreadable`]: better no answer than an incomplete
    /// one, beside which entries would be made that are there.
    async fn entries(&self, organization: &OrganizationId) -> Result<Vec<Entry>, ConnectorError>;

    /// One entry; `None` where there is none of that id, or none that we may see.
    async fn entry(&self, id: &EntryId) -> Result<Option<Entry>, ConnectorError>;

    /// The names of the categories there are; none where they are free texts
    /// ([`Gaps::free_categories`]).
    async fn categories(&self) -> Result<Vec<String>, ConnectorError>;

    /// Makes or changes one entry, and returns its id. Neither vendor can search by user name or make
    /// a create happen once, so whoever asks looked through [`Docs::entries`] before. A create whose
    /// answer is lost is looked for here; one that then still fails with
    /// [`ConnectorError::is_outcome_unknown`] may yet have happened: look again before the next one.
    /// Details are put into the notes as they are at that moment, and cost no write where they stand there.
    async fn apply(&self, change: &EntryChange) -> Result<EntryId, ConnectorError>;

    /// In what this system differs.
    fn gaps(&self) -> Gaps {
        self.kind().gaps()
    }
}

/// A documentation system for one invocation; no call is made. Fails with
/// [`ConnectorError::Unauthorized`], naming the member and the remedy, for settings that cannot work.
pub fn connect(vendors: &Vendors, settings: &Settings) -> Result<Box<dyn Docs>, ConnectorError> {
    let vendor = settings.system().name();
    (settings.check()).map_err(|error| unusable(vendor, &error))?;
    Ok(match settings {
        Settings::ItGlue(settings) => Box::new(it_glue::ItGlue::connect(vendors, settings)?),
        Settings::Hudu(settings) => Box::new(hudu::Hudu::connect(vendors, settings)?),
    })
}

/// Settings that cannot work wait for a person, as credentials that are refused do.
fn unusable(vendor: &'static str, error: &SettingsError) -> ConnectorError {
    ConnectorError::Unauthorized {
        vendor,
        hint: error.to_string(),
    }
}

/// The entry that a create made whose answer was lost; else the error of that create.
async fn adopt(
    docs: &dyn Docs,
    new: &NewEntry,
    lost: ConnectorError,
) -> Result<EntryId, ConnectorError> {
    let Ok(entries) = docs.entries(&new.organization).await else {
        return Err(lost);
    };
    let is_same = |ours: &str, theirs: &str| ours.trim().eq_ignore_ascii_case(theirs.trim());
    let is_ours = |entry: &&Entry| {
        let is_placed = entry.is_embedded == new.embedded_in.is_some();
        let is_free = !entry.is_archived && is_placed && entry.seal.is_none();
        let has = |theirs: &Option<String>, ours: &str| {
            theirs.as_ref().is_some_and(|theirs| is_same(ours, theirs))
        };
        is_free
            && is_same(&new.name, &entry.name)
            && has(&entry.username, &new.username)
            // An instance that does not show types does not show this one's.
            && (entry.category.is_none() || has(&entry.category, &new.category))
    };
    // Whoever asked looked before and saw none: the newest is the one that was made.
    let made = entries.iter().filter(is_ours);
    made.max_by_key(|entry| entry.id.as_str().parse::<u64>().ok())
        .map(|entry| entry.id.clone())
        .ok_or(lost)
}

/// Notes with our block as it is to be; `None` where they are so already.
fn spliced(
    vendor: &'static str,
    notes: &str,
    details: &Details,
) -> Result<Option<Zeroizing<String>>, ConnectorError> {
    let spliced = notes::splice(notes, details).map(Zeroizing::new);
    let spliced = spliced.map_err(|error| refused(vendor, "notes", error.to_string()))?;
    Ok((spliced.as_str() != notes).then_some(spliced))
}

/// A text that is too long for either vendor, or empty where it must not be.
fn check_text(vendor: &'static str, field: &'static str, text: &str) -> Result<(), ConnectorError> {
    let length = text.chars().count();
    if text.trim().is_empty() {
        return Err(refused(vendor, field, "it must not be empty"));
    }
    if length > TEXT_LENGTH_MAX {
        let reason = format!("{length} characters, of which at most {TEXT_LENGTH_MAX} are taken");
        return Err(refused(vendor, field, reason));
    }
    Ok(())
}

fn refused(vendor: &'static str, field: &'static str, reason: impl Into<String>) -> ConnectorError {
    ConnectorError::Refused {
        vendor,
        field: Some(field.to_owned()),
        reason: reason.into(),
    }
}
