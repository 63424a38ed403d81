//! Deliveries of the PSA that were seen, so that one that comes again is dropped.

use domain::limits::DELIVERY_REMEMBERED_SECONDS;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::Store;
use super::attr::{get_text, new_item, text, time};
use super::call::{Answer, Expression};
use super::error::StoreError;
use super::keys::Key;
use super::schema::EXPIRES;

impl Store {
    /// Remembers a delivery. True where it is the first of its id within the time that ids are
    /// remembered.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn remember_delivery(&self, id: &str, now: Timestamp) -> Result<bool, StoreError> {
        // Sent twice by the SDK, the second meets what the first wrote: it is known by its mark.
        let mark = Uuid::new_v4().to_string();
        let expires = now + SignedDuration::from_secs(DELIVERY_REMEMBERED_SECONDS);
        let mut item = new_item(&Key::Delivery(id.to_owned()), "delivery");
        item.insert("mark".to_owned(), text(&mark));
        item.insert(EXPIRES.to_owned(), time(expires));
        // The table drops what expired when it gets to it; until then it counts as gone.
        let is_new = Expression::new("attribute_not_exists(pk) OR #expires <= :now")
            .name("#expires", EXPIRES)
            .value(":now", time(now));
        match self.put_if(item, is_new).await? {
            Answer::Done(_) => Ok(true),
            Answer::Refused(there) => Ok(get_text(&there, "mark") == Ok(Some(&mark))),
        }
    }

    /// Forgets a delivery that could not be taken after all.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn forget_delivery(&self, id: &str) -> Result<(), StoreError> {
        self.delete(&Key::Delivery(id.to_owned())).await
    }
}
