//! IT Glue: its API's passwords, organizations, password categories and single configurations, in JSON:API.
//!
//! Passwords are told by single answers only, and only where `show_password` says so or is left out.

mod answers;
mod routes;
mod state;
#[cfg(test)]
mod tests;
mod writes;

use serde_json::{Map, Value, json};

use crate::exchange::{Answer, Request};
use crate::simulator::{Simulator, Vendor};
use state::{Organization, State};

/// The API key that is good from the start.
pub const API_KEY: &str = "ITG.0123456789abcdef.quetzalcanary-key";
/// What a password holds unless a test says otherwise: nobody may ever see it.
pub const PASSWORD: &str = "quetzalcanary-glue-password";
/// The OTP seed of a password unless a test says otherwise; no answer tells it.
pub const OTP_SECRET: &str = "QUETZALCANARY765432";

/// Which of IT Glue's ways this account has.
#[derive(Debug, Clone)]
pub struct Behaviour {
    /// The most rows of a page, whatever was asked for.
    pub page_cap: usize,
    /// Pages above this many rows time out with 504.
    pub slow_above: Option<usize>,
    /// Every page of a list is the first one, and another one follows.
    pub repeat_page: bool,
    /// The key's account is empty: lists without rows, and no error.
    pub hide_everything: bool,
    /// Passwords are denied as a whole.
    pub deny_reads: bool,
    /// The key has no Password Access: writes of passwords are denied.
    pub deny_writes: bool,
    /// The status of a refused key: 401 or 403.
    pub denied_status: u16,
    /// Answers hold members that nobody documented, and kinds of things that nobody knows.
    pub undocumented: bool,
    /// The status of the answer to a create: 201 or 200.
    pub create_status: u16,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            page_cap: 1000,
            slow_above: None,
            repeat_page: false,
            hide_everything: false,
            deny_reads: false,
            deny_writes: false,
            denied_status: 401,
            undocumented: false,
            create_status: 201,
        }
    }
}

/// A running simulator; it starts with nothing in it.
pub type ItGlue = Simulator<State>;

impl Vendor for State {
    const NAME: &'static str = "it-glue";

    fn answer(&mut self, base: &str, request: &Request) -> Answer {
        routes::answer(self, base, request)
    }

    fn throttled(&self) -> Answer {
        Answer::text(429, "Too many requests")
    }

    fn unauthorized(&self) -> Answer {
        answers::unauthorized(self.behaviour.denied_status)
    }
}

impl ItGlue {
    /// Ids of 17 digits from now on, as accounts in the EU have them.
    pub fn use_long_ids(&self) {
        self.state().last_id = 90_071_992_547_409_930;
    }

    /// Adds an organization of that status (`Active`, `Inactive`), and returns its id.
    pub fn add_organization(&self, name: &str, status: &str) -> u64 {
        let organization = Organization {
            name: name.to_owned(),
            status: status.to_owned(),
        };
        self.state().add_organization(organization)
    }

    /// Deletes an organization with its passwords.
    pub fn remove_organization(&self, id: u64) {
        self.state().remove_organization(id);
    }

    /// Adds a password category, and returns its id.
    pub fn add_category(&self, name: &str) -> u64 {
        self.state().add_category(name)
    }

    /// Deletes a password category; passwords in it have none then.
    pub fn remove_category(&self, id: u64) {
        self.state().remove_category(id);
    }

    /// Adds a configuration to an organization, and returns its id.
    pub fn add_configuration(&self, organization: u64) -> u64 {
        self.state().add_configuration(organization)
    }

    /// Adds a password as if it had been there before, by its attributes; `organization-id` and `name`
    /// are required. It holds [`PASSWORD`] and [`OTP_SECRET`] where they are not given. Returns its id.
    pub fn add_password(&self, attributes: &Value) -> u64 {
        let mut all = members(&json!({ "password": PASSWORD, "otp-secret": OTP_SECRET }));
        all.extend(members(attributes));
        self.state().add_password(all)
    }

    /// Changes attributes of a password as a technician would. False where there is none.
    pub fn edit_password(&self, id: u64, changes: &Value) -> bool {
        self.state().edit_password(id, members(changes))
    }

    /// Deletes a password. False where there is none.
    pub fn remove_password(&self, id: u64) -> bool {
        self.state().passwords.remove(&id).is_some()
    }

    /// All attributes of a password, its value included.
    pub fn password(&self, id: u64) -> Option<Value> {
        let state = self.state();
        let password = state.passwords.get(&id)?;
        Some(Value::Object(state.attributes(password, true)))
    }

    /// The ids of the passwords of an organization.
    pub fn passwords_of(&self, organization: u64) -> Vec<u64> {
        let state = self.state();
        let own = state.passwords.iter();
        own.filter(|(_, password)| state::number(password, "organization-id") == Some(organization))
            .map(|(id, _)| *id)
            .collect()
    }

    /// Which of IT Glue's ways this account has from now on.
    pub fn set_behaviour(&self, behaviour: Behaviour) {
        self.state().behaviour = behaviour;
    }

    /// The key that is good from now on.
    pub fn set_key(&self, key: &str) {
        key.clone_into(&mut self.state().api_key);
    }
}

fn members(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}
