//! Kaseya BMS, and Vorex and Pulseway PSA, which run the same code (REST API v2).
//!
//! - Authentication: name, password and tenant of an API Employee, for a token; see `login.rs`. A
//!   token lasts as long as it says. One that is not taken, by 401 or by a number in an answer, is
//!   asked for anew, once.
//! - Base URL: one host per region, such as `https://api.bms.kaseya.com`, which is not the host that
//!   people sign in at; paths begin with `/v2`.
//! - Rate limit: 1,500 calls in an hour for each endpoint are documented, what a refusal looks like is
//!   not. After a 429 each endpoint is called at that pace; `Retry-After` is honoured.
//! - Paging: `PageSize`, `PageNumber` from 1, `TotalRecords`; see `psa/paging.rs`. Whether a list shows
//!   those out of use is found out; see `read.rs`.
//! - Identity of a contact: the number `Id`. It belongs to an account and stands on one of its
//!   locations, which a create needs.
//! - Fields and their limits: see `write.rs`. There is no display name, no user name and no
//!   department. First and last name are both needed; a dash stands for one that there is not.
//!   Addresses and phones are lists of their own, see `items.rs`, with types that each tenant numbers
//!   itself, see `types.rs`. Addresses besides the main one are neither matched by nor written (B168).
//! - Custom fields: by numbered modules, which a connection names; see `custom.rs`. `Office365Id`
//!   holds the Entra object id (B158), `Tenant365Id` of accounts that of the tenant (B160).
//! - Webhooks: of tickets only, signed in a way that is not documented. Nothing is delivered here;
//!   which contacts changed is asked for, see `changes.rs`.
//! - Quirks: failures may come with status 200; letter case of members differs between the
//!   description and answers; a change of the whole contact puts it out of use where a member is
//!   left out, so that only patches are sent; a create takes no job title; a create has no key that
//!   would make it happen once; deleted contacts are not told of.
//! - Documented at: `{host}/swagger/index.html` ("BMS API 2.0") and the vendor's help pages. Error
//!   texts, the targets of patches and the numbers of operations are as integrators saw or presume
//!   them; what an answer counts is compared with what was asked.

mod answers;
mod changes;
mod client;
mod convert;
mod create;
mod custom;
mod items;
mod login;
mod read;
pub(crate) mod settings;
#[cfg(test)]
mod tests;
mod types;
mod update;
mod wire;
mod write;

use std::borrow::Cow;

use async_trait::async_trait;
use domain::fields::Attribute;
use domain::id::{CompanyId, ContactId, SiteId};
use domain::push::contact::{Contact, ContactChange};
use domain::values::email;
use tokio::sync::OnceCell;

pub use settings::KaseyaBmsSettings;

use crate::Vendors;
use crate::error::ConnectorError;
use crate::psa::{
    Access, Company, ContactsChanged, ContactsPage, Gaps, PageToken, Psa, PsaKind, TenantIdWrite,
};
use client::{Client, VENDOR};
use convert::number;
use custom::{Fields, Module};
use read::{Place, contacts_of, everybody};

/// One tenant of Kaseya BMS.
pub(crate) struct KaseyaBms {
    client: Client,
    contacts_module: Option<Module>,
    accounts_module: Option<Module>,
    gaps: Gaps,
    /// The custom fields of contacts, once they were asked for.
    contact_fields: OnceCell<Fields>,
}

impl KaseyaBms {
    /// Needs no call. Fails for settings that cannot work.
    pub(crate) fn connect(
        vendors: &Vendors,
        settings: &KaseyaBmsSettings,
    ) -> Result<Self, ConnectorError> {
        Ok(Self {
            client: Client::connect(vendors, settings)?,
            contacts_module: settings.contacts_module.map(Module::contacts),
            accounts_module: settings.accounts_module.map(Module::accounts),
            gaps: settings.gaps(),
            contact_fields: OnceCell::new(),
        })
    }
}

#[async_trait]
impl Psa for KaseyaBms {
    fn kind(&self) -> PsaKind {
        PsaKind::KaseyaBms
    }

    async fn check(&self) -> Result<Access, ConnectorError> {
        self.require_contacts().await?;
        let missing = self.blindness().await?.into_iter().collect();
        Ok(Access { missing })
    }

    async fn companies(&self) -> Result<Vec<Company>, ConnectorError> {
        let accounts = self.accounts().await?.into_iter();
        accounts
            .map(|account| Ok(convert::company(account)?))
            .collect()
    }

    async fn contacts_page(
        &self,
        company: &CompanyId,
        page: Option<PageToken>,
    ) -> Result<ContactsPage, ConnectorError> {
        let place = Place::from_token(page.as_ref()).map_err(|error| error.of(VENDOR))?;
        let (rows, next) = self.page(place, &everybody(company)?).await?;
        if rows.is_empty() && place == Place::START {
            self.require_company(company).await?;
        }
        Ok(ContactsPage {
            contacts: contacts_of(rows, company)?,
            next: next.map(Place::to_token),
        })
    }

    async fn contact(&self, id: &ContactId) -> Result<Option<Contact>, ConnectorError> {
        let Some(id) = number(id.as_str()) else {
            return Ok(None);
        };
        let Some(row) = self.row(id).await? else {
            return Ok(None);
        };
        let held = self.held(id).await?;
        Ok(Some(convert::contact(row, None, Some(held))?))
    }

    async fn find_by_email(
        &self,
        company: &CompanyId,
        address: &str,
    ) -> Result<Vec<Contact>, ConnectorError> {
        let wanted = compared(address);
        // An empty filter would find everybody.
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        // Whether it compares whole addresses, and other than the main ones, is not documented.
        let mut found = self.search(company, address.trim()).await?;
        found.retain(|contact| {
            contact.fields.email.as_deref().map(compared).as_ref() == Some(&wanted)
        });
        Ok(found)
    }

    async fn apply(&self, change: &ContactChange) -> Result<ContactId, ConnectorError> {
        match change {
            ContactChange::Create(new) => self.create(new).await,
            ContactChange::Update(update) if update.is_empty() => Ok(update.contact.clone()),
            ContactChange::Update(update) => self.update(update).await,
        }
    }

    async fn default_site(&self, company: &CompanyId) -> Result<Option<SiteId>, ConnectorError> {
        self.main_location(company).await
    }

    async fn write_tenant_id(
        &self,
        company: &CompanyId,
        tenant_id: &str,
    ) -> Result<TenantIdWrite, ConnectorError> {
        self.put_tenant_id(company, tenant_id).await
    }

    async fn contacts_changed(
        &self,
        since: Option<&PageToken>,
    ) -> Result<ContactsChanged, ConnectorError> {
        self.changes(since).await
    }

    async fn company(&self, id: &CompanyId) -> Result<Option<Company>, ConnectorError> {
        let account = self.account(id).await?;
        Ok(account.map(convert::company).transpose()?)
    }

    fn gaps(&self) -> Gaps {
        self.gaps.clone()
    }
}

/// What BMS cannot do, where a connection names the modules of its custom fields.
pub(super) fn gaps() -> Gaps {
    Gaps {
        attributes: vec![
            Attribute::DisplayName,
            Attribute::Username,
            Attribute::Department,
        ],
        needed_attributes: vec![Attribute::GivenName, Attribute::Surname, Attribute::Email],
        alternate_emails_max: 0,
        thin_lists: true,
        no_create_once: true,
        no_deliveries: true,
        no_territory: true,
        no_kept_names: true,
        ..Gaps::default()
    }
}

fn refused(field: &str, reason: &str) -> ConnectorError {
    ConnectorError::Refused {
        vendor: VENDOR,
        field: Some(field.to_owned()),
        reason: reason.to_owned(),
    }
}

/// What two spellings of one address have in common, real address or not.
fn compared(address: &str) -> String {
    email::key(address).map_or_else(|| address.trim().to_lowercase(), Cow::into_owned)
}
