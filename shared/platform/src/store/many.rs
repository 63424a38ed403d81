//! Calls that concern many items: queries in pages, and batches. Batches are repeated for what the
//! table left undone; a batch that gets nowhere is throttled.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{
    DeleteRequest, KeysAndAttributes, PutRequest, ReturnConsumedCapacity as Capacity, WriteRequest,
};
use futures::stream::{self, StreamExt, TryStreamExt};

use super::Store;
use super::attr::{Item, size_of, text};
use super::call::{limited, units_of, units_read, units_written};
use super::error::{StoreError, judge};
use super::keys::{Key, Partition};

/// Keys of one BatchGetItem call (DynamoDB).
const GETS_PER_CALL: usize = 100;
/// Writes of one BatchWriteItem call (DynamoDB).
const WRITES_PER_CALL: usize = 25;
/// Batches under way at a time.
const BATCHES_AT_A_TIME: usize = 8;
/// Times a batch is sent without the table taking any of it.
const TRIES_IN_VAIN_MAX: u32 = 4;

/// What a query wants of its partition.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Ask<'a> {
    /// Only these attributes, as an expression of plain names; all where it is none.
    pub(crate) attributes: Option<&'static str>,
    /// At most so many items.
    pub(crate) limit: Option<usize>,
    /// The last places first.
    pub(crate) backwards: bool,
    /// Only what comes after this key.
    pub(crate) after: Option<&'a Key>,
}

impl Store {
    /// Reads a partition as it is now, and gives each item to `take` as it comes.
    pub(crate) async fn query_each(
        &self,
        partition: &Partition,
        ask: Ask<'_>,
        mut take: impl FnMut(Item) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut left = ask.limit.unwrap_or(usize::MAX);
        let mut start = ask.after.map(Key::attributes);
        while left > 0 {
            let (items, next) = self.query_page(partition, ask, left, start).await?;
            left = left.saturating_sub(items.len());
            items.into_iter().try_for_each(&mut take)?;
            match next {
                Some(next) => start = Some(next),
                None => break,
            }
        }
        Ok(())
    }

    /// Reads a partition as it is now.
    pub(crate) async fn query(
        &self,
        partition: &Partition,
        ask: Ask<'_>,
    ) -> Result<Vec<Item>, StoreError> {
        let mut items = Vec::new();
        let take = |item| {
            items.push(item);
            Ok(())
        };
        self.query_each(partition, ask, take).await?;
        Ok(items)
    }

    async fn query_page(
        &self,
        partition: &Partition,
        ask: Ask<'_>,
        left: usize,
        start: Option<Item>,
    ) -> Result<(Vec<Item>, Option<Item>), StoreError> {
        let mut request = self
            .client
            .query()
            .table_name(&self.table)
            .expression_attribute_values(":pk", text(&partition.pk))
            .consistent_read(true)
            .scan_index_forward(!ask.backwards)
            .set_limit(i32::try_from(left).ok())
            .set_exclusive_start_key(start)
            .set_projection_expression(ask.attributes.map(str::to_owned))
            .return_consumed_capacity(Capacity::Total);
        request = if partition.sk_begins.is_empty() {
            request.key_condition_expression("pk = :pk")
        } else {
            request
                .key_condition_expression("pk = :pk AND begins_with(sk, :sk)")
                .expression_attribute_values(":sk", text(partition.sk_begins))
        };
        let answer = limited(request.send()).await?.map_err(|e| judge(&e))?;
        let items = answer.items.unwrap_or_default();
        let estimate = units_read(items.iter().map(size_of).sum());
        let spent = answer.consumed_capacity.as_ref();
        self.meter.read(units_of(spent, estimate));
        let next = answer.last_evaluated_key.filter(|key| !key.is_empty());
        Ok((items, next))
    }

    /// Reads the items of these keys as they are now, in no order. Keys without an item are left
    /// out.
    pub(crate) async fn batch_get(&self, keys: BTreeSet<Key>) -> Result<Vec<Item>, StoreError> {
        let keys: Vec<Item> = keys.iter().map(Key::attributes).collect();
        let batches: Vec<Vec<Item>> = keys.chunks(GETS_PER_CALL).map(<[_]>::to_vec).collect();
        stream::iter(batches)
            .map(|batch| self.get_batch(batch))
            .buffered(BATCHES_AT_A_TIME)
            .try_concat()
            .await
    }

    async fn get_batch(&self, mut keys: Vec<Item>) -> Result<Vec<Item>, StoreError> {
        let mut found = Vec::new();
        let mut in_vain = 0;
        while !keys.is_empty() {
            let asked = keys.len();
            let wanted = KeysAndAttributes::builder()
                .set_keys(Some(keys))
                .consistent_read(true)
                .build()
                .expect("the keys are set");
            let request = self
                .client
                .batch_get_item()
                .request_items(&self.table, wanted)
                .return_consumed_capacity(Capacity::Total);
            let answer = limited(request.send()).await?.map_err(|e| judge(&e))?;
            let items: Vec<Item> = answer
                .responses
                .and_then(|mut tables| tables.remove(&self.table))
                .unwrap_or_default();
            let estimate: f64 = items.iter().map(|item| units_read(size_of(item))).sum();
            let spent = answer.consumed_capacity.as_ref().and_then(|s| s.first());
            self.meter.read(units_of(spent, estimate));
            found.extend(items);
            keys = answer
                .unprocessed_keys
                .and_then(|mut tables| tables.remove(&self.table))
                .map(|left| left.keys)
                .unwrap_or_default();
            in_vain = if keys.len() < asked { 0 } else { in_vain + 1 };
            if in_vain >= TRIES_IN_VAIN_MAX {
                return Err(StoreError::Throttled);
            }
        }
        Ok(found)
    }

    /// Writes items over whatever is there. No item twice.
    pub(crate) async fn batch_put(&self, items: Vec<Item>) -> Result<(), StoreError> {
        let writes = items.into_iter().map(|item| {
            let put = PutRequest::builder().set_item(Some(item)).build();
            WriteRequest::builder()
                .put_request(put.expect("the item is set"))
                .build()
        });
        self.batch_write(writes.collect()).await
    }

    /// Deletes the items of these keys, as far as they are there.
    pub(crate) async fn batch_delete(&self, keys: BTreeSet<Key>) -> Result<(), StoreError> {
        let writes = keys.iter().map(|key| {
            let delete = DeleteRequest::builder()
                .set_key(Some(key.attributes()))
                .build();
            WriteRequest::builder()
                .delete_request(delete.expect("the key is set"))
                .build()
        });
        self.batch_write(writes.collect()).await
    }

    async fn batch_write(&self, writes: Vec<WriteRequest>) -> Result<(), StoreError> {
        let batches: Vec<Vec<WriteRequest>> =
            writes.chunks(WRITES_PER_CALL).map(<[_]>::to_vec).collect();
        stream::iter(batches)
            .map(|batch| self.write_batch(batch))
            .buffer_unordered(BATCHES_AT_A_TIME)
            .try_collect()
            .await
    }

    async fn write_batch(&self, mut writes: Vec<WriteRequest>) -> Result<(), StoreError> {
        let mut in_vain = 0;
        while !writes.is_empty() {
            let asked = writes.len();
            let estimate: f64 = writes.iter().map(units_of_write).sum();
            let request = self
                .client
                .batch_write_item()
                .request_items(&self.table, writes)
                .return_consumed_capacity(Capacity::Total);
            let answer = limited(request.send()).await?.map_err(|e| judge(&e))?;
            let spent = answer.consumed_capacity.as_ref().and_then(|s| s.first());
            self.meter.wrote(units_of(spent, estimate));
            writes = answer
                .unprocessed_items
                .and_then(|mut tables| tables.remove(&self.table))
                .unwrap_or_default();
            in_vain = if writes.len() < asked { 0 } else { in_vain + 1 };
            if in_vain >= TRIES_IN_VAIN_MAX {
                return Err(StoreError::Throttled);
            }
        }
        Ok(())
    }
}

fn units_of_write(write: &WriteRequest) -> f64 {
    let put = write.put_request.as_ref();
    put.map_or(1.0, |put| units_written(size_of(&put.item)))
}
