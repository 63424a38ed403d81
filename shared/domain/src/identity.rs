//! An identity: one record as one source sees it. Sources yield *readings*, which say of each value
//! whether it was said, cleared or left out; an identity is what all readings so far add up to.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::fields::{Attribute, Fields};

/// Where accounts come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// Microsoft Entra ID, read through Microsoft Graph.
    #[serde(rename = "microsoft-365")]
    Microsoft365,
    /// On-premises Active Directory, handed in by an agent.
    ActiveDirectory,
    /// Local accounts of Windows machines, handed in by an agent.
    LocalWindows,
}

impl Source {
    /// All sources, in the order in which they lead an account that has several: the cloud knows
    /// a hybrid user by what was synchronised last.
    pub const ALL: [Self; 3] = [
        Self::Microsoft365,
        Self::ActiveDirectory,
        Self::LocalWindows,
    ];

    /// The source's name as it stands in configuration, answers and keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Microsoft365 => "microsoft-365",
            Self::ActiveDirectory => "active-directory",
            Self::LocalWindows => "local-windows",
        }
    }

    /// The source of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == text)
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What makes an identity the same identity for ever: its source and the source's immutable id.
/// Entra object id; Active Directory objectGUID (both lower-case with hyphens);
/// `<machine>/<SID>` for a local account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct IdentityKey {
    /// The source.
    pub source: Source,
    /// The source's immutable id.
    pub id: String,
}

impl IdentityKey {
    /// A key; ids compare in lower case.
    pub fn new(source: Source, id: impl Into<String>) -> Self {
        let mut id = id.into();
        id.make_ascii_lowercase();
        Self { source, id }
    }
}

/// What kind of record the source says this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum IdentityKind {
    /// An ordinary user.
    #[default]
    User,
    /// A guest of another organisation.
    Guest,
    /// A shared mailbox.
    SharedMailbox,
    /// A room or a piece of equipment.
    Resource,
    /// Made and used by the system itself: never imported.
    System,
}

/// What joins a record in the cloud with the same human's record on premises.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Anchor {
    /// The objectGUID that the other side knows this record by: from `onPremisesImmutableId` of an
    /// Entra user, from `mS-DS-ConsistencyGuid` of an AD user where it differs from its objectGUID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guid: Option<String>,
    /// The security identifier in Active Directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
}

/// One record as one source sees it, after all readings so far.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Which record of which source.
    pub key: IdentityKey,
    /// What kind of record.
    #[serde(default)]
    pub kind: IdentityKind,
    /// The values that populate an account (B1 to B9).
    #[serde(default)]
    pub fields: Fields,
    /// sAMAccountName, where it is not the user name (D15).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sam_account_name: Option<String>,
    /// Where the record lies in the directory; Active Directory only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distinguished_name: Option<String>,
    /// Other addresses of the record (B171).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternate_emails: Vec<String>,
    /// Assigned licences by SKU id (B172).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub licences: Vec<String>,
    /// Why the record is an administrator: roles and groups, transitive; empty for anybody else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub privileges: Vec<String>,
    /// What joins it with another source's record.
    #[serde(default)]
    pub anchor: Anchor,
    /// May it sign in? False where it is disabled at its source.
    pub enabled: bool,
    /// When the account expires at its source. An expired one counts as disabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When and how it left its source; the record stays (D13).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone: Option<Gone>,
}

/// When and how an identity left its source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    /// When we learned of it.
    pub at: Timestamp,
    /// How we know.
    pub how: Departure,
}

/// How we know that an identity left its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Departure {
    /// The source said that it was deleted and can be restored.
    Deleted,
    /// The source said that it was deleted for good.
    DeletedForGood,
    /// A complete reading of the source did not hold it.
    NotInCompleteReading,
    /// It is there, but no longer in scope of the customer's import (licences, kinds, patterns).
    OutOfScope,
}

impl Identity {
    /// An identity of which nothing but its key is known.
    pub fn new(key: IdentityKey) -> Self {
        Self {
            key,
            kind: IdentityKind::default(),
            fields: Fields::default(),
            sam_account_name: None,
            distinguished_name: None,
            alternate_emails: Vec::new(),
            licences: Vec::new(),
            privileges: Vec::new(),
            anchor: Anchor::default(),
            enabled: true,
            expires_at: None,
            gone: None,
        }
    }

    /// Is it at its source, and may it sign in at that time?
    pub fn is_enabled_at(&self, now: Timestamp) -> bool {
        self.gone.is_none() && self.enabled && self.expires_at.is_none_or(|end| end > now)
    }

    /// Every key under which another source's record may look for this one's account, besides its
    /// own: see `import::join`.
    pub fn join_keys(&self) -> Vec<JoinKey> {
        let mut keys = Vec::new();
        if let Some(guid) = &self.anchor.guid {
            keys.push(JoinKey::ObjectGuid(guid.clone()));
        }
        if let Some(sid) = &self.anchor.sid {
            keys.push(JoinKey::Sid(sid.clone()));
        }
        keys
    }
}

/// A second name by which an account can be found: what Entra and Active Directory both know.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JoinKey {
    /// The identity key itself, for identities that did not found their account.
    Identity(IdentityKey),
    /// An objectGUID of Active Directory.
    ObjectGuid(String),
    /// A security identifier of Active Directory.
    Sid(String),
}

impl fmt::Debug for Identity {
    /// Ids and kinds only: names and addresses stay out of every log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("key", &self.key)
            .field("kind", &self.kind)
            .field("enabled", &self.enabled)
            .field("gone", &self.gone)
            .finish_non_exhaustive()
    }
}

/// What a reading says of one value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Said<T> {
    /// Nothing: keep what is held (D12).
    #[default]
    Nothing,
    /// It was cleared.
    Cleared,
    /// It is this.
    Value(T),
}

impl<T> Said<T> {
    /// Brings what is held up to date.
    pub fn write_to(self, held: &mut Option<T>) {
        match self {
            Self::Nothing => {}
            Self::Cleared => *held = None,
            Self::Value(value) => *held = Some(value),
        }
    }

    /// The value, if one was said.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Nothing | Self::Cleared => None,
        }
    }

    /// Said with the value, or cleared: what a source means that leaves empty values out.
    pub fn or_cleared(value: Option<T>) -> Self {
        value.map_or(Self::Cleared, Self::Value)
    }

    /// Said with the value, or nothing said.
    pub fn or_nothing(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, Self::Value)
    }
}

/// What a source said about one record.
#[derive(Clone, PartialEq, Eq)]
pub struct Reading {
    /// Which record.
    pub key: IdentityKey,
    /// What was said.
    pub news: News,
}

/// What was said about a record.
#[derive(Clone, PartialEq, Eq)]
pub enum News {
    /// It is there, with these values.
    Present(Box<Values>),
    /// It left.
    Left(Departure),
}

/// The values of a reading, each said, cleared or left out.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Values {
    /// The kind of the record.
    pub kind: Said<IdentityKind>,
    /// The values that populate an account.
    pub fields: Vec<(Attribute, Said<String>)>,
    /// sAMAccountName.
    pub sam_account_name: Said<String>,
    /// Where the record lies.
    pub distinguished_name: Said<String>,
    /// Other addresses.
    pub alternate_emails: Said<Vec<String>>,
    /// Licences by SKU id.
    pub licences: Said<Vec<String>>,
    /// Roles and groups that make an administrator.
    pub privileges: Said<Vec<String>>,
    /// The objectGUID the other side knows it by.
    pub anchor_guid: Said<String>,
    /// The security identifier in Active Directory.
    pub anchor_sid: Said<String>,
    /// May it sign in?
    pub enabled: Said<bool>,
    /// When it expires.
    pub expires_at: Said<Timestamp>,
}

impl Values {
    /// Adds what was said of one attribute.
    pub fn say(&mut self, attribute: Attribute, said: Said<String>) {
        self.fields.push((attribute, said));
    }
}

impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let news = match &self.news {
            News::Present(_) => "present",
            News::Left(_) => "left",
        };
        f.debug_struct("Reading")
            .field("key", &self.key)
            .field("news", &news)
            .finish()
    }
}
