//! How an account stands with the entries of the documentation system.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Reason;
use crate::id::EntryId;

/// How an account stands with the documentation system's entries (B123, B124).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default,
)]
#[serde(rename_all = "kebab-case")]
pub enum DocsStatus {
    /// Nobody looked yet, or the policy matches nothing.
    #[default]
    Off,
    /// Linked to an entry that was there.
    Matched,
    /// Linked to an entry that we made.
    Created,
    /// One entry could be it, and a person confirms; the reason says what is in doubt (D4).
    PossibleMatch,
    /// Several entries could be it; a person chooses (D3).
    MoreThanOneMatch,
    /// No entry is it, but one of the same user name has the category of another source (B137f).
    CategoryDiffers,
    /// No entry is it.
    NoMatch,
    /// Its entry is gone, and no other is it.
    Orphaned,
    /// An entry would be made, but may not be; the reason says why.
    Blocked,
    /// The documentation system refused; the reason says what.
    Failed,
}

impl DocsStatus {
    /// All statuses.
    pub const ALL: [Self; 10] = [
        Self::Off,
        Self::Matched,
        Self::Created,
        Self::PossibleMatch,
        Self::MoreThanOneMatch,
        Self::CategoryDiffers,
        Self::NoMatch,
        Self::Orphaned,
        Self::Blocked,
        Self::Failed,
    ];

    /// The status' name in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Matched => "matched",
            Self::Created => "created",
            Self::PossibleMatch => "possible-match",
            Self::MoreThanOneMatch => "more-than-one-match",
            Self::CategoryDiffers => "category-differs",
            Self::NoMatch => "no-match",
            Self::Orphaned => "orphaned",
            Self::Blocked => "blocked",
            Self::Failed => "failed",
        }
    }

    /// Does it wait for a person to choose or confirm (B125, D3, D4)?
    pub fn waits_for_person(self) -> bool {
        match self {
            Self::PossibleMatch | Self::MoreThanOneMatch => true,
            Self::Off
            | Self::Matched
            | Self::Created
            | Self::CategoryDiffers
            | Self::NoMatch
            | Self::Orphaned
            | Self::Blocked
            | Self::Failed => false,
        }
    }
}

/// The rule that linked an account with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EntryRule {
    /// A person chose or confirmed.
    Manual,
    /// The account's name and a category of its source (B87 to B96).
    AccountName,
}

impl EntryRule {
    /// All rules.
    pub const ALL: [Self; 2] = [Self::Manual, Self::AccountName];

    /// The rule's name in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::AccountName => "account-name",
        }
    }
}

/// An account's standing with the documentation system, with the evidence for it: ids, rules and
/// reasons, never values.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DocsStanding {
    /// The status.
    pub status: DocsStatus,
    /// The entry it is linked to. One entry belongs to one account; a claim item in the table sees
    /// to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<EntryId>,
    /// The rule that linked them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<EntryRule>,
    /// Entries that could be it, and those that are only reported; at most `CANDIDATES_MAX`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<EntryCandidate>,
    /// Why it is so, in words without personal data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The entry it was linked to, which is gone. Comes it back, so does the link; until then none
    /// is made in its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost: Option<EntryId>,
    /// A person confirmed an entry without category: it gets the account's (D4, B99).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub fills_category: bool,
    /// A create that was sent and whose answer we do not have: looked for before the next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creating_since: Option<Timestamp>,
    /// The create or the category that the documentation system refused last, as a digest: it is not
    /// tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// What was told to the entry it is linked to, or was until that was gone, as digests: only a change
    /// of the account's is written, and what a technician makes of it is not fought over.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub told: BTreeMap<Told, String>,
}

/// What a digest is of, of what a linked entry was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Told {
    /// The contact details in its notes (B29); none where no block of ours stands there.
    Details,
    /// The contact details that were refused.
    DetailsRefused,
    /// The names of the account when the entry had one of them, or was given one (B135).
    Names,
    /// The names of which one was refused.
    NamesRefused,
}

impl Told {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Details,
        Self::DetailsRefused,
        Self::Names,
        Self::NamesRefused,
    ];
}

/// An entry that was considered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryCandidate {
    /// Which entry.
    pub entry: EntryId,
    /// Why it was not taken, in words without personal data.
    pub why_not: String,
}

impl EntryCandidate {
    /// Is its empty category the one thing in doubt? Whoever confirms it may have it filled in (D4, B99).
    pub fn lacks_category(&self) -> bool {
        self.why_not == Reason::CategoryEmpty.as_str()
    }
}

/// Is an entry to be made for an account of this standing? True also where the documentation system
/// refused one: planning sees to it that the same entry is not offered to it again.
pub fn wants_entry(standing: &DocsStanding) -> bool {
    let no_entry = standing.entry.is_none();
    match standing.status {
        DocsStatus::NoMatch => {
            no_entry && standing.reason.as_deref() == Some(Reason::ToBeMade.as_str())
        }
        DocsStatus::Failed => no_entry && standing.refused.is_some(),
        DocsStatus::Off
        | DocsStatus::Matched
        | DocsStatus::Created
        | DocsStatus::PossibleMatch
        | DocsStatus::MoreThanOneMatch
        | DocsStatus::CategoryDiffers
        | DocsStatus::Orphaned
        | DocsStatus::Blocked => false,
    }
}
