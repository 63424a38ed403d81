//! A vendor's other side, as the contract plays it: one [`Simulated`] per PSA, written for its
//! simulator, in words that all vendors share.
//!
//! Invariants: what the contract asks for is said in no vendor's words; a case is left out only
//! where [`connectors::psa::Gaps`] or [`Facts`] say why. [`halo`](super::halo) is the model.

use std::collections::BTreeMap;
use std::time::Duration;

use connectors::psa::PsaKind;
use domain::fields::{Attribute, Fields};
use domain::id::{CompanyId, ContactId};
use domain::push::contact::{Contact, ContactKind, ExternalId};
use domain::push::custom::CustomField;
use serde_json::Value;
use simulators::{Fault, Faults, Journal, Options};

/// A PSA's simulator, with the company "Northwind Dental" and what a contact in it needs (a site).
pub(crate) trait Simulated: Sized {
    /// Which PSA.
    const KIND: PsaKind;

    /// Starts it. The contract passes [`Options::unrecorded`], but for the case that is recorded.
    async fn start(options: Options) -> Self;

    /// Northwind Dental.
    fn company(&self) -> CompanyId;

    /// The connection's secret document, with which a check says yes. Its path token, if it has
    /// one, is [`PATH_TOKEN`](crate::world::PATH_TOKEN).
    fn document(&self) -> Value;

    /// What was asked so far.
    fn journal(&self) -> &Journal;

    /// What shall go wrong.
    fn faults(&self) -> &Faults;

    /// Where calls of a kind go; `None` where the vendor has no such call.
    fn route(&self, call: Call) -> Option<Route>;

    /// What is true of the vendor and has no place in `Gaps`.
    fn facts(&self) -> Facts;

    /// From now on the vendor has these ways and no others. Those that it cannot have are ignored.
    fn set_ways(&self, ways: &Ways);

    /// Every token issued so far is refused from now on. For vendors with a sign-in.
    fn expire_tokens(&self) {}

    /// A company that was there before, with what a contact in it needs.
    fn add_company(&self, name: &str, active: bool) -> CompanyId;

    /// A contact that was there before.
    fn add_contact(&self, company: &CompanyId, entry: &Entry) -> ContactId;

    /// A record that is no person's. False where the vendor has none of that kind.
    fn add_record(&self, _company: &CompanyId, _kind: ContactKind) -> bool {
        false
    }

    /// A technician fills in what Muster does not own: notes, custom fields, another phone.
    fn annotate(&self, contact: &ContactId);

    /// What the vendor holds of a contact, read from its state and not over HTTP.
    fn entry(&self, contact: &ContactId) -> Option<Entry>;

    /// All that the vendor holds of a contact, in its own words, without what every write changes
    /// by itself, such as the time of the last change.
    fn everything(&self, contact: &ContactId) -> Value;

    /// What the company's custom field `Tenant365Id` holds. For vendors that have it.
    fn tenant_id(&self, _company: &CompanyId) -> Option<String> {
        None
    }

    /// The persons of a company, in use or not.
    fn persons(&self, company: &CompanyId) -> Vec<ContactId>;

    /// The vendor's own refusal of a write, in these words, at the place where it puts words.
    fn refusal(&self, words: &str) -> Fault;

    /// Settings that lead to another server than the vendor's. There is one for each address that
    /// is called; `origin` is `http://127.0.0.1:port`.
    fn misaddressed(&self, origin: &str) -> Vec<Misaddressed>;

    /// A technician changes the contact, and the vendor's delivery of it: its body. `None` where
    /// the vendor delivers nothing.
    fn delivery(&self, _contact: &ContactId) -> Option<Vec<u8>> {
        None
    }

    /// A technician gives the contact another job title.
    fn retitle(&self, contact: &ContactId, title: &str);

    /// The headers by which the vendor proves that this body is its own; none where the path token
    /// alone proves it.
    fn proofs(&self, _body: &[u8]) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

/// A kind of call, whatever the vendor's word for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    /// The first call of a check that needs the credentials.
    Probe,
    /// A page of the contacts of a company.
    List,
    /// The write that makes a contact.
    Create,
    /// The write that changes the job title of a contact.
    Update,
    /// The sign-in that gives a token.
    SignIn,
}

/// Requests of one kind, as [`Faults::next`] tells them: a method (`"*"` for any), and a part of
/// path and query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) method: &'static str,
    pub(crate) part: String,
}

impl Route {
    pub(crate) fn new(method: &'static str, part: impl Into<String>) -> Self {
        Self {
            method,
            part: part.into(),
        }
    }
}

/// What a vendor may do besides what it should. All off is a vendor at its best.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Ways {
    /// The most rows of a page, whatever was asked for.
    pub(crate) page_rows_max: Option<usize>,
    /// Every page of contacts is the first one again.
    pub(crate) repeats_page: bool,
    /// Who calls sees nothing at all: empty lists and no error.
    pub(crate) hides_everything: bool,
    /// Who calls may not read.
    pub(crate) denies_reads: bool,
    /// Who calls may not write.
    pub(crate) denies_writes: bool,
    /// Rows of lists hold as little as the vendor ever sends.
    pub(crate) thin_rows: bool,
    /// Answers hold members that nobody documented, and values of enumerations that nobody knows.
    pub(crate) is_strange: bool,
    /// The MSP made none of the custom fields of contacts and companies. Without this it has all
    /// of them: SupportPIN, IsOffice365, Office365Id, TypeMapping, Tenant365Id.
    pub(crate) lacks_custom_fields: bool,
    /// SupportPIN and IsOffice365 are of another type than what Muster writes: a number, or a choice
    /// among other words.
    pub(crate) odd_custom_fields: bool,
}

/// What is true of a vendor. Texts are words that an error or an access of its connector holds.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    /// Rows that the connector asks for in a page of contacts.
    pub(crate) page_rows: usize,
    /// Records that are no persons' and that a company has from the start.
    pub(crate) own_records: usize,
    /// Attributes with the most characters that the vendor takes; one at least.
    pub(crate) lengths: Vec<(Attribute, usize)>,
    /// The attribute that no contact can be without: to clear it is refused.
    pub(crate) needed: Attribute,
    /// A create leaves custom fields out; they are written when the contact is looked at again.
    pub(crate) fills_custom_later: bool,
    /// No answer says of which type a custom field is.
    pub(crate) tells_no_field_types: bool,
    /// The Entra object id is a custom field too.
    pub(crate) external_id_is_custom: bool,
    /// The territory of Northwind Dental, and the MSP's person who looks after it.
    pub(crate) territory: Option<&'static str>,
    pub(crate) account_manager: Option<&'static str>,
    /// Attributes that the vendor wants in every change, whether they change or not.
    pub(crate) resent: Vec<Attribute>,
    /// The permission to read, as the error names it.
    pub(crate) read_right: &'static str,
    /// The permission to write, as the error names it.
    pub(crate) write_right: &'static str,
    /// What to do where everything is hidden.
    pub(crate) sight_remedy: &'static str,
    /// A check finds out that the permission to write is missing.
    pub(crate) checks_write_right: bool,
    /// A missing permission and wrong credentials are answered alike.
    pub(crate) denies_as_unauthorized: bool,
    /// Members of the document that prove who calls: a wrong one is refused.
    pub(crate) credentials: Vec<&'static str>,
    /// Other texts that nobody may see: tokens it issued, passwords of deliveries.
    pub(crate) secrets: Vec<String>,
    /// The least pause between calls after a 429 that told the rate; `None` where a 429 tells none.
    pub(crate) learned_pause: Option<Duration>,
    /// Calls of each operation.
    pub(crate) costs: Costs,
}

/// How many calls an operation makes, without sign-ins and what is remembered for the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Costs {
    /// A check.
    pub(crate) check: usize,
    /// Two companies.
    pub(crate) companies: usize,
    /// The contacts of a company that fill two pages and half of a third.
    pub(crate) three_pages: usize,
    /// One contact.
    pub(crate) contact: usize,
    /// A search that finds one person by the main address.
    pub(crate) find: usize,
    /// A contact with all that the contract's Ida has.
    pub(crate) create: usize,
    /// A change of job title and mobile phone.
    pub(crate) update: usize,
    /// Out of use; 0 where it is refused.
    pub(crate) deactivate: usize,
}

/// A member of the document that leads elsewhere, and what the error then says.
#[derive(Debug, Clone)]
pub(crate) struct Misaddressed {
    pub(crate) member: &'static str,
    pub(crate) value: String,
    /// Words of the error, where a web page answers.
    pub(crate) remedy: &'static str,
}

/// A contact in neutral words. Attributes that the vendor lacks are left out, and empty values.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Entry {
    pub(crate) values: BTreeMap<Attribute, String>,
    pub(crate) alternate_emails: Vec<String>,
    /// The Entra object id.
    pub(crate) external_id: Option<String>,
    pub(crate) active: bool,
    /// Custom fields that hold something; a flag as "True" or "False".
    pub(crate) custom: BTreeMap<CustomField, String>,
    /// The types that the MSP gave it.
    pub(crate) types: Vec<String>,
}

impl Entry {
    /// Somebody in use with a name of two words and an address, or none where it is empty.
    pub(crate) fn person(name: &str, email: &str) -> Self {
        let (given, surname) = name.split_once(' ').expect("a name of two words");
        let entry = Self {
            active: true,
            ..Self::default()
        };
        entry
            .with(Attribute::DisplayName, name)
            .with(Attribute::GivenName, given)
            .with(Attribute::Surname, surname)
            .with(Attribute::Email, email)
    }

    /// The same with one value changed, or without it where it is empty.
    pub(crate) fn with(mut self, attribute: Attribute, value: &str) -> Self {
        if value.is_empty() {
            self.values.remove(&attribute);
        } else {
            self.values.insert(attribute, value.to_owned());
        }
        self
    }

    /// The same out of use.
    pub(crate) fn out_of_use(mut self) -> Self {
        self.active = false;
        self
    }

    /// A value; empty where there is none.
    pub(crate) fn value(&self, attribute: Attribute) -> &str {
        self.values.get(&attribute).map_or("", String::as_str)
    }

    /// Its values as our words have them.
    pub(crate) fn fields(&self) -> Fields {
        let mut fields = Fields::default();
        for (attribute, value) in &self.values {
            fields.set(*attribute, Some(value.clone()));
        }
        fields
    }

    /// What a connector read.
    pub(crate) fn of(contact: &Contact) -> Self {
        let values = Attribute::ALL.into_iter().filter_map(|attribute| {
            let value = contact.fields.get(attribute)?;
            Some((attribute, value.to_owned()))
        });
        Self {
            values: values.collect(),
            alternate_emails: contact.alternate_emails.clone(),
            external_id: match &contact.external_id {
                Some(ExternalId::Id(id)) => Some(id.clone()),
                Some(ExternalId::Empty) | None => None,
            },
            active: contact.active,
            custom: contact
                .custom
                .iter()
                .filter_map(|(field, value)| Some((*field, value.clone()?)))
                .collect(),
            types: contact.types.clone().unwrap_or_default(),
        }
    }
}
