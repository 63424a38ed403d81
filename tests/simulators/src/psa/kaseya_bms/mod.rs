//! Kaseya BMS, REST API v2: sign-in and API on one address, below `/v2`; any other path shows an HTML
//! page. BMS's word for a company is "account".
//!
//! Failures come with a status, or with 200 and an envelope that says so; which of them the vendor
//! really does where is not published, so that each is a way that a tenant may have.

mod accounts;
mod contacts;
mod custom;
mod envelope;
mod items;
mod login;
mod rate;
mod routes;
mod state;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

pub use rate::RateLimit;

use crate::exchange::{Answer, Request};
use crate::simulator::{Simulator, Vendor};
use state::{Contact, Item, State};

/// The company's name, as the sign-in asks for it.
pub const TENANT: &str = "Acme IT Ltd";
/// The API user.
pub const USERNAME: &str = "api.sync@acme.example";
/// Its password.
pub const PASSWORD: &str = "quetzalcanary-bms-password";
/// The number of the module Contacts of this tenant.
pub const CONTACTS_MODULE: i64 = 14;
/// The number of the module Accounts of this tenant.
pub const ACCOUNTS_MODULE: i64 = 9;
/// The type of addresses for work.
pub const WORK_EMAIL: i64 = 11;
/// The type of phones at work.
pub const WORK_PHONE: i64 = 21;
/// The type of mobile phones.
pub const MOBILE_PHONE: i64 = 22;
/// The type of phones at home.
pub const HOME_PHONE: i64 = 23;

fn module_name(module: i64) -> &'static str {
    match module {
        CONTACTS_MODULE => "Contacts",
        ACCOUNTS_MODULE => "Accounts",
        _ => "Tickets",
    }
}

/// A custom field of a module.
#[derive(Debug, Clone, Default)]
pub struct CustomField {
    /// Its name.
    pub name: String,
    /// Ids and names of the items of a list; empty for a text.
    pub items: Vec<(i64, String)>,
    /// A create without a value is refused.
    pub required: bool,
}

/// Which ways this tenant has.
#[derive(Debug, Clone)]
pub struct Behaviour {
    /// The most rows of a page, whatever was asked for.
    pub page_cap: usize,
    /// Every page of a list is the first one, whichever was asked for.
    pub repeat_page: bool,
    /// Lists show those out of use where nobody asks for either.
    pub lists_show_inactive: bool,
    /// The tables of types can be looked up.
    pub lookups: bool,
    /// Members begin with a large letter, as in the description; live ones begin with a small one.
    pub pascal_case: bool,
    /// One object comes without an envelope, as the description says.
    pub bare_objects: bool,
    /// A refused token or right is told with status 200.
    pub soft_denials: bool,
    /// What is not there is told with status 200.
    pub soft_missing: bool,
    /// Mistakes in values are told by a report with status 400, not with status 200.
    pub problem_reports: bool,
    /// The answer to a create does not say what was made.
    pub silent_creates: bool,
    /// A patch of the state is taken, and does nothing.
    pub ignore_activity: bool,
    /// Answers hold members that the vendor's document does not name.
    pub undocumented: bool,
    /// Reads are denied.
    pub deny_reads: bool,
    /// Writes are denied.
    pub deny_writes: bool,
    /// The API user sees nothing: empty lists, and no record by its id.
    pub hide_everything: bool,
    /// Times in filters are read as so many hours later than times are written.
    pub filter_zone_hours: i64,
    /// The limit of each endpoint, if any.
    pub rate_limit: Option<RateLimit>,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            page_cap: 100,
            repeat_page: false,
            lists_show_inactive: true,
            lookups: true,
            pascal_case: false,
            bare_objects: false,
            soft_denials: false,
            soft_missing: false,
            problem_reports: false,
            silent_creates: false,
            ignore_activity: false,
            undocumented: false,
            deny_reads: false,
            deny_writes: false,
            hide_everything: false,
            filter_zone_hours: 0,
            rate_limit: None,
        }
    }
}

/// An address or a phone of a contact that a test describes.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The address or the number.
    pub value: String,
    /// The number of its type.
    pub type_id: i64,
    /// Is it the default one?
    pub default: bool,
}

/// A running simulator; it starts without accounts.
pub type KaseyaBms = Simulator<State>;

impl Vendor for State {
    const NAME: &'static str = "kaseya-bms";

    fn answer(&mut self, _base: &str, request: &Request) -> Answer {
        routes::answer(self, request)
    }

    fn throttled(&self) -> Answer {
        envelope::throttled(&self.behaviour)
    }

    fn unauthorized(&self) -> Answer {
        envelope::unauthorized(&self.behaviour)
    }

    fn gzip(&self) -> bool {
        true
    }
}

impl KaseyaBms {
    /// The API's host, without a trailing slash.
    pub fn api_url(&self) -> &str {
        self.base()
    }

    /// Which ways this tenant has from now on.
    pub fn set_behaviour(&self, behaviour: Behaviour) {
        self.state().behaviour = behaviour;
    }

    /// Adds an account without a location and returns its id.
    pub fn add_account(&self, name: &str) -> i64 {
        self.state().add_account(name)
    }

    /// Adds a location and returns its id; an account's first is its main one.
    pub fn add_location(&self, account: i64, name: &str) -> i64 {
        self.state().add_location(account, name)
    }

    /// The main location of an account.
    pub fn main_location(&self, account: i64) -> Option<i64> {
        let state = self.state();
        let mut own = state
            .locations_of(account)
            .filter(|(_, location)| location.main);
        own.next().map(|(id, _)| id)
    }

    /// Puts an account out of use, or back.
    pub fn set_account_active(&self, account: i64, active: bool) {
        if let Some(account) = self.state().accounts.get_mut(&account) {
            account.active = active;
        }
    }

    /// Defines a custom field of a module, by its number.
    pub fn define_field(&self, module: i64, id: i64, field: CustomField) {
        self.state().fields.insert((module, id), field);
    }

    /// No custom field is defined any more; values come back with the fields.
    pub fn forget_fields(&self) {
        self.state().fields.clear();
    }

    /// Adds a contact on a location, as if it had been there before. `members` are those of the
    /// whole contact, as a patch names them.
    pub fn add_contact(
        &self,
        location: i64,
        members: &Value,
        emails: &[Entry],
        phones: &[Entry],
    ) -> i64 {
        let mut state = self.state();
        let account = state
            .locations
            .get(&location)
            .map(|location| location.account);
        let mut contact = Contact {
            account: account.expect("the test names a location that there is"),
            location,
            active: true,
            ..Contact::default()
        };
        contact.emails = items(&mut state, emails);
        contact.phones = items(&mut state, phones);
        edit(&mut contact, members);
        state.keep(contact)
    }

    /// Changes members of a contact as a technician would. False when there is no such contact.
    pub fn edit_contact(&self, id: i64, members: &Value) -> bool {
        let mut state = self.state();
        let Some(mut contact) = state.contacts.get(&id).cloned() else {
            return false;
        };
        edit(&mut contact, members);
        state.save(id, contact);
        true
    }

    /// Adds a phone to a contact as a technician would. False when there is no such contact.
    pub fn add_phone(&self, id: i64, phone: &Entry) -> bool {
        let mut state = self.state();
        let added = items(&mut state, std::slice::from_ref(phone));
        let Some(mut contact) = state.contacts.get(&id).cloned() else {
            return false;
        };
        contact.phones.extend(added);
        state.save(id, contact);
        true
    }

    /// A technician puts an address in the place of a contact's default one. False when there is no
    /// such contact.
    pub fn set_email(&self, id: i64, address: &Entry) -> bool {
        self.set_item(
            id,
            address,
            |contact| &mut contact.emails,
            |item| item.default,
        )
    }

    /// A technician puts a phone in the place of a contact's of that type. False when there is no
    /// such contact.
    pub fn set_phone(&self, id: i64, phone: &Entry) -> bool {
        self.set_item(
            id,
            phone,
            |contact| &mut contact.phones,
            |item| item.type_id == phone.type_id,
        )
    }

    fn set_item(
        &self,
        id: i64,
        entry: &Entry,
        list: impl Fn(&mut Contact) -> &mut Vec<Item>,
        is_replaced: impl Fn(&Item) -> bool,
    ) -> bool {
        let mut state = self.state();
        let Some(mut contact) = state.contacts.get(&id).cloned() else {
            return false;
        };
        let rows = list(&mut contact);
        match rows.iter_mut().find(|item| is_replaced(item)) {
            Some(item) => entry.value.clone_into(&mut item.value),
            None => rows.extend(items(&mut state, std::slice::from_ref(entry))),
        }
        state.save(id, contact);
        true
    }

    /// Gives a record a value of a custom field, by its number.
    pub fn set_value(&self, module: i64, record: i64, field: i64, value: &str) {
        let mut state = self.state();
        let item = state
            .fields
            .get(&(module, field))
            .and_then(|f| custom::item_of(f, value));
        custom::store(&mut state, (module, record, field), value, item.flatten());
    }

    /// Deletes a contact for good; no list tells of it. False when there is no such contact.
    pub fn delete_contact(&self, id: i64) -> bool {
        self.state().contacts.remove(&id).is_some()
    }

    /// A contact in full: what an answer to a change shows, with its custom fields.
    pub fn contact(&self, id: i64) -> Option<Value> {
        let state = self.state();
        let contact = state.contacts.get(&id)?;
        let fields = custom::shown(&state, CONTACTS_MODULE, id);
        let full = contacts::output(&state, id, contact);
        Some(envelope::with(full, json!({ "CustomFieldsData": fields })))
    }

    /// Contacts of an account by id, in use or not.
    pub fn contacts_of(&self, account: i64) -> Vec<i64> {
        let state = self.state();
        let own = state
            .contacts
            .iter()
            .filter(|(_, contact)| contact.account == account);
        own.map(|(id, _)| *id).collect()
    }

    /// What a custom field of a record holds.
    pub fn value(&self, module: i64, record: i64, field: i64) -> Option<String> {
        let state = self.state();
        state
            .values
            .get(&(module, record, field))
            .map(|value| value.data.clone())
    }

    /// The lifetime of tokens issued from now on, in seconds.
    pub fn set_expires_in(&self, seconds: i64) {
        self.state().expires_in = seconds;
    }

    /// The time of the next saves. Each save moves it by a second.
    pub fn set_time(&self, now: Timestamp) {
        self.state().now = now;
    }

    /// Every token issued so far is refused from now on.
    pub fn expire_tokens(&self) {
        self.state().tokens.clear();
    }
}

fn items(state: &mut State, entries: &[Entry]) -> Vec<Item> {
    let item = |entry: &Entry| Item {
        id: state.next_id(),
        value: entry.value.clone(),
        type_id: entry.type_id,
        default: entry.default,
    };
    entries.iter().map(item).collect()
}

fn edit(contact: &mut Contact, members: &Value) {
    let none = Map::new();
    for (member, value) in members.as_object().unwrap_or(&none) {
        contacts::replace(contact, &format!("/{member}"), value)
            .expect("the test describes members that BMS has");
    }
}

/// A custom field that is a text.
pub fn text_field(name: &str) -> CustomField {
    CustomField {
        name: name.to_owned(),
        ..CustomField::default()
    }
}

/// The body of a failure, in these words, as BMS tells it with status 200.
pub fn failure_body(words: &str) -> String {
    json!({ "success": false, "result": null, "error": { "code": 4, "message": words,
        "details": null, "stackStrace": null, "subErrors": [] } })
    .to_string()
}
