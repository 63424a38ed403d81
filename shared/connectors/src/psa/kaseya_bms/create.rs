//! Making a contact, although nothing in BMS makes a repeated create happen once, and although a
//! create takes no job title.

use domain::fields::Attribute;
use domain::id::ContactId;
use domain::push::contact::NewContact;
use serde_json::Value;

use super::client::{Body, Endpoint, VENDOR};
use super::convert::{self, number};
use super::read::company_number;
use super::update::PATCH;
use super::wire::WireContact;
use super::write::Create;
use super::{KaseyaBms, refused, write};
use crate::error::ConnectorError;
use crate::psa::Psa;

/// What a role must allow to write contacts.
pub(super) const MODIFY_CONTACTS: &str = "CRM > Contacts: Modify";
const CREATE: Endpoint = Endpoint::new(
    "POST /v2/crm/contacts/summary",
    "the company",
    MODIFY_CONTACTS,
);

impl KaseyaBms {
    pub(super) async fn create(&self, new: &NewContact) -> Result<ContactId, ConnectorError> {
        write::check_new(new, self.contacts_module.is_some())?;
        let company = company_number(&new.company)?;
        let site = match &new.site {
            Some(site) => Some(site.clone()),
            None => self.main_location(&new.company).await?,
        };
        let site = site.and_then(|site| number(site.as_str())).ok_or_else(|| {
            refused(
                "site",
                "the company has no main location and not exactly one: set its main location in \
                 Kaseya BMS, or name one for the customer",
            )
        })?;
        let types = self.types(&write::kinds_of(&new.fields)).await?;
        let fields = if new.external_id.is_some() || !new.custom.is_empty() {
            self.contact_fields().await?.clone()
        } else {
            Default::default()
        };
        let write = write::create(new, (company, site), &types, &fields)?;
        let body = Body {
            json: &write.body,
            texts: &write.texts,
        };
        let told = self.client.write(&CREATE, &[], body).await?;
        let made: WireContact = told.one()?.unwrap_or_default();
        let id = match convert::contact_id(made.id) {
            Some(id) => id,
            None => self.adopt(new).await?,
        };
        match self.complete(&id, &write).await {
            Ok(()) => Ok(id),
            // Whoever asked finds it by looking, and writes what it still lacks.
            Err(error) if error.is_outcome_unknown() => Err(error),
            Err(error) => Err(ConnectorError::Unreachable {
                vendor: VENDOR,
                what: format!("a contact was made, but its job title was not written: {error}"),
            }),
        }
    }

    /// Writes what a create does not take.
    async fn complete(&self, id: &ContactId, write: &Create) -> Result<(), ConnectorError> {
        if write.patch.is_empty() {
            return Ok(());
        }
        let json = Value::Array(write.patch.clone());
        let body = Body {
            json: &json,
            texts: &write.texts,
        };
        self.client.patch(&PATCH, &[id.as_str()], body).await?;
        Ok(())
    }

    /// The contact that a create made whose answer did not name it. Whoever asked looked for this
    /// person before: the newest is the one that was made.
    async fn adopt(&self, new: &NewContact) -> Result<ContactId, ConnectorError> {
        let address = new.fields.get(Attribute::Email).unwrap_or_default();
        let found = self.find_by_email(&new.company, address).await?;
        (found.iter())
            .filter(|contact| contact.active)
            .max_by_key(|contact| number(contact.id.as_str()))
            .map(|contact| contact.id.clone())
            .ok_or_else(|| {
                let what = "a create whose answer names no contact, and the search finds none";
                ConnectorError::not_data(VENDOR, what)
            })
    }
}
