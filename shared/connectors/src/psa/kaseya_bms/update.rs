//! Changing a contact: the contact itself, its addresses, its phones and its custom fields are written
//! apart, each only where something of it changes.
//!
//! Invariant: everything that can be refused without writing is refused before the first write.

use domain::id::ContactId;
use domain::push::contact::ContactUpdate;
use serde_json::Value;

use super::client::{Body, Endpoint, unreadable};
use super::create::MODIFY_CONTACTS;
use super::custom::Fields;
use super::items::{Changes, email_changes, kinds_to_add, phone_changes};
use super::read::CONTACT;
use super::types::Kind;
use super::wire::{WireContact, WireItemsChanged};
use super::{KaseyaBms, refused, write};
use crate::error::ConnectorError;

pub(super) const PATCH: Endpoint =
    Endpoint::new("PATCH /v2/crm/contacts/{}", "the contact", MODIFY_CONTACTS);
const EMAILS: Endpoint = Endpoint::new(
    "PATCH /v2/crm/contacts/{}/emails",
    "the contact",
    MODIFY_CONTACTS,
);
const PHONES: Endpoint = Endpoint::new(
    "PATCH /v2/crm/contacts/{}/phones",
    "the contact",
    MODIFY_CONTACTS,
);

impl KaseyaBms {
    pub(super) async fn update(&self, update: &ContactUpdate) -> Result<ContactId, ConnectorError> {
        let id = write::contact_number(update)?;
        let has_module = self.contacts_module.is_some();
        // What can never be written needs no call to be refused.
        write::update(update, &Fields::default(), has_module)?;
        let has_values = update.external_id.is_some() || !update.custom.is_empty();
        let fields = if has_values {
            self.contact_fields().await?.clone()
        } else {
            Fields::default()
        };
        let change = write::update(update, &fields, has_module)?;
        let (emails, phones) = self.items_of(id, &change).await?;
        let path = id.to_string();
        if !change.patch.is_empty() {
            let json = Value::Array(change.patch);
            let body = Body {
                json: &json,
                texts: &change.texts,
            };
            let told = self.client.patch(&PATCH, &[&path], body).await?;
            check_patched(told.one()?, id, update.active)?;
        }
        self.change_items(&EMAILS, &path, emails, &change.texts)
            .await?;
        self.change_items(&PHONES, &path, phones, &change.texts)
            .await?;
        if let Some(module) = self.contacts_module {
            for stored in &change.values {
                self.write_value(module, id, stored).await?;
            }
        }
        Ok(update.contact.clone())
    }

    /// What is to be done to the addresses and phones, which are named by what they say now.
    async fn items_of(
        &self,
        id: i64,
        change: &write::Update,
    ) -> Result<(Changes, Changes), ConnectorError> {
        if change.email.is_none() && change.phones.is_empty() {
            return Ok((Changes::default(), Changes::default()));
        }
        let row = self.row(id).await?.ok_or_else(|| CONTACT.missing())?;
        let said = "a contact in full without its addresses and phones";
        let (emails, phones) = (row.emails.zip(row.phones)).ok_or_else(|| unreadable(said))?;
        let mut kinds = kinds_to_add(&phones, &change.phones);
        kinds.extend((change.email.is_some() && emails.is_empty()).then_some(Kind::Email));
        let types = if kinds.is_empty() {
            Default::default()
        } else {
            self.types(&kinds).await?
        };
        let email = change.email.as_deref();
        let email = email.map(|address| email_changes(&emails, address, &types));
        let phones = phone_changes(&phones, &change.phones, &types)?;
        Ok((email.transpose()?.unwrap_or_default(), phones))
    }

    async fn change_items(
        &self,
        endpoint: &Endpoint,
        path: &str,
        changes: Changes,
        texts: &[String],
    ) -> Result<(), ConnectorError> {
        if changes.body.is_empty() {
            return Ok(());
        }
        let json = Value::Array(changes.body.clone());
        let body = Body {
            json: &json,
            texts: &texts_of(&json, texts),
        };
        let told = self.client.write(endpoint, &[path], body).await?;
        let answer: WireItemsChanged = told.one()?.unwrap_or_default();
        if changes.is_done(&answer) {
            Ok(())
        } else {
            // The numbers of the operations are not documented.
            Err(unreadable(
                "an answer by which something else was changed than was asked",
            ))
        }
    }
}

/// The texts of the write, and what the rows said before.
fn texts_of(changes: &Value, texts: &[String]) -> Vec<String> {
    let rows = changes.as_array().into_iter().flatten();
    let members = rows
        .filter_map(Value::as_object)
        .flat_map(|row| row.values());
    let said = members.filter_map(Value::as_str).map(str::to_lowercase);
    texts.iter().cloned().chain(said).collect()
}

/// Is the answer about this contact, and does it say what it was told to be?
fn check_patched(
    row: Option<WireContact>,
    id: i64,
    active: Option<bool>,
) -> Result<(), ConnectorError> {
    let row = row.unwrap_or_default();
    if row.id.is_some_and(|other| other != id) {
        return Err(unreadable(
            "an answer to a change that names another contact",
        ));
    }
    match (active, row.is_active) {
        (Some(wanted), Some(is)) if wanted != is => Err(refused(
            "active",
            "Kaseya BMS took the change, and left the contact as it was",
        )),
        _ => Ok(()),
    }
}
