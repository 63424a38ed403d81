//! What matching came to.

use domain::run::MatchCounts;

/// What matching came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// How the customer's accounts stand with the PSA now.
    pub counts: MatchCounts,
    /// What went wrong, without personal data.
    pub error: Option<String>,
}
