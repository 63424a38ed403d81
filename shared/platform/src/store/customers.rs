//! Customers, policies and the time of the last tick. What people configured is written only where
//! it differs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::customer::{CompanyFacts, Customer};
use domain::id::CustomerId;
use domain::policy::Policy;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Store;
use super::attr::{get_time, item_of, new_item, time, value_of};
use super::call::{Answer, Expression};
use super::error::StoreError;
use super::keys::{Key, Partition};
use super::many::Ask;

/// A customer, and since when we have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerRecord {
    /// The customer.
    #[serde(flatten)]
    pub customer: Customer,
    /// When it was first put here; kept when it changes.
    pub added_at: Timestamp,
    /// What its company in the PSA said of it last; kept when it changes.
    #[serde(default, skip_serializing_if = "CompanyFacts::is_empty")]
    pub company: CompanyFacts,
}

impl Store {
    /// Puts a customer here, or brings it up to date; the time is kept where it is here already.
    ///
    /// # Errors
    /// `Conflict` where somebody else changed it meanwhile; those of the table.
    pub async fn put_customer(
        &self,
        customer: &Customer,
        added_at: Timestamp,
    ) -> Result<(), StoreError> {
        let key = Key::Customer(customer.id.clone());
        let held = self.customer(&customer.id).await?;
        let record = CustomerRecord {
            customer: customer.clone(),
            added_at: held.as_ref().map_or(added_at, |held| held.added_at),
            company: (held.as_ref())
                .map_or_else(CompanyFacts::default, |held| held.company.clone()),
        };
        if held.as_ref() == Some(&record) {
            return Ok(());
        }
        let item = item_of(&key, "customer", &record)?;
        let condition = match held {
            None => Expression::absent(),
            Some(_) => Expression::new("attribute_exists(pk)"),
        };
        self.lately.forget();
        self.put_if(item, condition).await?.done_or_same(&record)
    }

    /// Keeps what the company of a customer says of it. Written only where it says something else; a
    /// customer that is not configured any more stays gone.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn put_company_facts(
        &self,
        held: &CustomerRecord,
        company: &CompanyFacts,
    ) -> Result<(), StoreError> {
        if held.company == *company {
            return Ok(());
        }
        let key = Key::Customer(held.customer.id.clone());
        let company =
            serde_dynamo::to_attribute_value(company).map_err(|_| StoreError::Corrupt {
                key: key.to_string(),
                problem: "what a company says of itself has no form as an item",
            })?;
        let change = Expression::new("SET company = :company").value(":company", company);
        let is_there = Expression::new("attribute_exists(pk)");
        // Refused is a customer that was taken off the list meanwhile.
        self.update_if(&key, change, is_there).await.map(|_| ())
    }

    /// A customer.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` for an item that cannot be read.
    pub async fn customer(&self, id: &CustomerId) -> Result<Option<CustomerRecord>, StoreError> {
        let item = self.get(&Key::Customer(id.clone())).await?;
        item.map(value_of).transpose()
    }

    /// All customers, by id.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` for an item that cannot be read.
    pub async fn customers(&self) -> Result<Vec<CustomerRecord>, StoreError> {
        let items = self.query(&Partition::customers(), Ask::default()).await?;
        items.into_iter().map(value_of).collect()
    }

    /// All customers, by id, as they were at most `LIST_KEPT_SECONDS` ago: for who shares a company or an
    /// organization with whom. Each matching asks that, and of thousands of customers the list is by
    /// far the most that a matching reads.
    ///
    /// # Errors
    /// As [`Store::customers`].
    pub async fn customers_lately(&self) -> Result<Arc<[CustomerRecord]>, StoreError> {
        if let Some(list) = self.lately.get() {
            return Ok(list);
        }
        let list: Arc<[CustomerRecord]> = self.customers().await?.into();
        self.lately.keep(list.clone());
        Ok(list)
    }

    /// Takes a customer off the list, and what waits for a person with it. Its accounts stay.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn remove_customer(&self, id: &CustomerId) -> Result<(), StoreError> {
        self.lately.forget();
        self.delete(&Key::Customer(id.clone())).await?;
        self.forget_reviews(id).await
    }

    /// Makes these the policies: others are removed. Of two with one name the later one holds.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn put_policies(&self, policies: &[Policy]) -> Result<(), StoreError> {
        let held: BTreeMap<String, Policy> = self
            .policies()
            .await?
            .into_iter()
            .map(|policy| (policy.name.clone(), policy))
            .collect();
        let wanted: BTreeMap<&str, &Policy> = policies
            .iter()
            .map(|policy| (policy.name.as_str(), policy))
            .collect();
        let changed = wanted
            .iter()
            .filter(|(name, policy)| held.get(**name) != Some(**policy))
            .map(|(name, policy)| item_of(&Key::Policy((*name).to_owned()), "policy", policy))
            .collect::<Result<Vec<_>, _>>()?;
        self.batch_put(changed).await?;
        let gone: BTreeSet<Key> = held
            .into_keys()
            .filter(|name| !wanted.contains_key(name.as_str()))
            .map(Key::Policy)
            .collect();
        self.batch_delete(gone).await
    }

    /// All policies, by name.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` for an item that cannot be read.
    pub async fn policies(&self) -> Result<Vec<Policy>, StoreError> {
        let items = self.query(&Partition::policies(), Ask::default()).await?;
        items.into_iter().map(value_of).collect()
    }

    /// When the schedule ticked last.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` for an item that cannot be read.
    pub async fn last_tick(&self) -> Result<Option<Timestamp>, StoreError> {
        let Some(item) = self.get(&Key::Tick).await? else {
            return Ok(None);
        };
        get_time(&item, "at").map_err(|problem| super::attr::corrupt(&item, problem))
    }

    /// Keeps the time of a tick that followed on `previous`.
    ///
    /// # Errors
    /// `Conflict` where another tick came between; those of the table.
    pub async fn set_last_tick(
        &self,
        at: Timestamp,
        previous: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let mut item = new_item(&Key::Tick, "tick");
        item.insert("at".to_owned(), time(at));
        let condition = match previous {
            None => Expression::absent(),
            Some(previous) => Expression::new("#at = :previous")
                .name("#at", "at")
                .value(":previous", time(previous)),
        };
        match self.put_if(item.clone(), condition).await? {
            Answer::Done(_) => Ok(()),
            Answer::Refused(there) if there == item => Ok(()),
            Answer::Refused(_) => Err(StoreError::Conflict),
        }
    }
}
