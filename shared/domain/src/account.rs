//! An account: the identities of one human or service, joined; what we hold, show and match.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::docs::DocsStanding;
use crate::fields::{Attribute, Fields};
use crate::id::{AccountId, ContactId, CustomerId, EntryId};
use crate::identity::{Identity, IdentityKey, Source};

/// The section an account is in (D16).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default,
)]
#[serde(rename_all = "kebab-case")]
pub enum AccountType {
    /// An ordinary user.
    #[default]
    EndUser,
    /// Holder of a directory role or member of a privileged group.
    Administrator,
    /// No human: runs a service.
    Service,
}

impl AccountType {
    /// All sections.
    pub const ALL: [Self; 3] = [Self::EndUser, Self::Administrator, Self::Service];

    /// The section's name in configuration and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EndUser => "end-user",
            Self::Administrator => "administrator",
            Self::Service => "service",
        }
    }
}

/// Whether an account is in use at its sources (D13). Nothing is ever deleted here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountState {
    /// Somebody may sign in with it.
    Active,
    /// It is there but disabled or expired.
    Disabled,
    /// It left every source.
    Removed,
}

impl AccountState {
    /// The state's name in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Removed => "removed",
        }
    }
}

/// Who put a value where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// A source, at import or since.
    Source(Source),
    /// The contact in the PSA.
    Psa,
    /// A person, through the operators' API.
    Person,
}

/// The identities of one human or service, joined.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id, for good.
    pub id: AccountId,
    /// Whose it is.
    pub customer: CustomerId,
    /// Counts the changes; a write names the revision it was decided on.
    pub revision: u64,
    /// The section it is in.
    pub account_type: AccountType,
    /// The rule that put it there, in words without personal data.
    pub type_reason: String,
    /// A person moved it there, and no rule moves it back (B31, D16).
    pub type_moved_by_person: bool,
    /// What we hold.
    pub fields: Fields,
    /// Where each value came from, for the attributes where that is not the leading identity.
    pub origins: BTreeMap<Attribute, Origin>,
    /// Whether it is in use.
    pub state: AccountState,
    /// Since when it is in that state.
    pub state_since: Timestamp,
    /// When it was first imported.
    pub imported_at: Timestamp,
    /// Its identities, the founding one first.
    pub identities: Vec<Identity>,
    /// Its standing with the PSA.
    pub psa: PsaStanding,
    /// Its standing with the documentation system.
    pub docs: DocsStanding,
}

impl Account {
    /// The identity that leads: the first at its source in the order of [`Source::ALL`], enabled
    /// ones before disabled ones; with none left, the first that there was.
    pub fn leading(&self) -> Option<&Identity> {
        self.identities.iter().min_by_key(|identity| {
            (
                identity.gone.is_some(),
                !identity.enabled,
                identity.key.source,
            )
        })
    }

    /// Where a value came from.
    pub fn origin(&self, attribute: Attribute) -> Option<Origin> {
        self.origins.get(&attribute).copied().or_else(|| {
            self.leading()
                .map(|identity| Origin::Source(identity.key.source))
        })
    }

    /// The identity of that key.
    pub fn identity(&self, key: &IdentityKey) -> Option<&Identity> {
        self.identities.iter().find(|identity| &identity.key == key)
    }

    /// The contact it is linked to.
    pub fn contact(&self) -> Option<&ContactId> {
        self.psa.contact.as_ref()
    }

    /// The entry of the documentation system that it is linked to.
    pub fn entry(&self) -> Option<&EntryId> {
        self.docs.entry.as_ref()
    }

    /// Its Entra object id, of a cloud identity that is still there.
    pub fn entra_object_id(&self) -> Option<&str> {
        self.identities
            .iter()
            .filter(|identity| identity.key.source == Source::Microsoft365)
            .min_by_key(|identity| identity.gone.is_some())
            .map(|identity| identity.key.id.as_str())
    }

    /// Every other address any of its identities has, without the account's own.
    pub fn alternate_emails(&self) -> impl Iterator<Item = &str> {
        self.identities
            .iter()
            .flat_map(|identity| {
                identity
                    .alternate_emails
                    .iter()
                    .map(String::as_str)
                    .chain(identity.fields.get(Attribute::Email))
            })
            .filter(|address| Some(*address) != self.fields.get(Attribute::Email))
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("id", &self.id)
            .field("revision", &self.revision)
            .field("account_type", &self.account_type)
            .field("state", &self.state)
            .field("identities", &self.identities)
            .field("psa", &self.psa.status)
            .field("docs", &self.docs.status)
            .finish_non_exhaustive()
    }
}

/// How an account stands with the PSA's contacts.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default,
)]
#[serde(rename_all = "kebab-case")]
pub enum PsaStatus {
    /// Nobody looked yet, or the policy matches nothing.
    #[default]
    Off,
    /// Linked to a contact that was there.
    Matched,
    /// Linked to a contact that we made.
    Created,
    /// Several contacts could be it; a person chooses (D3).
    MoreThanOneMatch,
    /// No contact is it.
    NoMatch,
    /// A contact would be made, but may not be; the reason says why (B58).
    Blocked,
    /// The PSA refused; the reason says what.
    Failed,
}

impl PsaStatus {
    /// The status' name in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Matched => "matched",
            Self::Created => "created",
            Self::MoreThanOneMatch => "more-than-one-match",
            Self::NoMatch => "no-match",
            Self::Blocked => "blocked",
            Self::Failed => "failed",
        }
    }
}

/// The rule that linked an account with a contact, from sure to doubtful.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MatchRule {
    /// A person chose.
    Manual,
    /// The contact carries the account's Entra object id.
    ExternalId,
    /// The main addresses agree.
    Email,
    /// An alternate address of one side agrees with an address of the other.
    AlternateEmail,
    /// First and last name agree, unique on both sides, nothing against it.
    Name,
}

impl MatchRule {
    /// The rule's name in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::ExternalId => "external-id",
            Self::Email => "email",
            Self::AlternateEmail => "alternate-email",
            Self::Name => "name",
        }
    }
}

/// An account's standing with the PSA, with the evidence for it. Evidence holds ids, rules and
/// reasons, never values: `explain` reads the values from account and contact.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PsaStanding {
    /// The status.
    pub status: PsaStatus,
    /// The contact it is linked to. One contact belongs to one account; a claim item in the table
    /// sees to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactId>,
    /// The rule that linked them, or that found the candidates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<MatchRule>,
    /// Contacts that could be it, at most `CANDIDATES_MAX`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<Candidate>,
    /// Why it is so, in words without personal data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// A create that was sent and whose answer we do not have: looked for before the next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creating_since: Option<Timestamp>,
    /// What we last wrote to the contact, as a digest per attribute: how our own change is known
    /// when it comes back, and how a person's edit in the PSA is told from a stale one.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub pushed: BTreeMap<String, String>,
}

/// A contact that was considered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Which contact.
    pub contact: ContactId,
    /// By which rule it came into question.
    pub rule: MatchRule,
    /// Why it was not taken, in words without personal data.
    pub why_not: String,
}
