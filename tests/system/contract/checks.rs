//! `muster check` with each PSA: what a person is told before anything runs (D8, B153).

use domain::id::CompanyId;
use muster::check::{Checked, Finding, check, count_wrong};
use muster::config::Config;

use super::bench::{Bench, ida, table};
use super::vendor::{Simulated, Ways};
use crate::world::policy;

/// One customer of a company, and a policy with custom fields where the PSA can have any.
fn config<S: Simulated>(bench: &Bench<S>, company: &CompanyId) -> Config {
    let wanted = if bench.gaps().no_custom_fields {
        ""
    } else {
        "support_pin = true\noffice_365_presence = true\n"
    };
    let text = format!(
        "{}{}[[customers]]\nid = \"northwind\"\nsources = [\"active-directory\"]\n\
         psa_company_id = \"{company}\"\n",
        table(&bench.side.document()),
        policy(wanted),
    );
    Config::read("muster.toml", &text, &|_| None).unwrap()
}

async fn checked<S: Simulated>(bench: &Bench<S>, company: &CompanyId) -> Vec<Checked> {
    check(&config(bench, company), &bench.vendors).await
}

/// What is wrong with it.
fn wrong<'a>(checked: &'a [Checked], what: &str) -> Option<&'a str> {
    let found = checked.iter().find(|row| row.what.contains(what));
    match &found
        .unwrap_or_else(|| panic!("{what}: {checked:?}"))
        .finding
    {
        Finding::Wrong(words) => Some(words),
        Finding::Well | Finding::Unknown(_) => None,
    }
}

pub(super) async fn a_check_tells_what_is_wrong_before_anything_runs_d8_b153<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let company = bench.company.clone();
    // Nobody is there yet at whom a field could be seen.
    let empty = checked(&bench, &company).await;
    assert_eq!(count_wrong(&empty), 0, "{empty:?}");
    bench.add(&ida());
    let well = checked(&bench, &company).await;
    let is_well = |row: &Checked| row.finding == Finding::Well;
    assert!(well.iter().all(is_well), "{well:?}");
    assert_eq!(
        bench.bodies(),
        Vec::<serde_json::Value>::new(),
        "nothing is changed"
    );

    let absent = CompanyId::parse("98765432").unwrap();
    let found = checked(&bench, &absent).await;
    let words = wrong(&found, "the company of northwind").unwrap();
    assert!(words.contains("psa_company_id"), "{words}");

    // Another process, since what a vendor has is remembered.
    let bench = Bench::<S>::new().await;
    bench.set(Ways {
        lacks_custom_fields: true,
        ..Ways::default()
    });
    bench.create().await.unwrap();
    let found = checked(&bench, &bench.company).await;
    if bench.gaps().no_custom_fields {
        assert_eq!(count_wrong(&found), 0, "{found:?}");
        return;
    }
    for (field, option) in [
        ("SupportPIN", "support_pin"),
        ("IsOffice365", "office_365_presence"),
    ] {
        let words = wrong(&found, field).unwrap();
        assert!(words.contains(option), "{words}");
    }
}
