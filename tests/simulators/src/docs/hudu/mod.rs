//! Hudu: companies, passwords (`asset_passwords`) and single assets below `/api/v1`.
//!
//! Every answer about passwords tells the password and the OTP seed in plain text, lists too, as a real
//! instance does.

mod answers;
mod routes;
mod state;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use crate::exchange::{Answer, Request};
use crate::simulator::{Simulator, Vendor};
use state::State;

/// The API key that is good from the start.
pub const API_KEY: &str = "quetzalcanary-hudu-key";
/// What a password holds unless a test says otherwise: nobody may ever see it.
pub const PASSWORD: &str = "quetzalcanary-hudu-password";
/// The OTP seed of every password: nobody may ever see it.
pub const OTP_SECRET: &str = "QUETZALCANARY234567";

/// Which of Hudu's ways this instance has.
#[derive(Debug, Clone)]
pub struct Behaviour {
    /// The version that it tells.
    pub version: String,
    /// The most rows of a page, whatever was asked for.
    pub page_cap: usize,
    /// Every page of a list is the first one.
    pub repeat_page: bool,
    /// The key is restricted to companies that are not there: lists without rows, and no error.
    pub hide_everything: bool,
    /// The key has no password access.
    pub deny_passwords: bool,
    /// The filters `company_id` and `archived` are not known, and so ignored.
    pub ignore_filters: bool,
    /// Types of passwords are taken and not shown.
    pub hide_types: bool,
    /// The answer to a create is the bare object, with 201.
    pub bare_creates: bool,
    /// One asset comes in a wrapper, as other things do.
    pub wrapped_assets: bool,
    /// A password that is not there is answered 404, and not 200 with `null`.
    pub missing_is_404: bool,
    /// Answers hold members that nobody documented, and a kind of thing that nobody knows.
    pub undocumented: bool,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            version: "2.44.0".to_owned(),
            page_cap: 1000,
            repeat_page: false,
            hide_everything: false,
            deny_passwords: false,
            ignore_filters: false,
            hide_types: false,
            bare_creates: false,
            wrapped_assets: false,
            missing_is_404: false,
            undocumented: false,
        }
    }
}

/// A running simulator; it starts with nothing in it.
pub type Hudu = Simulator<State>;

impl Vendor for State {
    const NAME: &'static str = "hudu";

    fn answer(&mut self, base: &str, request: &Request) -> Answer {
        routes::answer(self, base, request)
    }

    fn throttled(&self) -> Answer {
        Answer::text(429, "Retry later\n")
    }

    fn unauthorized(&self) -> Answer {
        answers::unauthorized()
    }

    fn server_error(&self, status: u16) -> Answer {
        Answer::html(status, "<html><title>We're sorry</title></html>")
    }
}

impl Hudu {
    /// Adds a company, and returns its id.
    pub fn add_company(&self, name: &str) -> u64 {
        self.state().add_company(name)
    }

    /// Archives a company: it leaves the list.
    pub fn archive_company(&self, id: u64) {
        if let Some(company) = self.state().companies.get_mut(&id) {
            company.archived = true;
        }
    }

    /// Deletes a company with its passwords.
    pub fn remove_company(&self, id: u64) {
        self.state().remove_company(id);
    }

    /// Adds an asset to a company, and returns its id.
    pub fn add_asset(&self, company: u64) -> u64 {
        self.state().add_asset(company)
    }

    /// Adds a password as if it had been there before; `company_id` and `name` are required. It holds
    /// [`PASSWORD`] and [`OTP_SECRET`]. Returns its id.
    pub fn add_password(&self, given: &Value) -> u64 {
        self.state().add_password(members(given))
    }

    /// Changes a password as a technician would. False where there is none.
    pub fn edit_password(&self, id: u64, changes: &Value) -> bool {
        self.state().edit_password(id, members(changes))
    }

    /// Deletes a password. False where there is none.
    pub fn remove_password(&self, id: u64) -> bool {
        self.state().passwords.remove(&id).is_some()
    }

    /// All of a password, its secrets included.
    pub fn password(&self, id: u64) -> Option<Value> {
        let password = self.state().passwords.get(&id)?.clone();
        Some(Value::Object(password))
    }

    /// The ids of the passwords of a company.
    pub fn passwords_of(&self, company: u64) -> Vec<u64> {
        let state = self.state();
        let own = state.passwords.iter();
        own.filter(|(_, password)| password.get("company_id") == Some(&company.into()))
            .map(|(id, _)| *id)
            .collect()
    }

    /// Which of Hudu's ways this instance has from now on.
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
