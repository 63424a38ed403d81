//! The calls to vendors that all functions share, by way of the table.

use domain::quota::{Take, Word};
use jiff::SignedDuration;

use crate::app::App;
use crate::store::StoreError;

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
