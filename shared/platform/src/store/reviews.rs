//! What waits for a person: runs that are held or failed, accounts that several contacts fit, and
//! accounts that several entries of the documentation system fit, or one that must be confirmed.
//! One partition for the whole deployment and at most three items per customer, so that whoever asks
//! "what needs me?" reads that and no account.
//!
//! Runs and accounts are the truth; a review is a note that points at them, brought up to date at
//! the end of each run and of each matching. It is written only where it changes. One that cannot
//! be read, as after a later program went back, stops nothing: it is left out and written anew.

use domain::id::{AccountId, CustomerId, RunId};
use domain::limits::REVIEWED_ACCOUNTS_MAX;
use domain::run::RunStatus;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Store;
use super::attr::{Item, item_of, value_of};
use super::error::StoreError;
use super::keys::{Key, Partition};
use super::many::Ask;

/// Reviews in one answer.
const REVIEWS_PER_ANSWER_MAX: u32 = 500;

/// A run that is held, or that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunReview {
    /// Whose.
    pub customer: CustomerId,
    /// The run that stands so; of those that are held, the one a person is asked about.
    pub run: RunId,
    /// `Held` or `Failed`.
    pub status: RunStatus,
    /// Since when the customer's runs stand so.
    pub since: Timestamp,
    /// Why, in words without personal data or secrets.
    pub reason: String,
}

/// Accounts that more than one contact fits (D3), or entries that a person chooses or confirms (D4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchReview {
    /// Whose.
    pub customer: CustomerId,
    /// Since when there are any.
    pub since: Timestamp,
    /// How many there are.
    pub count: u64,
    /// The first of them by id, at most `REVIEWED_ACCOUNTS_MAX`. One may have been decided since.
    pub accounts: Vec<AccountId>,
}

/// Something that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Review {
    /// A run.
    Run(RunReview),
    /// Accounts that more than one contact fits.
    Matches(MatchReview),
    /// Accounts for which a person chooses or confirms an entry.
    Entries(MatchReview),
}

impl Review {
    /// Whose.
    pub fn customer(&self) -> &CustomerId {
        match self {
            Self::Run(run) => &run.customer,
            Self::Matches(matches) | Self::Entries(matches) => &matches.customer,
        }
    }
}

/// How much waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReviewCounts {
    /// Customers whose run is held.
    pub held: u64,
    /// Customers whose run failed.
    pub failed: u64,
    /// Accounts that more than one contact fits.
    pub matches: u64,
    /// Accounts for which a person chooses or confirms an entry.
    pub entries: u64,
}

impl Store {
    /// Notes how a customer's last run stands: one that is held or failed waits for a person, any
    /// other takes the note away. The time is kept while the standing stays.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn review_run(
        &self,
        customer: &CustomerId,
        wanted: Option<RunReview>,
    ) -> Result<(), StoreError> {
        let key = Key::RunReview(customer.clone());
        let there = self.get(&key).await?;
        let Some(mut wanted) = wanted else {
            return self.take_back(&key, there).await;
        };
        if let Some(held) = there.and_then(readable::<RunReview>)
            && held.status == wanted.status
        {
            // A failure that repeats itself is not written again; of a held run it matters which.
            let same_run = held.run == wanted.run || held.status == RunStatus::Failed;
            if held.reason == wanted.reason && same_run {
                return Ok(());
            }
            wanted.since = held.since;
        }
        self.put(item_of(&key, "run-review", &wanted)?).await
    }

    /// Notes the accounts of a customer that more than one contact fits, by id.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn review_matches(
        &self,
        customer: &CustomerId,
        accounts: &[AccountId],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let key = Key::MatchReview(customer.clone());
        self.review_accounts(&key, "match-review", customer, accounts, now)
            .await
    }

    /// Notes the accounts of a customer for which a person chooses or confirms an entry, by id.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn review_entries(
        &self,
        customer: &CustomerId,
        accounts: &[AccountId],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let key = Key::EntryReview(customer.clone());
        self.review_accounts(&key, "entry-review", customer, accounts, now)
            .await
    }

    async fn review_accounts(
        &self,
        key: &Key,
        kind: &str,
        customer: &CustomerId,
        accounts: &[AccountId],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let there = self.get(key).await?;
        if accounts.is_empty() {
            return self.take_back(key, there).await;
        }
        let held = there.and_then(readable::<MatchReview>);
        let wanted = MatchReview {
            customer: customer.clone(),
            since: held.as_ref().map_or(now, |held| held.since),
            count: accounts.len() as u64,
            accounts: (accounts.iter().take(REVIEWED_ACCOUNTS_MAX).cloned()).collect(),
        };
        if held.as_ref() == Some(&wanted) {
            return Ok(());
        }
        self.put(item_of(key, kind, &wanted)?).await
    }

    /// What waits, entries before matches before runs and then by customer, at most `limit` and 500, with the
    /// cursor of the next page where there is one.
    ///
    /// # Errors
    /// `BadCursor` for a cursor that no page ended with; those of the table.
    pub async fn reviews(
        &self,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<(Vec<Review>, Option<String>), StoreError> {
        self.review_page("", cursor, limit, review_of).await
    }

    /// The runs that wait, by customer; otherwise as [`Store::reviews`].
    ///
    /// # Errors
    /// As [`Store::reviews`].
    pub async fn run_reviews(
        &self,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<(Vec<RunReview>, Option<String>), StoreError> {
        self.review_page("RUN#", cursor, limit, readable).await
    }

    /// The customers with accounts that more than one contact fits, by customer; otherwise as
    /// [`Store::reviews`].
    ///
    /// # Errors
    /// As [`Store::reviews`].
    pub async fn match_reviews(
        &self,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<(Vec<MatchReview>, Option<String>), StoreError> {
        self.review_page("MATCHES#", cursor, limit, readable).await
    }

    /// The customers with accounts for which a person chooses or confirms an entry, by customer;
    /// otherwise as [`Store::reviews`].
    ///
    /// # Errors
    /// As [`Store::reviews`].
    pub async fn entry_reviews(
        &self,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<(Vec<MatchReview>, Option<String>), StoreError> {
        self.review_page("ENTRIES#", cursor, limit, readable).await
    }

    /// The accounts of one customer that more than one contact fits, where there are any.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn match_review(
        &self,
        customer: &CustomerId,
    ) -> Result<Option<MatchReview>, StoreError> {
        let key = Key::MatchReview(customer.clone());
        Ok(self.get(&key).await?.and_then(readable))
    }

    /// The accounts of one customer for which a person chooses or confirms an entry, where there are
    /// any.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn entry_review(
        &self,
        customer: &CustomerId,
    ) -> Result<Option<MatchReview>, StoreError> {
        let key = Key::EntryReview(customer.clone());
        Ok(self.get(&key).await?.and_then(readable))
    }

    async fn review_page<T>(
        &self,
        begins: &'static str,
        cursor: Option<&str>,
        limit: u32,
        read: fn(Item) -> Option<T>,
    ) -> Result<(Vec<T>, Option<String>), StoreError> {
        let limit = limit.clamp(1, REVIEWS_PER_ANSWER_MAX) as usize;
        let partition = Partition {
            sk_begins: begins,
            ..Partition::reviews()
        };
        let after = |cursor: &str| {
            let key = Key::parse(&partition.pk, cursor);
            key.filter(|_| cursor.starts_with(begins))
                .ok_or(StoreError::BadCursor)
        };
        let after = cursor.map(after).transpose()?;
        let ask = Ask {
            // One more than asked for says whether there is a next page.
            limit: Some(limit + 1),
            after: after.as_ref(),
            ..Ask::default()
        };
        let mut items = self.query(&partition, ask).await?;
        let has_more = items.len() > limit;
        items.truncate(limit);
        let last = items.last().and_then(Key::of).filter(|_| has_more);
        let reviews = items.into_iter().filter_map(read).collect();
        Ok((reviews, last.map(|key| key.sk())))
    }

    /// How much waits, over all customers.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn review_counts(&self) -> Result<ReviewCounts, StoreError> {
        let mut counts = ReviewCounts::default();
        let count = |item: Item| {
            match review_of(item) {
                Some(Review::Run(run)) if run.status == RunStatus::Held => counts.held += 1,
                Some(Review::Run(_)) => counts.failed += 1,
                Some(Review::Matches(matches)) => counts.matches += matches.count,
                Some(Review::Entries(entries)) => counts.entries += entries.count,
                None => {}
            }
            Ok(())
        };
        self.query_each(&Partition::reviews(), Ask::default(), count)
            .await?;
        Ok(counts)
    }

    /// A customer that is taken off the list waits for nobody.
    pub(super) async fn forget_reviews(&self, customer: &CustomerId) -> Result<(), StoreError> {
        self.delete(&Key::RunReview(customer.clone())).await?;
        self.delete(&Key::MatchReview(customer.clone())).await?;
        self.delete(&Key::EntryReview(customer.clone())).await
    }

    async fn take_back(&self, key: &Key, there: Option<Item>) -> Result<(), StoreError> {
        match there {
            None => Ok(()),
            Some(_) => self.delete(key).await,
        }
    }
}

fn review_of(item: Item) -> Option<Review> {
    match Key::of(&item) {
        Some(Key::MatchReview(_)) => readable(item).map(Review::Matches),
        Some(Key::EntryReview(_)) => readable(item).map(Review::Entries),
        _ => readable(item).map(Review::Run),
    }
}

fn readable<T: DeserializeOwned>(item: Item) -> Option<T> {
    value_of(item)
        .inspect_err(|error| tracing::warn!(%error, "a review cannot be read"))
        .ok()
}
