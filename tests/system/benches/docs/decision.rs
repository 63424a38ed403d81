//! The decision over all accounts of a customer and all entries of its organization, in memory.

use std::collections::{BTreeMap, BTreeSet};

use domain::account::Account;
use domain::docs::entry::Entry;
use domain::docs::{DocsStatus, Question, decide};
use domain::fields::Attribute;
use domain::identity::{IdentityKey, News, Reading, Said, Source, Values};
use domain::import::{Inventory, Rules, reconcile};
use domain::policy::resolve;
use jiff::Timestamp;

use super::common::customer;
use super::vendors::username;

/// So many accounts of Microsoft 365, as an import makes them.
pub(crate) fn accounts(count: usize) -> Vec<Account> {
    let customer = customer();
    let rules = Rules {
        customer: &customer,
        policies: &resolve(&[], &customer),
        part_numbers: &BTreeMap::new(),
        administrators: None,
        now: Timestamp::UNIX_EPOCH,
    };
    let readings: Vec<Reading> = (0..count).map(reading).collect();
    let planned = reconcile(&Inventory::default(), readings, &rules);
    let changes = planned.changes.into_iter();
    changes.map(|change| change.account).collect()
}

/// How many of them are linked with an entry.
pub(crate) fn linked(accounts: &[Account], entries: &[Entry]) -> usize {
    let policies = resolve(&[], &customer());
    let decisions = decide(&Question {
        accounts,
        entries,
        policies: &policies,
        shared_organization: false,
        taken: &BTreeSet::new(),
    });
    let linked = |status: DocsStatus| status == DocsStatus::Matched;
    let decided = decisions.iter();
    decided
        .filter(|decision| linked(decision.standing.status))
        .count()
}

fn reading(number: usize) -> Reading {
    let mut values = Values {
        enabled: Said::Value(true),
        ..Values::default()
    };
    values.say(Attribute::Username, Said::Value(username(number)));
    let key = IdentityKey::new(
        Source::Microsoft365,
        format!("00000000-0000-4000-8000-{number:012x}"),
    );
    Reading {
        key,
        news: News::Present(Box::new(values)),
    }
}
