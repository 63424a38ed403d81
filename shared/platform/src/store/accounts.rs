//! Reading accounts, and the names by which they are found.

use std::collections::{BTreeMap, BTreeSet};

use domain::account::Account;
use domain::id::{AccountId, CustomerId};
use domain::identity::JoinKey;
use domain::limits::ACCOUNTS_PER_PAGE_MAX;
use sha2::{Digest, Sha256};

use super::Store;
use super::claims::owner_of;
use super::error::StoreError;
use super::item::{INDEX_ATTRIBUTES, IndexEntry, account_of, index_entry_of};
use super::keys::{Key, Partition};
use super::many::Ask;

impl Store {
    /// One account.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` for an item that cannot be read.
    pub async fn account(
        &self,
        customer: &CustomerId,
        account: &AccountId,
    ) -> Result<Option<Account>, StoreError> {
        let key = Key::Account(customer.clone(), account.clone());
        self.get(&key).await?.as_ref().map(account_of).transpose()
    }

    /// The accounts of these ids, each once, by id; those that are not there are left out.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` for an item that cannot be read.
    pub async fn accounts(
        &self,
        customer: &CustomerId,
        ids: &[AccountId],
    ) -> Result<Vec<Account>, StoreError> {
        let key = |id: &AccountId| Key::Account(customer.clone(), id.clone());
        let items = self.batch_get(ids.iter().map(key).collect()).await?;
        let mut accounts = items
            .iter()
            .map(account_of)
            .collect::<Result<Vec<_>, _>>()?;
        accounts.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(accounts)
    }

    /// A page of a customer's accounts, by id, at most `limit` and `ACCOUNTS_PER_PAGE_MAX`, with
    /// the cursor of the next page where there is one.
    ///
    /// # Errors
    /// `BadCursor` for a cursor that no page of this customer ended with; those of the table.
    pub async fn accounts_page(
        &self,
        customer: &CustomerId,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<(Vec<Account>, Option<String>), StoreError> {
        let limit = limit.clamp(1, ACCOUNTS_PER_PAGE_MAX) as usize;
        let after = match cursor {
            None => None,
            Some(cursor) => {
                let account = parse_cursor(customer, cursor).ok_or(StoreError::BadCursor)?;
                Some(Key::Account(customer.clone(), account))
            }
        };
        let ask = Ask {
            // One more than asked for says whether there is a next page.
            limit: Some(limit + 1),
            after: after.as_ref(),
            ..Ask::default()
        };
        let items = self.query(&Partition::accounts(customer), ask).await?;
        let accounts = items
            .iter()
            .take(limit)
            .map(account_of)
            .collect::<Result<Vec<_>, _>>()?;
        let last = accounts.last().filter(|_| items.len() > limit);
        let next = last.map(|account| cursor_after(customer, &account.id));
        Ok((accounts, next))
    }

    /// All accounts of a customer, by id. An account takes about 2 KB of memory.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` for an item that cannot be read.
    pub async fn all_accounts(&self, customer: &CustomerId) -> Result<Vec<Account>, StoreError> {
        let mut accounts = Vec::new();
        let take = |item| {
            accounts.push(account_of(&item)?);
            Ok(())
        };
        let partition = Partition::accounts(customer);
        self.query_each(&partition, Ask::default(), take).await?;
        Ok(accounts)
    }

    /// All accounts of a customer in short, by id: about 250 bytes of memory each. The table counts
    /// them as whole ones.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` for an item that cannot be read.
    pub async fn identity_index(
        &self,
        customer: &CustomerId,
    ) -> Result<Vec<IndexEntry>, StoreError> {
        let mut index = Vec::new();
        let ask = Ask {
            attributes: Some(INDEX_ATTRIBUTES),
            ..Ask::default()
        };
        let take = |item| {
            index.push(index_entry_of(&item)?);
            Ok(())
        };
        self.query_each(&Partition::accounts(customer), ask, take)
            .await?;
        Ok(index)
    }

    /// The accounts that are known by these names; names that nobody has are left out.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` for an item that cannot be read.
    pub async fn aliases(
        &self,
        customer: &CustomerId,
        names: &[JoinKey],
    ) -> Result<BTreeMap<JoinKey, AccountId>, StoreError> {
        // By place and not by what is read there: a long name stands as its hash.
        let places: BTreeMap<String, &JoinKey> = names
            .iter()
            .map(|name| (Key::Alias(customer.clone(), name.clone()).to_string(), name))
            .collect();
        let keys: BTreeSet<Key> = names
            .iter()
            .map(|name| Key::Alias(customer.clone(), name.clone()))
            .collect();
        let mut found = BTreeMap::new();
        for item in self.batch_get(keys).await? {
            if let Some(name) = places.get(&Key::text_of(&item)) {
                found.insert((*name).clone(), owner_of(&item)?);
            }
        }
        Ok(found)
    }
}

/// A cursor names the account that its page ended with, and whose it is: one of another customer
/// is refused. It grants nothing: the customer asked about decides what is read.
fn cursor_after(customer: &CustomerId, account: &AccountId) -> String {
    format!("{}.{account}", mark_of(customer))
}

fn parse_cursor(customer: &CustomerId, cursor: &str) -> Option<AccountId> {
    let (mark, account) = cursor.split_once('.')?;
    (mark == mark_of(customer)).then_some(())?;
    AccountId::parse(account).ok()
}

fn mark_of(customer: &CustomerId) -> String {
    let digest = Sha256::digest(customer.as_str().as_bytes());
    hex::encode(digest.iter().take(6).copied().collect::<Vec<u8>>())
}
