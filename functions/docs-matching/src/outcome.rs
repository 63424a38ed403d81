//! What a matching of entries came to.

use domain::account::Account;
use domain::run::EntryCounts;

/// What it came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// How the customer's accounts stand with the documentation system now.
    pub counts: EntryCounts,
    /// Entries made.
    pub created: u64,
    /// Entries that got their category, their account's new user name or its contact details, each change
    /// counted.
    pub updated: u64,
    /// Changes that the documentation system refused.
    pub refused: u64,
    /// What went wrong, without personal data.
    pub error: Option<String>,
}

/// How the accounts stand at the end.
pub(crate) fn counted(accounts: &[Account]) -> EntryCounts {
    let mut counts = EntryCounts::default();
    for account in accounts {
        counts.count(account.docs.status);
    }
    counts
}
