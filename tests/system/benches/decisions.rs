//! Planning and matching in memory, from a thousand accounts to a hundred thousand: how long one
//! decision over all of them takes.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use domain::account::Account;
use domain::fields::{Attribute, Fields};
use domain::id::{CompanyId, ContactId};
use domain::identity::{IdentityKey, News, Reading, Said, Source, Values};
use domain::import::{Inventory, Plan, Rules, reconcile};
use domain::matching::{Question, decide};
use domain::policy::{CustomerPolicies, resolve};
use domain::push::contact::{Contact, ContactKind, ExternalId};
use jiff::Timestamp;

use common::customer;

/// Readings of one page, as Graph sends them.
const PAGE: usize = 1_000;

fn reading(number: usize) -> Reading {
    let mut values = Values {
        enabled: Said::Value(true),
        ..Values::default()
    };
    let mut say = |attribute, text: String| values.say(attribute, Said::Value(text));
    say(
        Attribute::DisplayName,
        format!("Given{} Family{number}", number % 977),
    );
    say(Attribute::Username, format!("person{number}@bench.example"));
    say(Attribute::GivenName, format!("Given{}", number % 977));
    say(Attribute::Surname, format!("Family{number}"));
    say(Attribute::Email, format!("person{number}@bench.example"));
    say(Attribute::Mobile, format!("+46 70 {number:07}"));
    values.alternate_emails = Said::Value(vec![format!("p{number}@bench.onmicrosoft.example")]);
    values.licences = Said::Value(vec!["05e9a617-0261-4cee-bb44-138d3ef5d965".to_owned()]);
    let key = IdentityKey::new(
        Source::Microsoft365,
        format!("00000000-0000-4000-8000-{number:012x}"),
    );
    Reading {
        key,
        news: News::Present(Box::new(values)),
    }
}

fn contact(number: usize) -> Contact {
    let mut fields = Fields::default();
    fields.set(
        Attribute::DisplayName,
        Some(format!("Given{} Family{number}", number % 977)),
    );
    fields.set(Attribute::GivenName, Some(format!("Given{}", number % 977)));
    fields.set(Attribute::Surname, Some(format!("Family{number}")));
    // A third by address, a third by alternate address, a third by name.
    let address = match number % 3 {
        0 => Some(format!("person{number}@bench.example")),
        1 => Some(format!("p{number}@bench.onmicrosoft.example")),
        _ => None,
    };
    fields.set(Attribute::Email, address);
    Contact {
        id: ContactId::parse(number.to_string()).expect("an id"),
        company: CompanyId::parse("1").expect("an id"),
        site: None,
        fields,
        known: Attribute::ALL.to_vec(),
        alternate_emails: Vec::new(),
        active: true,
        external_id: Some(ExternalId::Empty),
        kind: ContactKind::Person,
        custom: BTreeMap::new(),
        types: Some(Vec::new()),
    }
}

fn plan(
    inventory: &Inventory,
    readings: Vec<Reading>,
    now: Timestamp,
    wanted: &CustomerPolicies,
) -> Plan {
    let rules = Rules {
        customer: &customer(),
        policies: wanted,
        part_numbers: &BTreeMap::new(),
        administrators: None,
        now,
    };
    reconcile(inventory, readings, &rules)
}

fn planning(criterion: &mut Criterion) {
    let now = Timestamp::UNIX_EPOCH;
    let policies = resolve(&[], &customer());
    let mut group = criterion.benchmark_group("planning new accounts");
    group.sample_size(10);
    for count in [1_000, 10_000, 100_000] {
        group.throughput(Throughput::Elements(count as u64));
        group.bench_with_input(
            BenchmarkId::from_parameter(count),
            &count,
            |bencher, count| {
                bencher.iter_batched(
                    || (0..*count).map(reading).collect::<Vec<Reading>>(),
                    |readings| {
                        for page in readings.chunks(PAGE) {
                            black_box(plan(&Inventory::default(), page.to_vec(), now, &policies));
                        }
                    },
                    BatchSize::PerIteration,
                );
            },
        );
    }
    group.finish();
}

fn matching(criterion: &mut Criterion) {
    let now = Timestamp::UNIX_EPOCH;
    let policies = resolve(&[], &customer());
    let mut group = criterion.benchmark_group("matching");
    group.sample_size(10);
    for count in [1_000, 10_000, 20_000, 100_000] {
        let planned = plan(
            &Inventory::default(),
            (0..count).map(reading).collect(),
            now,
            &policies,
        );
        let accounts: Vec<Account> = planned
            .changes
            .into_iter()
            .map(|change| change.account)
            .collect();
        let contacts: Vec<Contact> = (0..count).map(contact).collect();
        let taken = BTreeSet::new();
        group.throughput(Throughput::Elements(count as u64));
        group.bench_with_input(BenchmarkId::from_parameter(count), &count, |bencher, _| {
            bencher.iter(|| {
                decide(black_box(&Question {
                    accounts: &accounts,
                    contacts: &contacts,
                    policies: &policies,
                    shared_company: false,
                    taken: &taken,
                    complete: true,
                }))
            });
        });
    }
    group.finish();
}

criterion_group!(benches, planning, matching);
criterion_main!(benches);
