//! Who is behind in the PSA, as the last matching found: a customer's accounts in chunks of marks,
//! so that a large first push costs a unit per 64 accounts and not one each.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue as Value;
use domain::id::{AccountId, CustomerId};

use super::Store;
use super::attr::{
    Item, Malformed, as_text, bytes, check_version, corrupt, get_bytes, get_list, new_item, text,
};
use super::call::{Answer, Expression};
use super::error::StoreError;
use super::keys::{Key, Partition};
use super::many::Ask;
use super::marks::{account_of_mark, marks_of, split};

/// Accounts of one chunk: 8 KB, rewritten as they are pushed.
const ACCOUNTS_PER_CHUNK: usize = 512;
/// How often a chunk is looked at again when somebody else keeps changing it.
const TRIES: usize = 4;

const MARKS: &str = "marks";
const IDS: &str = "ids";

impl Store {
    /// Makes these the accounts that are behind. Only chunks that differ are written.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` for an item that cannot be read.
    pub async fn put_push_marks(
        &self,
        customer: &CustomerId,
        behind: &[AccountId],
    ) -> Result<(), StoreError> {
        let behind: BTreeSet<AccountId> = behind.iter().cloned().collect();
        let behind: Vec<AccountId> = behind.into_iter().collect();
        let mut held = self.push_chunks(customer).await?;
        for (number, accounts) in (0_u32..).zip(behind.chunks(ACCOUNTS_PER_CHUNK)) {
            let key = Key::PushMarks(customer.clone(), number);
            let item = item_of_chunk(&key, accounts);
            let at = held
                .iter()
                .position(|there| Key::of(there).as_ref() == Some(&key));
            let there = at.map(|at| held.swap_remove(at));
            if there.as_ref() != Some(&item) {
                self.put(item).await?;
            }
        }
        let left: BTreeSet<Key> = held.iter().filter_map(Key::of).collect();
        self.batch_delete(left).await
    }

    /// The accounts that are behind, by id.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` for an item that cannot be read.
    pub async fn push_marks(&self, customer: &CustomerId) -> Result<Vec<AccountId>, StoreError> {
        let mut behind = BTreeSet::new();
        for chunk in self.push_chunks(customer).await? {
            behind.extend(accounts_of(&chunk)?);
        }
        Ok(behind.into_iter().collect())
    }

    /// These accounts are behind no more. What a matching marked meanwhile stays.
    ///
    /// # Errors
    /// `Conflict` where somebody else kept changing the marks; those of the table.
    pub async fn remove_push_marks(
        &self,
        customer: &CustomerId,
        done: &[AccountId],
    ) -> Result<(), StoreError> {
        let done: BTreeSet<&AccountId> = done.iter().collect();
        'again: for _ in 0..TRIES {
            for chunk in self.push_chunks(customer).await? {
                let accounts = accounts_of(&chunk)?;
                let is_left = |account: &&AccountId| !done.contains(account);
                let left: Vec<AccountId> = accounts.iter().filter(is_left).cloned().collect();
                if left.len() < accounts.len() && !self.replace_chunk(&chunk, &left).await? {
                    continue 'again;
                }
            }
            return Ok(());
        }
        Err(StoreError::Conflict)
    }

    async fn replace_chunk(&self, chunk: &Item, left: &[AccountId]) -> Result<bool, StoreError> {
        let key =
            Key::of(chunk).ok_or_else(|| corrupt(chunk, Malformed("the key is no chunk's")))?;
        let unchanged = unchanged(chunk);
        let answer = if left.is_empty() {
            self.delete_if(&key, unchanged).await?
        } else {
            self.put_if(item_of_chunk(&key, left), unchanged).await?
        };
        Ok(matches!(answer, Answer::Done(_)))
    }

    async fn push_chunks(&self, customer: &CustomerId) -> Result<Vec<Item>, StoreError> {
        let partition = Partition::push_marks(customer);
        self.query(&partition, Ask::default()).await
    }
}

fn item_of_chunk(key: &Key, accounts: &[AccountId]) -> Item {
    let (marks, others) = split(accounts);
    let mut item = new_item(key, "push-marks");
    item.insert(MARKS.to_owned(), bytes(marks.concat()));
    item.insert(IDS.to_owned(), Value::L(others.iter().map(text).collect()));
    item
}

fn accounts_of(chunk: &Item) -> Result<Vec<AccountId>, StoreError> {
    check_version(chunk)?;
    let read = || {
        let marks = marks_of(get_bytes(chunk, MARKS)?.unwrap_or_default())?;
        let mut accounts: Vec<AccountId> = marks.iter().map(account_of_mark).collect();
        for id in get_list(chunk, IDS)? {
            let id = AccountId::parse(as_text(id)?).map_err(|_| Malformed("ids holds no id"))?;
            accounts.push(id);
        }
        Ok(accounts)
    };
    read().map_err(|problem| corrupt(chunk, problem))
}

/// The chunk is as it was read.
fn unchanged(chunk: &Item) -> Expression {
    let held = |name: &str, empty: Value| chunk.get(name).cloned().unwrap_or(empty);
    Expression::new("marks = :marks AND ids = :ids")
        .value(":marks", held(MARKS, bytes(Vec::new())))
        .value(":ids", held(IDS, Value::L(Vec::new())))
}
