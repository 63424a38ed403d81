//! What a company of many contacts costs at each PSA, whose simulator is in this process: calls for all
//! its contacts, and the time for them, the simulator's own included. Prints one table; asserts nothing.
//!
//! `cargo bench --bench psas -- 10000` sets the number of contacts.

mod vendors;

use std::time::Instant;

use connectors::Vendors;
use connectors::psa::Settings;
use domain::id::CompanyId;
use secrecy::SecretString;

use vendors::Filled;

const CONTACTS: usize = 10_000;

fn main() {
    // Cargo's own arguments are not for us.
    let contacts = std::env::args()
        .filter_map(|word| word.parse().ok())
        .next()
        .unwrap_or(CONTACTS);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    if std::env::args().any(|word| word == "--bench") {
        runtime.block_on(measure(contacts));
    }
}

#[expect(
    clippy::print_stdout,
    reason = "the table is what a person runs this for"
)]
async fn measure(contacts: usize) {
    println!("| PSA | contacts | calls | seconds |\n|---|---|---|---|");
    for filled in vendors::all(contacts).await {
        let Filled {
            document,
            company,
            calls,
            _running,
        } = filled;
        let settings = Settings::from_json(&SecretString::from(document.to_string()));
        let vendors = Vendors::new().expect("a client");
        let psa = vendors
            .psa(&settings.expect("settings"))
            .expect("a connector");
        let company = CompanyId::parse(company.to_string()).expect("an id");
        let before = calls();
        let begun = Instant::now();
        let found = psa.contacts(&company).await.expect("contacts");
        println!(
            "| {} | {} | {} | {:.2} |",
            psa.kind().name(),
            found.len(),
            calls() - before,
            begun.elapsed().as_secs_f64()
        );
    }
}
