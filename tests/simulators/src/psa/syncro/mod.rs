//! Syncro: one instance of its API, `{base}/api/v1`; any other path shows the web application's page.
//!
//! Syncro's word for a company is "customer". Contacts come bare, customers wrapped. What its
//! document leaves open is a [`Behaviour`], and the harder way is the usual one here: properties that
//! a change leaves out are gone, and those of no field are dropped without a word.

mod account;
mod contacts;
mod customers;
mod listing;
mod routes;
mod state;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use crate::exchange::{Answer, Request};
use crate::simulator::{Simulator, Vendor};
use state::State;

/// The API token that is taken.
pub const API_TOKEN: &str = "quetzalcanary-syncro-token";
/// The token of the user that `GET /me` repeats: nobody asked for it.
pub const USER_TOKEN: &str = "quetzalcanary-syncro-user-token";
/// Calls per minute that one address may make, as documented; see [`Behaviour::calls_per_minute`].
pub const CALLS_PER_MINUTE: usize = 180;

/// What kind of custom field it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FieldKind {
    /// Takes any text.
    Text,
    /// Holds "1" or "0".
    CheckBox,
}

/// Permissions of the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is ticked on its own")]
pub struct Permissions {
    /// Customers - List/Search.
    pub list: bool,
    /// Customers - View Detail.
    pub view: bool,
    /// Customers - Edit.
    pub edit: bool,
    /// Whatever lets a token read the settings.
    pub settings: bool,
}

/// Which of Syncro's ways this instance has.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one way or the other"
)]
pub struct Behaviour {
    /// What the token may do.
    pub permissions: Permissions,
    /// Rows of a page of contacts.
    pub contacts_per_page: usize,
    /// Rows of a page of customers.
    pub customers_per_page: usize,
    /// Every page of a list is the first one, whichever was asked for.
    pub repeat_page: bool,
    /// Rows of contacts lack their properties.
    pub thin_rows: bool,
    /// The token is a Single-Customer user's who has no customer: empty lists, and nothing by id.
    pub hide_everything: bool,
    /// Answers hold members that the vendor's document does not name.
    pub undocumented: bool,
    /// Properties that a change leaves out stay as they are.
    pub merge_properties: bool,
    /// The settings name the custom fields of contacts among those of customers.
    pub name_contact_fields: bool,
    /// An address may be in one contact of a customer only.
    pub refuse_duplicates: bool,
    /// Answers to writes of contacts have no body.
    pub silent_writes: bool,
    /// Calls per rolling minute, if they are counted.
    pub calls_per_minute: Option<usize>,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            permissions: Permissions {
                list: true,
                view: true,
                edit: true,
                settings: true,
            },
            contacts_per_page: 50,
            customers_per_page: 100,
            repeat_page: false,
            thin_rows: false,
            hide_everything: false,
            undocumented: false,
            merge_properties: false,
            name_contact_fields: true,
            refuse_duplicates: false,
            silent_writes: false,
            calls_per_minute: None,
        }
    }
}

/// A running simulator; it starts without customers and without custom fields.
pub type Syncro = Simulator<State>;

impl Vendor for State {
    const NAME: &'static str = "syncro";

    fn answer(&mut self, _base: &str, request: &Request) -> Answer {
        routes::answer(self, request)
    }

    fn throttled(&self) -> Answer {
        routes::throttled()
    }

    fn unauthorized(&self) -> Answer {
        routes::unauthorized()
    }

    fn server_error(&self, status: u16) -> Answer {
        Answer::html(status, "<html><title>We're sorry</title></html>")
    }
}

impl Syncro {
    /// The API: `{base}/api/v1`.
    pub fn api_url(&self) -> String {
        format!("{}/api/v1", self.base())
    }

    /// Adds a customer with a business of that name and returns its id.
    pub fn add_customer(&self, business_name: &str) -> i64 {
        self.state().add_customer(business_name)
    }

    /// Changes members of a customer as somebody of the MSP would. False where there is none.
    pub fn edit_customer(&self, id: i64, changes: &Value) -> bool {
        self.state().edit_customer(id, &members(changes))
    }

    /// A customer as the API shows it.
    pub fn customer(&self, id: i64) -> Option<Value> {
        self.state().customer(id)
    }

    /// The custom fields of contacts from now on, and no others.
    pub fn set_fields(&self, fields: &[(&str, FieldKind)]) {
        let named = fields.iter();
        self.state().fields = named
            .map(|(name, kind)| ((*name).to_owned(), *kind))
            .collect();
    }

    /// Adds a contact as if it had been there before; `customer_id` is needed, `title` and
    /// `properties` may be given. Returns its id.
    pub fn add_contact(&self, contact: &Value) -> i64 {
        let contact = members(contact);
        let mut state = self.state();
        let id = state
            .create(&contact)
            .expect("the test describes a contact that Syncro accepts");
        state
            .update(id, &contact)
            .expect("the contact is there")
            .expect("the test describes a contact that Syncro accepts");
        id
    }

    /// Changes a contact as a technician would; members that the API does not take are set as they
    /// are. False when there is no such contact.
    pub fn edit_contact(&self, id: i64, changes: &Value) -> bool {
        self.state().edit(id, &members(changes))
    }

    /// Deletes a contact. False when there is no such contact.
    pub fn delete_contact(&self, id: i64) -> bool {
        self.state().contacts.remove(&id).is_some()
    }

    /// A contact as the API shows it.
    pub fn contact(&self, id: i64) -> Option<Value> {
        let state = self.state();
        let contact = state.contacts.get(&id)?;
        Some(contacts::shown(&state, contact, false))
    }

    /// Every contact of a customer by id, as the API shows it.
    pub fn contacts_of(&self, customer: i64) -> Vec<Value> {
        let state = self.state();
        let own = state.contacts.values().filter(|c| c.customer() == customer);
        own.map(|contact| contacts::shown(&state, contact, false))
            .collect()
    }

    /// Which of Syncro's ways this instance has from now on.
    pub fn set_behaviour(&self, behaviour: Behaviour) {
        self.state().behaviour = behaviour;
    }

    /// The token that is taken from now on.
    pub fn set_token(&self, token: &str) {
        token.clone_into(&mut self.state().token);
    }

    /// How many calls the rate limit refused.
    pub fn rate_refusals(&self) -> usize {
        self.state().refused
    }
}

fn members(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}
