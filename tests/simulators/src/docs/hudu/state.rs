//! What the simulated Hudu holds.
//!
//! Invariant: a password belongs to one company.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Behaviour, OTP_SECRET, PASSWORD};

/// The time that everything was made at.
const TIME: &str = "2026-01-05T08:00:00.000Z";

/// Everything behind one simulator.
#[derive(Debug)]
pub struct State {
    pub(crate) companies: BTreeMap<u64, Company>,
    /// All of a password by its id, secrets included.
    pub(crate) passwords: BTreeMap<u64, Map<String, Value>>,
    /// The company of each asset.
    pub(crate) assets: BTreeMap<u64, u64>,
    pub(crate) api_key: String,
    pub(crate) behaviour: Behaviour,
    last_company: u64,
    last_password: u64,
    last_asset: u64,
}

/// A client company.
#[derive(Debug)]
pub(crate) struct Company {
    pub(crate) name: String,
    pub(crate) archived: bool,
}

impl Default for State {
    fn default() -> Self {
        Self {
            companies: BTreeMap::new(),
            passwords: BTreeMap::new(),
            assets: BTreeMap::new(),
            api_key: super::API_KEY.to_owned(),
            behaviour: Behaviour::default(),
            last_company: 41,
            last_password: 9040,
            last_asset: 310,
        }
    }
}

impl State {
    pub(crate) fn add_company(&mut self, name: &str) -> u64 {
        self.last_company += 1;
        let company = Company {
            name: name.to_owned(),
            archived: false,
        };
        self.companies.insert(self.last_company, company);
        self.last_company
    }

    pub(crate) fn add_asset(&mut self, company: u64) -> u64 {
        self.last_asset += 1;
        self.assets.insert(self.last_asset, company);
        self.last_asset
    }

    pub(crate) fn remove_company(&mut self, id: u64) {
        self.companies.remove(&id);
        self.passwords
            .retain(|_, password| password.get("company_id") != Some(&json!(id)));
    }

    pub(crate) fn add_password(&mut self, given: Map<String, Value>) -> u64 {
        self.last_password += 1;
        let id = self.last_password;
        let slug = format!("{id:012x}");
        let blank = json!({
            "id": id, "slug": slug, "company_id": null, "name": "", "username": "",
            "password": PASSWORD, "otp_secret": OTP_SECRET, "password_type": null,
            "description": "", "url": format!("https://docs.msp.example/passwords/{slug}"),
            "login_url": null, "passwordable_type": null, "passwordable_id": null,
            "password_folder_id": null, "password_folder_name": null, "archived": false,
            "created_at": TIME, "updated_at": TIME,
        });
        let mut password = blank.as_object().cloned().unwrap_or_default();
        password.extend(written(given));
        self.passwords.insert(id, password);
        id
    }

    pub(crate) fn edit_password(&mut self, id: u64, changes: Map<String, Value>) -> bool {
        match self.passwords.get_mut(&id) {
            Some(password) => {
                password.extend(written(changes));
                true
            }
            None => false,
        }
    }

    /// A password as an answer shows it: all of it.
    pub(crate) fn shown(&self, password: &Map<String, Value>) -> Value {
        let mut shown = password.clone();
        if self.behaviour.hide_types {
            shown.insert("password_type".to_owned(), Value::Null);
        }
        if self.behaviour.undocumented {
            shown.insert("breach".to_owned(), json!({ "count": 3, "since": null }));
            shown.insert("strength".to_owned(), json!("splendid"));
            shown.insert("passwordable_type".to_owned(), json!("Starship"));
        }
        Value::Object(shown)
    }
}

/// What a write comes to: a `url` that is written is the address of the log-in, not the entry's own.
fn written(mut given: Map<String, Value>) -> Map<String, Value> {
    if let Some(url) = given.remove("url") {
        given.insert("login_url".to_owned(), url);
    }
    given.remove("in_portal");
    given
}
