//! What is shown, as values.

use domain::id::{AccountId, ContactId, CustomerId, EntryId, RunId};
use jiff::Timestamp;
use platform::store::ReviewCounts;

/// Which part of what waits is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Section {
    /// The first of everything.
    #[default]
    All,
    /// Further runs.
    Runs,
    /// Accounts whose contact is to be chosen: of further customers, or all of one.
    Contacts,
    /// Accounts whose entry is to be chosen or confirmed, likewise.
    Entries,
}

/// What is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// Which part.
    pub section: Section,
    /// Runs that wait for a yes.
    pub held: Vec<Held>,
    /// Customers whose run failed.
    pub failed: Vec<Failed>,
    /// Where the runs go on.
    pub more_runs: Option<String>,
    /// Accounts that more than one contact fits.
    pub contacts: Accounts<Disputed>,
    /// Accounts whose entry of the documentation system is to be chosen or confirmed.
    pub entries: Accounts<Undecided>,
    /// How much waits in all, where it is not all shown.
    pub counts: ReviewCounts,
}

/// Accounts of several customers, or of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accounts<T> {
    /// Those that are shown.
    pub rows: Vec<T>,
    /// Where the customers go on.
    pub more_customers: Option<String>,
    /// The customers with more accounts than are shown.
    pub more_accounts: Vec<MoreAccounts>,
}

impl<T> Default for Accounts<T> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            more_customers: None,
            more_accounts: Vec::new(),
        }
    }
}

/// A customer with more accounts than are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoreAccounts {
    /// Whose.
    pub customer: CustomerId,
    /// The last that is shown. `None` where no more are named until some of them are decided.
    pub after: Option<AccountId>,
    /// How many there are in all.
    pub count: u64,
}

/// A run that waits for a yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Whose.
    pub customer: CustomerId,
    /// Which.
    pub run: RunId,
    /// Since when.
    pub since: Timestamp,
    /// How many accounts would go out of use.
    pub leaving: u64,
    /// Of how many.
    pub active: u64,
    /// Why it is held.
    pub reason: String,
    /// Did somebody say yes already?
    pub approved: bool,
}

/// A customer whose run failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// Whose.
    pub customer: CustomerId,
    /// Since when its runs fail.
    pub since: Timestamp,
    /// What went wrong.
    pub error: String,
}

/// Who waits for a choice. It has no `Debug` of its own, for the name is a person's.
#[derive(Clone, PartialEq, Eq)]
pub struct Who {
    /// Whose.
    pub customer: CustomerId,
    /// Which account.
    pub account: AccountId,
    /// What people call it, as its source has it: hostile until escaped.
    pub name: Option<String>,
}

impl std::fmt::Debug for Who {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Who")
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}

/// An account that more than one contact fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disputed {
    /// Who.
    pub who: Who,
    /// The contacts.
    pub candidates: Vec<ContactRow>,
}

/// A contact that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactRow {
    /// Which.
    pub contact: ContactId,
    /// By which rule it came into question.
    pub rule: &'static str,
}

/// An account with entries that only a person can choose from or confirm (D3, D4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undecided {
    /// Who.
    pub who: Who,
    /// It is one entry, about which something is in doubt.
    pub is_one_in_doubt: bool,
    /// The entries. Automatic matching found them, by its rule of names and categories (B90).
    pub candidates: Vec<EntryRow>,
}

/// An entry that may be the account's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRow {
    /// Which.
    pub entry: EntryId,
    /// Why it was not taken.
    pub why_not: String,
    /// Its category is empty, and can be filled in with it (D4, B99).
    pub lacks_category: bool,
}
