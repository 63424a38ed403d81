//! Making a contact.

use domain::fields::Attribute;
use domain::id::ContactId;
use domain::push::contact::NewContact;
use domain::push::custom::OFFICE_365_ID;
use http::Method;

use super::ConnectWise;
use super::client::{Call, Query};
use super::convert::{self, NoId};
use super::custom::FieldIds;
use super::read::company_number;
use super::resource::Resource;
use super::wire::WireContact;
use super::write::{self, Tables};
use crate::error::ConnectorError;

impl ConnectWise {
    /// Makes a contact in one call, so that none is ever made by half. Nothing there tells a repeated
    /// create from a second one: whoever asks looks before.
    pub(super) async fn create(&self, new: &NewContact) -> Result<ContactId, ConnectorError> {
        write::check_new(new)?;
        let company = company_number(&new.company)?;
        let tables = Tables {
            kinds: self.kinds().await?,
            department: self
                .department(new.fields.get(Attribute::Department))
                .await?,
            contact_type: self.contact_type().await?,
            fields: if new.external_id.is_some() || !new.custom.is_empty() {
                self.field_ids().await?
            } else {
                FieldIds::default()
            },
        };
        let body = write::create(new, company, &tables)?;
        let call = Call::new(Method::POST, Resource::Contacts, &[]);
        let answer = self.client.send(call.body(&body, &texts_of(new))?).await?;
        let made: WireContact = answer.json()?;
        let contact = convert::contact_id(made.id).ok_or(NoId)?;
        let fields = made.custom_fields.as_deref().unwrap_or_default();
        self.note_pin(made.id.unwrap_or_default(), fields, &new.custom)
            .await;
        Ok(contact)
    }

    /// The custom fields that contacts have, found on any contact: each shows all that there are, and
    /// needs no further right to be read. Where the MSP has no contact yet, they are filled later.
    async fn field_ids(&self) -> Result<FieldIds, ConnectorError> {
        const WHAT: &str = "custom fields";
        let told = self.client.told(WHAT);
        if let Some(ids) = told.as_deref().and_then(FieldIds::from_text) {
            return Ok(ids);
        }
        let query: Query = vec![
            ("fields", "id,customFields".to_owned()),
            ("page", "1".to_owned()),
            ("pageSize", "1".to_owned()),
        ];
        let call = Call::get(Resource::Contacts, &[]).query(query);
        let rows: Vec<WireContact> = self.client.send(call).await?.json()?;
        let Some(fields) = rows.into_iter().find_map(|row| row.custom_fields) else {
            return Ok(FieldIds::default());
        };
        let ids = FieldIds::of(&fields);
        if !ids.has(OFFICE_365_ID) {
            self.no_external_field();
        }
        self.client.remember(WHAT, &ids.to_text());
        Ok(ids)
    }
}

fn texts_of(new: &NewContact) -> Vec<String> {
    let values = Attribute::ALL.into_iter();
    let values = values.filter_map(|attribute| new.fields.get(attribute));
    let others = new.alternate_emails.iter().map(String::as_str);
    let custom = new.custom.iter().map(|(_, text)| text.as_str());
    let more = others.chain(new.external_id.as_deref()).chain(custom);
    write::texts(values.chain(more))
}
