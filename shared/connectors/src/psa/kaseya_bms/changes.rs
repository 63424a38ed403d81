//! Which contacts changed: BMS delivers nothing, but its list of contacts can be narrowed to those that
//! were changed since a time (`Filter.ModifiedOnFrom`).
//!
//! In which zone BMS reads that time, and in which it writes `ModifiedOn`, is documented nowhere; nor
//! is the order of the list, nor whether a change of addresses, phones or custom fields moves
//! `ModifiedOn`. So times are compared with each other alone, see `domain::changes`; what shows in no
//! time is seen by the next run. Contacts that were deleted are not told of, and those out of use only
//! where lists show them.

use domain::changes::{Position, Stamp};
use domain::id::{CompanyId, ContactId};
use serde::{Deserialize, Serialize};

use super::KaseyaBms;
use super::client::{Query, VENDOR, unreadable};
use super::read::{CONTACTS, first_row};
use super::wire::{self, WireContact, WireError};
use crate::error::ConnectorError;
use crate::psa::paging::{PAGE_SIZE, Position as Place};
use crate::psa::{ChangedContact, ContactsChanged, PageToken};

/// A position as it is kept: of which tenant's changes, and how far.
#[derive(Serialize, Deserialize)]
struct Kept {
    of: String,
    position: Position,
}

impl KaseyaBms {
    /// A page of what changed since a position, or since now where there is none.
    pub(super) async fn changes(
        &self,
        since: Option<&PageToken>,
    ) -> Result<ContactsChanged, ConnectorError> {
        let position = match since.and_then(|since| self.position(since)) {
            Some(position) => position,
            None => self.first_position().await?,
        };
        let question = position.ask();
        let place = match &question.page {
            Some(page) => Place::parse(page).ok_or_else(|| unreadable("a page of no list"))?,
            None => Place::START,
        };
        let query: Query = vec![
            ("Filter.ModifiedOnFrom", question.since.to_string()),
            ("PageSize", PAGE_SIZE.to_string()),
            ("PageNumber", place.page.to_string()),
        ];
        let told = self.client.get(&CONTACTS, &[], &query).await?;
        let (total, sent_at) = (told.total, told.sent_at);
        let rows: Vec<WireContact> = told.rows()?;
        let ids = rows.iter().map(|row| row.id.ok_or(WireError::BadRow));
        let ids = ids.collect::<Result<Vec<i64>, _>>()?;
        let next = (place.after(&ids, total)).map_err(|error| error.of(VENDOR))?;
        let stamps: Vec<Stamp> = rows.iter().filter_map(stamp).collect();
        if stamps.is_empty() && !rows.is_empty() {
            return Err(unreadable("contacts without the time of their change"));
        }
        let next = next.map(|next| next.to_token().as_str().to_owned());
        let after = position.after(&stamps, next, sent_at);
        let changed = rows
            .iter()
            .filter(|row| row.id.is_some_and(|id| after.records.contains(&id)));
        Ok(ContactsChanged {
            contacts: changed.filter_map(contact).collect(),
            next: self.keep(after.position)?,
            is_more: after.is_more,
        })
    }

    /// A position that was kept; `None` for one of another tenant's, or of an earlier form: then the
    /// look begins anew.
    fn position(&self, token: &PageToken) -> Option<Position> {
        let kept = serde_json::from_str::<Kept>(token.as_str()).ok();
        let kept = kept.filter(|kept| kept.of == self.client.instance());
        if kept.is_none() {
            tracing::warn!(
                "the position in the changes of Kaseya BMS is another's; it is taken anew"
            );
        }
        kept.map(|kept| kept.position)
    }

    fn keep(&self, position: Position) -> Result<PageToken, ConnectorError> {
        let of = self.client.instance().to_owned();
        let text = serde_json::to_string(&Kept { of, position });
        let text = text.map_err(|_| unreadable("a position that has no JSON form"))?;
        Ok(PageToken::new(text))
    }

    /// Now, by the vendor's clock.
    async fn first_position(&self) -> Result<Position, ConnectorError> {
        let told = self.client.get(&CONTACTS, &[], &first_row()).await?;
        let now = told.sent_at;
        let now =
            now.ok_or_else(|| unreadable("an answer without the time (Date) of its server"))?;
        Ok(Position::begin(now))
    }
}

/// When a row changed. One that was never changed says when it was made.
fn stamp(row: &WireContact) -> Option<Stamp> {
    let time = |text: &domain::identity::Said<String>| wire::time(text.value()?);
    let at = time(&row.modified_on).or_else(|| time(&row.created_on))?;
    Some(Stamp {
        changed_ms: at.as_millisecond(),
        record: row.id?,
    })
}

/// A row that does not say whose it is cannot be followed.
fn contact(row: &WireContact) -> Option<ChangedContact> {
    Some(ChangedContact {
        contact: ContactId::parse(row.id?.to_string()).ok()?,
        company: CompanyId::parse(row.account_id?.to_string()).ok()?,
    })
}
