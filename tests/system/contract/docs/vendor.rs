//! The other side of a documentation system, as the contract plays it: one [`Simulated`] per vendor, in
//! words that both share.

use std::time::Duration;

use connectors::docs::DocsKind;
use domain::docs::entry::Entry;
use domain::id::{ConfigurationId, EntryId, OrganizationId};
use serde_json::Value;
use simulators::{Fault, Faults, Journal, Options};

use crate::contract::vendor::Route;

/// A documentation system's simulator, with the organization "Northwind Dental" and the categories
/// "Active Directory", "Microsoft 365" and "Cloud".
pub(crate) trait Simulated: Sized {
    /// Which system.
    const KIND: DocsKind;

    /// Starts it. The contract passes [`Options::unrecorded`], but for the case that is recorded.
    async fn start(options: Options) -> Self;

    /// Northwind Dental.
    fn organization(&self) -> OrganizationId;

    /// The connection's secret document, with which a check says yes.
    fn document(&self) -> Value;

    /// What was asked so far.
    fn journal(&self) -> &Journal;

    /// What shall go wrong.
    fn faults(&self) -> &Faults;

    /// Where calls of a kind go.
    fn route(&self, call: Call) -> Route;

    /// What is true of the vendor.
    fn facts(&self) -> Facts;

    /// From now on the vendor has these ways and no others. Those that it cannot have are ignored.
    fn set_ways(&self, ways: &Ways);

    /// An organization that was there before.
    fn add_organization(&self, name: &str, active: bool) -> OrganizationId;

    /// An organization is deleted, with its entries.
    fn remove_organization(&self, organization: &OrganizationId);

    /// An entry that was there before. It holds a password and an OTP seed.
    fn add_entry(&self, organization: &OrganizationId, held: &Held) -> EntryId;

    /// What entries of an organization may be embedded in.
    fn add_configuration(&self, organization: &OrganizationId) -> ConfigurationId;

    /// A technician writes an entry's notes.
    fn set_notes(&self, entry: &EntryId, notes: &str);

    /// The notes of an entry, to the letter.
    fn notes(&self, entry: &EntryId) -> String;

    /// What the vendor holds of an entry, read from its state and not over HTTP.
    fn held(&self, entry: &EntryId) -> Option<Held>;

    /// All that the vendor holds of an entry, in its own words, secrets included.
    fn everything(&self, entry: &EntryId) -> Value;

    /// The entries of an organization, archived or not.
    fn entries_of(&self, organization: &OrganizationId) -> Vec<EntryId>;

    /// The vendor's own refusal of a write, in these words, at the place where it puts words.
    fn refusal(&self, words: &str) -> Fault;
}

/// A kind of call, whatever the vendor's word for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    /// The first call of a check.
    Probe,
    /// A page of the entries of an organization.
    List,
    /// One entry.
    One,
    /// The write that makes an entry.
    Create,
    /// The write that changes one.
    Update,
}

/// What a vendor may do besides what it should. All off is a vendor at its best.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Ways {
    /// The most rows of a page, whatever was asked for.
    pub(crate) page_rows_max: Option<usize>,
    /// Every page is the first one again.
    pub(crate) repeats_page: bool,
    /// Who calls sees nothing at all: empty lists and no error.
    pub(crate) hides_everything: bool,
    /// Who calls may see and write no passwords.
    pub(crate) denies_passwords: bool,
    /// Answers hold members that nobody documented.
    pub(crate) is_strange: bool,
}

/// What is true of a vendor. Texts are words that an error or an access of its connector holds.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    /// Rows that the connector asks for in a page of entries.
    pub(crate) page_rows: usize,
    /// Lists of organizations have those that are out of use too.
    pub(crate) lists_inactive: bool,
    /// The permission for passwords, as it is named.
    pub(crate) right: &'static str,
    /// What to do where nothing is shown.
    pub(crate) sight_remedy: &'static str,
    /// What to do where a web page answers.
    pub(crate) address_remedy: &'static str,
    /// Texts that nobody may see: the key, passwords, seeds.
    pub(crate) secrets: Vec<String>,
    /// How long is waited after a 429 that names no pause.
    pub(crate) back_off: Duration,
    /// The least pause between calls after a 429.
    pub(crate) learned_pause: Duration,
    /// Calls of each operation.
    pub(crate) costs: Costs,
}

/// How many calls an operation makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Costs {
    /// A check.
    pub(crate) check: usize,
    /// Two organizations.
    pub(crate) organizations: usize,
    /// An entry that is made, its category looked up.
    pub(crate) create: usize,
    /// One entry.
    pub(crate) entry: usize,
    /// A user name that is changed.
    pub(crate) update: usize,
    /// The entries of an organization that fill two pages and half of a third, none of them archived.
    pub(crate) three_pages: usize,
}

/// An entry in neutral words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Held {
    pub(crate) name: String,
    pub(crate) username: Option<String>,
    pub(crate) category: Option<String>,
    pub(crate) is_archived: bool,
    pub(crate) is_embedded: bool,
}

impl Held {
    /// A general entry in use. Empty texts are none.
    pub(crate) fn new(name: &str, username: &str, category: &str) -> Self {
        let filled = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Self {
            name: name.to_owned(),
            username: filled(username),
            category: filled(category),
            ..Self::default()
        }
    }

    /// What a connector read.
    pub(crate) fn of(entry: &Entry) -> Self {
        Self {
            name: entry.name.clone(),
            username: entry.username.clone(),
            category: entry.category.clone(),
            is_archived: entry.is_archived,
            is_embedded: entry.is_embedded,
        }
    }
}
