//! HaloPSA, and HaloITSM and HaloCRM, which share its API.
//!
//! - Authentication: OAuth 2.0 client credentials at `{auth_url}/token`, the tenant in the query of
//!   hosted instances; an application of the kind "Client ID and Secret (Services)" that acts as an
//!   agent, with the scopes `read:customers` and `edit:customers`. A token lasts as long as its
//!   `expires_in` says; a 401 asks for one more, once.
//! - Base URL: one per tenant, ending in `/api`; without that, the web host answers 200 with a page.
//! - Rate limit: 429 with a text such as "Rate Limit Reached - 300 Requests per rolling 5 minute
//!   window". What it says is learned, and kept to by every call to that host. `Retry-After` is not
//!   documented, and honoured.
//! - Paging: `pageinate=true` (their spelling), `page_size`, `page_no` from 1, sorted by `order=id`;
//!   see `psa/paging.rs`.
//! - Identity of a contact: the number `id`. A write without it makes a new user, so every change
//!   is checked for one above zero. A user belongs to a site, and by it to a client.
//! - Fields and their limits: see `write.rs`. The last name is `surname`; `title` is the job title.
//!   There is no field for a user name.
//! - Custom fields: `CFSupportPIN`, `CFIsOffice365`, `CFTypeMapping` of users, `CFTenant365Id` of
//!   clients; see `custom.rs`.
//! - External id: `azureoid` holds the Entra object id. Rows of a list may lack it on older builds.
//! - Webhooks: not signed; an unguessable path and Basic credentials; see `webhook.rs`. Order and
//!   retries are not promised, and a hard delete may send nothing.
//! - Quirks: writes are `POST` with an array; numbers come as `18.0` and must leave as `18`; both
//!   `includeactive` and `includeinactive` are needed to see everybody; `search` finds parts of
//!   words; every site owns a placeholder "General User"; an agent with too few rights sees empty
//!   lists instead of an error; a create has no key that would make it happen once.
//! - Documented at: `https://{host}/apidoc` of each tenant (OpenAPI document, version 2, 2025-04),
//!   guides "Connecting through the API" (929) and "Webhook Integration" (838). Error texts, the
//!   wording of the rate limit and the shapes of answers to writes are as integrators saw them.

mod answers;
mod client;
mod convert;
mod create;
mod custom;
mod read;
pub(crate) mod settings;
#[cfg(test)]
mod tests;
pub(crate) mod webhook;
mod wire;
mod write;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use domain::fields::Attribute;
use domain::id::{CompanyId, ContactId, SiteId};
use domain::push::contact::{Contact, ContactChange};
use domain::push::custom::TENANT_365_ID;
use domain::values::email;

pub use settings::HaloSettings;

use crate::Vendors;
use crate::error::ConnectorError;
use crate::psa::paging::Position;
use crate::psa::{Access, Company, ContactsPage, Gaps, PageToken, Psa, PsaKind, TenantIdWrite};
use client::{Client, Resource, VENDOR, unreadable};
use convert::number;
use custom::WireField;
use read::{CLIENTS, SITES, USERS, company_number, everybody, everything, ids_of};
use wire::{WireClient, WireList, WireSite, WireUser};

/// Rows of one search that are read in full.
const SEARCH_LOOKS_MAX: usize = 20;

/// One tenant of HaloPSA.
pub(crate) struct Halo {
    client: Client,
    /// The client of each site that was asked for. No lock is held across an await.
    client_of_site: Mutex<BTreeMap<i64, i64>>,
}

impl Halo {
    /// Needs no call. Fails for settings that cannot work.
    pub(crate) fn connect(
        vendors: &Vendors,
        settings: &HaloSettings,
    ) -> Result<Self, ConnectorError> {
        Ok(Self {
            client: Client::connect(vendors, settings)?,
            client_of_site: Mutex::default(),
        })
    }

    /// The custom fields of a user, all of which go along in a write.
    async fn fields_of(&self, contact: &ContactId) -> Result<Vec<WireField>, ConnectorError> {
        let id = number(contact.as_str()).unwrap_or_default();
        let body = self.client.one(Resource::Users, id).await?;
        let user: WireUser = wire::read_one(&body)?;
        Ok(user.customfields.unwrap_or_default())
    }

    /// Fails unless the company is there and seen: an empty list looks the same for one that is
    /// gone, and for an agent that sees nothing at all.
    async fn require_company(&self, company: &CompanyId) -> Result<(), ConnectorError> {
        let id = company_number(company)?;
        let gone = match self.client.one(Resource::Clients, id).await {
            Ok(_) => return Ok(()),
            Err(gone @ ConnectorError::NotFound { .. }) => gone,
            Err(error) => return Err(error),
        };
        let access = self.check().await?;
        Err(match access.missing.first() {
            None => gone,
            Some(missing) => ConnectorError::Forbidden {
                vendor: VENDOR,
                what: missing.clone(),
            },
        })
    }
}

#[async_trait]
impl Psa for Halo {
    fn kind(&self) -> PsaKind {
        PsaKind::Halo
    }

    async fn check(&self) -> Result<Access, ConnectorError> {
        let query = vec![
            ("pageinate", "true".to_owned()),
            ("page_size", "1".to_owned()),
            ("page_no", "1".to_owned()),
            ("includeactive", "true".to_owned()),
        ];
        let body = self.client.list(Resource::Clients, &query).await?;
        let clients: WireList<WireClient> = wire::read_list(&body, CLIENTS.key)?;
        let mut access = Access::default();
        if clients.rows.is_empty() {
            access.missing.push(
                "it shows no client: let the agent that the API application signs in as see \
                 all of them"
                    .to_owned(),
            );
        }
        Ok(access)
    }

    async fn companies(&self) -> Result<Vec<Company>, ConnectorError> {
        let clients: Vec<WireClient> = self
            .all(CLIENTS, &everything(), |c: &WireClient| c.id)
            .await?;
        clients
            .into_iter()
            .map(|client| Ok(convert::company(client)?))
            .collect()
    }

    async fn contacts_page(
        &self,
        company: &CompanyId,
        page: Option<PageToken>,
    ) -> Result<ContactsPage, ConnectorError> {
        let position = Position::from_token(page.as_ref()).map_err(|e| e.of(VENDOR))?;
        let found: WireList<WireUser> = self.page(USERS, position, &everybody(company)?).await?;
        let ids = ids_of(&found.rows, |user: &WireUser| user.id)?;
        let next = position.after(&ids, found.record_count);
        let next = next.map_err(|error| error.of(VENDOR))?;
        // Even a company without people has its placeholder. An agent that lost its rights sees
        // empty lists, and taking that for the truth would make everybody a second time.
        if found.rows.is_empty() && position == Position::START {
            self.require_company(company).await?;
        }
        Ok(ContactsPage {
            contacts: self.contacts_of(found.rows, company).await?,
            next: next.map(Position::to_token),
        })
    }

    async fn contact(&self, id: &ContactId) -> Result<Option<Contact>, ConnectorError> {
        let Some(id) = number(id.as_str()) else {
            return Ok(None);
        };
        let body = match self.client.one(Resource::Users, id).await {
            Ok(body) => body,
            Err(ConnectorError::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let user: WireUser = wire::read_one(&body)?;
        if user.id != Some(id) {
            return Err(unreadable("an answer about another contact"));
        }
        let company = self.company_of(&user).await?;
        let company = company.ok_or_else(|| unreadable("a contact without a company"))?;
        Ok(Some(convert::contact(user, company)?))
    }

    async fn find_by_email(
        &self,
        company: &CompanyId,
        address: &str,
    ) -> Result<Vec<Contact>, ConnectorError> {
        let wanted = compared(address);
        // An empty search would find everybody.
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let has_it = |contact: &Contact| {
            contact
                .fields
                .email
                .iter()
                .chain(&contact.alternate_emails)
                .any(|other| compared(other) == wanted)
        };
        let rows = self.search(company, address.trim(), |_| true).await?;
        let mut found = Vec::new();
        let mut looks = 0;
        for row in rows {
            if has_it(&row) {
                found.push(row);
            } else if is_found_by_what_it_lacks(&row, &wanted) {
                looks += 1;
                if looks > SEARCH_LOOKS_MAX {
                    return Err(unreadable("a search that finds far more than it should"));
                }
                let full = self.contact(&row.id).await?;
                found.extend(full.filter(|full| full.company == *company && has_it(full)));
            }
        }
        Ok(found)
    }

    async fn apply(&self, change: &ContactChange) -> Result<ContactId, ConnectorError> {
        let update = match change {
            ContactChange::Create(new) => return self.create(new).await,
            ContactChange::Update(update) => update,
        };
        let mut write = write::update(update)?;
        if update.is_empty() {
            return Ok(update.contact.clone());
        }
        if !update.custom.is_empty() {
            write.custom(&self.fields_of(&update.contact).await?, &update.custom);
        }
        let answer = self.client.write(Resource::Users, &write).await?;
        match wire::written_id(&answer)? {
            Some(id) if Some(id) != number(update.contact.as_str()) => Err(unreadable(
                "an answer to a change that names another contact",
            )),
            Some(_) | None => Ok(update.contact.clone()),
        }
    }

    async fn default_site(&self, company: &CompanyId) -> Result<Option<SiteId>, ConnectorError> {
        let id = company_number(company)?;
        let body = self.client.one(Resource::Clients, id).await?;
        let client: WireClient = wire::read_one(&body)?;
        if let Some(site) = client.main_site_id.and_then(convert::site_id) {
            return Ok(Some(site));
        }
        let query = vec![
            ("client_id", id.to_string()),
            ("includeactive", "true".to_owned()),
            ("includeinactive", "false".to_owned()),
        ];
        let sites: Vec<WireSite> = self.all(SITES, &query, |site: &WireSite| site.id).await?;
        let mut active = sites
            .into_iter()
            .filter(|site| site.inactive != Some(true) && site.client_id.is_none_or(|c| c == id));
        Ok(match (active.next(), active.next()) {
            (Some(only), None) => only.id.and_then(convert::site_id),
            (Some(_) | None, _) => None,
        })
    }

    async fn write_tenant_id(
        &self,
        company: &CompanyId,
        tenant_id: &str,
    ) -> Result<TenantIdWrite, ConnectorError> {
        let id = company_number(company)?;
        let body = self.client.one(Resource::Clients, id).await?;
        let client: WireClient = wire::read_one(&body)?;
        let fields = client.customfields.unwrap_or_default();
        match custom::text_of(&fields, TENANT_365_ID) {
            None => Ok(TenantIdWrite::NoField),
            Some(Some(held)) if held.eq_ignore_ascii_case(tenant_id) => {
                Ok(TenantIdWrite::AlreadyThere)
            }
            Some(_) => {
                let write = write::tenant_id(id, &fields, tenant_id);
                self.client.write(Resource::Clients, &write).await?;
                Ok(TenantIdWrite::Written)
            }
        }
    }
}

/// What HaloPSA cannot do. A client has an account manager, but nothing that is called a territory
/// and as much as a name.
pub(crate) fn gaps() -> Gaps {
    Gaps {
        attributes: vec![Attribute::Username],
        needed_attributes: vec![Attribute::DisplayName],
        alternate_emails_max: 2,
        thin_lists: true,
        unsigned_deliveries: true,
        no_create_once: true,
        no_territory: true,
        no_changes_since: true,
        ..Gaps::default()
    }
}

/// Did a search find a thin row by something that the row does not show, such as an alternate
/// address?
fn is_found_by_what_it_lacks(row: &Contact, wanted: &str) -> bool {
    let shown = [&row.fields.display_name, &row.fields.email];
    let is_shown = |text: &String| text.to_lowercase().contains(wanted);
    row.external_id.is_none() && !shown.into_iter().flatten().any(is_shown)
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
