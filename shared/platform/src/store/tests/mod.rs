//! What the store promises, against the embedded table; and once more against another
//! implementation of DynamoDB, where `MUSTER_TEST_DYNAMODB_ENDPOINT` names one. Every test has a
//! table of its own.

mod accounts;
mod accounts_many;
mod claims;
mod claims_left_behind;
mod configured;
mod entries;
mod fixture;
mod item_form;
mod item_properties;
mod lease;
mod lease_time;
mod position;
mod quotas;
mod reviews;
mod round_trip;
mod upload_parts;
mod uploads;

use domain::account::{Account, AccountState, AccountType, PsaStanding};
use domain::docs::DocsStanding;
use domain::fields::Fields;
use domain::id::{AccountId, CustomerId, RunId};
use domain::identity::{Identity, IdentityKey, Source};
use jiff::Timestamp;

use super::{AccountWrite, Store};
use crate::app::local_table;
use crate::meter::Meter;

/// A table of its own, and what keeps it alive.
async fn table() -> Store {
    let name = format!("muster-{}", uuid::Uuid::new_v4());
    let store = Store::new(local_table(&endpoint().await), name, Meter::new());
    store.create_table_if_missing().await.unwrap();
    store
}

#[expect(
    clippy::disallowed_methods,
    reason = "which server the tests run against"
)]
async fn endpoint() -> String {
    if let Ok(endpoint) = std::env::var("MUSTER_TEST_DYNAMODB_ENDPOINT") {
        return endpoint;
    }
    let database = dynoxide::Database::memory().unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    // It ends with the test's runtime.
    tokio::spawn(dynoxide::server::serve_with_shutdown(
        listener,
        database,
        std::future::pending(),
    ));
    format!("http://{address}")
}

fn customer(name: &str) -> CustomerId {
    CustomerId::parse(name).unwrap()
}

fn run(number: u32) -> RunId {
    RunId::parse(format!("run_{number:04}")).unwrap()
}

fn now() -> Timestamp {
    "2026-11-24T08:00:00Z".parse().unwrap()
}

fn account(name: &str, number: u32) -> Account {
    let id = format!("00000000-0000-4000-8000-{number:012x}");
    let key = IdentityKey::new(Source::Microsoft365, id);
    let mut identity = Identity::new(key.clone());
    identity.fields = Fields {
        display_name: Some(format!("Person {number}")),
        username: Some(format!("person{number}@northwind.example")),
        email: Some(format!("person{number}@northwind.example")),
        ..Fields::default()
    };
    Account {
        id: AccountId::founded_by(&customer(name), &key),
        customer: customer(name),
        revision: 1,
        account_type: AccountType::EndUser,
        type_reason: "no rule".to_owned(),
        type_moved_by_person: false,
        fields: identity.fields.clone(),
        origins: std::collections::BTreeMap::new(),
        state: AccountState::Active,
        state_since: now(),
        imported_at: now(),
        identities: vec![identity],
        psa: PsaStanding::default(),
        docs: DocsStanding::default(),
    }
}

fn write(account: &Account, expected: Option<u64>) -> AccountWrite {
    AccountWrite {
        account: account.clone(),
        expected,
        aliases: Vec::new(),
        claim: None,
        release: None,
    }
}
