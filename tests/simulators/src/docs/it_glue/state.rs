//! What the simulated IT Glue holds.
//!
//! Invariant: a password belongs to one organization, and its category is one of the account's or none.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Behaviour;

/// The time that everything was made at.
const TIME: &str = "2026-01-05T08:00:00.000Z";

/// Everything behind one simulator.
#[derive(Debug)]
pub struct State {
    pub(crate) organizations: BTreeMap<u64, Organization>,
    pub(crate) categories: BTreeMap<u64, String>,
    /// The organization of each configuration.
    pub(crate) configurations: BTreeMap<u64, u64>,
    /// Attributes by id; the value is among them.
    pub(crate) passwords: BTreeMap<u64, Map<String, Value>>,
    pub(crate) api_key: String,
    pub(crate) behaviour: Behaviour,
    pub(crate) last_id: u64,
}

/// A client company.
#[derive(Debug)]
pub(crate) struct Organization {
    pub(crate) name: String,
    pub(crate) status: String,
}

impl Default for State {
    fn default() -> Self {
        Self {
            organizations: BTreeMap::new(),
            categories: BTreeMap::new(),
            configurations: BTreeMap::new(),
            passwords: BTreeMap::new(),
            api_key: super::API_KEY.to_owned(),
            behaviour: Behaviour::default(),
            last_id: 5800,
        }
    }
}

impl State {
    fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    pub(crate) fn add_organization(&mut self, organization: Organization) -> u64 {
        let id = self.next_id();
        self.organizations.insert(id, organization);
        id
    }

    pub(crate) fn remove_organization(&mut self, id: u64) {
        self.organizations.remove(&id);
        self.passwords
            .retain(|_, password| number(password, "organization-id") != Some(id));
    }

    pub(crate) fn add_category(&mut self, name: &str) -> u64 {
        let id = self.next_id();
        self.categories.insert(id, name.to_owned());
        id
    }

    pub(crate) fn remove_category(&mut self, id: u64) {
        self.categories.remove(&id);
        for password in self.passwords.values_mut() {
            if number(password, "password-category-id") == Some(id) {
                password.insert("password-category-id".to_owned(), Value::Null);
            }
        }
    }

    pub(crate) fn add_configuration(&mut self, organization: u64) -> u64 {
        let id = self.next_id();
        self.configurations.insert(id, organization);
        id
    }

    pub(crate) fn add_password(&mut self, given: Map<String, Value>) -> u64 {
        let id = self.next_id();
        let mut attributes = blank();
        attributes.extend(given);
        self.passwords.insert(id, attributes);
        id
    }

    pub(crate) fn edit_password(&mut self, id: u64, changes: Map<String, Value>) -> bool {
        match self.passwords.get_mut(&id) {
            Some(password) => {
                password.extend(changes);
                true
            }
            None => false,
        }
    }

    /// The attributes as an answer holds them: with names for ids, and with the value or without.
    pub(crate) fn attributes(
        &self,
        password: &Map<String, Value>,
        with_value: bool,
    ) -> Map<String, Value> {
        let mut shown = password.clone();
        if !with_value {
            shown.remove("password");
        }
        // A seed is never told; that there is one, is.
        let seed = shown.remove("otp-secret");
        let has_seed = seed.is_some_and(|seed| !seed.is_null());
        shown.insert("otp-enabled".to_owned(), json!(has_seed));
        let organization = number(password, "organization-id");
        let organization = organization.and_then(|id| self.organizations.get(&id));
        shown.insert(
            "organization-name".to_owned(),
            json!(organization.map(|organization| &organization.name)),
        );
        let category = number(password, "password-category-id");
        let category = category.and_then(|id| self.categories.get(&id));
        shown.insert("password-category-name".to_owned(), json!(category));
        if self.behaviour.undocumented {
            shown.insert("risk".to_owned(), json!({ "score": 17, "since": null }));
            shown.insert("strength".to_owned(), json!("splendid"));
            shown.insert("resource-type".to_owned(), json!("Starship"));
        }
        shown
    }
}

/// What a password holds if nobody says otherwise.
fn blank() -> Map<String, Value> {
    let blank = json!({
        "organization-id": null, "name": "", "username": null, "password": "", "otp-secret": null,
        "url": null, "notes": null, "password-category-id": null, "restricted": false,
        "my-glue": false, "archived": false, "autofill-selectors": null, "resource-id": null,
        "resource-type": null, "cached-resource-type-name": null, "cached-resource-name": null,
        "password-folder-id": null, "vault-id": null, "personal": false,
        "resource-url": "https://acme-msp.itglue.example/passwords", "updated-by": 4444,
        "updated-by-type": "User", "password-updated-at": TIME, "created-at": TIME,
        "updated-at": TIME,
    });
    blank.as_object().cloned().unwrap_or_default()
}

/// A number among attributes, as a number or a text.
pub(crate) fn number(attributes: &Map<String, Value>, name: &str) -> Option<u64> {
    let value = attributes.get(name)?;
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}
