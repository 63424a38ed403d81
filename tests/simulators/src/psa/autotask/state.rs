//! What the simulated Autotask holds: companies, their contacts, locations, the MSP's own people,
//! user-defined fields, and the callouts that wait for a webhook.
//!
//! Invariants: a contact belongs to exactly one company; every save moves the simulator's clock and
//! the contact's dates.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use jiff::tz::Offset;
use serde_json::{Map, Value, json};

use super::members::{COMPANY, CONTACT, Member, accepted, blank};
use super::webhooks::Webhook;
use super::{Behaviour, Field};

/// A record with its members and the values of its user-defined fields.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) members: Map<String, Value>,
    pub(crate) values: BTreeMap<String, String>,
}

/// The members of a body that are kept, and the values of user-defined fields.
type Checked = (Map<String, Value>, Vec<(String, Value)>);

impl Record {
    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        self.members.get(name).and_then(Value::as_i64)
    }

    /// The record as an answer shows it: fields of the tenant's only where one has a value.
    pub(crate) fn shown(&self, fields: &[Field]) -> Map<String, Value> {
        let mut shown = self.members.clone();
        if fields
            .iter()
            .any(|field| self.values.contains_key(&field.name))
        {
            let entries: Vec<Value> = (fields.iter())
                .map(|field| json!({"name": field.name, "value": self.values.get(&field.name)}))
                .collect();
            shown.insert("userDefinedFields".to_owned(), json!(entries));
        }
        shown
    }
}

/// An entity whose records can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entity {
    Contacts,
    Companies,
    Resources,
}

/// Everything behind one Autotask simulator.
#[derive(Debug)]
pub struct State {
    pub(crate) companies: BTreeMap<i64, Record>,
    pub(crate) contacts: BTreeMap<i64, Record>,
    pub(crate) resources: BTreeMap<i64, Record>,
    /// The company of each location.
    pub(crate) locations: BTreeMap<i64, i64>,
    pub(crate) territories: Vec<(i64, String)>,
    pub(crate) contact_fields: Vec<Field>,
    pub(crate) company_fields: Vec<Field>,
    pub(crate) username: String,
    pub(crate) secret: String,
    pub(crate) code: String,
    /// Where the tenant lives; here, unless it was moved.
    pub(crate) zone: Option<String>,
    pub(crate) threshold: u64,
    pub(crate) used: u64,
    pub(crate) refused_credentials: usize,
    pub(crate) zone_calls: usize,
    pub(crate) behaviour: Behaviour,
    pub(crate) webhook: Option<Webhook>,
    pub(crate) queue: VecDeque<Value>,
    pub(crate) callouts: u64,
    pub(crate) now: Timestamp,
    last_id: i64,
}

impl Default for State {
    fn default() -> Self {
        let mut state = Self {
            companies: BTreeMap::new(),
            contacts: BTreeMap::new(),
            resources: BTreeMap::new(),
            locations: BTreeMap::new(),
            territories: Vec::new(),
            contact_fields: Vec::new(),
            company_fields: Vec::new(),
            username: super::USERNAME.to_owned(),
            secret: super::SECRET.to_owned(),
            code: super::INTEGRATION_CODE.to_owned(),
            zone: None,
            threshold: 10_000,
            used: 0,
            refused_credentials: 0,
            zone_calls: 0,
            behaviour: Behaviour::default(),
            webhook: None,
            queue: VecDeque::new(),
            callouts: 0,
            // 2026-01-05T08:00:00Z, a Monday; each save adds a second.
            now: Timestamp::from_second(1_767_600_000).expect("a date of this century"),
            last_id: 29_683_570,
        };
        // The MSP itself.
        state.insert_company(0, "Acme MSP");
        state
    }
}

impl State {
    /// The simulator's time as Autotask writes it: with or without a zone, always UTC.
    pub(crate) fn time(&self) -> String {
        Offset::UTC.to_datetime(self.now).to_string()
    }

    fn tick(&mut self) -> String {
        let next = self.now.as_second().saturating_add(1);
        self.now = Timestamp::from_second(next).unwrap_or(self.now);
        self.time()
    }

    pub(crate) fn next_id(&mut self) -> i64 {
        self.last_id += 1;
        self.last_id
    }

    pub(crate) fn insert_company(&mut self, id: i64, name: &str) {
        let mut members = blank(&COMPANY);
        for (member, value) in [
            ("id", json!(id)),
            ("companyName", json!(name)),
            ("companyType", json!(1)),
            ("phone", json!("206-555-0000")),
            ("isActive", json!(true)),
            ("ownerResourceID", json!(0)),
        ] {
            members.insert(member.to_owned(), value);
        }
        let values = BTreeMap::new();
        self.companies.insert(id, Record { members, values });
    }

    pub(crate) fn fields(&self, entity: Entity) -> &[Field] {
        match entity {
            Entity::Contacts => &self.contact_fields,
            Entity::Companies => &self.company_fields,
            Entity::Resources => &[],
        }
    }

    pub(crate) fn records(&self, entity: Entity) -> &BTreeMap<i64, Record> {
        match entity {
            Entity::Contacts => &self.contacts,
            Entity::Companies => &self.companies,
            Entity::Resources => &self.resources,
        }
    }

    /// Makes a contact of a company.
    pub(crate) fn create(
        &mut self,
        company: i64,
        body: &Map<String, Value>,
    ) -> Result<i64, String> {
        let (kept, values) = self.checked(&CONTACT, &self.contact_fields, body, true)?;
        self.check_references(company, &kept)?;
        let id = self.next_id();
        let time = self.tick();
        let mut members = blank(&CONTACT);
        members.extend(kept);
        members.insert("id".to_owned(), json!(id));
        for date in ["createDate", "lastActivityDate", "lastModifiedDate"] {
            members.insert(date.to_owned(), json!(time));
        }
        let mut record = Record {
            members,
            values: BTreeMap::new(),
        };
        put_values(&mut record, values);
        self.contacts.insert(id, record);
        Ok(id)
    }

    /// Changes the given members of a contact; a whole one loses all others. `company` is the one of
    /// the path; `None` for a technician, who needs none.
    pub(crate) fn change(
        &mut self,
        company: Option<i64>,
        body: &Map<String, Value>,
        is_whole: bool,
    ) -> Result<i64, String> {
        let id = body.get("id").and_then(Value::as_i64).unwrap_or_default();
        let held = self.contacts.get(&id);
        let own = held.and_then(|contact| contact.integer("companyID"));
        if own.is_none() || company.is_some_and(|company| own != Some(company)) {
            return Err(format!(
                "No matching records found for the contact with id {id}."
            ));
        }
        let (kept, values) = self.checked(&CONTACT, &self.contact_fields, body, is_whole)?;
        self.check_references(own.unwrap_or_default(), &kept)?;
        let time = self.tick();
        if let Some(contact) = self.contacts.get_mut(&id) {
            if is_whole {
                let dates = ["id", "createDate", "lastActivityDate"];
                let old = contact.members.clone();
                let old = old
                    .into_iter()
                    .filter(|(name, _)| dates.contains(&name.as_str()));
                let mut members = blank(&CONTACT);
                members.extend(old);
                contact.members = members;
            }
            contact.members.extend(kept);
            put_values(contact, values);
            for date in ["lastActivityDate", "lastModifiedDate"] {
                contact.members.insert(date.to_owned(), json!(time));
            }
        }
        Ok(id)
    }

    /// Changes the given members of a company.
    pub(crate) fn change_company(&mut self, body: &Map<String, Value>) -> Result<i64, String> {
        let id = body.get("id").and_then(Value::as_i64);
        let id = id.filter(|id| self.companies.contains_key(id));
        let id = id.ok_or("No matching records found for the company.")?;
        let (kept, values) = self.checked(&COMPANY, &self.company_fields, body, false)?;
        if let Some(company) = self.companies.get_mut(&id) {
            company.members.extend(kept);
            put_values(company, values);
        }
        Ok(id)
    }

    fn checked(
        &self,
        members: &[Member],
        fields: &[Field],
        body: &Map<String, Value>,
        is_whole: bool,
    ) -> Result<Checked, String> {
        let kept = accepted(members, body, is_whole)?;
        let mut values = Vec::new();
        let given = body.get("userDefinedFields").and_then(Value::as_array);
        for entry in given.into_iter().flatten() {
            let name = entry
                .get("name")
                .and_then(Value::as_str)
                .unwrap_or_default();
            // An unknown name is ignored, as with members.
            let Some(field) = fields.iter().find(|field| field.name == name) else {
                continue;
            };
            let value = entry.get("value").cloned().unwrap_or_default();
            field.check(&value)?;
            values.push((name.to_owned(), value));
        }
        Ok((kept, values))
    }

    fn check_references(&self, company: i64, kept: &Map<String, Value>) -> Result<(), String> {
        let bad = |field: &str, of: &str| {
            format!("Reference value on field: {field} of type: {of} does not exist or is invalid.")
        };
        let named = kept
            .get("companyID")
            .and_then(Value::as_i64)
            .unwrap_or(company);
        if !self.companies.contains_key(&company) || named != company {
            return Err(bad("companyID", "Account"));
        }
        match kept.get("companyLocationID").and_then(Value::as_i64) {
            Some(location) if self.locations.get(&location) != Some(&company) => {
                Err(bad("companyLocationID", "CompanyLocation"))
            }
            Some(_) | None => Ok(()),
        }
    }
}

fn put_values(record: &mut Record, values: Vec<(String, Value)>) {
    for (name, value) in values {
        match value.as_str().filter(|text| !text.is_empty()) {
            Some(text) => record.values.insert(name, text.to_owned()),
            None => record.values.remove(&name),
        };
    }
}
