//! What the simulated Halo holds: clients, sites, users, custom fields, and the deliveries that
//! wait for a webhook.
//!
//! Invariants: a user belongs to exactly one site, and through it to a client; every save moves the
//! simulator's clock and the user's `ulastupdate`.

use std::collections::{BTreeMap, HashMap, VecDeque};

use jiff::Timestamp;
use jiff::tz::Offset;
use serde_json::{Map, Value, json};

use super::members::{accepted, blank};
use super::rate::Window;
use super::webhooks::Webhook;
use super::{Behaviour, CustomField};

/// Everything behind one Halo simulator.
#[derive(Debug)]
pub struct State {
    pub(crate) clients: BTreeMap<i64, Client>,
    pub(crate) sites: BTreeMap<i64, Site>,
    pub(crate) users: BTreeMap<i64, User>,
    /// Custom fields of users.
    pub(crate) fields: BTreeMap<i64, CustomField>,
    /// Custom fields of clients.
    pub(crate) client_fields: BTreeMap<i64, CustomField>,
    /// Good access tokens and their scopes.
    pub(crate) tokens: HashMap<String, Vec<String>>,
    pub(crate) token_calls: u64,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) tenant: Option<String>,
    pub(crate) scopes: Vec<String>,
    pub(crate) expires_in: u32,
    pub(crate) behaviour: Behaviour,
    pub(crate) window: Window,
    pub(crate) webhook: Option<Webhook>,
    pub(crate) queue: VecDeque<Value>,
    pub(crate) deliveries: u64,
    pub(crate) now: Timestamp,
    last_user: i64,
    last_place: i64,
}

/// A customer company.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) name: String,
    pub(crate) main_site: Option<i64>,
    pub(crate) inactive: bool,
    pub(crate) domain: String,
    /// Values of custom fields by field id.
    pub(crate) fields: BTreeMap<i64, Value>,
}

/// A location of a client.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) name: String,
    pub(crate) client: i64,
    pub(crate) inactive: bool,
}

/// A contact.
#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) members: Map<String, Value>,
    /// Values of custom fields by field id.
    pub(crate) fields: BTreeMap<i64, Value>,
    /// The placeholder that every site owns.
    pub(crate) general: bool,
}

impl User {
    pub(crate) fn text(&self, name: &str) -> &str {
        self.members
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    pub(crate) fn integer(&self, name: &str) -> i64 {
        self.members.get(name).and_then(Value::as_i64).unwrap_or(0)
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.members
            .get(name)
            .and_then(Value::as_bool)
            .unwrap_or(false)
    }
}

impl Default for State {
    fn default() -> Self {
        Self {
            clients: BTreeMap::new(),
            sites: BTreeMap::new(),
            users: BTreeMap::new(),
            fields: BTreeMap::new(),
            client_fields: BTreeMap::new(),
            tokens: HashMap::new(),
            token_calls: 0,
            client_id: super::CLIENT_ID.to_owned(),
            client_secret: super::CLIENT_SECRET.to_owned(),
            tenant: Some(super::TENANT.to_owned()),
            scopes: vec!["read:customers".to_owned(), "edit:customers".to_owned()],
            expires_in: 3600,
            behaviour: Behaviour::default(),
            window: Window::default(),
            webhook: None,
            queue: VecDeque::new(),
            deliveries: 0,
            // 2026-01-05T08:00:00Z, a Monday; each save adds a second.
            now: Timestamp::from_second(1_767_600_000).expect("a date of this century"),
            last_user: 1100,
            last_place: 40,
        }
    }
}

impl State {
    /// The simulator's time as Halo writes it: without a zone.
    pub(crate) fn time(&self) -> String {
        Offset::UTC.to_datetime(self.now).to_string()
    }

    fn tick(&mut self) -> String {
        let next = self.now.as_second().saturating_add(1);
        self.now = Timestamp::from_second(next).unwrap_or(self.now);
        self.time()
    }

    pub(crate) fn add_client(&mut self, name: &str) -> i64 {
        self.last_place += 1;
        let client = Client {
            name: name.to_owned(),
            main_site: None,
            inactive: false,
            domain: String::new(),
            fields: BTreeMap::new(),
        };
        self.clients.insert(self.last_place, client);
        self.last_place
    }

    /// Adds a site with its placeholder user; a client's first site is its main site.
    pub(crate) fn add_site(&mut self, client: i64, name: &str) -> i64 {
        self.last_place += 1;
        let id = self.last_place;
        if let Some(client) = self.clients.get_mut(&client) {
            client.main_site.get_or_insert(id);
        }
        self.sites.insert(
            id,
            Site {
                name: name.to_owned(),
                client,
                inactive: false,
            },
        );
        let general = json!({"name": "General User", "site_id": id});
        if let Some(user) = general.as_object().and_then(|user| self.create(user).ok())
            && let Some(user) = self.users.get_mut(&user)
        {
            user.general = true;
        }
        id
    }

    pub(crate) fn client_of(&self, user: &User) -> i64 {
        self.sites
            .get(&user.integer("site_id"))
            .map_or(0, |site| site.client)
    }

    /// Creates a user; `name` and an existing `site_id` are required.
    pub(crate) fn create(&mut self, element: &Map<String, Value>) -> Result<i64, String> {
        let kept = accepted(element)?;
        if !kept.contains_key("name") {
            return Err("The name field is required.".to_owned());
        }
        if !kept.contains_key("site_id") {
            return Err("The site_id field is required.".to_owned());
        }
        self.check_site(&kept)?;
        let fields = field_values(&self.fields, element)?.unwrap_or_default();
        let time = self.tick();
        self.last_user += 1;
        let mut members = blank();
        members.extend(kept);
        members.insert("id".to_owned(), json!(self.last_user));
        members.insert("datecreated".to_owned(), json!(time));
        members.insert("ulastupdate".to_owned(), json!(time));
        self.users.insert(
            self.last_user,
            User {
                members,
                fields,
                general: false,
            },
        );
        Ok(self.last_user)
    }

    /// Changes the given members only. `None` when there is no such user.
    pub(crate) fn update(
        &mut self,
        id: i64,
        element: &Map<String, Value>,
    ) -> Option<Result<(), String>> {
        if !self.users.contains_key(&id) {
            return None;
        }
        Some(self.change(id, element))
    }

    fn change(&mut self, id: i64, element: &Map<String, Value>) -> Result<(), String> {
        let kept = accepted(element)?;
        self.check_site(&kept)?;
        let fields = field_values(&self.fields, element)?;
        let time = self.tick();
        let replace = self.behaviour.replace_custom_fields;
        if let Some(user) = self.users.get_mut(&id) {
            user.members.extend(kept);
            user.members.insert("ulastupdate".to_owned(), json!(time));
            if let Some(fields) = fields {
                if replace {
                    user.fields.clear();
                }
                user.fields.extend(fields);
            }
        }
        Ok(())
    }

    fn check_site(&self, kept: &Map<String, Value>) -> Result<(), String> {
        match kept.get("site_id").and_then(Value::as_i64) {
            Some(site) if !self.sites.contains_key(&site) => Err("Site not found.".to_owned()),
            Some(_) | None => Ok(()),
        }
    }

    /// Changes the custom fields of a client; nothing else of it is simulated. `None` when there is
    /// no such client.
    pub(crate) fn update_client(
        &mut self,
        id: i64,
        element: &Map<String, Value>,
    ) -> Option<Result<(), String>> {
        let replace = self.behaviour.replace_custom_fields;
        let client = self.clients.get_mut(&id)?;
        Some(field_values(&self.client_fields, element).map(|fields| {
            if let Some(fields) = fields {
                if replace {
                    client.fields.clear();
                }
                client.fields.extend(fields);
            }
        }))
    }
}

/// The type of a custom field that takes the number of one of its items.
const CHOICE: i32 = 2;

/// The values that a write gives to custom fields; one that is not defined is refused.
fn field_values(
    defined: &BTreeMap<i64, CustomField>,
    element: &Map<String, Value>,
) -> Result<Option<BTreeMap<i64, Value>>, String> {
    let Some(given) = element.get("customfields") else {
        return Ok(None);
    };
    let items = given.as_array().ok_or("customfields must be an array.")?;
    let mut values = BTreeMap::new();
    for item in items {
        let id = item.get("id").and_then(Value::as_i64);
        let id = id
            .filter(|id| defined.contains_key(id))
            .ok_or("Unknown custom field.")?;
        let value = item.get("value").cloned().unwrap_or_default();
        let is_choice = defined.get(&id).is_some_and(|field| field.kind == CHOICE);
        if is_choice && !(value.is_number() || value.is_null()) {
            return Err("The value is none of the field's.".to_owned());
        }
        values.insert(id, value);
    }
    Ok(Some(values))
}
