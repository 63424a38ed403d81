//! IT Glue.
//!
//! - Authentication: an API key in `x-api-key`, made by an administrator (Enterprise plan). A key that is
//!   not used for 90 days is revoked. Password Access, off by default, is a tick box of the key: without
//!   it no password can be written, and so no entry made. Wrong keys and missing rights are answered
//!   alike (401 or 403), so after one of them it is asked whether organizations can be read.
//! - Base URL: one of three regions, a setting: a key is good in its own only.
//! - Rate limit: 3000 requests in 5 minutes, told by 429 without a header that is sure to come; learned
//!   at the first refusal. The quota is shared with the MSP's other integrations.
//! - Paging: `page[number]` from 1, `page[size]` up to 1000; `meta` names the next page. Large pages may
//!   time out (504), then the list begins anew with smaller ones.
//! - Identity: texts of up to 17 digits, also numbers in attributes; above 2^53, so never a float.
//! - Entries: `passwords`. Lists never hold values; for all else `show_password=false` is said. General
//!   ones stand alone, embedded ones hang on an asset. Filters are exact, and there is none for the user
//!   name. Archived ones are asked for apart, since it is not known whether a plain list has them.
//! - Embedded entries: made in a configuration of the same organization by `resource-id` and
//!   `resource-type`, which cannot be changed later; the configuration is looked for before one is made.
//! - Notes: rich text, so HTML is to be expected. No limit of their length is told.
//! - Categories: a list of the account's own, written by id. Empty is allowed.
//! - Quirks: duplicates are legal; nothing makes a create happen once; attributes are kebab-case, query
//!   names snake_case; filters do not work on nested routes; "Only me" and vault entries (B196) may be
//!   listed, and are marked.
//! - Documented at: the developer pages of the API host; error bodies, limits of lengths and what a paused
//!   key answers are as integrators saw them.

mod convert;
mod read;
mod settings;
#[cfg(test)]
mod tests;
mod wire;
mod write;

use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use domain::docs::entry::{Entry, EntryChange, Organization};
use domain::id::{EntryId, OrganizationId};
use tokio::sync::OnceCell;

pub use settings::ItGlueSettings;

use super::client::{Call, Client, Query};
use super::home::Homes;
use super::judge::{Speech, Verdict, judge};
use super::{Access, Docs, DocsKind, Gaps, unusable};
use crate::Vendors;
use crate::error::ConnectorError;
use crate::http::{Answer, VendorKind};
use convert::Category;
use read::{CATEGORIES, ORGANIZATIONS, PASSWORDS, is_current};
use wire::{WireOrganization, WirePassword, WireResource};

/// The vendor's name for people.
pub(super) const VENDOR: &str = "IT Glue";
/// The documented rate.
const RATE: (u32, Duration) = (3000, Duration::from_secs(300));
/// How long to wait after a refusal that names no pause: a fifth of the window.
const BACK_OFF: Duration = Duration::from_secs(60);
const MEDIA_TYPE: &str = "application/vnd.api+json";
/// Values are never asked for.
const NO_VALUES: Query<'static> = &[("show_password", "false")];

const SPEECH: Speech = Speech {
    vendor: VENDOR,
    address_remedy: "api_url must be the API of your region, not the address of the web pages",
    refusal: convert::refusal,
    field: convert::field,
    is_field: convert::is_field,
};
const WRONG_KEY: &str = "the API key is wrong, revoked (as after 90 days without use), paused or of \
                         another region; make one in Account > Settings > API Keys, of the region \
                         that api_url names";
const NO_PASSWORD_ACCESS: &str = "the API key may not see or write passwords: tick Password Access for \
                                  it in Account > Settings > API Keys";
const NO_CATEGORIES: &str = "the API key may not see password categories; make a new one in Account > \
                             Settings > API Keys";
const NOTHING_SEEN: &str = "it shows no organization: the API key is of an empty account or of another \
                            one than you think; make one in the MSP's account";

/// In what IT Glue differs.
pub(super) fn gaps() -> Gaps {
    Gaps::default()
}

/// One account of IT Glue.
pub(super) struct ItGlue {
    client: Client,
    /// The categories, once they were asked for.
    categories: OnceCell<Vec<Category>>,
    homes: Homes,
}

impl ItGlue {
    /// Needs no call. Fails for settings that cannot work.
    pub(super) fn connect(
        vendors: &Vendors,
        settings: &ItGlueSettings,
    ) -> Result<Self, ConnectorError> {
        let base = (settings.api()).map_err(|error| unusable(VENDOR, &error))?;
        let pace = vendors.pace(base.as_str());
        let vendor = vendors
            .vendor(VendorKind::Documentation, VENDOR, base)
            .paced(pace, Some(|_| Some(RATE)));
        let client = Client::new(VENDOR, vendor, &settings.api_key, MEDIA_TYPE, BACK_OFF)?;
        Ok(Self {
            client,
            categories: OnceCell::new(),
            homes: Homes::default(),
        })
    }

    /// An answer that is good; one that denies is told as what it is.
    async fn good(
        &self,
        answer: Answer,
        thing: &'static str,
        sent: &[&str],
    ) -> Result<Answer, ConnectorError> {
        match judge(&SPEECH, &answer, thing, sent)? {
            Verdict::Good => Ok(answer),
            Verdict::Denied => Err(self.denial(NO_PASSWORD_ACCESS).await),
        }
    }

    /// Is it the key as a whole, or what it may do?
    async fn denial(&self, missing: &str) -> ConnectorError {
        match self.probe(ORGANIZATIONS).await {
            Ok(Some(_)) => ConnectorError::Forbidden {
                vendor: VENDOR,
                what: missing.to_owned(),
            },
            Ok(None) => wrong_key(),
            Err(error) => error,
        }
    }
}

#[async_trait]
impl Docs for ItGlue {
    fn kind(&self) -> DocsKind {
        DocsKind::ItGlue
    }

    async fn check(&self) -> Result<Access, ConnectorError> {
        let seen = self.probe(ORGANIZATIONS).await?;
        let seen = seen.ok_or_else(wrong_key)?;
        let mut access = Access::default();
        if seen == 0 {
            access.missing.push(NOTHING_SEEN.to_owned());
        }
        for list in [PASSWORDS, CATEGORIES] {
            if self.probe(list).await?.is_none() {
                access.missing.push(list.missing.to_owned());
            }
        }
        Ok(access)
    }

    async fn organizations(&self) -> Result<Vec<Organization>, ConnectorError> {
        let keep = |row: WireResource<WireOrganization>| {
            convert::organization(row).ok_or_else(no_id).map(Some)
        };
        self.all(ORGANIZATIONS, &[("sort", "id")], keep).await
    }

    async fn organization(
        &self,
        id: &OrganizationId,
    ) -> Result<Option<Organization>, ConnectorError> {
        let call = Call {
            route: "GET /organizations/{id}",
            segments: &["organizations", id.as_str()],
            query: &[],
        };
        let found: Option<WireResource<WireOrganization>> = self.one(call).await?;
        found
            .map(|row| convert::organization(row).ok_or_else(no_id))
            .transpose()
    }

    async fn entries(&self, organization: &OrganizationId) -> Result<Vec<Entry>, ConnectorError> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut seen = BTreeSet::new();
        for archived in ["false", "true"] {
            let query = [
                ("filter[organization_id]", organization.as_str()),
                ("filter[archived]", archived),
                ("sort", "id"),
            ];
            // Rows name their categories; where one does not, the list of categories does.
            let rows: Vec<WireResource<WirePassword>> = self
                .all(PASSWORDS, &query, |row| Ok(is_current(&row).then_some(row)))
                .await?;
            for row in rows {
                let entry = self.entry_of(row, Some(organization)).await?;
                if entry.organization == *organization && seen.insert(entry.id.clone()) {
                    entries.push(entry);
                }
            }
        }
        // A filter for an organization that is gone finds nothing, as for one without entries.
        if entries.is_empty() && self.organization(organization).await?.is_none() {
            return Err(ConnectorError::NotFound {
                vendor: VENDOR,
                what: "the organization".to_owned(),
            });
        }
        Ok(entries)
    }

    async fn entry(&self, id: &EntryId) -> Result<Option<Entry>, ConnectorError> {
        let call = Call {
            route: "GET /passwords/{id}",
            segments: &["passwords", id.as_str()],
            query: NO_VALUES,
        };
        match self.one(call).await? {
            Some(row) => {
                let entry = self.entry_of(row, None).await?;
                if entry.id != *id {
                    let what = "an answer about another entry";
                    return Err(ConnectorError::shape(VENDOR, what));
                }
                Ok(Some(entry))
            }
            None => Ok(None),
        }
    }

    async fn categories(&self) -> Result<Vec<String>, ConnectorError> {
        let known = self.known_categories().await?;
        Ok(known.iter().map(|category| category.name.clone()).collect())
    }

    async fn apply(&self, change: &EntryChange) -> Result<EntryId, ConnectorError> {
        match change {
            EntryChange::Create(new) => self.create(new).await,
            EntryChange::Update(update) => self.update(update).await,
        }
    }
}

fn wrong_key() -> ConnectorError {
    ConnectorError::Unauthorized {
        vendor: VENDOR,
        hint: WRONG_KEY.to_owned(),
    }
}

fn no_id() -> ConnectorError {
    ConnectorError::shape(VENDOR, "a row without a usable id")
}
