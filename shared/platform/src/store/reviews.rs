//! What waits for a person: runs that are held or failed, and accounts that several contacts fit.
//! One partition for the whole deployment and at most two items per customer, so that whoever asks
//! "what needs me?" reads that and no account.
//!
//! Runs and accounts are the truth; a review is a note that points at them, brought up to date at
//! the end of each run and of each matching. It is written only where it changes.

use domain::id::{AccountId, CustomerId, RunId};
use domain::limits::REVIEWED_ACCOUNTS_MAX;
use domain::run::RunStatus;
use jiff::Timestamp;
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
    /// The latest run that stands so.
    pub run: RunId,
    /// `Held` or `Failed`.
    pub status: RunStatus,
    /// Since when the customer's runs stand so.
    pub since: Timestamp,
    /// Why, in words without personal data or secrets.
    pub reason: String,
}

/// Accounts that more than one contact fits (D3).
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
    /// Accounts.
    Matches(MatchReview),
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
}

impl Store {
    /// Notes how a customer's last run stands: one that is held or failed waits for a person, any
    /// other takes the note away. The time is kept while the standing stays.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` for an item that cannot be read.
    pub async fn review_run(
        &self,
        customer: &CustomerId,
        wanted: Option<RunReview>,
    ) -> Result<(), StoreError> {
        let key = Key::RunReview(customer.clone());
        let held: Option<RunReview> = self.get(&key).await?.map(value_of).transpose()?;
        match (held, wanted) {
            (None, None) => Ok(()),
            (Some(_), None) => self.delete(&key).await,
            (held, Some(mut wanted)) => {
                if let Some(held) = held {
                    let same = held.status == wanted.status && held.reason == wanted.reason;
                    // A failure that repeats itself is not written again; of a held run, the
                    // latest is the one to approve.
                    if same && (held.run == wanted.run || held.status == RunStatus::Failed) {
                        return Ok(());
                    }
                    if held.status == wanted.status {
                        wanted.since = held.since;
                    }
                }
                self.put(item_of(&key, "run-review", &wanted)?).await
            }
        }
    }

    /// Notes the accounts of a customer that more than one contact fits, by id.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` for an item that cannot be read.
    pub async fn review_matches(
        &self,
        customer: &CustomerId,
        accounts: &[AccountId],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let key = Key::MatchReview(customer.clone());
        let held: Option<MatchReview> = self.get(&key).await?.map(value_of).transpose()?;
        if accounts.is_empty() {
            return match held {
                None => Ok(()),
                Some(_) => self.delete(&key).await,
            };
        }
        let wanted = MatchReview {
            customer: customer.clone(),
            since: held.as_ref().map_or(now, |held| held.since),
            count: accounts.len() as u64,
            accounts: (accounts.iter().take(REVIEWED_ACCOUNTS_MAX).cloned()).collect(),
        };
        if held.as_ref() == Some(&wanted) {
            return Ok(());
        }
        self.put(item_of(&key, "match-review", &wanted)?).await
    }

    /// What waits, matches before runs and then by customer, at most `limit` and 500, with the
    /// cursor of the next page where there is one.
    ///
    /// # Errors
    /// `BadCursor` for a cursor that no page ended with; those of the table; `Corrupt` for an item
    /// that cannot be read.
    pub async fn reviews(
        &self,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<(Vec<Review>, Option<String>), StoreError> {
        let (items, next) = self.review_page("", cursor, limit).await?;
        let reviews = items.into_iter().map(review_of).collect::<Result<_, _>>()?;
        Ok((reviews, next))
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
        let (items, next) = self.review_page("RUN#", cursor, limit).await?;
        let reviews = items.into_iter().map(value_of).collect::<Result<_, _>>()?;
        Ok((reviews, next))
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
        let (items, next) = self.review_page("MATCHES#", cursor, limit).await?;
        let reviews = items.into_iter().map(value_of).collect::<Result<_, _>>()?;
        Ok((reviews, next))
    }

    /// The accounts of one customer that more than one contact fits, where there are any.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` for an item that cannot be read.
    pub async fn match_review(
        &self,
        customer: &CustomerId,
    ) -> Result<Option<MatchReview>, StoreError> {
        let key = Key::MatchReview(customer.clone());
        self.get(&key).await?.map(value_of).transpose()
    }

    async fn review_page(
        &self,
        begins: &'static str,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<(Vec<Item>, Option<String>), StoreError> {
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
        Ok((items, last.map(|key| key.sk())))
    }

    /// How much waits, over all customers.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` for an item that cannot be read.
    pub async fn review_counts(&self) -> Result<ReviewCounts, StoreError> {
        let mut counts = ReviewCounts::default();
        let count = |item: Item| {
            match review_of(item)? {
                Review::Run(run) if run.status == RunStatus::Held => counts.held += 1,
                Review::Run(_) => counts.failed += 1,
                Review::Matches(matches) => counts.matches += matches.count,
            }
            Ok(())
        };
        self.query_each(&Partition::reviews(), Ask::default(), count)
            .await?;
        Ok(counts)
    }
}

fn review_of(item: Item) -> Result<Review, StoreError> {
    match Key::of(&item) {
        Some(Key::MatchReview(_)) => value_of(item).map(Review::Matches),
        _ => value_of(item).map(Review::Run),
    }
}
