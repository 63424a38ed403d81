//! Runs, newest first.

use domain::id::{CustomerId, RunId};
use domain::run::Run;

use super::Store;
use super::attr::{item_of, value_of};
use super::error::StoreError;
use super::keys::{Key, Partition};
use super::many::Ask;

/// Runs in one answer.
const RUNS_PER_ANSWER_MAX: u32 = 500;

impl Store {
    /// Keeps a run as it stands now.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn put_run(&self, run: &Run) -> Result<(), StoreError> {
        let key = Key::Run(run.customer.clone(), run.id.clone());
        self.put(item_of(&key, "run", run)?).await
    }

    /// A run.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` for an item that cannot be read.
    pub async fn run(&self, customer: &CustomerId, id: &RunId) -> Result<Option<Run>, StoreError> {
        let item = self.get(&Key::Run(customer.clone(), id.clone())).await?;
        item.map(value_of).transpose()
    }

    /// The run that was started last.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` for an item that cannot be read.
    pub async fn latest_run(&self, customer: &CustomerId) -> Result<Option<Run>, StoreError> {
        Ok(self.runs(customer, 1).await?.pop())
    }

    /// The runs that were started last, newest first, at most `limit` and 500.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` for an item that cannot be read.
    pub async fn runs(&self, customer: &CustomerId, limit: u32) -> Result<Vec<Run>, StoreError> {
        let ask = Ask {
            limit: Some(limit.clamp(1, RUNS_PER_ANSWER_MAX) as usize),
            backwards: true,
            ..Ask::default()
        };
        let items = self.query(&Partition::runs(customer), ask).await?;
        items.into_iter().map(value_of).collect()
    }
}
