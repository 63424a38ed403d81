//! How tables look, and the summary of a pass for people.

use comfy_table::{ContentArrangement, Table, presets};
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

/// What each PSA can do, for people who choose.
pub fn of_capabilities() -> String {
    let names = PsaKind::ALL.map(|kind| kind.name());
    let mut table = with_heads(&[&[""], names.as_slice()].concat());
    for row in CAPABILITIES {
        let cells = PsaKind::ALL.map(|kind| match row.lack(kind) {
            None => "yes".to_owned(),
            Some(lack) => format!("no: {lack}"),
        });
        table.add_row([vec![row.what.to_owned()], cells.to_vec()].concat());
    }
    table.to_string()
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
    numbers.add_row([
        "calls".to_owned(),
        format!("{} Microsoft Graph, {} PSA", calls.graph, calls.psa),
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
