//! What every format comes down to: a stream of records, in the order of the file.

use domain::identity::Said;
use jiff::Timestamp;
use serde::Deserialize;

use super::Cursor;
use super::entry::Entry;

/// One record.
pub(super) enum Record {
    /// The first line of our own format.
    Header(Header),
    /// An object of Active Directory.
    Entry(Entry),
    /// A machine was asked for its local accounts.
    Machine(Machine),
    /// A local account of a machine.
    Local(LocalAccount),
    /// A local account that was deleted, by the id of its key.
    LocalDeleted(String),
}

/// What the first line of our own format says of the rest.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Header {
    /// The version of the format.
    pub(super) muster_upload: u64,
    /// Which source was read.
    pub(super) source: String,
    /// Whether all of the source is here.
    pub(super) coverage: HeaderCoverage,
    /// How far the source was read; what was read before anything else was.
    #[serde(default)]
    pub(super) cursor: Option<Cursor>,
    /// Whether all groups are here.
    #[serde(default)]
    pub(super) groups: Option<HeaderCoverage>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum HeaderCoverage {
    Complete,
    Changes,
}

/// One collection on one machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Machine {
    /// The first part of its accounts' keys.
    pub(super) id: String,
    /// All its accounts were listed, without a filter and without an error.
    pub(super) complete: bool,
}

/// One local account.
pub(super) struct LocalAccount {
    pub(super) machine: String,
    pub(super) sid: String,
    pub(super) name: String,
    pub(super) full_name: Said<String>,
    pub(super) enabled: Said<bool>,
    pub(super) expires_at: Said<Timestamp>,
    /// Is it in the local group of administrators? `None` where nobody could tell.
    pub(super) administrator: Option<bool>,
    /// It came without the machine it is of; see `survey` for what that means.
    pub(super) is_loose: bool,
}
