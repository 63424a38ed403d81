//! Autotask PSA (Datto, Kaseya).
//!
//! - Authentication: the headers `UserName`, `Secret` and `ApiIntegrationCode` of an API-only user.
//!   Its security level says what it may do. Repeated failures lock it, so that credentials that
//!   were refused are not sent again.
//! - Base URL: each tenant lives in a zone, `webservices{n}.autotask.net`, which is asked by the user
//!   name and remembered; see `zone.rs`.
//! - Rate limit: 10,000 calls in a rolling hour for a tenant's whole database, all integrations
//!   together; what is left is asked, and a quarter of it left to others, see `threshold.rs`. Three
//!   calls at once per entity and tracking identifier; more are answered with 429, rarely with
//!   another status and a sentence. `Retry-After` is not documented, and honoured.
//! - Paging: 500 rows, by the id of the last one; see `paging.rs`.
//! - Identity of a contact: the number `id`. It is a child of its company: it is read at
//!   `/Contacts`, and written under `/Companies/{id}/Contacts` of the company it is in.
//! - Fields and their limits: see `write.rs`. There is no display name, no user name and no
//!   department. First and last name are both required; a dash stands for one that there is not.
//!   Three addresses: `emailAddress`, `emailAddress2`, `emailAddress3` (B167).
//! - External id: the user-defined field `Office365Id` where the tenant has it (B158), else
//!   `externalID`. Other fields of the tenant's by exact name; see `fields.rs`.
//! - Webhooks: signed with HMAC-SHA1 over the body; see `webhook.rs`. Each is retried for two
//!   minutes, and after 25 failures in a row the webhook is switched off.
//! - Quirks: rights, missing records and mistakes in values come as 500 with a sentence, see
//!   `answers.rs`; `isActive` is 1 or 0 with contacts and a boolean with companies; a field name that
//!   it does not know is ignored; a company's number may be 0, the MSP itself; inactive contacts come
//!   unless they are filtered out; a create has no key that would make it happen once.
//! - Documented at: the vendor's developer help for its REST API (V1.0) and its published contract.
//!   Sentences of errors, the signature over letters that are not ASCII, and the bodies of deliveries
//!   are as integrators saw them.

mod answers;
mod client;
mod companies;
mod convert;
mod create;
mod fields;
mod paging;
mod read;
pub(crate) mod settings;
mod signature;
#[cfg(test)]
mod tests;
mod threshold;
pub(crate) mod webhook;
mod wire;
mod write;
mod zone;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use domain::fields::Attribute;
use domain::id::{CompanyId, ContactId, SiteId};
use domain::push::contact::{Contact, ContactChange, ContactUpdate};
use domain::values::email;
use http::Method;
use serde_json::json;

pub use settings::{
    AUTOTASK_DISCOVERY_URL, AUTOTASK_WEBHOOK_SECRET_LENGTH_MAX, AUTOTASK_WEBHOOK_SECRET_LENGTH_MIN,
    AutotaskSettings,
};

use crate::Vendors;
use crate::error::ConnectorError;
use crate::psa::{Access, Company, ContactsPage, Gaps, PageToken, Psa, PsaKind, TenantIdWrite};
use client::{Call, Client, VENDOR, lacking, missing, unreadable};
use convert::number;
use fields::{IdPlace, UserFields};
use paging::Position;
use read::{CONTACTS, Right, call, contacts_of, ids_of, may, of_company, term};
use wire::{WireContact, WireError, WireList};

/// Contacts whose company is remembered.
const COMPANIES_REMEMBERED_MAX: usize = 10_000;

const UPDATE: Call = call(
    "PATCH /Companies/{id}/Contacts",
    "the contact",
    "edit contacts",
);

/// One tenant of Autotask.
pub(crate) struct Autotask {
    client: Client,
    /// The company of each contact that was read one by one, since a change is written there. No
    /// lock is held across an await.
    company_of_contact: Mutex<BTreeMap<i64, i64>>,
}

impl Autotask {
    /// Needs no call. Fails for settings that cannot work.
    pub(crate) fn connect(
        vendors: &Vendors,
        settings: &AutotaskSettings,
    ) -> Result<Self, ConnectorError> {
        Ok(Self {
            client: Client::connect(vendors, settings)?,
            company_of_contact: Mutex::default(),
        })
    }

    /// A contact in full, and the company under which it is written.
    async fn look(&self, id: i64) -> Result<Option<(Contact, i64)>, ConnectorError> {
        let user_fields = self.user_fields(CONTACTS).await?;
        let Some(row) = self.row(id).await? else {
            return Ok(None);
        };
        let company = row.company_id.ok_or(WireError::BadRow)?;
        let mut companies =
            (self.company_of_contact.lock()).unwrap_or_else(PoisonError::into_inner);
        if companies.len() >= COMPANIES_REMEMBERED_MAX {
            companies.clear();
        }
        companies.insert(id, company);
        Ok(Some((convert::contact(row, None, &user_fields)?, company)))
    }

    /// The company under which a contact is changed. A contact that was read in this invocation is
    /// not read again, unless the change depends on what it says.
    async fn company_to_change(
        &self,
        update: &ContactUpdate,
        user_fields: &UserFields,
    ) -> Result<i64, ConnectorError> {
        let id = write::contact_number(update)?;
        let is_shared =
            update.external_id.is_some() && user_fields.id_place() == IdPlace::ExternalField;
        let remembered = {
            let companies = self.company_of_contact.lock();
            let companies = companies.unwrap_or_else(PoisonError::into_inner);
            companies.get(&id).copied()
        };
        if let Some(company) = remembered.filter(|_| !is_shared) {
            return Ok(company);
        }
        let found = self.look(id).await?;
        let (contact, company) = found.ok_or_else(|| missing(CONTACTS.one))?;
        if is_shared && contact.external_id.is_none() {
            return Err(refused(
                "external_id",
                "the contact's externalID holds another system's key: add the user-defined field \
                 Office365Id to contacts, which the id is then written to",
            ));
        }
        Ok(company)
    }
}

#[async_trait]
impl Psa for Autotask {
    fn kind(&self) -> PsaKind {
        PsaKind::Autotask
    }

    async fn check(&self) -> Result<Access, ConnectorError> {
        let mut missing = self.blindness().await?;
        let rights = [
            (Right::Query, "read contacts"),
            (Right::Create, "create contacts"),
            (Right::Update, "edit contacts"),
        ];
        let entity = self.contact_rights().await?;
        let denied = rights
            .into_iter()
            .filter(|(right, _)| !may(&entity, *right));
        missing.extend(denied.map(|(_, right)| lacking(right)));
        Ok(Access { missing })
    }

    async fn companies(&self) -> Result<Vec<Company>, ConnectorError> {
        self.all_companies().await
    }

    async fn company(&self, id: &CompanyId) -> Result<Option<Company>, ConnectorError> {
        self.one_company(id).await
    }

    async fn contacts_page(
        &self,
        company: &CompanyId,
        page: Option<PageToken>,
    ) -> Result<ContactsPage, ConnectorError> {
        let position = Position::from_token(page.as_ref())?;
        let terms = [of_company(company)?];
        let user_fields = self.user_fields(CONTACTS).await?;
        let found: WireList<WireContact> = self.page(CONTACTS, position, &terms, None).await?;
        let ids = ids_of(&found.rows, |row: &WireContact| row.id)?;
        let next = position.after(&ids, found.has_next)?;
        if found.rows.is_empty() && position == Position::START {
            self.require_sight(company).await?;
        }
        Ok(ContactsPage {
            contacts: contacts_of(found.rows, company, &user_fields)?,
            next: next.and_then(Position::to_token),
        })
    }

    async fn contact(&self, id: &ContactId) -> Result<Option<Contact>, ConnectorError> {
        let Some(id) = number(id.as_str()) else {
            return Ok(None);
        };
        Ok(self.look(id).await?.map(|(contact, _)| contact))
    }

    async fn find_by_email(
        &self,
        company: &CompanyId,
        address: &str,
    ) -> Result<Vec<Contact>, ConnectorError> {
        let (address, wanted) = (address.trim(), compared(address));
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        // Said to compare without case; both spellings, should it not.
        let mut spellings = vec![address];
        spellings.extend((wanted != address).then_some(wanted.as_str()));
        let places = ["emailAddress"].into_iter().chain(write::ALTERNATES);
        let items: Vec<_> = places
            .flat_map(|place| spellings.iter().map(move |s| term("eq", place, json!(s))))
            .collect();
        let has_it = |contact: &Contact| {
            let mut addresses = contact.fields.email.iter().chain(&contact.alternate_emails);
            addresses.any(|other| compared(other) == wanted)
        };
        let anywhere = json!({ "op": "or", "items": items });
        self.search(company, anywhere, has_it).await
    }

    async fn apply(&self, change: &ContactChange) -> Result<ContactId, ConnectorError> {
        let update = match change {
            ContactChange::Create(new) => return self.create(new).await,
            ContactChange::Update(update) => update,
        };
        let user_fields = self.user_fields(CONTACTS).await?;
        // What can never be written needs no company to be refused.
        if write::update(update, 0, &user_fields)?.is_empty() {
            return Ok(update.contact.clone());
        }
        let company = self.company_to_change(update, &user_fields).await?;
        let write = write::update(update, company, &user_fields)?;
        let answer = self.client.write(UPDATE, Method::PATCH, &write).await?;
        match wire::written_id(&answer)? {
            Some(id) if Some(id) != number(update.contact.as_str()) => Err(unreadable(
                "an answer to a change that names another contact",
            )),
            Some(_) | None => Ok(update.contact.clone()),
        }
    }

    /// Autotask makes a contact without a location, and needs none.
    async fn default_site(&self, _company: &CompanyId) -> Result<Option<SiteId>, ConnectorError> {
        Ok(None)
    }

    async fn write_tenant_id(
        &self,
        company: &CompanyId,
        tenant_id: &str,
    ) -> Result<TenantIdWrite, ConnectorError> {
        self.put_tenant_id(company, tenant_id).await
    }
}

/// What Autotask cannot do.
pub(super) fn gaps() -> Gaps {
    Gaps {
        attributes: vec![
            Attribute::DisplayName,
            Attribute::Username,
            Attribute::Department,
        ],
        needed_attributes: vec![Attribute::GivenName, Attribute::Surname],
        alternate_emails_max: 2,
        no_create_once: true,
        no_changes_since: true,
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
