//! A run: one import of one customer, with its stage. A redelivered message resumes at the stage.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::account::PsaStatus;
use crate::docs::DocsStatus;
use crate::id::{CustomerId, RunId, UploadId};

/// One import of one customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Its id; later runs sort later.
    pub id: RunId,
    /// Whose.
    pub customer: CustomerId,
    /// Why it was started.
    pub reason: RunReason,
    /// When it was started.
    pub started_at: Timestamp,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// How it stands.
    pub status: RunStatus,
    /// What went wrong or why it is held, in words without personal data or secrets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What it did so far.
    #[serde(default)]
    pub counts: RunCounts,
}

/// Why a run was started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunReason {
    /// The customer was due.
    Schedule,
    /// A person asked (D1).
    Now,
    /// An agent completed an upload.
    Upload(UploadId),
    /// A run before it ran out of time.
    Continuation,
    /// A person said yes to a held run.
    Approved,
}

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunStatus {
    /// At work, or waiting for its continuation.
    Running,
    /// Done.
    Succeeded,
    /// Ended by a failure; the next run starts where it stopped.
    Failed,
    /// Waits for a person.
    Held,
    /// Not started, since the customer is paused.
    Paused,
}

impl RunStatus {
    /// The status' name in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Held => "held",
            Self::Paused => "paused",
        }
    }
}

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RunCounts {
    /// Accounts made.
    pub created: u64,
    /// Accounts changed, other than disabled or removed.
    pub updated: u64,
    /// Accounts seen and left as they were.
    pub unchanged: u64,
    /// Accounts that went from active to disabled.
    pub disabled: u64,
    /// Accounts that left every source.
    pub removed: u64,
    /// Records read that the scope leaves out.
    pub out_of_scope: u64,
    /// Records that could not be read and were left as they were.
    pub unreadable: u64,
}

impl RunCounts {
    /// Adds what another part of the run did.
    pub fn add(&mut self, other: Self) {
        self.created += other.created;
        self.updated += other.updated;
        self.unchanged += other.unchanged;
        self.disabled += other.disabled;
        self.removed += other.removed;
        self.out_of_scope += other.out_of_scope;
        self.unreadable += other.unreadable;
    }
}

/// How the accounts of a customer stand with the PSA.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MatchCounts {
    /// Linked to a contact that was there.
    pub matched: u64,
    /// Linked to a contact that we made.
    pub created: u64,
    /// Several contacts could be it.
    pub more_than_one_match: u64,
    /// No contact is it.
    pub no_match: u64,
    /// A contact may not be made.
    pub blocked: u64,
    /// The PSA refused.
    pub failed: u64,
}

impl MatchCounts {
    /// Counts one account.
    pub fn count(&mut self, status: PsaStatus) {
        match status {
            PsaStatus::Off => {}
            PsaStatus::Matched => self.matched += 1,
            PsaStatus::Created => self.created += 1,
            PsaStatus::MoreThanOneMatch => self.more_than_one_match += 1,
            PsaStatus::NoMatch => self.no_match += 1,
            PsaStatus::Blocked => self.blocked += 1,
            PsaStatus::Failed => self.failed += 1,
        }
    }

    /// Adds the counts of another customer.
    pub fn add(&mut self, other: Self) {
        self.matched += other.matched;
        self.created += other.created;
        self.more_than_one_match += other.more_than_one_match;
        self.no_match += other.no_match;
        self.blocked += other.blocked;
        self.failed += other.failed;
    }
}

/// How the accounts of a customer stand with the documentation system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct EntryCounts {
    /// Linked to an entry that was there.
    pub matched: u64,
    /// Linked to an entry that we made.
    pub created: u64,
    /// One entry could be it, and a person confirms.
    pub possible_match: u64,
    /// Several entries could be it.
    pub more_than_one_match: u64,
    /// An entry of the user name has the category of another source.
    pub category_differs: u64,
    /// No entry is it.
    pub no_match: u64,
    /// The entry is gone.
    pub orphaned: u64,
    /// An entry may not be made.
    pub blocked: u64,
    /// The documentation system refused.
    pub failed: u64,
}

impl EntryCounts {
    /// Counts one account.
    pub fn count(&mut self, status: DocsStatus) {
        let count = match status {
            DocsStatus::Off => return,
            DocsStatus::Matched => &mut self.matched,
            DocsStatus::Created => &mut self.created,
            DocsStatus::PossibleMatch => &mut self.possible_match,
            DocsStatus::MoreThanOneMatch => &mut self.more_than_one_match,
            DocsStatus::CategoryDiffers => &mut self.category_differs,
            DocsStatus::NoMatch => &mut self.no_match,
            DocsStatus::Orphaned => &mut self.orphaned,
            DocsStatus::Blocked => &mut self.blocked,
            DocsStatus::Failed => &mut self.failed,
        };
        *count += 1;
    }

    /// Adds the counts of another customer.
    pub fn add(&mut self, other: Self) {
        self.matched += other.matched;
        self.created += other.created;
        self.possible_match += other.possible_match;
        self.more_than_one_match += other.more_than_one_match;
        self.category_differs += other.category_differs;
        self.no_match += other.no_match;
        self.orphaned += other.orphaned;
        self.blocked += other.blocked;
        self.failed += other.failed;
    }

    /// Does it count nobody?
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
