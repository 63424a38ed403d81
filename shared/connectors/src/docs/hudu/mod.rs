//! Hudu, hosted or self-hosted.
//!
//! - Authentication: an API key in `x-api-key`. Its permissions are chosen when it is made and cannot be
//!   changed: password access (all verbs on passwords) is needed, destructive actions and exports are
//!   not. It may be restricted to addresses and to companies. A key without password access is answered
//!   like a wrong one, so after a 401 or 403 it is asked whether companies can be read (B198).
//! - Base URL: the instance's own, `/api/v1` below it. Versions before 2.40 have another API than the one
//!   that is spoken here; the check says so.
//! - Rate limit: 300 requests a minute, told by 429 with a plain text; learned at the first refusal. The
//!   wait may be up to five minutes, and nothing says how long.
//! - Paging: `page` from 1, `page_size`; no totals, so the end is the first empty page, never a short one.
//!   The order is not documented: each row is taken once.
//! - Identity: whole numbers.
//! - Entries: `asset_passwords`. Every answer carries passwords and OTP seeds in plain text: see `wire.rs`
//!   for what becomes of them. There is no filter for user names; unknown filters are ignored and find
//!   everything, so each row's company is looked at. `archived=true` shows archived ones only.
//! - Embedded entries: attached to an asset of the same company by `passwordable_type` and
//!   `passwordable_id`; the asset is looked for before one is made.
//! - Notes: `description`, which may be HTML. No limit of its length is told.
//! - Categories: the free text `password_type`. Instances were seen that take it and do not show it; a
//!   change of it is looked at afterwards.
//! - Quirks: an id that does not exist is answered 200 with `null`; one thing comes wrapped or bare;
//!   writes are wrapped; `url` means one thing when read and another when written, so only what changes is
//!   sent; a blank password is refused; duplicates are legal.
//! - Documented at: the API page of each instance (Swagger 2.0; parts used here are the same in 2.40 and
//!   2.44). Statuses, wrappers and error bodies are as integrators saw them.

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

pub use settings::HuduSettings;

use super::client::{Call, Client};
use super::home::Homes;
use super::judge::{Speech, Verdict, judge};
use super::{Access, Docs, DocsKind, Gaps, unusable};
use crate::Vendors;
use crate::error::ConnectorError;
use crate::http::{Answer, VendorKind};
use read::Listed;

/// The vendor's name for people.
pub(super) const VENDOR: &str = "Hudu";
/// The oldest version whose API is the one that is spoken here: major and minor (B198).
const VERSION_MIN: (u32, u32) = (2, 40);
/// The documented rate.
const RATE: (u32, Duration) = (300, Duration::from_secs(60));
/// How long to wait after a refusal that names no pause: the counter begins anew every five minutes.
const BACK_OFF: Duration = Duration::from_secs(300);

const SPEECH: Speech = Speech {
    vendor: VENDOR,
    address_remedy: "api_url must be the address of your Hudu, and nothing may stand before it",
    refusal: convert::refusal,
    field: convert::field,
    is_field: convert::is_field,
};
const WRONG_KEY: &str = "the API key is wrong, or calls from this address are not allowed to it; look at \
                         it in Admin > API Keys";
const NO_PASSWORD_ACCESS: &str = "the API key has no password access, and the permissions of a key \
                                  cannot be changed: make a new one with password access in Admin > \
                                  API Keys";
const NOTHING_SEEN: &str = "it shows no company: make a key that is not restricted to other companies in \
                            Admin > API Keys";

/// In what Hudu differs.
pub(super) fn gaps() -> Gaps {
    Gaps {
        free_categories: true,
        secrets_in_lists: true,
        unlisted_asset_fields: true,
    }
}

/// One instance of Hudu.
pub(super) struct Hudu {
    client: Client,
    homes: Homes,
}

impl Hudu {
    /// Needs no call. Fails for settings that cannot work.
    pub(super) fn connect(
        vendors: &Vendors,
        settings: &HuduSettings,
    ) -> Result<Self, ConnectorError> {
        let base = (settings.api()).map_err(|error| unusable(VENDOR, &error))?;
        let pace = vendors.pace(base.as_str());
        let vendor = vendors
            .vendor(VendorKind::Documentation, VENDOR, base)
            .paced(pace, Some(|_| Some(RATE)));
        let key = &settings.api_key;
        let client = Client::new(VENDOR, vendor, key, "application/json", BACK_OFF)?;
        Ok(Self {
            client,
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
            Verdict::Denied => Err(self.denial().await),
        }
    }

    /// Is it the key as a whole, or what it may do?
    async fn denial(&self) -> ConnectorError {
        match self.probe(Listed::Companies).await {
            Ok(Some(_)) => ConnectorError::Forbidden {
                vendor: VENDOR,
                what: NO_PASSWORD_ACCESS.to_owned(),
            },
            Ok(None) => wrong_key(),
            Err(error) => error,
        }
    }

    /// What is missing of the instance's version.
    async fn outdated(&self) -> Result<Option<String>, ConnectorError> {
        let call = Call {
            route: "GET /api_info",
            segments: &["api_info"],
            query: &[],
        };
        let answer = self.client.get(call).await?;
        if matches!(
            judge(&SPEECH, &answer, "its version", &[])?,
            Verdict::Denied
        ) {
            return Err(wrong_key());
        }
        let info: wire::WireInfo = wire::read(answer)?;
        let (major, minor) = VERSION_MIN;
        let told = info.version.as_deref().and_then(convert::version);
        Ok(match told {
            Some(told) if told >= VERSION_MIN => None,
            Some((old, older)) => Some(format!(
                "its version is {old}.{older}: update Hudu to {major}.{minor} or later"
            )),
            None => Some(format!(
                "it does not tell its version: make sure that Hudu is {major}.{minor} or later"
            )),
        })
    }
}

#[async_trait]
impl Docs for Hudu {
    fn kind(&self) -> DocsKind {
        DocsKind::Hudu
    }

    async fn check(&self) -> Result<Access, ConnectorError> {
        let mut access = Access::default();
        access.missing.extend(self.outdated().await?);
        let seen = self.probe(Listed::Companies).await?;
        if seen.ok_or_else(wrong_key)? == 0 {
            access.missing.push(NOTHING_SEEN.to_owned());
        }
        if self.probe(Listed::Passwords).await?.is_none() {
            access.missing.push(NO_PASSWORD_ACCESS.to_owned());
        }
        Ok(access)
    }

    async fn organizations(&self) -> Result<Vec<Organization>, ConnectorError> {
        self.companies().await
    }

    async fn organization(
        &self,
        id: &OrganizationId,
    ) -> Result<Option<Organization>, ConnectorError> {
        self.company(id).await
    }

    async fn entries(&self, organization: &OrganizationId) -> Result<Vec<Entry>, ConnectorError> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut seen = BTreeSet::new();
        for is_archived in [false, true] {
            for entry in self.passwords(organization, is_archived).await? {
                // A filter that the instance does not know finds everything.
                if entry.organization == *organization && seen.insert(entry.id.clone()) {
                    entries.push(entry);
                }
            }
        }
        // A company that is gone has no entries, as one without any.
        if entries.is_empty() && self.company(organization).await?.is_none() {
            return Err(ConnectorError::NotFound {
                vendor: VENDOR,
                what: "the organization".to_owned(),
            });
        }
        Ok(entries)
    }

    async fn entry(&self, id: &EntryId) -> Result<Option<Entry>, ConnectorError> {
        self.password(id).await
    }

    /// Types are free texts, and nothing lists those that are in use.
    async fn categories(&self) -> Result<Vec<String>, ConnectorError> {
        Ok(Vec::new())
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
