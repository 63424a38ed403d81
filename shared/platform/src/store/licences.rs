//! What a customer's licences are called.

use std::collections::BTreeMap;

use domain::id::CustomerId;
use serde::{Deserialize, Serialize};

use super::Store;
use super::attr::{item_of, value_of};
use super::error::StoreError;
use super::keys::Key;

#[derive(Serialize, Deserialize)]
struct Licences {
    names: BTreeMap<String, String>,
}

impl Store {
    /// Part numbers by SKU id, as they were read last; empty where they never were.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` for an item that cannot be read.
    pub async fn licences(
        &self,
        customer: &CustomerId,
    ) -> Result<BTreeMap<String, String>, StoreError> {
        match self.get(&Key::Licences(customer.clone())).await? {
            None => Ok(BTreeMap::new()),
            Some(item) => Ok(value_of::<Licences>(item)?.names),
        }
    }

    /// Keeps part numbers by SKU id, in place of those that are held.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn put_licences(
        &self,
        customer: &CustomerId,
        names: &BTreeMap<String, String>,
    ) -> Result<(), StoreError> {
        let licences = Licences {
            names: names.clone(),
        };
        let key = Key::Licences(customer.clone());
        self.put(item_of(&key, "licences", &licences)?).await
    }
}
