//! What imports decide, as tables and as properties. `World` holds an inventory and imports pages
//! into it as the import function does: plan, apply, settle the leavers at the end.

mod hybrid;
mod properties;
mod scope;
mod single;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::account::{Account, AccountState};
use crate::customer::Customer;
use crate::fields::Attribute;
use crate::id::{AccountId, CustomerId};
use crate::identity::{Departure, IdentityKey, News, Reading, Said, Source, Values};
use crate::import::{Administrators, Inventory, Plan, Rules, reconcile, settle};
use crate::policy::{CustomerPolicies, resolve};

pub(super) struct World {
    pub(super) customer: Customer,
    pub(super) policies: CustomerPolicies,
    pub(super) parts: BTreeMap<String, String>,
    pub(super) administrators: Option<Administrators>,
    pub(super) now: Timestamp,
    pub(super) inventory: Inventory,
    pub(super) leavers: BTreeSet<AccountId>,
}

impl World {
    pub(super) fn new() -> Self {
        let customer = Customer {
            id: CustomerId::parse("northwind").unwrap(),
            name: "Northwind".into(),
            microsoft_tenant_id: None,
            psa_company_id: None,
            psa_site_id: None,
            docs_organization_id: None,
            docs_configuration_id: None,
            sources: Source::ALL.to_vec(),
            interval_minutes: None,
            licensed_only: None,
            paused: false,
            policies: Vec::new(),
        };
        let policies = resolve(&[], &customer);
        Self {
            customer,
            policies,
            parts: BTreeMap::new(),
            administrators: None,
            now: "2026-11-24T08:00:00Z".parse().unwrap(),
            inventory: Inventory::default(),
            leavers: BTreeSet::new(),
        }
    }

    pub(super) fn plan(&self, readings: Vec<Reading>) -> Plan {
        let rules = Rules {
            customer: &self.customer,
            policies: &self.policies,
            part_numbers: &self.parts,
            administrators: self.administrators.as_ref(),
            now: self.now,
        };
        reconcile(&self.inventory, readings, &rules)
    }

    /// One page: planned and written.
    pub(super) fn page(&mut self, readings: Vec<Reading>) -> Plan {
        let plan = self.plan(readings);
        for change in &plan.changes {
            let held = self.inventory.accounts.get(&change.account.id);
            assert_eq!(
                held.map(|held| held.revision),
                change.expected,
                "decided on what is held"
            );
            for name in &change.aliases {
                let owner = self
                    .inventory
                    .aliases
                    .entry(name.clone())
                    .or_insert_with(|| change.account.id.clone());
                assert_eq!(*owner, change.account.id, "a name leads to one account");
            }
            self.inventory
                .accounts
                .insert(change.account.id.clone(), change.account.clone());
        }
        self.leavers.extend(plan.leavers.iter().cloned());
        plan
    }

    /// The end of a reading: the leavers go.
    pub(super) fn end(&mut self) {
        for id in std::mem::take(&mut self.leavers) {
            let settled = settle(&self.inventory.accounts[&id], &[], &self.policies, self.now);
            if let Some(account) = settled {
                self.inventory.accounts.insert(id, account);
            }
        }
    }

    /// A whole reading of one page.
    pub(super) fn import(&mut self, readings: Vec<Reading>) -> Plan {
        self.now += SignedDuration::from_hours(1);
        let plan = self.page(readings);
        self.end();
        plan
    }

    pub(super) fn only(&self) -> &Account {
        assert_eq!(self.inventory.accounts.len(), 1, "one account");
        self.inventory.accounts.values().next().unwrap()
    }

    pub(super) fn states(&self) -> Vec<AccountState> {
        self.inventory
            .accounts
            .values()
            .map(|account| account.state)
            .collect()
    }
}

/// A reading from a line: `cloud:anna name=Anna Svensson; mail=anna@x.example; off`.
pub(super) fn reading(line: &str) -> Reading {
    let (who, rest) = line.split_once(' ').unwrap_or((line, ""));
    let (source, id) = who.split_once(':').unwrap();
    let source = match source {
        "cloud" => Source::Microsoft365,
        "ad" => Source::ActiveDirectory,
        "pc" => Source::LocalWindows,
        other => panic!("no source {other}"),
    };
    let key = IdentityKey::new(source, id);
    let mut values = Values {
        enabled: Said::Value(true),
        ..Values::default()
    };
    values.say(
        Attribute::Username,
        Said::Value(format!("{id}@northwind.example")),
    );
    for word in rest
        .split(';')
        .map(str::trim)
        .filter(|word| !word.is_empty())
    {
        match word.split_once('=') {
            None if word == "off" => values.enabled = Said::Value(false),
            None if word == "left" => {
                return Reading {
                    key,
                    news: News::Left(Departure::Deleted),
                };
            }
            Some(("guid", guid)) => values.anchor_guid = Said::Value(guid.into()),
            Some(("sid", sid)) => values.anchor_sid = Said::Value(sid.into()),
            Some(("admin", role)) => values.privileges = Said::Value(vec![role.into()]),
            Some(("sku", sku)) => values.licences = Said::Value(vec![sku.into()]),
            Some(("until", at)) => values.expires_at = Said::Value(at.parse().unwrap()),
            Some((name, value)) => {
                let attribute = attribute(name);
                let said = if value == "-" {
                    Said::Cleared
                } else {
                    Said::Value(value.to_owned())
                };
                values.say(attribute, said);
            }
            None => panic!("no word {word}"),
        }
    }
    Reading {
        key,
        news: News::Present(Box::new(values)),
    }
}

fn attribute(name: &str) -> Attribute {
    match name {
        "name" => Attribute::DisplayName,
        "user" => Attribute::Username,
        "given" => Attribute::GivenName,
        "sur" => Attribute::Surname,
        "mail" => Attribute::Email,
        "mobile" => Attribute::Mobile,
        "phone" => Attribute::Phone,
        "title" => Attribute::JobTitle,
        other => panic!("no attribute {other}"),
    }
}
