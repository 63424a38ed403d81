//! Making and changing entries of Hudu's.

use domain::docs::Details;
use domain::docs::entry::{Entry, EntryUpdate, NewEntry};
use domain::id::{ConfigurationId, EntryId, OrganizationId};
use http::Method;
use secrecy::zeroize::Zeroizing;
use serde_json::{Value, json};

use super::wire::{self, WireNotes, WirePassword, no_id};
use super::{Hudu, VENDOR, convert};
use crate::docs::client::Call;
use crate::docs::{adopt, check_text, refused, spliced};
use crate::error::ConnectorError;

impl Hudu {
    pub(super) async fn create(&self, new: &NewEntry) -> Result<EntryId, ConnectorError> {
        check_text(VENDOR, "name", &new.name)?;
        check_text(VENDOR, "username", &new.username)?;
        check_text(VENDOR, "category", &new.category)?;
        let company = new.organization.as_str().parse::<u64>();
        let company = company.map_err(|_| {
            let reason = "an id of Hudu is a whole number";
            refused(VENDOR, "organization", reason)
        })?;
        let look = |company, asset| self.has_asset(company, asset);
        let asset = self.homes.of(VENDOR, "asset", new, look).await?;
        let call = Call {
            route: "POST /asset_passwords",
            segments: &["asset_passwords"],
            query: &[],
        };
        let sent = [
            new.name.as_str(),
            new.username.as_str(),
            new.category.as_str(),
        ];
        let body = convert::create(new, company, asset);
        let made = self
            .written(Method::POST, call, body, "the organization", &sent)
            .await;
        let made = made.and_then(|row| {
            let id = row.and_then(|row| EntryId::parse(row.id?).ok());
            id.ok_or_else(no_id)
        });
        match made {
            Err(lost) if lost.is_outcome_unknown() => adopt(self, new, lost).await,
            made => made,
        }
    }

    pub(super) async fn update(&self, update: &EntryUpdate) -> Result<EntryId, ConnectorError> {
        for (field, text) in [
            ("category", &update.category),
            ("username", &update.username),
        ] {
            if let Some(text) = text {
                check_text(VENDOR, field, text)?;
            }
        }
        let notes = match &update.details {
            Some(details) => self.spliced(&update.entry, details).await?,
            None => None,
        };
        if update.category.is_none() && update.username.is_none() && notes.is_none() {
            return Ok(update.entry.clone());
        }
        let notes = notes.as_ref().map(|notes| notes.as_str());
        let call = Call {
            route: "PUT /asset_passwords/{id}",
            segments: &["asset_passwords", update.entry.as_str()],
            query: &[],
        };
        let texts = [&update.category, &update.username];
        let texts = texts.into_iter().flatten().map(String::as_str);
        let sent: Vec<&str> = texts.chain(notes).collect();
        let body = convert::update(update, notes);
        let written = self
            .written(Method::PUT, call, body, "the entry", &sent)
            .await?;
        let held = match written {
            Some(row) => convert::entry(row).ok_or_else(no_id)?,
            // Nothing is answered for an id that does not exist, and perhaps for one that does.
            None => {
                (self.password(&update.entry).await?).ok_or_else(|| ConnectorError::NotFound {
                    vendor: VENDOR,
                    what: "the entry".to_owned(),
                })?
            }
        };
        if held.id != update.entry {
            let what = "an answer to a change that names another entry";
            return Err(ConnectorError::shape(VENDOR, what));
        }
        kept_category(update, &held)?;
        Ok(update.entry.clone())
    }

    /// The notes of an entry with our block as it is to be; `None` where they are so already.
    async fn spliced(
        &self,
        entry: &EntryId,
        details: &Details,
    ) -> Result<Option<Zeroizing<String>>, ConnectorError> {
        let call = Call {
            route: "GET /asset_passwords/{id}",
            segments: &["asset_passwords", entry.as_str()],
            query: &[],
        };
        let answer = self.client.get(call).await?;
        let answer = self.good(answer, "the entry", &[]).await?;
        let read: Option<WireNotes> = wire::read_password(answer)?;
        let read = read.ok_or_else(|| ConnectorError::NotFound {
            vendor: VENDOR,
            what: "the entry".to_owned(),
        })?;
        if read.id.as_deref() != Some(entry.as_str()) {
            let what = "an answer about another entry";
            return Err(ConnectorError::shape(VENDOR, what));
        }
        spliced(VENDOR, &read.description, details)
    }

    /// Is there such an asset of that company?
    async fn has_asset(
        &self,
        company: OrganizationId,
        asset: ConfigurationId,
    ) -> Result<bool, ConnectorError> {
        let call = Call {
            route: "GET /companies/{id}/assets/{id}",
            segments: &["companies", company.as_str(), "assets", asset.as_str()],
            query: &[],
        };
        let answer = self.client.get(call).await?;
        let answer = match self.good(answer, "the asset", &[]).await {
            Ok(answer) => answer,
            Err(ConnectorError::NotFound { .. }) => return Ok(false),
            Err(error) => return Err(error),
        };
        let found = wire::read_asset(&answer)?.unwrap_or_default();
        Ok(found.id.as_deref() == Some(asset.as_str())
            && found.company_id.as_deref() == Some(company.as_str()))
    }

    /// Writes an entry: what the answer says of it.
    async fn written(
        &self,
        method: Method,
        call: Call<'_>,
        body: Value,
        thing: &'static str,
        sent: &[&str],
    ) -> Result<Option<WirePassword>, ConnectorError> {
        let body = json!({ "asset_password": body });
        let answer = self.client.write(method, call, &body).await?;
        let answer = self.good(answer, thing, sent).await?;
        wire::read_password(answer)
    }
}

/// Fails where a type was written and is not shown: it would be written again and again.
fn kept_category(update: &EntryUpdate, held: &Entry) -> Result<(), ConnectorError> {
    let Some(wanted) = update.category.as_deref().map(str::trim) else {
        return Ok(());
    };
    if (held.category.as_ref()).is_some_and(|held| held.eq_ignore_ascii_case(wanted)) {
        return Ok(());
    }
    let reason = "the instance did not keep the type, or does not show it: set it by hand, and update \
                  Hudu where it is not shown";
    Err(refused(VENDOR, "category", reason))
}
