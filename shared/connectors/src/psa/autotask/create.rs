//! Making a contact, although nothing in Autotask makes a repeated create happen once.

use domain::fields::Attribute;
use domain::id::ContactId;
use domain::push::contact::{Contact, ExternalId, NewContact};
use http::Method;
use serde_json::json;

use super::client::{Call, VENDOR};
use super::convert::{self, number};
use super::read::{CONTACTS, call, term};
use super::wire::{self, WireError};
use super::{Autotask, write};
use crate::error::ConnectorError;
use crate::psa::Psa;

const CREATE: Call = call(
    "POST /Companies/{id}/Contacts",
    "the company",
    "create contacts",
);

impl Autotask {
    pub(super) async fn create(&self, new: &NewContact) -> Result<ContactId, ConnectorError> {
        let user_fields = self.user_fields(CONTACTS).await?;
        let write = write::create(new, &user_fields)?;
        let answer = self.client.write(CREATE, Method::POST, &write).await?;
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
                let own = |key: &str| term("eq", key, write.body.get(key).cloned().into());
                let names = json!({ "op": "and", "items": [own("firstName"), own("lastName")] });
                self.search(&new.company, names, |_| true).await?
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
