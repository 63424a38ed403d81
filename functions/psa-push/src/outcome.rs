//! What a push came to.

use std::collections::BTreeSet;

use domain::push::custom::CustomField;
use domain::run::MatchCounts;

/// What a push came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// Contacts made.
    pub created: u64,
    /// Contacts changed.
    pub updated: u64,
    /// Accounts whose change the PSA refused.
    pub failed: u64,
    /// Custom fields that the policies want and the PSA does not have, or not so that they could be
    /// written (D8).
    pub missing_fields: BTreeSet<CustomField>,
    /// How the accounts stood whose standing was written.
    pub before: MatchCounts,
    /// How the same accounts stand now.
    pub after: MatchCounts,
    /// What stopped it before its end, without personal data.
    pub error: Option<String>,
}
