//! Making a contact, although nothing in Halo makes a repeated create happen once.

use domain::fields::Attribute;
use domain::id::ContactId;
use domain::push::contact::{Contact, ExternalId, NewContact};

use super::client::{Resource, VENDOR};
use super::convert::{self, number};
use super::wire::{self, WireError};
use super::{Halo, refused, write};
use crate::error::ConnectorError;
use crate::psa::Psa;

impl Halo {
    /// Without custom fields: which there are, and under which ids, only a user in full tells. They are
    /// filled once the contact is read.
    pub(super) async fn create(&self, new: &NewContact) -> Result<ContactId, ConnectorError> {
        let site = match &new.site {
            Some(site) => Some(site.clone()),
            None => self.default_site(&new.company).await?,
        };
        let Some(site) = site else {
            return Err(refused(
                "site",
                "the company has no main site and not exactly one active one: set its main site \
                 in HaloPSA, or name a site for the customer",
            ));
        };
        let site = number(site.as_str()).unwrap_or_default();
        let write = write::create(new, site)?;
        let answer = self.client.write(Resource::Users, &write).await?;
        match wire::written_id(&answer)? {
            Some(id) => Ok(convert::contact_id(Some(id)).ok_or(WireError::BadRow)?),
            None => self.adopt(new, &write).await,
        }
    }

    /// The contact that a create made whose answer did not name it.
    async fn adopt(
        &self,
        new: &NewContact,
        write: &write::Write,
    ) -> Result<ContactId, ConnectorError> {
        let found = match new.fields.get(Attribute::Email) {
            Some(address) => self.find_by_email(&new.company, address).await?,
            None => {
                let name = write.name();
                let is_same =
                    |contact: &Contact| contact.fields.display_name.as_deref() == Some(name);
                self.search(&new.company, name, is_same).await?
            }
        };
        let is_ours = |contact: &&Contact| match (&contact.external_id, &new.external_id) {
            (Some(ExternalId::Id(theirs)), Some(ours)) => theirs.eq_ignore_ascii_case(ours),
            (Some(ExternalId::Id(_)), None) => false,
            (Some(ExternalId::Empty) | None, _) => true,
        };
        // Whoever asked looked for this person before: the newest is the one that was made.
        found
            .iter()
            .filter(is_ours)
            .filter(|contact| contact.active)
            .max_by_key(|contact| number(contact.id.as_str()))
            .map(|contact| contact.id.clone())
            .ok_or_else(|| {
                let what = "a create whose answer names no contact, and the search finds none";
                ConnectorError::not_data(VENDOR, what)
            })
    }
}
