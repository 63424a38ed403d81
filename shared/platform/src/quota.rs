//! The calls to vendors that all functions share, by way of the table.

use std::fmt;

use domain::id::CustomerId;
use domain::quota::{Lane, Take, Word};
use jiff::SignedDuration;
use serde::Serialize;

use crate::app::App;
use crate::store::StoreError;

/// Calls that one account costs: its contact read, and written.
const CALLS_PER_PUSH: u64 = 2;

/// What waits to be told to the PSA.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct StillToPush {
    /// Accounts.
    pub accounts: usize,
    /// How long it takes where nobody else calls, as far as the PSA's limit is known, in seconds.
    pub expected_seconds: Option<u64>,
}

impl fmt::Display for StillToPush {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} accounts wait for the PSA", self.accounts)?;
        match self.expected_seconds {
            Some(seconds) => write!(f, ", which takes some {} min", seconds.div_ceil(60)),
            None => Ok(()),
        }
    }
}

impl App {
    /// Hears what somebody who calls a vendor instance has to say, and answers what it may do. A table
    /// that cannot be asked stops no call: the vendor itself says when it is too many.
    pub async fn share_calls(&self, instance: &str, word: Word) -> Take {
        match self.try_to_share(instance, word).await {
            Ok(take) => take,
            Err(error) => {
                tracing::warn!(
                    error = %error,
                    "the count of calls to a vendor cannot be kept; calls go out uncounted"
                );
                Take::Free
            }
        }
    }

    /// What of a customer still waits to be told to the PSA.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` for an item that cannot be read.
    pub async fn still_to_push(&self, customer: &CustomerId) -> Result<StillToPush, StoreError> {
        let accounts = self.store.push_marks(customer).await?.len();
        let mut expected_seconds = None;
        if accounts > 0 {
            let calls = CALLS_PER_PUSH.saturating_mul(accounts as u64);
            let quotas = self.store.quotas().await?;
            let allowances = quotas.into_iter().filter_map(|quota| quota.allowance);
            let longest = allowances.map(|a| a.time_for(calls, Lane::Import).as_secs());
            expected_seconds = longest
                .max()
                .and_then(|seconds| u64::try_from(seconds).ok());
        }
        Ok(StillToPush {
            accounts,
            expected_seconds,
        })
    }

    async fn try_to_share(&self, instance: &str, word: Word) -> Result<Take, StoreError> {
        let now = self.clock.now();
        match word {
            Word::Calls(lane) => return self.store.take_calls(instance, lane, now).await,
            Word::Allows(allowance) => self.store.learn_allowance(instance, allowance).await?,
            Word::Rests(pause) => {
                let pause = SignedDuration::try_from(pause).unwrap_or(SignedDuration::MAX);
                let until = now.saturating_add(pause).unwrap_or(now);
                self.store.rest_until(instance, until).await?;
            }
        }
        Ok(Take::Free)
    }
}
