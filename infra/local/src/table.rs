//! How tables look, and the summary of a pass for people.

use comfy_table::{ContentArrangement, Table, presets};
use connectors::capability::Capability;
use connectors::docs::{self, DocsKind};
use connectors::psa::PsaKind;
use connectors::psa::capabilities::CAPABILITIES;
use jiff::Timestamp;

use crate::summary::Summary;

/// An empty table with these heads.
pub(crate) fn with_heads(heads: &[&str]) -> Table {
    let mut table = Table::new();
    table
        .load_preset(presets::UTF8_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(heads.iter().copied());
    table
}

/// A text, or a sign that there is none.
pub(crate) fn or_none(text: Option<&str>) -> String {
    text.filter(|text| !text.is_empty())
        .unwrap_or("–")
        .to_owned()
}

/// A time for people, to the minute.
pub(crate) fn when(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// What each PSA and each documentation system can do, for people who choose.
pub fn of_capabilities() -> String {
    let psas = PsaKind::ALL.map(|kind| (kind.name(), kind.gaps()));
    let systems = DocsKind::ALL.map(|kind| (kind.name(), kind.gaps()));
    format!(
        "{}\n{}",
        of_lacks(&psas, &CAPABILITIES),
        of_lacks(&systems, &docs::capabilities::CAPABILITIES)
    )
}

/// A row for each thing with, of each vendor, why it is lacking.
fn of_lacks<Gaps>(vendors: &[(&'static str, Gaps)], rows: &[Capability<Gaps>]) -> Table {
    let names = vendors.iter().map(|(name, _)| *name);
    let heads: Vec<&str> = [""].into_iter().chain(names).collect();
    let mut table = with_heads(&heads);
    for row in rows {
        let cells = vendors.iter().map(|(_, gaps)| row.cell(gaps));
        table.add_row([row.what.to_owned()].into_iter().chain(cells));
    }
    table
}

/// What a pass came to, for people.
pub fn of_summary(summary: &Summary) -> String {
    let mut customers = with_heads(&["customer", "status", "what a person should know"]);
    for customer in &summary.customers {
        let error = or_none(customer.error.as_deref());
        customers.add_row([customer.id.as_str(), customer.status, &error]);
    }
    let (accounts, matches) = (&summary.accounts, &summary.matches);
    let (calls, table) = (&summary.calls, &summary.dynamodb);
    let mut numbers = with_heads(&["", "in all"]);
    numbers.add_row([
        "accounts".to_owned(),
        format!(
            "{} created, {} updated, {} unchanged, {} disabled, {} removed",
            accounts.created,
            accounts.updated,
            accounts.unchanged,
            accounts.disabled,
            accounts.removed
        ),
    ]);
    numbers.add_row([
        "with the PSA".to_owned(),
        format!(
            "{} matched, {} created, {} more than one match, {} no match, {} blocked, {} failed",
            matches.matched,
            matches.created,
            matches.more_than_one_match,
            matches.no_match,
            matches.blocked,
            matches.failed
        ),
    ]);
    numbers.add_rows(of_entries(summary));
    numbers.add_row([
        "calls".to_owned(),
        format!(
            "{} Microsoft Graph, {} PSA, {} documentation system",
            calls.graph, calls.psa, calls.documentation
        ),
    ]);
    numbers.add_row([
        "table".to_owned(),
        format!(
            "{:.1} read units, {:.1} write units, {} requests",
            table.read_units, table.write_units, table.requests
        ),
    ]);
    numbers.add_row(["time".to_owned(), format!("{} ms", summary.elapsed_ms)]);
    format!("{customers}\n{numbers}")
}

/// How accounts stand with the documentation system, where there is one.
fn of_entries(summary: &Summary) -> Option<[String; 2]> {
    let entries = &summary.entries;
    let told = format!(
        "{} matched, {} created, {} possible match, {} more than one match, {} category differs, \
         {} no match, {} orphaned, {} blocked, {} failed",
        entries.matched,
        entries.created,
        entries.possible_match,
        entries.more_than_one_match,
        entries.category_differs,
        entries.no_match,
        entries.orphaned,
        entries.blocked,
        entries.failed
    );
    let what = "with the documentation system".to_owned();
    (!entries.is_empty()).then_some([what, told])
}

#[cfg(test)]
mod tests {
    use domain::run::EntryCounts;

    use super::*;
    use crate::summary::Collected;

    fn summary(entries: EntryCounts) -> Summary {
        let nothing = Collected::default();
        Summary {
            customers: Vec::new(),
            accounts: nothing.accounts(),
            matches: nothing.matches(),
            entries,
            calls: Default::default(),
            dynamodb: Default::default(),
            elapsed_ms: 0,
        }
    }

    #[test]
    fn a_summary_tells_of_entries_where_there_are_any() {
        let none = of_summary(&summary(EntryCounts::default()));
        assert!(!none.contains("with the documentation system"), "{none}");
        let counts = EntryCounts {
            created: 3,
            category_differs: 1,
            ..EntryCounts::default()
        };
        let told = of_summary(&summary(counts));
        let row = told
            .lines()
            .find(|line| line.contains("with the documentation system"));
        let row = row.unwrap();
        assert!(
            row.contains("3 created") && row.contains("1 category differs"),
            "{row}"
        );
    }

    #[test]
    fn b180_what_each_can_do_is_shown_for_both_kinds_of_system() {
        let told = of_capabilities();
        for name in PsaKind::ALL
            .map(PsaKind::name)
            .iter()
            .chain(&DocsKind::ALL.map(DocsKind::name))
        {
            assert!(told.contains(name), "{name}: {told}");
        }
        for row in docs::capabilities::CAPABILITIES {
            assert!(told.contains(row.what), "{}: {told}", row.what);
        }
    }
}
