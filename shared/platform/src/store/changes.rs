//! How far the changes of the deployment's PSA are known, where it is asked for them: one small item,
//! written when it moves.

use super::Store;
use super::attr::{corrupt, get_text, new_item, text};
use super::call::{Answer, Expression};
use super::error::StoreError;
use super::keys::Key;

impl Store {
    /// How far the changes are known; `None` before the first look. Means something to the connector
    /// that made it only.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` for an item that cannot be read.
    pub async fn changes_position(&self) -> Result<Option<String>, StoreError> {
        let Some(item) = self.get(&Key::Changes).await? else {
            return Ok(None);
        };
        let position = get_text(&item, "position").map_err(|problem| corrupt(&item, problem))?;
        Ok(position.map(str::to_owned))
    }

    /// Keeps how far the changes are known, after `previous`. Written only where it moved.
    ///
    /// # Errors
    /// `Conflict` where another look came between; those of the table.
    pub async fn set_changes_position(
        &self,
        position: &str,
        previous: Option<&str>,
    ) -> Result<(), StoreError> {
        if previous == Some(position) {
            return Ok(());
        }
        let mut item = new_item(&Key::Changes, "changes");
        item.insert("position".to_owned(), text(position));
        let condition = match previous {
            None => Expression::absent(),
            Some(previous) => Expression::new("#position = :previous")
                .name("#position", "position")
                .value(":previous", text(previous)),
        };
        match self.put_if(item.clone(), condition).await? {
            Answer::Done(_) => Ok(()),
            Answer::Refused(there) if there == item => Ok(()),
            Answer::Refused(_) => Err(StoreError::Conflict),
        }
    }
}
