//! Making a contact, although nothing in Syncro makes a repeated create happen once, and changing one.

use domain::fields::Attribute;
use domain::id::{CompanyId, ContactId};
use domain::identity::Said;
use domain::push::contact::{Contact, ContactUpdate, ExternalId, NewContact};
use http::Method;

use super::client::{Call, VENDOR, refused};
use super::convert::{self, number};
use super::read::{EDIT, call, company_number};
use super::wire::{self, Properties, WireContact, WireError};
use super::write::{self, Change};
use super::{Syncro, compared};
use crate::error::ConnectorError;
use crate::psa::Psa;

const CREATE: Call = call("POST /contacts", "the company", EDIT);
const UPDATE: Call = call("PUT /contacts/{id}", "the contact", EDIT);

impl Syncro {
    /// Makes a contact, then adds what Syncro takes in a change only.
    pub(super) async fn create(&self, new: &NewContact) -> Result<ContactId, ConnectorError> {
        let write = write::create(new, company_number(&new.company)?)?;
        let rest = write::rest(new)?;
        let address = new.fields.get(Attribute::Email);
        self.require_own_address(&new.company, address).await?;
        let recent = self.recent.take();
        let answer = (self.client)
            .write(CREATE, Method::POST, &["contacts"], &write)
            .await?;
        let made = wire::read_written(&answer)?;
        if let (Some(recent), Some(made)) = (recent, &made) {
            self.recent.bring_back(recent.with(made.clone()));
        }
        let id = match &made {
            Some(made) => convert::contact_id(made.id).ok_or(WireError::BadRow)?,
            None => self.adopt(new, &write).await?,
        };
        // The contact is there, whatever comes now: what is missing is seen and written by the next
        // push, while an error would have the contact made again.
        if let Err(error) = self.complete(&id, made, rest).await {
            tracing::warn!(
                contact.id = %id, %error,
                "a contact was made in Syncro, its title and custom fields are still missing"
            );
        }
        Ok(id)
    }

    /// A customer may itself be the person, as a contact that is none: with an address twice, Syncro
    /// cannot tell whose the tickets are.
    async fn require_own_address(
        &self,
        company: &CompanyId,
        address: Option<&str>,
    ) -> Result<(), ConnectorError> {
        let Some(address) = address else {
            return Ok(());
        };
        let customer = self.customer(company).await?;
        match customer.email.value() {
            Some(theirs) if compared(theirs) == compared(address) => Err(refused(
                Attribute::Email.as_str(),
                "the customer itself has this address in Syncro, and a contact with it would make \
                 its tickets ambiguous; give the customer another address there, or none",
            )),
            Some(_) | None => Ok(()),
        }
    }

    async fn complete(
        &self,
        id: &ContactId,
        made: Option<WireContact>,
        rest: Change,
    ) -> Result<(), ConnectorError> {
        let rest = rest.without(|name| self.known.lacks(name));
        if rest.is_empty() {
            return Ok(());
        }
        let id = number(id.as_str()).unwrap_or_default();
        let now = match made {
            Some(made) if made.properties.is_some() && made.name != Said::Nothing => made,
            Some(_) | None => self.row(id).await?,
        };
        self.put(id, &now, &rest).await
    }

    /// The contact that a create made whose answer did not name it.
    async fn adopt(
        &self,
        new: &NewContact,
        write: &write::Write,
    ) -> Result<ContactId, ConnectorError> {
        let name = write.body.get("name").and_then(|name| name.as_str());
        let found = match new.fields.get(Attribute::Email) {
            Some(address) => self.find_by_email(&new.company, address).await?,
            None => self.contacts(&new.company).await?,
        };
        let is_ours = |contact: &&Contact| {
            let is_called_so = contact.fields.display_name.as_deref() == name;
            // Title and custom fields were not written yet.
            is_called_so && !matches!(contact.external_id, Some(ExternalId::Id(_)))
        };
        // Whoever asked looked for this person before: the newest is the one that was made.
        found
            .iter()
            .filter(is_ours)
            .max_by_key(|contact| number(contact.id.as_str()))
            .map(|contact| contact.id.clone())
            .ok_or_else(|| {
                let what = "a create whose answer names no contact, and the list shows none";
                ConnectorError::not_data(VENDOR, what)
            })
    }

    /// Changes a contact. It is read before, since a change repeats its name and its properties.
    pub(super) async fn update(&self, update: &ContactUpdate) -> Result<ContactId, ConnectorError> {
        let change = write::update(update)?.without(|name| self.known.lacks(name));
        let Some(id) = number(update.contact.as_str()) else {
            return Err(refused(
                "id",
                "an id of Syncro is a whole number above zero",
            ));
        };
        if !change.is_empty() {
            self.recent.take();
            let now = self.row(id).await?;
            self.put(id, &now, &change).await?;
        }
        Ok(update.contact.clone())
    }

    /// Writes a change of a contact that is so now, and sees whether its custom fields stayed.
    async fn put(&self, id: i64, now: &WireContact, change: &Change) -> Result<(), ConnectorError> {
        if let Some(properties) = &now.properties {
            self.known.shown(properties);
        }
        let write = change.to_write(now)?;
        let id_text = id.to_string();
        let path = ["contacts", id_text.as_str()];
        let answer = (self.client)
            .write(UPDATE, Method::PUT, &path, &write)
            .await?;
        let fields = change.fields();
        if fields.is_empty() || fields.iter().all(|name| self.known.has(name)) {
            return Ok(());
        }
        let shown = wire::read_written(&answer)?.and_then(|written| written.properties);
        let shown = match shown {
            Some(shown) => Some(shown),
            None => self.row(id).await?.properties,
        };
        if let Some(shown) = shown {
            self.see_what_stayed(&fields, &shown);
        }
        Ok(())
    }

    fn see_what_stayed(&self, fields: &[&'static str], shown: &Properties) {
        for name in self.known.after_write(fields.iter().copied(), shown) {
            tracing::warn!(
                custom_field = name,
                "Syncro has no such contact custom field; create it (Admin > Customers > Contact \
                 Custom Fields, a text field of exactly this name) to have it written"
            );
        }
    }
}
