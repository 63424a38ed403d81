//! The documentation system's side of an explanation: which entry, by which rule, which others came
//! into question, and why they were not taken.

use domain::account::Account;

use crate::table;

/// How the account stands with the documentation system, and why.
pub(super) fn explained(account: &Account) -> String {
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
    if let Some(since) = standing.creating_since {
        text.push_str(&format!(
            "\na create was sent {since} and its answer is not known; the next look searches first"
        ));
    }
    if standing.candidates.is_empty() {
        return text;
    }
    let mut shown = table::with_heads(&["entry", "why not"]);
    for candidate in &standing.candidates {
        shown.add_row([candidate.entry.as_str(), &candidate.why_not]);
    }
    text.push_str(&format!("\n\n{shown}"));
    text
}
