//! One vendor and a process that calls it. Nobody waits.

use connectors::Vendors;
use connectors::error::ConnectorError;
use connectors::http::Pause;
use connectors::psa::{Gaps, Psa, Settings};
use domain::failure::{Disposition, Failure};
use domain::fields::Attribute;
use domain::id::{AccountId, CompanyId, ContactId};
use domain::push::contact::{Contact, ContactChange, ContactUpdate, NewContact};
use domain::push::custom::{CustomField, flag_text, parse_flag};
use secrecy::SecretString;
use serde_json::Value;
use simulators::{Exchange, Fault, Options, has_part};

use super::vendor::{Call, Entry, Simulated, Ways};
use crate::canaries::Ending;

/// The Entra object id of Ida.
pub(super) const ENTRA_ID: &str = "0785ef7c-0000-4000-8000-0000000000aa";
/// Ida's main address.
pub(super) const IDA: &str = "ida@northwind.example";
/// Ida's other address.
pub(super) const IDA_ALSO: &str = "i.berg@northwind.example";

/// The vendor and its company Northwind Dental.
pub(super) struct Bench<S> {
    pub(super) side: S,
    pub(super) vendors: Vendors,
    pub(super) pause: Pause,
    pub(super) company: CompanyId,
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
        let company = side.company();
        Self {
            side,
            vendors,
            pause,
            company,
            _ending: ending,
        }
    }

    /// The connection's settings.
    pub(super) fn settings(&self) -> Settings {
        settings(&self.side.document())
    }

    /// The settings with one member changed.
    pub(super) fn settings_with(&self, member: &str, value: &str) -> Settings {
        let mut document = self.side.document();
        assert!(document.get(member).is_some(), "the document has {member}");
        document[member] = value.into();
        settings(&document)
    }

    /// The connector, as one invocation has it.
    pub(super) fn psa(&self) -> Box<dyn Psa> {
        self.vendors.psa(&self.settings()).unwrap()
    }

    /// The connector with one member of its settings changed.
    pub(super) fn psa_with(&self, member: &str, value: &str) -> Box<dyn Psa> {
        self.vendors
            .psa(&self.settings_with(member, value))
            .unwrap()
    }

    pub(super) fn gaps(&self) -> Gaps {
        self.psa().gaps()
    }

    /// The custom fields that the connector reads and writes.
    pub(super) fn custom_fields(&self) -> Vec<CustomField> {
        let mut fields = CustomField::ALL.to_vec();
        fields.retain(|_| !self.gaps().no_custom_fields);
        fields
    }

    /// The next calls of a kind go wrong; nothing where the vendor has no such call.
    pub(super) fn fail(&self, call: Call, times: usize, fault: Fault) {
        if let Some(route) = self.side.route(call) {
            self.side
                .faults()
                .next(route.method, &route.part, times, fault);
        }
    }

    /// Calls of a kind so far.
    pub(super) fn calls(&self, call: Call) -> Vec<Exchange> {
        let Some(route) = self.side.route(call) else {
            return Vec::new();
        };
        let part = route.part.to_lowercase();
        self.side.journal().matching(|exchange| {
            let is_method =
                route.method == "*" || exchange.method.eq_ignore_ascii_case(route.method);
            is_method && has_part(&target(exchange), &part)
        })
    }

    /// How many calls of a kind there were.
    pub(super) fn count(&self, call: Call) -> usize {
        self.calls(call).len()
    }

    /// The bodies of the writes so far.
    pub(super) fn bodies(&self) -> Vec<Value> {
        let writes = self.side.journal().writes().into_iter();
        writes.map(|write| write.request_body).collect()
    }

    pub(super) fn set(&self, ways: Ways) {
        self.side.set_ways(&ways);
    }

    /// Somebody in Northwind Dental.
    pub(super) fn add(&self, entry: &Entry) -> ContactId {
        self.side.add_contact(&self.company, entry)
    }

    /// Ida, who is to be made.
    pub(super) fn ida(&self) -> NewContact {
        NewContact {
            account: account(),
            company: self.company.clone(),
            site: None,
            fields: ida().fields(),
            alternate_emails: ida().alternate_emails,
            external_id: ida().external_id,
            custom: ida().custom.into_iter().collect(),
        }
    }

    /// What the vendor holds of Ida if she was there before: what it has places for.
    pub(super) fn ida_there(&self) -> Entry {
        self.fit(ida())
    }

    /// What the vendor holds of Ida once she was made.
    pub(super) fn ida_made(&self) -> Entry {
        let mut ida = self.ida_there();
        let is_later = self.side.facts().fills_custom_later;
        ida.custom.retain(|_, _| !is_later);
        ida
    }

    /// What the vendor can hold of it.
    pub(super) fn fit(&self, mut entry: Entry) -> Entry {
        let gaps = self.gaps();
        (entry.values).retain(|attribute, _| !gaps.attributes.contains(attribute));
        entry.alternate_emails.truncate(gaps.alternate_emails_max);
        entry.external_id = entry.external_id.filter(|_| !gaps.no_external_id);
        entry.custom.retain(|_, _| !gaps.no_custom_fields);
        entry.types.retain(|_| !gaps.no_types);
        entry
    }

    /// Makes Ida.
    pub(super) async fn create(&self) -> Result<ContactId, ConnectorError> {
        self.psa().apply(&ContactChange::Create(self.ida())).await
    }

    /// Makes Ida as a push does: whoever is there already is taken.
    pub(super) async fn look_and_create(&self) -> Result<ContactId, ConnectorError> {
        let found = self.find(IDA).await;
        match found.first() {
            Some(there) => Ok(there.id.clone()),
            None => self.create().await,
        }
    }

    /// Who has that address in Northwind Dental.
    pub(super) async fn find(&self, address: &str) -> Vec<Contact> {
        let found = self.psa().find_by_email(&self.company, address).await;
        found.unwrap()
    }

    pub(super) async fn update(&self, update: ContactUpdate) -> Result<ContactId, ConnectorError> {
        self.psa().apply(&ContactChange::Update(update)).await
    }

    /// What the vendor holds of a contact.
    pub(super) fn entry(&self, contact: &ContactId) -> Entry {
        self.side.entry(contact).expect("the vendor has it")
    }

    /// The vendor holds that of a contact, and the connector reads the same.
    pub(super) async fn assert_holds(&self, contact: &ContactId, expected: &Entry) {
        let expected = comparable(self.fit(expected.clone()));
        assert_eq!(comparable(self.entry(contact)), expected, "at the vendor");
        let read = self.psa().contact(contact).await.unwrap().unwrap();
        assert_eq!(&read.id, contact);
        let read = self.fit(Entry::of(&read));
        assert_eq!(comparable(read), expected, "as it is read");
    }
}

fn settings(document: &Value) -> Settings {
    Settings::from_json(&SecretString::from(document.to_string())).unwrap()
}

/// Path and query, as faults see them but for escapes, in lower case.
fn target(exchange: &Exchange) -> String {
    let mut target = exchange.path.clone();
    for (at, (name, value)) in exchange.query.iter().enumerate() {
        target.push(if at == 0 { '?' } else { '&' });
        target.push_str(&format!("{name}={value}"));
    }
    target.to_lowercase()
}

/// Everything that a contact may have.
pub(super) fn ida() -> Entry {
    let mut ida = Entry::person("Ida Berg", IDA)
        .with(Attribute::Mobile, "+46 70 555 01 02")
        .with(Attribute::Phone, "+46 8 555 01 03")
        .with(Attribute::JobTitle, "Dentist")
        .with(Attribute::Department, "Endodontics");
    ida.alternate_emails = vec![IDA_ALSO.to_owned()];
    ida.external_id = Some(ENTRA_ID.to_owned());
    for (field, value) in [
        (CustomField::SupportPin, "493817"),
        (CustomField::IsOffice365, "True"),
    ] {
        ida.custom.insert(field, value.to_owned());
    }
    ida
}

/// Without what a vendor may write differently: the spacing of phones, yes and no, the order of
/// addresses.
fn comparable(mut entry: Entry) -> Entry {
    for attribute in [Attribute::Mobile, Attribute::Phone] {
        if let Some(phone) = entry.values.get_mut(&attribute) {
            phone.retain(|character| character.is_ascii_digit());
        }
    }
    if let Some(flag) = entry.custom.get_mut(&CustomField::IsOffice365) {
        let said = parse_flag(flag).expect("a flag says yes or no");
        flag_text(said).clone_into(flag);
    }
    entry.alternate_emails.sort();
    entry
}

/// For whom all is done.
pub(super) fn account() -> AccountId {
    AccountId::parse("acc_1").unwrap()
}

/// A change of nothing.
pub(super) fn nothing(contact: &ContactId) -> ContactUpdate {
    ContactUpdate {
        account: account(),
        contact: contact.clone(),
        set: Vec::new(),
        external_id: None,
        active: None,
        custom: Vec::new(),
    }
}

/// A change of one attribute; an empty value clears it.
pub(super) fn change(contact: &ContactId, attribute: Attribute, value: &str) -> ContactUpdate {
    let value = Some(value.to_owned()).filter(|value| !value.is_empty());
    ContactUpdate {
        set: vec![(attribute, value)],
        ..nothing(contact)
    }
}

/// In use, or not.
pub(super) fn activity(contact: &ContactId, active: bool) -> ContactUpdate {
    ContactUpdate {
        active: Some(active),
        ..nothing(contact)
    }
}

/// What the queue does about an error.
pub(super) fn disposition(error: &ConnectorError) -> Disposition {
    Failure::from(error.clone()).disposition()
}

/// The field of a refusal; everything else is a failed test.
pub(super) fn refused_field(error: &ConnectorError) -> Option<&str> {
    let ConnectorError::Refused { field, .. } = error else {
        panic!("no refusal: {error}")
    };
    assert_eq!(disposition(error), Disposition::Reject);
    field.as_deref()
}

/// The connection's document as a table of the configuration.
pub(super) fn table(document: &Value) -> String {
    let members = document.as_object().unwrap().iter();
    let written = members.filter(|(_, value)| value.is_string() || value.is_number());
    // A text and a number are written alike in both forms.
    let lines = written.map(|(name, value)| format!("{name} = {value}\n"));
    format!("[psa]\n{}", lines.collect::<String>())
}
