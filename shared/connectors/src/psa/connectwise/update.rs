//! Changing a contact: read as it stands, patched, and looked at again in the answer.

use domain::fields::Attribute;
use domain::id::ContactId;
use domain::push::contact::ContactUpdate;
use domain::push::custom::OFFICE_365_ID;
use http::Method;
use serde_json::Value;

use super::change::{self, Step};
use super::client::{Call, unreadable};
use super::convert::number_in;
use super::custom;
use super::resource::Resource;
use super::wire::{Replace, WireContact};
use super::write::{self, Tables};
use super::{ConnectWise, refused};
use crate::error::ConnectorError;

impl ConnectWise {
    /// Makes a contact say what it should. Addresses and numbers are records of their own, so that it
    /// takes a call for each: where one fails, the next try leaves out what is done already.
    pub(super) async fn update(&self, update: &ContactUpdate) -> Result<ContactId, ConnectorError> {
        write::check_update(update)?;
        if update.is_empty() {
            return Ok(update.contact.clone());
        }
        let id = number_in(update.contact.as_str()).unwrap_or_default();
        let call = Call::get(Resource::Contact, &[id]);
        let current: WireContact = self.client.send(call).await?.json()?;
        if current.id != Some(id) {
            return Err(unreadable("an answer about another contact"));
        }
        let fields = current.custom_fields.as_deref().unwrap_or_default();
        if update.external_id.is_some() && custom::find(fields, OFFICE_365_ID).is_none() {
            self.no_external_field();
        }
        let department = update.set.iter().find_map(|(attribute, value)| {
            (*attribute == Attribute::Department).then_some(value.as_deref())?
        });
        let tables = Tables {
            kinds: self.kinds().await?,
            department: self.department(department).await?,
            ..Tables::default()
        };
        let texts = texts_of(update);
        for step in change::update(update, &current, &tables)? {
            self.take(step, id, &texts).await?;
        }
        self.note_pin(id, fields, &update.custom).await;
        Ok(update.contact.clone())
    }

    async fn take(&self, step: Step, id: i64, texts: &[String]) -> Result<(), ConnectorError> {
        let call = match &step {
            Step::Contact(patch) => {
                Call::new(Method::PATCH, Resource::Contact, &[id]).body(patch, texts)?
            }
            Step::Add(item) => Call::new(Method::POST, Resource::Items, &[id]).body(item, texts)?,
            Step::Change(item, patch) => {
                Call::new(Method::PATCH, Resource::Item, &[id, *item]).body(patch, texts)?
            }
            Step::Remove(item) => Call::new(Method::DELETE, Resource::Item, &[id, *item]),
        };
        let answer = self.client.send(call).await?;
        let Step::Contact(patch) = step else {
            return Ok(());
        };
        let now: Value = answer.json()?;
        if now.get("id").and_then(Value::as_i64) != Some(id) {
            let what = "an answer to a change that names another contact";
            return Err(unreadable(what));
        }
        match patch.iter().find(|one| is_kept(one, &now)) {
            Some(kept) => Err(refused(
                field_of(kept.path),
                "ConnectWise PSA took the change and kept the old value",
            )),
            None => Ok(()),
        }
    }
}

/// Does the contact still have what was to be cleared? Which fields a `null` clears is written down
/// nowhere.
fn is_kept(replace: &Replace, now: &Value) -> bool {
    let there = now.pointer(replace.path);
    let is_empty = |value: &Value| value.is_null() || value.as_str().is_some_and(str::is_empty);
    replace.value.is_null() && there.is_some_and(|value| !is_empty(value))
}

fn field_of(path: &str) -> &'static str {
    let attribute = match path {
        "/lastName" => Attribute::Surname,
        "/title" => Attribute::JobTitle,
        "/department" => Attribute::Department,
        _ => return "the contact",
    };
    attribute.as_str()
}

fn texts_of(update: &ContactUpdate) -> Vec<String> {
    let values = update.set.iter().filter_map(|(_, value)| value.as_deref());
    let custom = update.custom.iter().map(|(_, text)| text.as_str());
    write::texts(values.chain(update.external_id.as_deref()).chain(custom))
}
