//! Accounts and contacts for tests, of invented people.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{Decision, Question, decide};
use crate::account::{Account, AccountState, AccountType, MatchRule, PsaStanding, PsaStatus};
use crate::docs::DocsStanding;
use crate::fields::{Attribute, Fields};
use crate::id::{AccountId, CompanyId, ContactId, CustomerId};
use crate::identity::{Identity, IdentityKey, Source};
use crate::policy::{CustomerPolicies, Policy};
use crate::push::contact::{Contact, ContactKind, ExternalId};

pub(crate) fn contact_id(text: &str) -> ContactId {
    ContactId::parse(text).unwrap()
}

pub(crate) fn company() -> CompanyId {
    CompanyId::parse("42").unwrap()
}

/// An active end user from Microsoft 365. Its Entra object id is `oid-<id>`.
pub(crate) fn account(id: &str) -> Account {
    Account {
        id: AccountId::parse(id).unwrap(),
        customer: CustomerId::parse("northwind").unwrap(),
        revision: 7,
        account_type: AccountType::EndUser,
        type_reason: "no rule says otherwise".into(),
        type_moved_by_person: false,
        fields: Fields::default(),
        origins: BTreeMap::new(),
        state: AccountState::Active,
        state_since: Timestamp::UNIX_EPOCH,
        imported_at: Timestamp::UNIX_EPOCH,
        identities: vec![Identity::new(IdentityKey::new(
            Source::Microsoft365,
            format!("oid-{id}"),
        ))],
        psa: PsaStanding::default(),
        docs: DocsStanding::default(),
    }
}

/// A person in use, with nothing but an empty Entra object id.
pub(crate) fn contact(id: &str) -> Contact {
    Contact {
        id: contact_id(id),
        company: company(),
        site: None,
        fields: Fields::default(),
        known: Attribute::ALL
            .into_iter()
            .filter(|attribute| *attribute != Attribute::Username)
            .collect(),
        alternate_emails: Vec::new(),
        active: true,
        external_id: Some(ExternalId::Empty),
        kind: ContactKind::Person,
        custom: BTreeMap::new(),
        types: Some(Vec::new()),
    }
}

/// What accounts and contacts have in common, for building either.
pub(crate) trait Build: Sized {
    fn fields_mut(&mut self) -> &mut Fields;

    fn with(mut self, attribute: Attribute, value: &str) -> Self {
        self.fields_mut().set(attribute, Some(value.to_owned()));
        self
    }

    fn email(self, address: &str) -> Self {
        self.with(Attribute::Email, address)
    }

    fn named(self, given: &str, surname: &str) -> Self {
        self.with(Attribute::GivenName, given)
            .with(Attribute::Surname, surname)
            .with(Attribute::DisplayName, &format!("{given} {surname}"))
    }
}

impl Build for Account {
    fn fields_mut(&mut self) -> &mut Fields {
        &mut self.fields
    }
}

impl Build for Contact {
    fn fields_mut(&mut self) -> &mut Fields {
        &mut self.fields
    }
}

impl Account {
    pub(crate) fn in_state(mut self, state: AccountState) -> Self {
        self.state = state;
        self
    }

    pub(crate) fn also_at(mut self, address: &str) -> Self {
        self.identities[0].alternate_emails.push(address.into());
        self
    }

    pub(crate) fn linked(mut self, contact: &str, rule: MatchRule) -> Self {
        self.psa = PsaStanding {
            status: PsaStatus::Matched,
            contact: Some(contact_id(contact)),
            rule: Some(rule),
            ..PsaStanding::default()
        };
        self
    }
}

impl Contact {
    pub(crate) fn also_at(mut self, address: &str) -> Self {
        self.alternate_emails.push(address.into());
        self
    }

    pub(crate) fn carrying(mut self, id: &str) -> Self {
        self.external_id = Some(ExternalId::Id(id.into()));
        self
    }

    pub(crate) fn out_of_use(mut self) -> Self {
        self.active = false;
        self
    }

    pub(crate) fn of_kind(mut self, kind: ContactKind) -> Self {
        self.kind = kind;
        self
    }
}

/// The built-in policies; contacts are created for end users where asked for.
pub(crate) fn policies(create: bool) -> CustomerPolicies {
    CustomerPolicies {
        end_user: Policy {
            create_psa_contact: create,
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
    pub(crate) contacts: Vec<Contact>,
    pub(crate) policies: CustomerPolicies,
    pub(crate) shared_company: bool,
    pub(crate) taken: BTreeSet<ContactId>,
    pub(crate) complete: bool,
}

impl World {
    pub(crate) fn of(accounts: Vec<Account>, contacts: Vec<Contact>) -> Self {
        Self {
            accounts,
            contacts,
            policies: policies(false),
            shared_company: false,
            taken: BTreeSet::new(),
            complete: true,
        }
    }

    pub(crate) fn creating(mut self) -> Self {
        self.policies = policies(true);
        self
    }

    pub(crate) fn decide(&self) -> Vec<Decision> {
        decide(&Question {
            accounts: &self.accounts,
            contacts: &self.contacts,
            policies: &self.policies,
            shared_company: self.shared_company,
            taken: &self.taken,
            complete: self.complete,
        })
    }

    /// Decides, writes the decisions to the accounts, and yields the accounts' standings.
    pub(crate) fn settle(&mut self) -> Vec<PsaStanding> {
        for decision in self.decide() {
            let account = self
                .accounts
                .iter_mut()
                .find(|account| account.id == decision.account)
                .unwrap();
            account.psa = decision.standing;
        }
        self.accounts.iter().map(|a| a.psa.clone()).collect()
    }
}

/// A standing in short: status, contact or candidates, rule.
pub(crate) fn short(standing: &PsaStanding) -> String {
    let mut text = standing.status.as_str().to_owned();
    if let Some(contact) = &standing.contact {
        text.push_str(&format!(" {contact}"));
    }
    for candidate in &standing.candidates {
        text.push_str(&format!(" ?{}", candidate.contact));
    }
    if let Some(rule) = standing.rule {
        text.push_str(&format!(" by {}", rule.as_str()));
    }
    text
}
