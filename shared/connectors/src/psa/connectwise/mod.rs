//! ConnectWise PSA, formerly ConnectWise Manage.
//!
//! - Authentication: Basic, with `{company}+{public key}:{private key}` of an API member, and the
//!   integration's `clientId` in a header of its own. Nothing expires. What the member may do is in
//!   its security role: Inquire, Add and Edit on Companies > Contacts (Delete where an address or
//!   number is cleared), Inquire on Companies > Company Maintenance and System > Table Setup.
//! - Base URL: `https://{host}/{codebase}/apis/3.0`. Hosted instances have a host per region and
//!   `api-` before it; the codebase is asked for at `/login/companyinfo/{company}`, remembered, and
//!   asked for again where an address turns out to be none, since it changes with each upgrade.
//! - Version: pinned in `Accept`; see `settings.rs`. New members come without a new version.
//! - Rate limit: 429 with `Retry-After`, or with the pause in words. Its size is told nowhere.
//! - Paging: by id; see `paging.rs`. The address of the next page in the `Link` header is not
//!   followed, only believed.
//! - Queries: `conditions` and `childConditions`, a small language in which values are quoted; what
//!   could be read as language is not put into it, see `read.rs`. Whether all terms of a child
//!   condition must hold for one child is not confirmed, so that results are looked at again.
//! - Identity of a contact: the number `id`. Contacts may have no company: those are nobody's here.
//! - Fields: first and last name, and no name besides; addresses and numbers are a list of items, of
//!   kinds that each MSP names itself (`kinds.rs`). `inactiveFlag` puts a contact out of use.
//! - Departments are a table that contacts refer to; one that is not there is made. Contact types
//!   likewise, and are never made.
//! - Custom fields of contacts (`SupportPIN`, `IsOffice365`, and `Office365Id` for the external id) and
//!   of companies (`Tenant365Id`), where the MSP has made them; rows of lists show them too.
//! - Webhooks: callbacks, signed with a key that has to be fetched; see `webhook.rs`. A callback is
//!   registered by a call of the API, which an operator makes once (docs/configuration.md).
//! - Quirks: a patch inside of a reference is answered 200 and does nothing; a `PUT` validates what
//!   it was never given; custom fields that a patch leaves out may be emptied, so that all go back.
//! - Documented at: developer.connectwise.com (REST contract 2025.1; guides "PSA API Requests", "PSA
//!   Pagination", "PSA Callbacks"). Lengths of names are of an older contract.

mod answers;
mod change;
mod client;
mod convert;
mod create;
mod custom;
mod facts;
mod kinds;
mod note;
mod paging;
mod read;
mod resource;
pub(crate) mod settings;
mod tables;
#[cfg(test)]
mod tests;
mod update;
pub(crate) mod webhook;
mod wire;
mod write;

use std::borrow::Cow;
use std::sync::Mutex;

use async_trait::async_trait;
use domain::fields::Attribute;
use domain::id::{CompanyId, ContactId, SiteId};
use domain::push::contact::{Contact, ContactChange};
use domain::values::email;

pub use settings::ConnectWiseSettings;

use crate::Vendors;
use crate::error::ConnectorError;
use crate::psa::{Access, Company, ContactsPage, Gaps, PageToken, Psa, PsaKind, TenantIdWrite};
use client::{Call, Client, VENDOR, unreadable};
use convert::{NoId, number_in};
use paging::{PagingError, Position};
use read::{List, company_number};
use resource::{Resource, Right};
use tables::Departments;
use wire::{WireCompany, WireContact};
use write::Refusal;

/// One company of ConnectWise PSA: the MSP.
pub(crate) struct ConnectWise {
    client: Client,
    contact_type: Option<String>,
    /// The MSP's departments, once they were read. No lock is held across an await.
    departments: Mutex<Option<Departments>>,
}

impl ConnectWise {
    /// Needs no call. Fails for settings that cannot work.
    pub(crate) fn connect(
        vendors: &Vendors,
        settings: &ConnectWiseSettings,
    ) -> Result<Self, ConnectorError> {
        Ok(Self {
            client: Client::connect(vendors, settings)?,
            contact_type: settings.contact_type.clone(),
            departments: Mutex::default(),
        })
    }

    /// Is the company there? Where it is not, and no company at all is seen, rights are missing.
    async fn require_company(&self, company: i64) -> Result<(), ConnectorError> {
        match self.read_company(company).await {
            Ok(_) => Ok(()),
            Err(gone @ ConnectorError::NotFound { .. }) => {
                if self.sees_any(&List::companies()).await? {
                    Err(gone)
                } else {
                    Err(ConnectorError::Forbidden {
                        vendor: VENDOR,
                        what: no_sight(),
                    })
                }
            }
            Err(error) => Err(error),
        }
    }
}

#[async_trait]
impl Psa for ConnectWise {
    fn kind(&self) -> PsaKind {
        PsaKind::ConnectWise
    }

    async fn check(&self) -> Result<Access, ConnectorError> {
        if !self.sees_any(&List::companies()).await? {
            return Ok(Access {
                missing: vec![no_sight()],
            });
        }
        self.sees_any(&List::table(Resource::Contacts)).await?;
        // Asked for even where they are remembered: it is the right that counts.
        let kinds = self.read_kinds().await?;
        Ok(Access {
            missing: write::missing_kinds(kinds),
        })
    }

    async fn companies(&self) -> Result<Vec<Company>, ConnectorError> {
        let rows: Vec<WireCompany> = self
            .all(&List::companies(), |row: &WireCompany| row.id)
            .await?;
        rows.iter()
            .map(|company| Ok(convert::company(company)?))
            .collect()
    }

    async fn company(&self, id: &CompanyId) -> Result<Option<Company>, ConnectorError> {
        match self.read_company(company_number(id)?).await {
            Ok(company) => Ok(Some(convert::company(&company)?)),
            Err(ConnectorError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn contacts_page(
        &self,
        company: &CompanyId,
        page: Option<PageToken>,
    ) -> Result<ContactsPage, ConnectorError> {
        let position = Position::from_token(page.as_ref())?;
        let number = company_number(company)?;
        let kinds = self.kinds().await?;
        let list = List::contacts(number);
        let (rows, next): (Vec<WireContact>, _) = self
            .page(&list, position, |row: &WireContact| row.id)
            .await?;
        // A company that is gone, or that the member may not see any more, looks as an empty one
        // does. Taking that for the truth would make everybody a second time.
        if rows.is_empty() && position == Position::START {
            self.require_company(number).await?;
        }
        Ok(ContactsPage {
            contacts: Self::contacts_of(&rows, company, kinds)?,
            next: next.map(Position::to_token),
        })
    }

    async fn contact(&self, id: &ContactId) -> Result<Option<Contact>, ConnectorError> {
        let Some(id) = number_in(id.as_str()) else {
            return Ok(None);
        };
        let call = Call::get(Resource::Contact, &[id]);
        let wire: WireContact = match self.client.send(call).await {
            Ok(answer) => answer.json()?,
            Err(ConnectorError::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        if wire.id != Some(id) {
            return Err(unreadable("an answer about another contact"));
        }
        // One that was taken out of its company is nobody's.
        let company = wire.company.as_ref().and_then(|company| company.id);
        let Some(company) = company.filter(|company| *company > 0) else {
            return Ok(None);
        };
        let company = CompanyId::parse(company.to_string()).map_err(|_| NoId)?;
        Ok(Some(convert::contact(&wire, company, self.kinds().await?)?))
    }

    async fn find_by_email(
        &self,
        company: &CompanyId,
        address: &str,
    ) -> Result<Vec<Contact>, ConnectorError> {
        let wanted = compared(address);
        // An empty condition would find everybody.
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let number = company_number(company)?;
        let kinds = self.kinds().await?;
        let rows = self.candidates(number, address.trim()).await?;
        let mut found = Self::contacts_of(&rows, company, kinds)?;
        found.retain(|contact| {
            let addresses = contact.fields.email.iter().chain(&contact.alternate_emails);
            addresses
                .map(|other| compared(other))
                .any(|other| other == wanted)
        });
        Ok(found)
    }

    async fn apply(&self, change: &ContactChange) -> Result<ContactId, ConnectorError> {
        match change {
            ContactChange::Create(new) => self.create(new).await,
            ContactChange::Update(update) => self.update(update).await,
        }
    }

    async fn default_site(&self, company: &CompanyId) -> Result<Option<SiteId>, ConnectorError> {
        let company = self.read_company(company_number(company)?).await?;
        Ok(company.site.and_then(|site| convert::site_id(site.id)))
    }

    async fn write_tenant_id(
        &self,
        company: &CompanyId,
        tenant_id: &str,
    ) -> Result<TenantIdWrite, ConnectorError> {
        self.tell_tenant_id(company, tenant_id).await
    }
}

/// What ConnectWise PSA cannot do.
pub(super) fn gaps() -> Gaps {
    Gaps {
        // A contact has a first and a last name; what it is called follows from them.
        attributes: vec![Attribute::DisplayName, Attribute::Username],
        needed_attributes: vec![Attribute::GivenName],
        // That a contact may have two items of one kind is not confirmed, so that there is room for
        // one address besides the main one: the home e-mail (B166).
        alternate_emails_max: 1,
        no_create_once: true,
        no_changes_since: true,
        ..Gaps::default()
    }
}

fn no_sight() -> String {
    let right = Resource::Companies.missing(Right::Inquire);
    format!("it shows no company: {right}")
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

impl From<NoId> for ConnectorError {
    fn from(error: NoId) -> Self {
        unreadable(&error.to_string())
    }
}

impl From<PagingError> for ConnectorError {
    fn from(error: PagingError) -> Self {
        unreadable(&error.to_string())
    }
}

impl From<Refusal> for ConnectorError {
    fn from(refusal: Refusal) -> Self {
        refused(refusal.field, &refusal.reason)
    }
}
