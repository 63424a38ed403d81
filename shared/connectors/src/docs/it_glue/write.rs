//! Making and changing entries of IT Glue's.

use domain::docs::entry::{EntryUpdate, NewEntry};
use domain::id::EntryId;
use http::Method;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::convert::{self, Category};
use super::wire::WireOne;
use super::{ItGlue, NO_VALUES, VENDOR, no_id};
use crate::docs::client::Call;
use crate::docs::{adopt, check_text, refused};
use crate::error::ConnectorError;

impl ItGlue {
    async fn category(&self, name: &str) -> Result<&Category, ConnectorError> {
        check_text(VENDOR, "category", name)?;
        convert::category_named(self.known_categories().await?, name).ok_or_else(|| {
            let reason = "the account has no password category of this name: make it in Account > \
                          Settings > Password Categories";
            refused(VENDOR, "category", reason)
        })
    }

    pub(super) async fn create(&self, new: &NewEntry) -> Result<EntryId, ConnectorError> {
        check_text(VENDOR, "name", &new.name)?;
        check_text(VENDOR, "username", &new.username)?;
        let body = convert::create(new, self.category(&new.category).await?);
        let organization = new.organization.as_str();
        let call = Call {
            route: "POST /organizations/{id}/relationships/passwords",
            segments: &["organizations", organization, "relationships", "passwords"],
            query: NO_VALUES,
        };
        let made = self
            .written(
                Method::POST,
                call,
                &body,
                "the organization",
                &[&new.name, &new.username, &new.category],
            )
            .await;
        match made {
            Err(lost) if lost.is_outcome_unknown() => adopt(self, new, lost).await,
            made => made,
        }
    }

    pub(super) async fn update(&self, update: &EntryUpdate) -> Result<EntryId, ConnectorError> {
        let category = match &update.category {
            Some(name) => Some(self.category(name).await?),
            None => None,
        };
        if let Some(username) = &update.username {
            check_text(VENDOR, "username", username)?;
        }
        if update.is_empty() {
            return Ok(update.entry.clone());
        }
        let body = convert::update(update, category);
        let call = Call {
            route: "PATCH /passwords/{id}",
            segments: &["passwords", update.entry.as_str()],
            query: NO_VALUES,
        };
        let sent: Vec<&str> = [&update.category, &update.username]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect();
        let changed = self
            .written(Method::PATCH, call, &body, "the entry", &sent)
            .await?;
        if changed == update.entry {
            Ok(changed)
        } else {
            let what = "an answer to a change that names another entry";
            Err(ConnectorError::shape(VENDOR, what))
        }
    }

    /// Writes an entry: its id, as the answer says.
    async fn written(
        &self,
        method: Method,
        call: Call<'_>,
        body: &Value,
        thing: &'static str,
        sent: &[&str],
    ) -> Result<EntryId, ConnectorError> {
        let answer = self.client.write(method, call, body).await?;
        let answer = self.good(answer, thing, sent).await?;
        let written: WireOne<IgnoredAny> = answer.json()?;
        let id = written.data.id.and_then(|id| EntryId::parse(id).ok());
        id.ok_or_else(no_id)
    }
}
