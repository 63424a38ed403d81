//! What the demo shows of itself: chapters, progress, and what became of people.

use comfy_table::Table;
use connectors::docs::{self, DocsKind};
use connectors::psa::PsaKind;
use connectors::psa::capabilities::CAPABILITIES;
use domain::account::{Account, AccountState, PsaStatus};
use domain::docs::{DocsStatus, EntryCandidate};
use domain::failure::Failure;
use domain::fields::Attribute;
use domain::gaps::Gaps;
use domain::id::CustomerId;
use domain::run::{EntryCounts, MatchCounts};
use indicatif::{ProgressBar, ProgressStyle};

use super::docs::SECRETS;
use super::psa::Shown;
use crate::functions::Done;
use crate::local::{Local, LocalError};
use crate::print;
use crate::queue::Ended;
use crate::summary::Summary;
use crate::wiring::Function;
use crate::{accounts, table};

/// Writes a text for the person who watches. One in which a password is, is not written.
pub(super) fn say(text: &str) -> Result<(), LocalError> {
    if SECRETS.iter().any(|secret| text.contains(secret)) {
        let what = "a password of the documentation system was about to be shown";
        return Err(LocalError::Failure(Failure::defect(what)));
    }
    print::line(text)
        .map_err(|error| LocalError::Machine("standard output cannot be written", error))
}

/// Begins a chapter.
pub(super) fn chapter(number: u32, title: &str, text: &str) -> Result<(), LocalError> {
    say(&format!("\n── {number}. {title} ──\n{text}"))
}

/// Which PSA it is, and what is not done with it.
pub(super) fn lacks(kind: PsaKind) -> String {
    let rows = CAPABILITIES.iter();
    let rows = rows.filter_map(|row| Some([row.what, (row.lack)(&kind.gaps())?]));
    lacking("PSA", kind.name(), rows.collect())
}

/// Which documentation system it is, and what is not done with it.
pub(super) fn docs_lacks(kind: DocsKind) -> String {
    let rows = docs::capabilities::CAPABILITIES.iter();
    let rows = rows.filter_map(|row| Some([row.what, (row.lack)(&kind.gaps())?]));
    lacking("documentation system", kind.name(), rows.collect())
}

fn lacking(what: &str, name: &str, rows: Vec<[&str; 2]>) -> String {
    let said = format!("The MSP's {what} is {name}.");
    if rows.is_empty() {
        return format!("{said} All that Muster does with a {what}, it does with this one.");
    }
    let mut shown = table::with_heads(&[&format!("not with {name}"), "why"]);
    shown.add_rows(rows);
    format!("{said} What holds with other ones and not with this one:\n{shown}")
}

/// A bar that fills as customers are through; without a terminal there is none.
pub(super) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn of(customers: usize) -> Self {
        let messages = u64::try_from(customers * Function::ALL.len()).unwrap_or_default();
        let style = ProgressStyle::with_template("   {bar:40} {pos}/{len} {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        Self(ProgressBar::new(messages).with_style(style))
    }

    pub(super) fn add(&self, ended: &Ended<Done>) {
        self.0
            .set_message(format!("{} of {}", ended.function, ended.envelope.customer));
        self.0.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// The columns of [`customers`].
const CUSTOMER_HEADS: [&str; 15] = [
    "customer",
    "status",
    "accounts",
    "with two\nrecords",
    "contacts\nmatched",
    "created",
    "more\nthan one",
    "no\nmatch",
    "blocked",
    "entries\nmatched",
    "created",
    "for a\nperson",
    "another\ncategory",
    "no\nmatch",
    "blocked",
];

/// A customer a row: how many accounts, and how they stand with the PSA and, beside it, with the
/// documentation system.
pub(super) async fn customers(local: &Local, summary: &Summary) -> Result<Table, LocalError> {
    let mut shown = table::with_heads(&CUSTOMER_HEADS);
    for customer in &local.config.customers {
        let accounts = accounts(local, &customer.id).await?;
        let two = accounts
            .iter()
            .filter(|account| account.identities.len() > 1)
            .count();
        let (mut contacts, mut entries) = (MatchCounts::default(), EntryCounts::default());
        for account in &accounts {
            contacts.count(account.psa.status);
            entries.count(account.docs.status);
        }
        let status = summary
            .customers
            .iter()
            .find(|told| told.id == customer.id.as_str());
        shown.add_row([
            customer.name.clone(),
            status.map_or_else(String::new, |told| told.status.to_owned()),
            accounts.len().to_string(),
            two.to_string(),
            contacts.matched.to_string(),
            contacts.created.to_string(),
            contacts.more_than_one_match.to_string(),
            contacts.no_match.to_string(),
            contacts.blocked.to_string(),
            entries.matched.to_string(),
            entries.created.to_string(),
            (entries.possible_match + entries.more_than_one_match).to_string(),
            entries.category_differs.to_string(),
            entries.no_match.to_string(),
            entries.blocked.to_string(),
        ]);
    }
    Ok(shown)
}

/// What a pass cost, in a line.
pub(super) fn cost(summary: &Summary) -> String {
    format!(
        "{} ms: {} calls to Microsoft Graph, {} to the PSA, {} to the documentation system; {:.0} \
         read units, {:.0} write units",
        summary.elapsed_ms,
        summary.calls.graph,
        summary.calls.psa,
        summary.calls.documentation,
        summary.dynamodb.read_units,
        summary.dynamodb.write_units,
    )
}

/// The accounts of a customer.
pub(super) async fn accounts(
    local: &Local,
    customer: &CustomerId,
) -> Result<Vec<Account>, LocalError> {
    Ok(local
        .app
        .store
        .all_accounts(customer)
        .await
        .map_err(Failure::from)?)
}

/// The account that has the record of that id.
pub(super) fn of_record<'a>(accounts: &'a [Account], id: &str) -> Option<&'a Account> {
    let has = |account: &&Account| account.identities.iter().any(|held| held.key.id == id);
    accounts.iter().find(has)
}

/// The account that is known by that user name.
pub(super) fn known_as<'a>(accounts: &'a [Account], username: &str) -> Option<&'a Account> {
    let is_it = |name: &str| name.eq_ignore_ascii_case(username);
    (accounts.iter()).find(|account| accounts::names(account).any(is_it))
}

/// What differs between an account before and after, a line each.
pub(super) fn differences(before: Option<&Account>, after: Option<&Account>) -> String {
    let Some(after) = after else {
        return "no account".to_owned();
    };
    let Some(before) = before else {
        return "a new account".to_owned();
    };
    let mut lines = Vec::new();
    for attribute in Attribute::ALL {
        let (was, is) = (before.fields.get(attribute), after.fields.get(attribute));
        if was != is {
            let (was, is) = (table::or_none(was), table::or_none(is));
            lines.push(format!("{attribute}: {was} → {is}"));
        }
    }
    if before.state != after.state {
        lines.push(format!(
            "{} → {}",
            before.state.as_str(),
            after.state.as_str()
        ));
    }
    if lines.is_empty() {
        "as before".to_owned()
    } else {
        lines.join("\n")
    }
}

/// How an account stands with the PSA, in a few words.
pub(super) fn standing(account: &Account, gaps: &Gaps) -> String {
    let psa = &account.psa;
    let has_left = account.state != AccountState::Active;
    let stays = if has_left && gaps.no_active_status {
        ", stays in use"
    } else {
        ""
    };
    match (&psa.contact, psa.status) {
        (Some(contact), PsaStatus::Created) => format!("contact {contact}, made by us{stays}"),
        (Some(contact), status) => format!("contact {contact}, {}{stays}", status.as_str()),
        (None, status) => status.as_str().to_owned(),
    }
}

/// How an account stands with the documentation system, in a few words.
pub(super) fn entry(account: &Account) -> String {
    let (docs, status) = (&account.docs, account.docs.status.as_str());
    let ids = |candidates: &[EntryCandidate]| {
        let ids = candidates.iter().map(|candidate| candidate.entry.as_str());
        ids.collect::<Vec<_>>().join(" or ")
    };
    match &docs.entry {
        Some(entry) if docs.status == DocsStatus::Created => format!("entry {entry}, made by us"),
        Some(entry) => format!("entry {entry}, {status}"),
        None if docs.candidates.is_empty() => status.to_owned(),
        None => format!("{status}: entry {}", ids(&docs.candidates)),
    }
}

/// A contact as the PSA holds it, a value a line. Of the support PIN only that it is there.
pub(super) fn contact(held: &Shown) -> String {
    let pin = Some("there").filter(|_| !held.support_pin.is_empty());
    format!(
        "{}\n{}\n{}\nSupportPIN: {}\nIsOffice365: {}",
        held.name,
        held.email,
        held.mobile,
        table::or_none(pin),
        table::or_none(Some(&held.is_office_365)),
    )
}
