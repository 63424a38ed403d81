//! Syncro (SyncroMSP), and RepairShopr, which is the same platform.
//!
//! - Authentication: an API token with the permissions "Customers - List/Search", "- View Detail"
//!   and "- Edit", sent as a bearer token. A missing permission and a token that is none are both
//!   answered with 401 and the same words; `GET /me` tells them apart.
//! - Base URL: `https://{subdomain}.syncromsp.com/api/v1`, one per MSP.
//! - Rate limit: 180 calls a minute for each address that calls, whichever instance it calls. The
//!   words of a 429 are not documented, and no header comes along; see `client.rs`. `Retry-After` is
//!   honoured where it appears.
//! - Paging: `page` from 1, ended by `meta`; see `paging.rs`. Contacts have no search, no filter by
//!   time and no order: they are found by reading all of a company, see `recent.rs`.
//! - Identity of a contact: the number `id`. `customer_id` says whose it is. There are no sites.
//! - Fields and their limits: see `write.rs`. One name, which is not split; no user name and no
//!   department. `title` is written at the top and read among the properties.
//! - Custom fields: the properties of a contact, by exact name; see `custom.rs`. The external id is
//!   the field `Office365Id` (B158).
//! - No active status (B150): nothing is written in its place, and to delete is not ours. No
//!   territory (B145), no tenant's id on customers (B161), no names that are kept (B163), no alternate
//!   addresses to match by (B168): `ticket_matching_emails` has no documented form.
//! - Webhooks: none are taken. Notification sets tell of new contacts, never of changed ones, in
//!   bodies that are not documented and without any proof of their origin: the next listing sees
//!   what there is.
//! - Quirks: contacts come bare and customers wrapped; `errors` is a text with contacts, and
//!   `message` a list with customers; a create takes neither title nor custom fields; disabled
//!   customers come when asked for only; a create has no key that would make it happen once.
//! - Documented at: the published OpenAPI document "Syncro v1" and the help articles "API Tokens" and
//!   "Notification Events Reference". That `properties` of contacts can be written, that a change
//!   keeps what it is not given, and that `""` clears are as integrators saw them. The names of
//!   custom fields in the settings are looked for wherever they stand.

mod answers;
mod client;
mod convert;
mod create;
mod custom;
mod paging;
mod read;
mod recent;
pub(crate) mod settings;
#[cfg(test)]
mod tests;
mod wire;
mod write;

use std::borrow::Cow;

use async_trait::async_trait;
use domain::fields::Attribute;
use domain::id::{CompanyId, ContactId, SiteId};
use domain::push::contact::{Contact, ContactChange};
use domain::values::email;

pub use settings::SyncroSettings;

use crate::Vendors;
use crate::error::ConnectorError;
use crate::psa::paging::Position;
use crate::psa::{Access, Company, ContactsPage, Gaps, PageToken, Psa, PsaKind};
use client::{Client, VENDOR, lacking, moved, unreadable};
use convert::number;
use custom::KnownFields;
use read::{CONTACTS, EDIT};
use recent::Recent;
use wire::{WireContact, WireList};

/// One instance of Syncro.
pub(crate) struct Syncro {
    client: Client,
    known: KnownFields,
    recent: Recent,
}

impl Syncro {
    /// Needs no call. Fails for settings that cannot work.
    pub(crate) fn connect(
        vendors: &Vendors,
        settings: &SyncroSettings,
    ) -> Result<Self, ConnectorError> {
        let client = Client::connect(vendors, settings)?;
        let known = KnownFields::new(vendors.remembered(), client.base());
        Ok(Self {
            client,
            known,
            recent: Recent::default(),
        })
    }
}

#[async_trait]
impl Psa for Syncro {
    fn kind(&self) -> PsaKind {
        PsaKind::Syncro
    }

    async fn check(&self) -> Result<Access, ConnectorError> {
        let me = self.client.me().await?;
        self.known.forget_missing();
        let contacts: Result<WireList<WireContact>, _> =
            self.list(CONTACTS, "contacts", 1, &[]).await;
        let mut access = Access::default();
        for missing in [self.blindness().await, contacts.map(|_| None)] {
            match missing {
                Ok(missing) => access.missing.extend(missing),
                Err(ConnectorError::Forbidden { what, .. }) => access.missing.push(what),
                Err(error) => return Err(error),
            }
        }
        if me.denies_writes() {
            access.missing.push(lacking(EDIT));
        }
        Ok(access)
    }

    async fn companies(&self) -> Result<Vec<Company>, ConnectorError> {
        let customers = self.customers().await?;
        let companies = customers.iter().map(convert::company);
        Ok(companies.collect::<Result<_, _>>()?)
    }

    async fn company(&self, id: &CompanyId) -> Result<Option<Company>, ConnectorError> {
        match self.customer(id).await {
            Ok(customer) => Ok(Some(convert::company(&customer)?)),
            Err(ConnectorError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn contacts_page(
        &self,
        company: &CompanyId,
        page: Option<PageToken>,
    ) -> Result<ContactsPage, ConnectorError> {
        let position = Position::from_token(page.as_ref()).map_err(|e| e.of(VENDOR))?;
        let page = self.page(company, position).await?;
        let seen = position.seen_with(page.rows.len());
        if page.next.is_none() && page.meta.counts_more_than(seen) {
            return Err(moved());
        }
        Ok(ContactsPage {
            contacts: self.contacts_of(page.rows, company).await?,
            next: page.next.map(Position::to_token),
        })
    }

    async fn contacts(&self, company: &CompanyId) -> Result<Vec<Contact>, ConnectorError> {
        let rows = self.whole(company).await?;
        self.contacts_of(rows, company).await
    }

    async fn contact(&self, id: &ContactId) -> Result<Option<Contact>, ConnectorError> {
        let Some(id) = number(id.as_str()) else {
            return Ok(None);
        };
        let row = match self.row(id).await {
            Ok(row) => row,
            Err(ConnectorError::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let company = row.customer_id.and_then(convert::company_id);
        let company = company.ok_or_else(|| unreadable("a contact without a company"))?;
        let contacts = self.contacts_of(vec![row], &company).await?;
        Ok(contacts.into_iter().next())
    }

    async fn find_by_email(
        &self,
        company: &CompanyId,
        address: &str,
    ) -> Result<Vec<Contact>, ConnectorError> {
        let wanted = compared(address);
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let rows = match self.recent.having(company, &wanted) {
            Some(rows) => rows,
            None => {
                let rows = self.whole(company).await?;
                self.look_for_fields(&rows).await;
                self.recent.keep(company, rows, &wanted)
            }
        };
        self.contacts_of(rows, company).await
    }

    async fn apply(&self, change: &ContactChange) -> Result<ContactId, ConnectorError> {
        match change {
            ContactChange::Create(new) => self.create(new).await,
            ContactChange::Update(update) => self.update(update).await,
        }
    }

    /// Contacts of Syncro are on no site.
    async fn default_site(&self, _company: &CompanyId) -> Result<Option<SiteId>, ConnectorError> {
        Ok(None)
    }
}

/// What Syncro cannot do.
pub(crate) fn gaps() -> Gaps {
    Gaps {
        // A contact has one name.
        attributes: vec![
            Attribute::Username,
            Attribute::GivenName,
            Attribute::Surname,
            Attribute::Department,
        ],
        needed_attributes: vec![Attribute::DisplayName],
        alternate_emails_max: 0,
        no_create_once: true,
        no_deliveries: true,
        no_active_status: true,
        no_company_fields: true,
        no_territory: true,
        no_kept_names: true,
        no_changes_since: true,
        ..Gaps::default()
    }
}

/// What two spellings of one address have in common, real address or not.
fn compared(address: &str) -> String {
    email::key(address).map_or_else(|| address.trim().to_lowercase(), Cow::into_owned)
}
