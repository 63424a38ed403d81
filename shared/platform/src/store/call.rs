//! The calls to the table, each with a time limit and on the meter. Everything else in this folder
//! goes through here.
//!
//! A conditional call may be sent twice by the SDK when an answer is lost; the second is then
//! refused by what the first wrote. So a refusal comes with the item that is there, and whoever
//! asked looks whether it is their own.

use std::time::Duration;

use aws_sdk_dynamodb::config::Builder as ConfigBuilder;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue as Value, ConsumedCapacity, ReturnConsumedCapacity as Capacity, ReturnValue,
    ReturnValuesOnConditionCheckFailure as OnRefusal,
};
use domain::limits::TABLE_REQUEST_SECONDS_MAX;
use serde::de::DeserializeOwned;

use super::Store;
use super::attr::{Item, size_of, value_of};
use super::error::{StoreError, judge};
use super::keys::Key;

/// A single try of a request, in seconds; a second one follows within the limit of all tries.
const TRY_SECONDS_MAX: u64 = 8;
/// Tries of a request that failed or was throttled.
const TRIES_MAX: u32 = 6;

/// The time limits and tries for a client of the table, set on a configuration.
pub fn client_config(config: ConfigBuilder) -> ConfigBuilder {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(3))
        .operation_attempt_timeout(Duration::from_secs(TRY_SECONDS_MAX))
        .operation_timeout(Duration::from_secs(TABLE_REQUEST_SECONDS_MAX - 1))
        .build();
    let retries = RetryConfig::standard()
        .with_max_attempts(TRIES_MAX)
        .with_initial_backoff(Duration::from_millis(50))
        .with_max_backoff(Duration::from_secs(3));
    config.timeout_config(timeouts).retry_config(retries)
}

/// Waits for an answer, but not for ever, whatever the client's own limits are.
pub(crate) async fn limited<F: Future>(request: F) -> Result<F::Output, StoreError> {
    let limit = Duration::from_secs(TABLE_REQUEST_SECONDS_MAX);
    tokio::time::timeout(limit, request)
        .await
        .map_err(|_| StoreError::Unavailable {
            detail: "no answer in time".to_owned(),
        })
}

/// A condition on the item that is there, or the change to make on it: an expression with its
/// names and values.
#[derive(Debug, Clone, Default)]
pub(crate) struct Expression {
    text: String,
    names: Vec<(&'static str, &'static str)>,
    values: Vec<(&'static str, Value)>,
}

impl Expression {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// Nothing is there yet.
    pub(crate) fn absent() -> Self {
        Self::new("attribute_not_exists(pk)")
    }

    pub(crate) fn name(mut self, placeholder: &'static str, name: &'static str) -> Self {
        self.names.push((placeholder, name));
        self
    }

    pub(crate) fn value(mut self, placeholder: &'static str, value: Value) -> Self {
        self.values.push((placeholder, value));
        self
    }
}

/// What came of a conditional call.
#[derive(Debug)]
pub(crate) enum Answer {
    /// Done; the item as it is now where that was asked for, else nothing.
    Done(Item),
    /// Refused; the item that is there, empty where there is none.
    Refused(Item),
}

impl Answer {
    /// Done, or refused only because the first of two tries did it already.
    pub(crate) fn done_or_same<T: DeserializeOwned + PartialEq>(
        self,
        wanted: &T,
    ) -> Result<(), StoreError> {
        match self {
            Self::Done(_) => Ok(()),
            Self::Refused(there) if there.is_empty() => Err(StoreError::Conflict),
            Self::Refused(there) if value_of::<T>(there.clone())? == *wanted => Ok(()),
            Self::Refused(_) => Err(StoreError::Conflict),
        }
    }
}

/// Sets a condition on a request; the three kinds of request have nothing in common but the names
/// of their methods.
macro_rules! on_condition {
    ($request:expr, $condition:expr) => {{
        let condition: Expression = $condition;
        let mut request = $request
            .condition_expression(condition.text)
            .return_values_on_condition_check_failure(OnRefusal::AllOld);
        for (placeholder, name) in condition.names {
            request = request.expression_attribute_names(placeholder, name);
        }
        for (placeholder, value) in condition.values {
            request = request.expression_attribute_values(placeholder, value);
        }
        request
    }};
}

impl Store {
    /// Reads one item, as it is now.
    pub(crate) async fn get(&self, key: &Key) -> Result<Option<Item>, StoreError> {
        let request = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .consistent_read(true)
            .return_consumed_capacity(Capacity::Total);
        let answer = limited(request.send()).await?.map_err(|e| judge(&e))?;
        let estimate = units_read(answer.item.as_ref().map_or(0, size_of));
        self.meter
            .read(units_of(answer.consumed_capacity.as_ref(), estimate));
        Ok(answer.item)
    }

    /// Writes an item over whatever is there.
    pub(crate) async fn put(&self, item: Item) -> Result<(), StoreError> {
        self.put_where(item, None).await.map(drop)
    }

    /// Writes an item where the condition holds of what is there.
    pub(crate) async fn put_if(
        &self,
        item: Item,
        condition: Expression,
    ) -> Result<Answer, StoreError> {
        self.put_where(item, Some(condition)).await
    }

    async fn put_where(
        &self,
        item: Item,
        condition: Option<Expression>,
    ) -> Result<Answer, StoreError> {
        let estimate = units_written(size_of(&item));
        let mut request = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .return_consumed_capacity(Capacity::Total);
        if let Some(condition) = condition {
            request = on_condition!(request, condition);
        }
        let answer = limited(request.send()).await?;
        let spent = answer.as_ref().ok().and_then(|a| a.consumed_capacity());
        self.meter.wrote(units_of(spent, estimate));
        match answer {
            Ok(_) => Ok(Answer::Done(Item::new())),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(refusal)) => {
                    Ok(Answer::Refused(refusal.item.clone().unwrap_or_default()))
                }
                _ => Err(judge(&error)),
            },
        }
    }

    /// Changes an item, or makes it, and answers with the whole of it.
    pub(crate) async fn update(&self, key: &Key, change: Expression) -> Result<Item, StoreError> {
        match self.update_where(key, change, None).await? {
            Answer::Done(item) | Answer::Refused(item) => Ok(item),
        }
    }

    /// Changes an item where the condition holds of it, and answers with the whole of it.
    pub(crate) async fn update_if(
        &self,
        key: &Key,
        change: Expression,
        condition: Expression,
    ) -> Result<Answer, StoreError> {
        self.update_where(key, change, Some(condition)).await
    }

    async fn update_where(
        &self,
        key: &Key,
        change: Expression,
        condition: Option<Expression>,
    ) -> Result<Answer, StoreError> {
        let mut request = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .update_expression(change.text)
            .return_values(ReturnValue::AllNew)
            .return_consumed_capacity(Capacity::Total);
        for (placeholder, name) in change.names {
            request = request.expression_attribute_names(placeholder, name);
        }
        for (placeholder, value) in change.values {
            request = request.expression_attribute_values(placeholder, value);
        }
        if let Some(condition) = condition {
            request = on_condition!(request, condition);
        }
        let answer = limited(request.send()).await?;
        let spent = answer.as_ref().ok().and_then(|a| a.consumed_capacity());
        self.meter.wrote(units_of(spent, 1.0));
        match answer {
            Ok(answer) => Ok(Answer::Done(answer.attributes.unwrap_or_default())),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(refusal)) => {
                    Ok(Answer::Refused(refusal.item.clone().unwrap_or_default()))
                }
                _ => Err(judge(&error)),
            },
        }
    }

    /// Deletes an item, whether it is there or not.
    pub(crate) async fn delete(&self, key: &Key) -> Result<(), StoreError> {
        self.delete_where(key, None).await.map(drop)
    }

    /// Deletes an item where the condition holds of it.
    pub(crate) async fn delete_if(
        &self,
        key: &Key,
        condition: Expression,
    ) -> Result<Answer, StoreError> {
        self.delete_where(key, Some(condition)).await
    }

    async fn delete_where(
        &self,
        key: &Key,
        condition: Option<Expression>,
    ) -> Result<Answer, StoreError> {
        let mut request = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .return_consumed_capacity(Capacity::Total);
        if let Some(condition) = condition {
            request = on_condition!(request, condition);
        }
        let answer = limited(request.send()).await?;
        let spent = answer.as_ref().ok().and_then(|a| a.consumed_capacity());
        self.meter.wrote(units_of(spent, 1.0));
        match answer {
            Ok(_) => Ok(Answer::Done(Item::new())),
            Err(error) => match error.as_service_error() {
                Some(DeleteItemError::ConditionalCheckFailedException(refusal)) => {
                    Ok(Answer::Refused(refusal.item.clone().unwrap_or_default()))
                }
                _ => Err(judge(&error)),
            },
        }
    }
}

/// The units an answer says were spent; where a server does not say, what they must have been.
pub(crate) fn units_of(spent: Option<&ConsumedCapacity>, estimate: f64) -> f64 {
    spent
        .and_then(ConsumedCapacity::capacity_units)
        .unwrap_or(estimate)
}

/// What writing an item of that size costs: a unit per started KB.
pub(crate) fn units_written(bytes: usize) -> f64 {
    units(bytes.div_ceil(1_024))
}

/// What a consistent read of that size costs: a unit per started 4 KB.
pub(crate) fn units_read(bytes: usize) -> f64 {
    units(bytes.div_ceil(4 * 1_024))
}

fn units(units: usize) -> f64 {
    // A missing item costs as much as a small one.
    f64::from(u32::try_from(units.max(1)).unwrap_or(u32::MAX))
}
