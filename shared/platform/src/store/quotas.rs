//! Calls to a vendor instance, counted over every function and invocation: one item per instance. It
//! exists from the moment a limit is known; before that, a question costs one read and no write.

use aws_sdk_dynamodb::types::AttributeValue as Value;
use domain::quota::{Allowance, Lane, Quota, Take, chunk, take};
use jiff::Timestamp;

use super::Store;
use super::attr::{VERSION, number, text, value_of};
use super::call::{Answer, Expression};
use super::error::StoreError;
use super::keys::{Key, Partition};
use super::many::Ask;

/// How often calls are asked for again when others were faster.
const TRIES: u32 = 8;

impl Store {
    /// What is known of an instance.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` for an item that cannot be read.
    pub async fn quota(&self, instance: &str) -> Result<Quota, StoreError> {
        let item = self.get(&Key::Quota(instance.to_owned())).await?;
        item.map_or_else(|| Ok(Quota::default()), value_of)
    }

    /// What is known of all instances. A deployment has one PSA.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` for an item that cannot be read.
    pub async fn quotas(&self) -> Result<Vec<Quota>, StoreError> {
        let items = self.query(&Partition::quotas(), Ask::default()).await?;
        items.into_iter().map(value_of).collect()
    }

    /// Calls to an instance for a lane: a chunk of them at once, none, or as many as one likes.
    ///
    /// # Errors
    /// Those of the table; `Conflict` where others were faster again and again.
    pub async fn take_calls(
        &self,
        instance: &str,
        lane: Lane,
        now: Timestamp,
    ) -> Result<Take, StoreError> {
        for _ in 0..TRIES {
            let held = self.quota(instance).await?;
            let wanted = take(&held, lane, chunk(&held, lane), now);
            let Take::Calls {
                calls,
                slice_start_ms,
                taken_max,
                ..
            } = wanted
            else {
                return Ok(wanted);
            };
            let is_new = held.slice_start_ms != slice_start_ms;
            let (change, condition) = if is_new {
                (
                    Expression::new("SET slice_start_ms = :start, taken = :calls"),
                    Expression::new("slice_start_ms = :held")
                        .value(":held", ms(held.slice_start_ms)),
                )
            } else {
                (
                    Expression::new("SET taken = taken + :calls, slice_start_ms = :start"),
                    Expression::new("slice_start_ms = :start AND taken <= :max")
                        .value(":max", number(taken_max.into())),
                )
            };
            let change = change
                .value(":start", ms(slice_start_ms))
                .value(":calls", number(calls.into()));
            let key = Key::Quota(instance.to_owned());
            if let Answer::Done(_) = self.update_if(&key, change, condition).await? {
                return Ok(wanted);
            }
        }
        Err(StoreError::Conflict)
    }

    /// Keeps what a vendor allows. Written where it is something else than what is held.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn learn_allowance(
        &self,
        instance: &str,
        allowance: Allowance,
    ) -> Result<(), StoreError> {
        if self.quota(instance).await?.allowance == Some(allowance) {
            return Ok(());
        }
        let told =
            serde_dynamo::to_attribute_value(allowance).map_err(|_| StoreError::Corrupt {
                key: Key::Quota(instance.to_owned()).to_string(),
                problem: "what a vendor allows has no form as an item",
            })?;
        // Counted anew: slices of another length cannot be compared.
        let change = Expression::new(
            "SET allowance = :told, slice_start_ms = :none, taken = :none, kind = :kind, v = :v",
        )
        .value(":told", told)
        .value(":none", number(0));
        self.change_quota(instance, change).await
    }

    /// No call goes to an instance before that time. A rest that is longer already stays.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn rest_until(&self, instance: &str, until: Timestamp) -> Result<(), StoreError> {
        let until_ms = until.as_millisecond();
        if self.quota(instance).await?.rest_until_ms >= until_ms {
            return Ok(());
        }
        let change = Expression::new("SET rest_until_ms = :until, kind = :kind, v = :v")
            .value(":until", ms(until_ms));
        self.change_quota(instance, change).await
    }

    async fn change_quota(&self, instance: &str, change: Expression) -> Result<(), StoreError> {
        let change = change
            .value(":kind", text("quota"))
            .value(":v", number(VERSION));
        let key = Key::Quota(instance.to_owned());
        self.update(&key, change).await.map(drop)
    }
}

/// A time as the domain counts it here.
fn ms(ms: i64) -> Value {
    Value::N(ms.to_string())
}
