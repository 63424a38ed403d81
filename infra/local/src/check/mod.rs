//! `muster check`: do the PSA and the documentation system let us do what the configuration asks for?
//! A few calls, which change nothing: credentials and rights, the companies and organizations of the
//! customers, and the custom fields that policies want. It needs no data directory, so that it can be
//! asked while `muster up` runs, and before anything is imported.

mod docs;
mod psa;

use comfy_table::Table;
use connectors::Vendors;

use crate::config::Config;
use crate::table;

/// What was looked at, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The vendor's name.
    pub system: &'static str,
    /// What was looked at.
    pub what: String,
    /// How it is.
    pub finding: Finding,
}

/// How something is that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// As it must be.
    Well,
    /// It cannot be told, and why.
    Unknown(&'static str),
    /// Something is wrong or missing: what, and what to do.
    Wrong(String),
}

/// Looks at every connection of the configuration. What is wrong with one stops no other.
pub async fn check(config: &Config, vendors: &Vendors) -> Vec<Checked> {
    let mut checked = Vec::new();
    if let Some(secret) = &config.psa {
        checked.extend(psa::check(config, vendors, secret).await);
    }
    if let Some(secret) = &config.docs {
        checked.extend(docs::check(config, vendors, secret).await);
    }
    checked
}

/// How many things are wrong.
pub fn count_wrong(checked: &[Checked]) -> usize {
    let is_wrong = |checked: &&Checked| matches!(checked.finding, Finding::Wrong(_));
    checked.iter().filter(is_wrong).count()
}

/// What was found, for people.
pub fn as_table(checked: &[Checked]) -> Table {
    let mut shown = table::with_heads(&["system", "what", "finding"]);
    for row in checked {
        let finding = match &row.finding {
            Finding::Well => "well",
            Finding::Unknown(why) => why,
            Finding::Wrong(what) => what,
        };
        shown.add_row([row.system, &row.what, finding]);
    }
    shown
}

/// What a connection may do: one row where all is well, else one for each thing that is missing.
fn of_access(system: &'static str, missing: Vec<String>) -> Vec<Checked> {
    const WHAT: &str = "credentials and rights";
    let mut findings: Vec<Finding> = missing.into_iter().map(Finding::Wrong).collect();
    if findings.is_empty() {
        findings.push(Finding::Well);
    }
    let row = |finding| Checked {
        system,
        what: WHAT.to_owned(),
        finding,
    };
    findings.into_iter().map(row).collect()
}
