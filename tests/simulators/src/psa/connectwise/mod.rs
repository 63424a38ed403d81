//! ConnectWise PSA: the site that people sign in at and the API, on one address.
//!
//! `{base}/login/companyinfo/{company}` tells the codebase to anybody; the API is
//! `{base}/{codebase}/apis/3.0`, and any other path shows an HTML page with status 404. Facts from
//! the vendor's published contract and from what integrators saw; see the modules.

mod answers;
mod auth;
mod callbacks;
mod companies;
mod conditions;
mod contacts;
mod items;
mod listing;
mod patch;
mod render;
mod routes;
mod state;
mod tables;
#[cfg(test)]
mod tests;

use serde_json::Value;

pub use callbacks::{Callback, Delivery, sign};

use crate::exchange::{Answer, Request};
use crate::simulator::{Simulator, Vendor};
use state::State;

/// The company that signs in.
pub const COMPANY_ID: &str = "acmemsp";
/// The public key of the API member.
pub const PUBLIC_KEY: &str = "SimulatedPublic";
/// The private key that goes with [`PUBLIC_KEY`].
pub const PRIVATE_KEY: &str = "quetzalcanary-connectwise-secret";
/// The id of the integration.
pub const CLIENT_ID: &str = "5b0c2d7e-0000-4000-8000-000000000003";
/// The key that deliveries are signed with.
pub const SIGNING_KEY: &str = "quetzalcanary-connectwise-signing-key";
/// The codebase of a new simulator, without its slash.
pub const CODEBASE: &str = "v2025_1";

/// A custom field.
#[derive(Debug, Clone)]
pub struct CustomField {
    /// What people see, and what integrations know it by.
    pub caption: String,
    /// Its type, such as `Text` or `Checkbox`.
    pub kind: String,
    /// `EntryField`, or a choice: `List`, `Option`.
    pub entry_method: String,
}

impl CustomField {
    /// A field to type a text into.
    pub fn text(caption: &str) -> Self {
        Self {
            caption: caption.to_owned(),
            kind: "Text".to_owned(),
            entry_method: "EntryField".to_owned(),
        }
    }

    /// A check box.
    pub fn check_box(caption: &str) -> Self {
        Self {
            kind: "Checkbox".to_owned(),
            ..Self::text(caption)
        }
    }
}

/// Which ways this instance has.
#[derive(Debug, Clone, Default)]
pub struct Behaviour {
    /// The most rows of a page, whatever was asked for; none means 1000.
    pub page_cap: Option<usize>,
    /// Every page of contacts is the first one again.
    pub repeat_page: bool,
    /// No `Link` header, as behind a proxy that drops it.
    pub no_links: bool,
    /// Custom fields that a patch leaves out are emptied, as the vendor's text has it.
    pub replace_custom_fields: bool,
    /// Each term of a child condition may hold for another child.
    pub loose_children: bool,
    /// Reads answer 403.
    pub deny_reads: bool,
    /// Writes answer 403.
    pub deny_writes: bool,
    /// Writes of the MSP's own tables answer 403.
    pub deny_table_writes: bool,
    /// The member may see nothing: empty lists, and 404 for everything.
    pub hide_everything: bool,
    /// A `null` in a patch is answered 200 and changes nothing.
    pub keep_on_null: bool,
    /// Answers hold members that nobody documented, and kinds that nobody knows.
    pub undocumented: bool,
}

/// A running simulator; it starts with the tables that every instance has, and no company.
pub type ConnectWise = Simulator<State>;

impl Vendor for State {
    const NAME: &'static str = "connectwise";

    fn answer(&mut self, _base: &str, request: &Request) -> Answer {
        routes::answer(self, request)
    }

    fn throttled(&self) -> Answer {
        answers::throttled()
    }

    fn unauthorized(&self) -> Answer {
        answers::unauthorized()
    }
}

impl ConnectWise {
    /// Adds a company with a site, and returns its id.
    pub fn add_company(&self, name: &str) -> i64 {
        self.state().add_company(name)
    }

    /// Gives a company a state, such as `Inactive`.
    pub fn set_company_status(&self, company: i64, status: &str) {
        if let Some(company) = self.state().companies.get_mut(&company) {
            status.clone_into(&mut company.status);
        }
    }

    /// Gives a company a territory and its manager.
    pub fn set_territory(&self, company: i64, territory: &str, manager: &str) {
        if let Some(company) = self.state().companies.get_mut(&company) {
            company.territory = Some((territory.to_owned(), manager.to_owned()));
        }
    }

    /// Deletes a company: it stays there, marked.
    pub fn delete_company(&self, company: i64) {
        if let Some(company) = self.state().companies.get_mut(&company) {
            company.deleted = true;
        }
    }

    /// A company as the API shows it.
    pub fn company(&self, company: i64) -> Option<Value> {
        let state = self.state();
        let found = state.companies.get(&company)?;
        Some(render::company(&state, company, found))
    }

    /// The site of a company.
    pub fn site_of(&self, company: i64) -> Option<i64> {
        Some(self.state().companies.get(&company)?.site)
    }

    /// Adds a contact without a delivery, as if it had been there before: the body of a create.
    /// Returns its id.
    pub fn add_contact(&self, contact: &Value) -> i64 {
        contacts::create(&mut self.state(), contact)
            .expect("the test describes a contact that ConnectWise PSA accepts")
    }

    /// Changes a contact as a technician would, with a delivery: the steps of a JSON Patch. False when
    /// there is no such contact.
    pub fn edit_contact(&self, id: i64, steps: &Value) -> bool {
        let mut state = self.state();
        if !state.contacts.contains_key(&id) {
            return false;
        }
        contacts::change(&mut state, id, steps)
            .expect("the test describes a change that ConnectWise PSA accepts");
        callbacks::enqueue(&mut state, self.base(), id, "updated");
        true
    }

    /// Adds an address or number to a contact, as a technician would, without a delivery.
    pub fn add_item(&self, contact: i64, item: &Value) -> i64 {
        items::add(&mut self.state(), contact, item)
            .expect("the test describes an item that ConnectWise PSA accepts")
    }

    /// Deletes a contact for good, with a delivery. False when there is no such contact.
    pub fn delete_contact(&self, id: i64) -> bool {
        let mut state = self.state();
        callbacks::enqueue(&mut state, self.base(), id, "deleted");
        state.contacts.remove(&id).is_some()
    }

    /// There are no contacts any more, and nothing is delivered of it.
    pub fn delete_everybody(&self) {
        self.state().contacts.clear();
    }

    /// A contact in full, as the API shows it.
    pub fn contact(&self, id: i64) -> Option<Value> {
        let state = self.state();
        let contact = state.contacts.get(&id)?;
        Some(render::contact(&state, id, contact))
    }

    /// The texts of a contact's notes, oldest first.
    pub fn notes(&self, id: i64) -> Vec<String> {
        let state = self.state();
        let contact = state.contacts.get(&id);
        contact
            .map(|contact| contact.notes.clone())
            .unwrap_or_default()
    }

    /// Every contact of a company in full, by id.
    pub fn contacts_of(&self, company: i64) -> Vec<Value> {
        let state = self.state();
        let own = state.contacts.iter();
        own.filter(|(_, contact)| contact.company == Some(company))
            .map(|(id, contact)| render::contact(&state, *id, contact))
            .collect()
    }

    /// The id of the department of that name, which is made if there is none.
    pub fn department(&self, name: &str) -> i64 {
        self.state().department(name)
    }

    /// The id of the contact type of that name, which is made if there is none.
    pub fn contact_type(&self, name: &str) -> i64 {
        self.state().contact_type(name)
    }

    /// Names of the departments.
    pub fn departments(&self) -> Vec<String> {
        self.state().departments.values().cloned().collect()
    }

    /// Renames a kind of communication, as an MSP may.
    pub fn rename_communication_type(&self, from: &str, to: &str) {
        let mut state = self.state();
        let mut kinds = state.communication_types.values_mut();
        if let Some(kind) = kinds.find(|kind| kind.description == from) {
            to.clone_into(&mut kind.description);
        }
    }

    /// Defines a custom field of contacts.
    pub fn define_field(&self, id: i64, field: CustomField) {
        self.state().contact_fields.insert(id, field);
    }

    /// Defines a custom field of companies.
    pub fn define_company_field(&self, id: i64, field: CustomField) {
        self.state().company_fields.insert(id, field);
    }

    /// There are no custom fields any more; what they held is there again when they are.
    pub fn forget_fields(&self) {
        let mut state = self.state();
        state.contact_fields.clear();
        state.company_fields.clear();
    }

    /// Which ways this instance has from now on.
    pub fn set_behaviour(&self, behaviour: Behaviour) {
        self.state().behaviour = behaviour;
    }

    /// The private key that is asked for from now on.
    pub fn set_private_key(&self, key: &str) {
        key.clone_into(&mut self.state().private_key);
    }

    /// An upgrade: the API is below this codebase from now on, and no longer below the old one.
    pub fn set_codebase(&self, codebase: &str) {
        codebase.clone_into(&mut self.state().codebase);
    }

    /// The key that deliveries are signed with, and that is told, from now on.
    pub fn set_signing_key(&self, key: &str) {
        key.clone_into(&mut self.state().signing_key);
    }

    /// Takes the queued deliveries, oldest first, for tests that post them themselves.
    pub fn take_deliveries(&self) -> Vec<Delivery> {
        self.state().queue.drain(..).collect()
    }

    /// Signs a body as the vendor does.
    pub fn sign(&self, body: &[u8]) -> String {
        callbacks::sign(&self.state().signing_key, body)
    }

    /// Registers a callback for contacts, as an integration does over the API.
    pub fn add_callback(&self, url: &str) {
        let mut state = self.state();
        let id = state.next_id();
        let (url, kind) = (url.to_owned(), "contact".to_owned());
        state.callbacks.insert(id, Callback { id, url, kind });
    }

    /// The callbacks that were registered.
    pub fn callbacks(&self) -> Vec<Callback> {
        self.state().callbacks.values().cloned().collect()
    }

    /// Posts everything queued to each registered callback and returns the statuses; 0 where no answer
    /// came. What is answered 404, 409, 419 or 429 is posted twice more.
    pub async fn deliver(&self) -> Vec<u16> {
        let (callbacks, deliveries) = {
            let mut state = self.state();
            let callbacks: Vec<Callback> = state.callbacks.values().cloned().collect();
            (callbacks, state.queue.drain(..).collect::<Vec<Delivery>>())
        };
        let mut statuses = Vec::new();
        for delivery in &deliveries {
            for callback in callbacks.iter().filter(|callback| callback.takes(delivery)) {
                statuses.extend(callbacks::post(callback, delivery).await);
            }
        }
        statuses
    }
}
