//! What entries cost at each documentation system, whose simulator is in this process. Prints two
//! tables to be copied; asserts nothing of their figures.
//!
//! - Calls for one customer of so many accounts, half of whom have an entry: at the pass that makes
//!   the other half, and at the next, which finds all of them linked. Pages and writes, and never a
//!   look per account.
//! - The time for so many entries: to read them all, the simulator's own time included, and to decide
//!   for as many accounts in memory.
//!
//! `cargo bench -p system-tests --bench docs -- 10000` sets the number of entries of the second table.

#[path = "../common/mod.rs"]
mod common;
mod customer;
mod decision;
mod vendors;

use std::time::Instant;

use connectors::Vendors;
use connectors::docs::Settings;
use domain::id::OrganizationId;
use secrecy::SecretString;
use serde_json::json;

use customer::Customer;
use vendors::System;

/// Accounts of the customers whose calls are counted.
const ACCOUNTS: [usize; 3] = [10, 100, 1_000];
const ENTRIES: usize = 10_000;

fn main() {
    // Cargo's own arguments are not for us.
    let entries = std::env::args()
        .filter_map(|word| word.parse().ok())
        .next()
        .unwrap_or(ENTRIES);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    if std::env::args().any(|word| word == "--bench") {
        runtime.block_on(calls());
        runtime.block_on(seconds(entries));
    }
}

async fn calls() {
    say(
        "| system | accounts | entries made | reads | writes | reads of the next pass | its writes |",
    );
    say("|---|---|---|---|---|---|---|");
    for accounts in ACCOUNTS {
        for system in System::both(accounts / 2).await {
            let mut customer = Customer::new(accounts, &system).await;
            let made = customer.look().await.entries.created;
            let (reads, writes) = system.calls();
            customer.look().await;
            let (all_reads, all_writes) = system.calls();
            let (next_reads, next_writes) = (all_reads - reads, all_writes - writes);
            customer.close().await;
            let name = settings(&system).system().name();
            say(&format!(
                "| {name} | {accounts} | {made} | {reads} | {writes} | {next_reads} | {next_writes} |"
            ));
        }
    }
}

async fn seconds(entries: usize) {
    say("\n| system | entries | calls | seconds to read them | seconds to decide |");
    say("|---|---|---|---|---|");
    for system in System::both(entries).await {
        let vendors = Vendors::new().expect("a client");
        let docs = vendors.docs(&settings(&system)).expect("a connector");
        let organization = OrganizationId::parse(system.organization().to_string());
        let begun = Instant::now();
        let found = docs.entries(&organization.expect("an id")).await;
        let found = found.expect("entries");
        let reading = begun.elapsed().as_secs_f64();
        let accounts = decision::accounts(entries);
        let begun = Instant::now();
        let linked = decision::linked(&accounts, &found);
        let deciding = begun.elapsed().as_secs_f64();
        assert_eq!(linked, entries, "each account has its entry");
        let (calls, name) = (system.calls().0, docs.kind().name());
        say(&format!(
            "| {name} | {entries} | {calls} | {reading:.2} | {deciding:.3} |"
        ));
    }
}

fn settings(system: &System) -> Settings {
    let [system, api_url, api_key] = system.connection();
    let document = json!({ "system": system, "api_url": api_url, "api_key": api_key });
    Settings::from_json(&SecretString::from(document.to_string())).expect("settings")
}

#[expect(clippy::print_stdout, reason = "a bench prints its tables")]
fn say(text: &str) {
    println!("{text}");
}
