//! What the simulated Syncro holds: customers, contacts, custom fields, and the calls of the last
//! minute.
//!
//! Invariants: a contact belongs to a customer; every save moves the simulator's clock and the
//! contact's `updated_at`.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::{API_TOKEN, Behaviour, FieldKind};

/// Texts that both a create and a change take, as the document names them.
const TEXTS: [&str; 10] = [
    "name", "address1", "address2", "city", "state", "zip", "email", "phone", "mobile", "notes",
];
/// Properties that are there without being a custom field.
const BUILT_IN: [&str; 4] = [
    "title",
    "notification_billing",
    "notification_reports",
    "notification_marketing",
];
/// What a column of a short text holds, in characters.
const TEXT_CHARS_MAX: usize = 255;

/// Everything behind one simulator.
#[derive(Debug)]
pub struct State {
    pub(crate) customers: BTreeMap<i64, Map<String, Value>>,
    pub(crate) contacts: BTreeMap<i64, Contact>,
    /// Custom fields of contacts.
    pub(crate) fields: BTreeMap<String, FieldKind>,
    pub(crate) token: String,
    pub(crate) behaviour: Behaviour,
    /// Calls that the rate limit refused.
    pub(crate) refused: usize,
    passed: VecDeque<Instant>,
    now: Timestamp,
    last_id: i64,
}

/// A person in a customer.
#[derive(Debug)]
pub(crate) struct Contact {
    pub(crate) members: Map<String, Value>,
    pub(crate) properties: Map<String, Value>,
}

impl Contact {
    pub(crate) fn customer(&self) -> i64 {
        let customer = self.members.get("customer_id").and_then(Value::as_i64);
        customer.unwrap_or_default()
    }
}

/// Why a record was not saved.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) words: String,
    pub(crate) record: Value,
}

impl Default for State {
    fn default() -> Self {
        Self {
            customers: BTreeMap::new(),
            contacts: BTreeMap::new(),
            fields: BTreeMap::new(),
            token: API_TOKEN.to_owned(),
            behaviour: Behaviour::default(),
            refused: 0,
            passed: VecDeque::new(),
            now: "2026-11-20T08:00:00Z".parse().expect("a good time"),
            last_id: 24_152_384,
        }
    }
}

impl State {
    /// Whether a call passes the rate limit; refused ones do not count.
    pub(crate) fn admit(&mut self, now: Instant) -> bool {
        let Some(limit) = self.behaviour.calls_per_minute else {
            return true;
        };
        let minute = Duration::from_secs(60);
        while (self.passed.front()).is_some_and(|first| now.duration_since(*first) >= minute) {
            self.passed.pop_front();
        }
        let admitted = self.passed.len() < limit;
        if admitted {
            self.passed.push_back(now);
        } else {
            self.refused += 1;
        }
        admitted
    }

    /// Whether a contact can have that property.
    pub(crate) fn keeps(&self, name: &str) -> bool {
        BUILT_IN.contains(&name) || self.fields.contains_key(name)
    }

    pub(crate) fn add_customer(&mut self, business_name: &str) -> i64 {
        let (id, time) = (self.next_id(), self.tick());
        let customer = json!({
            "id": id, "firstname": "", "lastname": "", "business_name": business_name,
            "email": null, "phone": null, "mobile": null, "created_at": time, "updated_at": time,
            "pdf_url": null, "address": null, "address_2": null, "city": null, "state": null,
            "zip": null, "latitude": null, "longitude": null, "notes": null, "get_sms": false,
            "opt_out": false, "disabled": false, "no_email": false, "location_name": null,
            "location_id": null, "properties": {}, "tax_rate_id": null,
            "notification_email": null, "invoice_cc_emails": null, "invoice_term_id": null,
            "referred_by": null, "ref_customer_id": null,
            "online_profile_url": "https://acme.example/my_profile/v2/index?portal_key=k",
        });
        let members = customer.as_object().cloned().unwrap_or_default();
        self.customers.insert(id, members);
        id
    }

    pub(crate) fn edit_customer(&mut self, id: i64, changes: &Map<String, Value>) -> bool {
        let Some(customer) = self.customers.get_mut(&id) else {
            return false;
        };
        customer.extend(changes.clone());
        true
    }

    /// A customer as answers show it: its names joined, and its contacts.
    pub(crate) fn customer(&self, id: i64) -> Option<Value> {
        let mut customer = self.customers.get(&id)?.clone();
        let text = |name: &str| {
            let text = customer.get(name).and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        };
        let full = format!("{} {}", text("firstname"), text("lastname"));
        let (full, business) = (full.trim().to_owned(), text("business_name"));
        let then_name = if business.is_empty() {
            &full
        } else {
            &business
        };
        let both = [business.as_str(), full.as_str()].join(" - ");
        let joined = [
            ("business_then_name", then_name.as_str()),
            ("business_and_full_name", both.trim_matches([' ', '-'])),
            ("fullname", full.as_str()),
        ];
        for (name, text) in joined {
            customer.insert(name.to_owned(), json!(text));
        }
        let own = self.contacts.values().filter(|c| c.customer() == id);
        let reduced = |contact: &Contact| {
            let members = ["id", "name", "email"].into_iter();
            let member = |name: &str| Some((name.to_owned(), contact.members.get(name)?.clone()));
            Value::Object(members.filter_map(member).collect())
        };
        customer.insert("contacts".to_owned(), own.map(reduced).collect());
        if self.behaviour.undocumented {
            customer.insert("health_score".to_owned(), json!({ "value": "A+" }));
        }
        Some(Value::Object(customer))
    }

    /// Makes a contact of what a create takes.
    pub(crate) fn create(&mut self, given: &Map<String, Value>) -> Result<i64, Refusal> {
        let mut members = Map::new();
        for name in TEXTS {
            members.insert(name.to_owned(), Value::Null);
        }
        members.extend(texts(given));
        let customer = given.get("customer_id").and_then(Value::as_i64);
        let known = customer.filter(|customer| self.customers.contains_key(customer));
        members.insert("customer_id".to_owned(), json!(known));
        self.check(None, &members)?;
        let (id, time) = (self.next_id(), self.tick());
        let more = json!({
            "id": id, "latitude": null, "longitude": null, "account_id": 90211,
            "vendor_id": null, "opt_out": false, "extension": null, "created_at": time,
            "updated_at": time,
        });
        members.extend(more.as_object().cloned().unwrap_or_default());
        let contact = Contact {
            members,
            properties: Map::new(),
        };
        self.contacts.insert(id, contact);
        Ok(id)
    }

    /// Changes the given members only. `None` when there is no such contact.
    pub(crate) fn update(
        &mut self,
        id: i64,
        given: &Map<String, Value>,
    ) -> Option<Result<(), Refusal>> {
        let mut members = self.contacts.get(&id)?.members.clone();
        members.extend(texts(given));
        if let Some(customer) = given.get("customer_id") {
            let known = (customer.as_i64()).filter(|id| self.customers.contains_key(id));
            members.insert("customer_id".to_owned(), json!(known));
        }
        // The document calls the name required.
        if !given.contains_key("name") {
            members.insert("name".to_owned(), Value::Null);
        }
        if let Err(refusal) = self.check(Some(id), &members) {
            return Some(Err(refusal));
        }
        let properties = self.properties_after(id, given);
        members.insert("updated_at".to_owned(), json!(self.tick()));
        if let Some(contact) = self.contacts.get_mut(&id) {
            contact.members = members;
            contact.properties = properties;
        }
        Some(Ok(()))
    }

    /// Sets members as they are, as the web application does.
    pub(crate) fn edit(&mut self, id: i64, changes: &Map<String, Value>) -> bool {
        let time = self.tick();
        let Some(contact) = self.contacts.get_mut(&id) else {
            return false;
        };
        for (name, value) in changes {
            match (name.as_str(), value.as_object()) {
                ("properties", Some(properties)) => contact.properties.extend(properties.clone()),
                // Syncro keeps it there, however it was set.
                ("title", _) => drop(contact.properties.insert(name.clone(), value.clone())),
                _ => drop(contact.members.insert(name.clone(), value.clone())),
            }
        }
        contact.members.insert("updated_at".to_owned(), json!(time));
        true
    }

    /// The properties once a change is made. Those of no field are dropped without a word.
    fn properties_after(&self, id: i64, given: &Map<String, Value>) -> Map<String, Value> {
        let held = (self.contacts.get(&id)).map_or_else(Map::new, |c| c.properties.clone());
        let mut after = match given.get("properties").and_then(Value::as_object) {
            None => held,
            Some(new) => {
                let kept = if self.behaviour.merge_properties {
                    held
                } else {
                    Map::new()
                };
                let taken = new.iter().filter(|(name, _)| self.keeps(name));
                let taken = taken.map(|(name, value)| (name.clone(), self.stored(name, value)));
                kept.into_iter().chain(taken).collect()
            }
        };
        if let Some(title) = given.get("title") {
            after.insert("title".to_owned(), title.clone());
        }
        after
    }

    fn stored(&self, name: &str, value: &Value) -> Value {
        match self.fields.get(name) {
            Some(FieldKind::CheckBox) => {
                let is_on = matches!(value, Value::Bool(true))
                    || (value.as_str()).is_some_and(|text| matches!(text, "1" | "true" | "True"));
                json!(if is_on { "1" } else { "0" })
            }
            Some(FieldKind::Text) | None => value.clone(),
        }
    }

    fn check(&self, id: Option<i64>, members: &Map<String, Value>) -> Result<(), Refusal> {
        let text = |name: &str| {
            members
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let email = text("email");
        let is_taken = |other: (&i64, &Contact)| {
            Some(*other.0) != id
                && other.1.members.get("customer_id") == members.get("customer_id")
                && (other.1.members.get("email").and_then(Value::as_str))
                    .is_some_and(|theirs| theirs.eq_ignore_ascii_case(email))
        };
        let too_long = (TEXTS.iter())
            .find(|name| **name != "notes" && text(name).chars().count() > TEXT_CHARS_MAX);
        let words = if members.get("customer_id").is_none_or(Value::is_null) {
            "Customer can't be blank".to_owned()
        } else if id.is_some() && text("name").trim().is_empty() {
            "Name can't be blank".to_owned()
        } else if !email.is_empty() && !is_email(email) {
            "Email is not an email".to_owned()
        } else if let Some(name) = too_long {
            format!("{name} is too long (maximum is {TEXT_CHARS_MAX} characters)")
        } else if self.behaviour.refuse_duplicates
            && !email.is_empty()
            && self.contacts.iter().any(is_taken)
        {
            "Email has already been taken".to_owned()
        } else {
            return Ok(());
        };
        let record = Value::Object(members.clone());
        Err(Refusal { words, record })
    }

    fn next_id(&mut self) -> i64 {
        self.last_id += 1;
        self.last_id
    }

    /// The time of a save, each a second after the one before. Some carry an offset.
    fn tick(&mut self) -> String {
        self.now += SignedDuration::from_secs(1);
        let local = self.now - SignedDuration::from_hours(7);
        if self.now.as_second() % 2 == 0 {
            self.now.strftime("%Y-%m-%dT%H:%M:%S.120Z").to_string()
        } else {
            local.strftime("%Y-%m-%dT%H:%M:%S.120-07:00").to_string()
        }
    }
}

/// The members that are taken as texts. Others are ignored without a word.
fn texts(given: &Map<String, Value>) -> Map<String, Value> {
    let taken = TEXTS.into_iter().filter_map(|name| {
        let value = given
            .get(name)
            .filter(|value| value.is_string() || value.is_null())?;
        Some((name.to_owned(), value.clone()))
    });
    taken.collect()
}

fn is_email(text: &str) -> bool {
    let is_whole = |(local, host): (&str, &str)| !local.is_empty() && host.contains('.');
    text.split_once('@').is_some_and(is_whole) && !text.contains(char::is_whitespace)
}
