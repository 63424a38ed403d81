//! Accounts and entries for tests, of invented people.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::entry::{Entry, Seal};
use super::{Decision, DocsStanding, DocsStatus, EntryRule, Home, Question, decide};
use crate::account::{Account, AccountType};
use crate::fields::Attribute;
use crate::id::{EntryId, OrganizationId};
use crate::identity::{Departure, Gone, Identity, IdentityKey, Source};
use crate::matching::fixture as matching;
use crate::policy::{CustomerPolicies, Policy};

pub(crate) fn entry_id(text: &str) -> EntryId {
    EntryId::parse(text).unwrap()
}

pub(crate) fn organization() -> OrganizationId {
    OrganizationId::parse("42").unwrap()
}

/// Where entries are made: in the organization, embedded in nothing.
pub(crate) fn home() -> Home<'static> {
    static ORGANIZATION: LazyLock<OrganizationId> = LazyLock::new(organization);
    Home {
        organization: &ORGANIZATION,
        configuration: None,
    }
}

/// An active end user of no source yet.
pub(crate) fn account(id: &str) -> Account {
    let mut account = matching::account(id);
    account.identities.clear();
    account
}

/// An entry with a user name and, unless it is empty, a category.
pub(crate) fn entry(id: &str, username: &str, category: &str) -> Entry {
    Entry {
        id: entry_id(id),
        organization: organization(),
        name: format!("Entry {id}"),
        username: (!username.is_empty()).then(|| username.to_owned()),
        category: (!category.is_empty()).then(|| category.to_owned()),
        is_archived: false,
        is_embedded: false,
        seal: None,
    }
}

impl Entry {
    pub(crate) fn archived(mut self) -> Self {
        self.is_archived = true;
        self
    }

    pub(crate) fn sealed(mut self, seal: Seal) -> Self {
        self.seal = Some(seal);
        self
    }
}

/// Where an account comes from and what it is linked to, for building one.
pub(crate) trait Who: Sized {
    fn with_identity(self, source: Source, id: &str, username: &str) -> Self;
    fn in_cloud(self, upn: &str) -> Self;
    /// As the connector reads it: the sAMAccountName is told apart where it is not the user name.
    fn in_directory(self, username: &str, sam_account_name: Option<&str>) -> Self;
    fn on_machine(self, machine: &str, name: &str) -> Self;
    fn left_directory(self) -> Self;
    fn standing(self, standing: DocsStanding) -> Self;
    fn held(self, entry: &str, rule: EntryRule) -> Self;
}

impl Who for Account {
    fn with_identity(mut self, source: Source, id: &str, username: &str) -> Self {
        let mut identity = Identity::new(IdentityKey::new(source, id));
        (identity.fields).set(Attribute::Username, Some(username.to_owned()));
        self.identities.push(identity);
        self
    }

    fn in_cloud(self, upn: &str) -> Self {
        let id = format!("oid-{}", self.id);
        self.with_identity(Source::Microsoft365, &id, upn)
    }

    fn in_directory(self, username: &str, sam_account_name: Option<&str>) -> Self {
        let id = format!("guid-{}", self.id);
        let mut account = self.with_identity(Source::ActiveDirectory, &id, username);
        let identity = account.identities.last_mut().unwrap();
        identity.sam_account_name = sam_account_name.map(str::to_owned);
        identity.distinguished_name = Some("CN=X,OU=Staff,DC=northwind,DC=example".to_owned());
        account
    }

    fn on_machine(self, machine: &str, name: &str) -> Self {
        let id = format!("{machine}/S-1-5-21-1-2-3-1001");
        self.with_identity(Source::LocalWindows, &id, name)
    }

    fn left_directory(mut self) -> Self {
        let gone = Gone {
            at: self.imported_at,
            how: Departure::Deleted,
        };
        for identity in &mut self.identities {
            if identity.key.source == Source::ActiveDirectory {
                identity.gone = Some(gone.clone());
            }
        }
        self
    }

    fn standing(mut self, standing: DocsStanding) -> Self {
        self.docs = standing;
        self
    }

    fn held(self, entry: &str, rule: EntryRule) -> Self {
        self.standing(DocsStanding {
            status: DocsStatus::Matched,
            entry: Some(entry_id(entry)),
            rule: Some(rule),
            ..DocsStanding::default()
        })
    }
}

/// The built-in policies; entries are made for end users where asked for.
pub(crate) fn policies(create: bool) -> CustomerPolicies {
    CustomerPolicies {
        end_user: Policy {
            create_docs_entry: create,
            ..Policy::built_in(AccountType::EndUser)
        },
        administrator: Policy::built_in(AccountType::Administrator),
        service: Policy::built_in(AccountType::Service),
    }
}

/// A question with its parts, to be varied.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) accounts: Vec<Account>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) policies: CustomerPolicies,
    pub(crate) shared_organization: bool,
    pub(crate) taken: BTreeSet<EntryId>,
}

impl World {
    pub(crate) fn of(accounts: Vec<Account>, entries: Vec<Entry>) -> Self {
        Self {
            accounts,
            entries,
            policies: policies(false),
            shared_organization: false,
            taken: BTreeSet::new(),
        }
    }

    pub(crate) fn creating(mut self) -> Self {
        self.policies = policies(true);
        self
    }

    pub(crate) fn decide(&self) -> Vec<Decision> {
        decide(&Question {
            accounts: &self.accounts,
            entries: &self.entries,
            policies: &self.policies,
            shared_organization: self.shared_organization,
            taken: &self.taken,
        })
    }

    /// Decides, writes the decisions to the accounts, and yields the accounts' standings.
    pub(crate) fn settle(&mut self) -> Vec<DocsStanding> {
        for decision in self.decide() {
            let account = self
                .accounts
                .iter_mut()
                .find(|account| account.id == decision.account)
                .unwrap();
            account.docs = decision.standing;
        }
        self.accounts.iter().map(|a| a.docs.clone()).collect()
    }

    /// The standings in short after deciding.
    pub(crate) fn shorts(&mut self) -> Vec<String> {
        self.settle().iter().map(short).collect()
    }
}

/// A standing in short: status, entry or candidates, rule, what is lost.
pub(crate) fn short(standing: &DocsStanding) -> String {
    let mut text = standing.status.as_str().to_owned();
    if let Some(entry) = &standing.entry {
        text.push_str(&format!(" {entry}"));
    }
    for candidate in &standing.candidates {
        text.push_str(&format!(" ?{}", candidate.entry));
    }
    if let Some(rule) = standing.rule {
        text.push_str(&format!(" by {}", rule.as_str()));
    }
    if let Some(lost) = &standing.lost {
        text.push_str(&format!(" without {lost}"));
    }
    text
}

/// The reason of the first standing.
pub(crate) fn why(world: &World) -> &str {
    world.accounts[0].docs.reason.as_deref().unwrap_or_default()
}
