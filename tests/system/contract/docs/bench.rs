//! One vendor and a process that calls it. Nobody waits.

use connectors::Vendors;
use connectors::docs::{Docs, Settings};
use connectors::error::ConnectorError;
use connectors::http::Pause;
use domain::account::{Account, AccountState, AccountType, Origin};
use domain::docs::Details;
use domain::docs::entry::{Entry, EntryChange, EntryUpdate, NewEntry};
use domain::fields::{Attribute, Fields};
use domain::id::{AccountId, ConfigurationId, CustomerId, EntryId, OrganizationId};
use secrecy::SecretString;
use serde_json::Value;
use simulators::{Exchange, Fault, Options};

use super::vendor::{Call, Held, Simulated, Ways};
use crate::canaries::Ending;

/// Ida's user name.
pub(super) const IDA: &str = "ida.berg@northwind.example";

/// The vendor and its organization Northwind Dental.
pub(super) struct Bench<S> {
    pub(super) side: S,
    pub(super) vendors: Vendors,
    pub(super) pause: Pause,
    pub(super) organization: OrganizationId,
    pub(super) _ending: Ending,
}

impl<S: Simulated> Bench<S> {
    pub(super) async fn new() -> Self {
        Self::with(Options::unrecorded()).await
    }

    pub(super) async fn with(options: Options) -> Self {
        let ending = Ending::default();
        let side = S::start(options).await;
        let pause = Pause::recorded();
        let vendors = Vendors::new().unwrap().with_pause(pause.clone());
        let organization = side.organization();
        Self {
            side,
            vendors,
            pause,
            organization,
            _ending: ending,
        }
    }

    /// The connection's settings.
    pub(super) fn settings(&self) -> Settings {
        settings(&self.side.document())
    }

    /// The connector, as one invocation has it.
    pub(super) fn docs(&self) -> Box<dyn Docs> {
        self.vendors.docs(&self.settings()).unwrap()
    }

    /// The settings with one member changed.
    pub(super) fn settings_with(&self, member: &str, value: &str) -> Settings {
        let mut document = self.side.document();
        assert!(document.get(member).is_some(), "the document has {member}");
        document[member] = value.into();
        settings(&document)
    }

    /// The connector with one member of its settings changed.
    pub(super) fn docs_with(&self, member: &str, value: &str) -> Box<dyn Docs> {
        self.vendors
            .docs(&self.settings_with(member, value))
            .unwrap()
    }

    /// The next calls of a kind go wrong.
    pub(super) fn fail(&self, call: Call, times: usize, fault: Fault) {
        let route = self.side.route(call);
        let faults = self.side.faults();
        faults.next(route.method, &route.part, times, fault);
    }

    /// How many calls of a kind there were.
    pub(super) fn count(&self, call: Call) -> usize {
        let route = self.side.route(call);
        let part = route.part.to_lowercase();
        let is_it = |exchange: &Exchange| {
            let mut target = format!("{}?", exchange.path.to_lowercase());
            for (name, value) in &exchange.query {
                target.push_str(&format!("{name}={value}&"));
            }
            exchange.method == route.method && target.contains(&part)
        };
        self.side.journal().matching(is_it).len()
    }

    /// The bodies of the writes so far.
    pub(super) fn bodies(&self) -> Vec<Value> {
        let writes = self.side.journal().writes().into_iter();
        writes.map(|write| write.request_body).collect()
    }

    pub(super) fn set(&self, ways: Ways) {
        self.side.set_ways(&ways);
    }

    /// An entry of Northwind Dental's.
    pub(super) fn add(&self, held: &Held) -> EntryId {
        self.side.add_entry(&self.organization, held)
    }

    pub(super) async fn entries(&self) -> Result<Vec<Entry>, ConnectorError> {
        self.docs().entries(&self.organization).await
    }

    /// Ida's entry, which is to be made.
    pub(super) fn ida(&self) -> NewEntry {
        NewEntry {
            organization: self.organization.clone(),
            name: "Microsoft 365 - Ida Berg".to_owned(),
            username: IDA.to_owned(),
            category: "Microsoft 365".to_owned(),
            embedded_in: None,
        }
    }

    /// A configuration of Northwind Dental's.
    pub(super) fn configuration(&self) -> ConfigurationId {
        self.side.add_configuration(&self.organization)
    }

    /// Ida's entry, embedded.
    pub(super) async fn create_in(
        &self,
        home: &ConfigurationId,
    ) -> Result<EntryId, ConnectorError> {
        let new = NewEntry {
            embedded_in: Some(home.clone()),
            ..self.ida()
        };
        self.docs().apply(&EntryChange::Create(new)).await
    }

    pub(super) async fn create(&self) -> Result<EntryId, ConnectorError> {
        self.docs().apply(&EntryChange::Create(self.ida())).await
    }

    pub(super) async fn update(&self, update: EntryUpdate) -> Result<EntryId, ConnectorError> {
        self.docs().apply(&EntryChange::Update(update)).await
    }

    /// The vendor holds that of an entry, and the connector reads the same.
    pub(super) async fn assert_holds(&self, entry: &EntryId, expected: &Held) {
        let held = self.side.held(entry).expect("the vendor has it");
        assert_eq!(&held, expected, "at the vendor");
        let read = self.docs().entry(entry).await.unwrap().unwrap();
        assert_eq!((&read.id, &read.organization), (entry, &self.organization));
        assert_eq!(&Held::of(&read), expected, "as it is read");
    }
}

/// What Ida's entry is once it was made.
pub(super) fn ida_made() -> Held {
    Held::new("Microsoft 365 - Ida Berg", IDA, "Microsoft 365")
}

/// A change of the category.
pub(super) fn category(entry: &EntryId, name: &str) -> EntryUpdate {
    EntryUpdate {
        category: Some(name.to_owned()),
        ..EntryUpdate::of(entry.clone())
    }
}

/// A change of the user name.
pub(super) fn rename(entry: &EntryId, username: &str) -> EntryUpdate {
    EntryUpdate {
        username: Some(username.to_owned()),
        ..EntryUpdate::of(entry.clone())
    }
}

/// A change of the contact details in the notes: an address that a person edited.
pub(super) fn details(entry: &EntryId, email: &str) -> EntryUpdate {
    let mut account = account();
    (account.fields).set(Attribute::Email, Some(email.to_owned()));
    account.origins.insert(Attribute::Email, Origin::Person);
    EntryUpdate {
        details: Some(Details::of(&account)),
        ..EntryUpdate::of(entry.clone())
    }
}

/// The contact details go.
pub(super) fn no_details(entry: &EntryId) -> EntryUpdate {
    EntryUpdate {
        details: Some(Details::default()),
        ..EntryUpdate::of(entry.clone())
    }
}

fn account() -> Account {
    let now = jiff::Timestamp::UNIX_EPOCH;
    Account {
        id: AccountId::parse("acc_1").unwrap(),
        customer: CustomerId::parse("northwind").unwrap(),
        revision: 1,
        account_type: AccountType::EndUser,
        type_reason: String::new(),
        type_moved_by_person: false,
        fields: Fields::default(),
        origins: Default::default(),
        state: AccountState::Active,
        state_since: now,
        imported_at: now,
        identities: Vec::new(),
        psa: Default::default(),
        docs: Default::default(),
    }
}

/// An id that nothing has.
pub(super) fn no_entry() -> EntryId {
    EntryId::parse("999999").unwrap()
}

/// An id that nobody has.
pub(super) fn no_organization() -> OrganizationId {
    OrganizationId::parse("999999").unwrap()
}

fn settings(document: &Value) -> Settings {
    Settings::from_json(&SecretString::from(document.to_string())).unwrap()
}
