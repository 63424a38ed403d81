//! Autotask PSA: zone discovery and the REST API of one zone on one address.
//!
//! A tenant is asked for at `{base}/ATServicesRest/V1.0/zoneInformation` and lives at
//! `{base}/ATServicesRest/V1.0`, unless it was moved. Contacts are children of companies. Rights,
//! mistakes and missing records come as status 500 with a sentence.

mod members;
mod query;
mod routes;
mod state;
#[cfg(test)]
mod tests;
mod webhooks;

use serde_json::{Map, Value, json};

pub use webhooks::{WEBHOOK_GUID, Webhook, signature};

use crate::exchange::{Answer, Request};
use crate::simulator::{Simulator, Vendor};
use state::{Record, State};

/// The API user's name.
pub const USERNAME: &str = "api.user@acme.example";
/// The secret that goes with it.
pub const SECRET: &str = "quetzalcanary-autotask-secret";
/// The tracking identifier.
pub const INTEGRATION_CODE: &str = "QUETZALCANARYAUTOTASK";

/// A user-defined field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its exact name.
    pub name: String,
    /// How many characters it holds.
    pub length: usize,
    /// Value and label of its items; none for a text.
    pub items: Vec<(String, String)>,
}

impl Field {
    /// A text of at most 50 characters.
    pub fn text(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            length: 50,
            items: Vec::new(),
        }
    }

    fn check(&self, value: &Value) -> Result<(), String> {
        let name = &self.name;
        match value {
            Value::Null => Ok(()),
            Value::String(text) if text.encode_utf16().count() > self.length => Err(format!(
                "The length of field {name} must be less than or equal to {}.",
                self.length
            )),
            Value::String(text) => {
                let is_item = self.items.is_empty() || self.items.iter().any(|(v, _)| v == text);
                if is_item || text.is_empty() {
                    Ok(())
                } else {
                    Err(format!(
                        "Picklist value [{text}] does not exist for {name}."
                    ))
                }
            }
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => Err(format!(
                "Unexpected character encountered while parsing value. Path '{name}'."
            )),
        }
    }

    fn described(&self) -> Value {
        let items = self.items.iter();
        let items: Vec<Value> = items
            .map(|(value, label)| json!({ "value": value, "label": label }))
            .collect();
        let is_list = !items.is_empty();
        let mut field = json!({
            "name": self.name, "label": self.name, "type": if is_list { "list" } else { "string" },
            "length": self.length, "description": "", "isRequired": false, "isReadOnly": false,
            "isQueryable": true, "isReference": false, "referenceEntityType": null,
            "isPickList": is_list, "picklistParentValueField": null, "defaultValue": null,
            "isSupportedWebhookField": false,
        });
        if let Some(field) = field.as_object_mut().filter(|_| is_list) {
            field.insert("picklistValues".to_owned(), json!(items));
        }
        field
    }
}

/// Which of Autotask's ways this tenant has.
#[derive(Debug, Clone)]
pub struct Behaviour {
    /// The most rows of a page, whatever was asked for.
    pub page_cap: usize,
    /// Every page of contacts is the first one again.
    pub repeat_page: bool,
    /// The API user sees nothing: empty lists with status 200.
    pub hide_everything: bool,
    /// The security level lacks the right to query.
    pub deny_reads: bool,
    /// The security level lacks the right to create and update.
    pub deny_writes: bool,
    /// The security level lacks the right to query resources.
    pub deny_resources: bool,
    /// A record that is not there is 404 and not null.
    pub missing_is_404: bool,
    /// `itemId` comes as text.
    pub item_id_as_text: bool,
    /// Answers to writes name no id.
    pub silent_writes: bool,
    /// Members that nobody documented, and values that no list has.
    pub is_strange: bool,
    /// Callouts also for what the API user itself writes.
    pub calls_out_own_writes: bool,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            page_cap: 500,
            repeat_page: false,
            hide_everything: false,
            deny_reads: false,
            deny_writes: false,
            deny_resources: false,
            missing_is_404: false,
            item_id_as_text: false,
            silent_writes: false,
            is_strange: false,
            calls_out_own_writes: false,
        }
    }
}

/// A running simulator; it starts with the MSP's own company, whose id is 0.
pub type Autotask = Simulator<State>;

impl Vendor for State {
    const NAME: &'static str = "autotask";

    fn answer(&mut self, base: &str, request: &Request) -> Answer {
        routes::answer(self, base, request)
    }

    fn throttled(&self) -> Answer {
        routes::throttled("Thread Threshold Exceeded")
    }

    fn unauthorized(&self) -> Answer {
        routes::unauthorized()
    }
}

impl Autotask {
    /// Adds a company in use and returns its id.
    pub fn add_company(&self, name: &str) -> i64 {
        let mut state = self.state();
        let id = state.next_id();
        state.insert_company(id, name);
        id
    }

    /// Changes members of a company. False when there is no such company.
    pub fn edit_company(&self, id: i64, changes: &Value) -> bool {
        let mut body = members(changes);
        body.insert("id".to_owned(), json!(id));
        self.state().change_company(&body).is_ok()
    }

    /// Removes a company for good, with its contacts.
    pub fn delete_company(&self, id: i64) {
        let mut state = self.state();
        state.companies.remove(&id);
        let own = |contact: &Record| contact.integer("companyID") == Some(id);
        state.contacts.retain(|_, contact| !own(contact));
    }

    /// A company in full.
    pub fn company(&self, id: i64) -> Option<Value> {
        let state = self.state();
        let record = state.companies.get(&id)?;
        Some(Value::Object(record.shown(&state.company_fields)))
    }

    /// Adds a location of a company and returns its id.
    pub fn add_location(&self, company: i64) -> i64 {
        let mut state = self.state();
        let id = state.next_id();
        state.locations.insert(id, company);
        id
    }

    /// Adds one of the MSP's own people and returns the id.
    pub fn add_resource(&self, first: &str, last: &str) -> i64 {
        let mut state = self.state();
        let id = state.next_id();
        let members = json!({"id": id, "firstName": first, "lastName": last, "isActive": true});
        let record = Record {
            members: self::members(&members),
            values: std::collections::BTreeMap::new(),
        };
        state.resources.insert(id, record);
        id
    }

    /// Adds a territory of that number.
    pub fn add_territory(&self, id: i64, name: &str) {
        self.state().territories.push((id, name.to_owned()));
    }

    /// Forgets all user-defined fields; what they held is seen again once they are defined anew.
    pub fn forget_fields(&self) {
        let mut state = self.state();
        state.contact_fields.clear();
        state.company_fields.clear();
    }

    /// Defines a user-defined field of contacts.
    pub fn define_contact_field(&self, field: Field) {
        self.state().contact_fields.push(field);
    }

    /// Defines a user-defined field of companies.
    pub fn define_company_field(&self, field: Field) {
        self.state().company_fields.push(field);
    }

    /// Adds a contact without a callout, as if it had been there before. What Autotask requires and
    /// is not given is filled in. Returns its id.
    pub fn add_contact(&self, company: i64, contact: &Value) -> i64 {
        let mut body = members(
            &json!({"companyID": company, "isActive": 1, "firstName": "-",
            "lastName": "-"}),
        );
        body.extend(members(contact));
        self.state()
            .create(company, &body)
            .expect("the test describes a contact that Autotask accepts")
    }

    /// Changes a contact as a technician would, with a callout. False when there is no such contact.
    pub fn edit_contact(&self, id: i64, changes: &Value) -> bool {
        let mut state = self.state();
        if !state.contacts.contains_key(&id) {
            return false;
        }
        let mut body = members(changes);
        body.insert("id".to_owned(), json!(id));
        (state.change(None, &body, false))
            .expect("the test describes a change that Autotask accepts");
        webhooks::enqueue(&mut state, id, "Update");
        true
    }

    /// Deletes a contact for good, with a callout that has its id only. False when there is none.
    pub fn delete_contact(&self, id: i64) -> bool {
        let mut state = self.state();
        let was_there = state.contacts.remove(&id).is_some();
        if was_there {
            webhooks::enqueue(&mut state, id, "Delete");
        }
        was_there
    }

    /// A contact in full, as `GET /Contacts/{id}` shows it.
    pub fn contact(&self, id: i64) -> Option<Value> {
        let state = self.state();
        let record = state.contacts.get(&id)?;
        Some(Value::Object(record.shown(&state.contact_fields)))
    }

    /// The ids of a company's contacts, in use or not.
    pub fn contacts_of(&self, company: i64) -> Vec<i64> {
        let state = self.state();
        let own = |contact: &Record| contact.integer("companyID") == Some(company);
        let contacts = state.contacts.iter().filter(|(_, contact)| own(contact));
        contacts.map(|(id, _)| *id).collect()
    }

    /// Which of Autotask's ways this tenant has from now on.
    pub fn set_behaviour(&self, behaviour: Behaviour) {
        self.state().behaviour = behaviour;
    }

    /// The secret that is asked for from now on.
    pub fn set_secret(&self, secret: &str) {
        secret.clone_into(&mut self.state().secret);
    }

    /// Where the tenant is said to live from now on: another simulator's [`Autotask::base`].
    pub fn set_zone(&self, base: Option<&str>) {
        self.state().zone = base.map(str::to_owned);
    }

    /// How many calls the database takes in an hour, and how many it took, of whomever.
    pub fn set_threshold(&self, threshold: u64, used: u64) {
        let mut state = self.state();
        (state.threshold, state.used) = (threshold, used);
    }

    /// How many calls came with a user name or secret that is wrong.
    pub fn refused_credentials(&self) -> usize {
        self.state().refused_credentials
    }

    /// How many times somebody asked for the zone.
    pub fn zone_calls(&self) -> usize {
        self.state().zone_calls
    }

    /// Where callouts go.
    pub fn set_webhook(&self, webhook: Webhook) {
        self.state().webhook = Some(webhook);
    }

    /// Posts everything queued and returns the statuses; 0 where no answer came. Without a webhook
    /// the queue stays.
    pub async fn deliver_webhooks(&self) -> Vec<u16> {
        let (webhook, bodies) = {
            let mut state = self.state();
            let Some(webhook) = state.webhook.clone() else {
                return Vec::new();
            };
            let bodies = webhooks::bodies(&mut state, &webhook);
            (webhook, bodies)
        };
        let mut statuses = Vec::with_capacity(bodies.len());
        for body in &bodies {
            statuses.push(webhooks::post(&webhook, body).await);
        }
        statuses
    }

    /// Takes the queued bodies, oldest first, for tests that post them themselves.
    pub fn take_deliveries(&self) -> Vec<Value> {
        self.state().queue.drain(..).collect()
    }
}

fn members(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}
