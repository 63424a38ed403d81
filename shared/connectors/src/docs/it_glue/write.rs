//! Making and changing entries of IT Glue's.

use domain::docs::Details;
use domain::docs::entry::{EntryUpdate, NewEntry};
use domain::id::{ConfigurationId, EntryId, OrganizationId};
use http::Method;
use secrecy::zeroize::Zeroizing;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::convert::{self, Category};
use super::wire::{WireConfiguration, WireNotes, WireOne, WireResource};
use super::{ItGlue, NO_VALUES, VENDOR, no_id};
use crate::docs::client::Call;
use crate::docs::wipe::wipe;
use crate::docs::{adopt, check_text, refused, spliced};
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
        let category = self.category(&new.category).await?;
        let look = |organization, id| self.has_configuration(organization, id);
        let configuration = (self.homes).of(VENDOR, "configuration", new, look).await?;
        let body = convert::create(new, category, configuration);
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
        let notes = match &update.details {
            Some(details) => self.spliced(&update.entry, details).await?,
            None => None,
        };
        if update.category.is_none() && update.username.is_none() && notes.is_none() {
            return Ok(update.entry.clone());
        }
        let notes = notes.as_ref().map(|notes| notes.as_str());
        let body = convert::update(update, category, notes);
        let call = Call {
            route: "PATCH /passwords/{id}",
            segments: &["passwords", update.entry.as_str()],
            query: NO_VALUES,
        };
        let texts = [&update.category, &update.username];
        let texts = texts.into_iter().flatten().map(String::as_str);
        let sent: Vec<&str> = texts.chain(notes).collect();
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

    /// The notes of an entry with our block as it is to be; `None` where they are so already.
    async fn spliced(
        &self,
        entry: &EntryId,
        details: &Details,
    ) -> Result<Option<Zeroizing<String>>, ConnectorError> {
        let call = Call {
            route: "GET /passwords/{id}",
            segments: &["passwords", entry.as_str()],
            query: NO_VALUES,
        };
        let answer = self.client.get(call).await?;
        let answer = self.good(answer, "the entry", &[]).await?;
        let read = answer.json::<WireOne<WireNotes>>();
        wipe(answer.body);
        let read = read?.data;
        if read.id.as_deref() != Some(entry.as_str()) {
            let what = "an answer about another entry";
            return Err(ConnectorError::shape(VENDOR, what));
        }
        spliced(VENDOR, &read.attributes.notes, details)
    }

    /// Is there such a configuration of that organization?
    async fn has_configuration(
        &self,
        organization: OrganizationId,
        id: ConfigurationId,
    ) -> Result<bool, ConnectorError> {
        let call = Call {
            route: "GET /organizations/{id}/relationships/configurations/{id}",
            segments: &[
                "organizations",
                organization.as_str(),
                "relationships",
                "configurations",
                id.as_str(),
            ],
            query: &[],
        };
        let found: Option<WireResource<WireConfiguration>> = self.one(call).await?;
        Ok(found.is_some_and(|found| {
            let of = found.attributes.organization_id;
            found.id.as_deref() == Some(id.as_str()) && of.as_deref() == Some(organization.as_str())
        }))
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
        let written = answer.json::<WireOne<IgnoredAny>>();
        // The answer repeats the notes.
        wipe(answer.body);
        let id = written?.data.id.and_then(|id| EntryId::parse(id).ok());
        id.ok_or_else(no_id)
    }
}
