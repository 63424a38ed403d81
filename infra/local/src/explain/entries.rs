//! The documentation system's side of an explanation: which entry, by which rule, which others came
//! into question, and why they were not taken. Standings keep ids and reasons; names and categories are
//! read from the documentation system now, and where it does not answer the explanation says so.

use comfy_table::Table;
use connectors::docs::{Docs, Settings};
use domain::account::Account;
use domain::docs::Told;
use domain::docs::entry::Entry;
use domain::id::EntryId;
use domain::quota::Lane;
use platform::SecretName;

use crate::local::Local;
use crate::table;

/// How the account stands with the documentation system, and why.
pub(super) async fn explained(local: &Local, account: &Account) -> String {
    let standing = &account.docs;
    let mut text = format!("documentation: {}", standing.status.as_str());
    if let Some(entry) = &standing.entry {
        text.push_str(&format!(" with entry {entry}"));
    }
    if let Some(rule) = standing.rule {
        text.push_str(&format!(", by the rule {}", rule.as_str()));
    }
    if let Some(reason) = &standing.reason {
        text.push_str(&format!("\nbecause {reason}"));
    }
    if let Some(entry) = &standing.lost {
        text.push_str(&format!("\nlinked again when entry {entry} comes back"));
    }
    if standing.fills_category {
        text.push_str("\na person confirmed the entry; its category is to be filled in");
    }
    if standing.told.contains_key(&Told::Details) {
        text.push_str("\nits contact details, edited here, stand in the entry's notes");
    }
    if let Some(since) = standing.creating_since {
        text.push_str(&format!(
            "\na create was sent {since} and its answer is not known; the next look searches first"
        ));
    }
    let mut ids: Vec<&EntryId> = standing.entry.iter().collect();
    ids.extend(standing.candidates.iter().map(|candidate| &candidate.entry));
    if ids.is_empty() {
        return text;
    }
    match connected(local).await {
        Ok(docs) => {
            let shown = table_of(docs.as_ref(), account, &ids).await;
            text.push_str(&format!("\n\n{shown}"));
        }
        Err(why) => {
            text.push_str(&format!("\n\nthe entries cannot be shown: {why}"));
            text.push_str(&format!("\n{}", refusals(account)));
        }
    }
    text
}

async fn connected(local: &Local) -> Result<Box<dyn Docs>, String> {
    let secret = (local.app.secrets.find(SecretName::Docs).await).map_err(|e| e.to_string())?;
    let secret = secret.ok_or("the configuration has no documentation system")?;
    let settings = Settings::from_json(&secret).map_err(|error| error.to_string())?;
    let vendors = local.vendors.in_lane(Lane::Person);
    vendors.docs(&settings).map_err(|error| error.to_string())
}

/// Each entry, and why it was not taken.
async fn table_of(docs: &dyn Docs, account: &Account, ids: &[&EntryId]) -> Table {
    let heads = [
        "entry",
        "name",
        "user name",
        "category",
        "archived",
        "verdict",
    ];
    let mut shown = table::with_heads(&heads);
    for id in ids {
        match docs.entry(id).await {
            Ok(Some(entry)) => _ = shown.add_row(row(&entry, verdict(account, id))),
            Ok(None) => {
                let missing = "not in the documentation system, or not to be seen";
                shown.add_row([id.as_str(), missing]);
            }
            Err(error) => _ = shown.add_row([id.to_string(), error.to_string()]),
        }
    }
    shown
}

fn row(entry: &Entry, verdict: &str) -> [String; 6] {
    let archived = if entry.is_archived { "yes" } else { "no" };
    [
        entry.id.to_string(),
        entry.name.clone(),
        table::or_none(entry.username.as_deref()),
        table::or_none(entry.category.as_deref()),
        archived.to_owned(),
        verdict.to_owned(),
    ]
}

fn verdict<'a>(account: &'a Account, id: &EntryId) -> &'a str {
    if account.entry() == Some(id) {
        return "linked";
    }
    let candidates = &account.docs.candidates;
    let candidate = candidates.iter().find(|candidate| candidate.entry == *id);
    candidate.map_or("", |candidate| &candidate.why_not)
}

/// What is known without the documentation system.
fn refusals(account: &Account) -> Table {
    let mut shown = table::with_heads(&["entry", "why not"]);
    for candidate in &account.docs.candidates {
        shown.add_row([candidate.entry.as_str(), &candidate.why_not]);
    }
    shown
}
