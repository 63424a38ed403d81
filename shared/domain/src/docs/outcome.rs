//! The standing after something was done: an entry made, a category filled in, either refused, or a
//! person's choice.

use super::entry::{EntryUpdate, NewEntry};
use super::{DocsStanding, DocsStatus, EntryRule, upkeep};
use crate::id::{AccountId, ConfigurationId, EntryId};
use crate::push::digest;

/// The standing once the documentation system has made an entry.
pub fn created(entry: EntryId) -> DocsStanding {
    DocsStanding {
        status: DocsStatus::Created,
        entry: Some(entry),
        ..DocsStanding::default()
    }
}

/// The standing once the documentation system has refused to make an entry. `reason` is in words
/// without personal data, `existing` the categories that there were. The same entry is not offered
/// again; another one is, and the same once its category is there.
pub fn refused(
    standing: &DocsStanding,
    account: &AccountId,
    new: &NewEntry,
    existing: &[String],
    reason: &str,
) -> DocsStanding {
    DocsStanding {
        status: DocsStatus::Failed,
        reason: Some(reason.to_owned()),
        creating_since: None,
        refused: Some(digest_of_new(account, new, existing)),
        ..standing.clone()
    }
}

/// The standing once the linked entry has its category.
pub fn category_filled(standing: &DocsStanding) -> DocsStanding {
    DocsStanding {
        fills_category: false,
        refused: None,
        // Only a refusal of this very change is over.
        reason: (standing.reason.clone()).filter(|_| standing.refused.is_none()),
        ..standing.clone()
    }
}

/// The standing once the documentation system has refused a category. The link stays.
pub fn category_refused(
    standing: &DocsStanding,
    account: &AccountId,
    update: &EntryUpdate,
    existing: &[String],
    reason: &str,
) -> DocsStanding {
    DocsStanding {
        reason: Some(reason.to_owned()),
        refused: Some(digest_of_update(account, update, existing)),
        ..standing.clone()
    }
}

/// The standing that a person chose: linked to this entry, over every rule (B128, B130), or to none,
/// and then the rules decide again. `by` says who, without naming them. Confirming a possible match
/// (D4) also fills in the category, where there is none. Of an entry that it was linked with before,
/// what was told is still known, and what was refused is tried again.
pub fn chosen(
    held: &DocsStanding,
    entry: Option<EntryId>,
    by: &str,
    fills_category: bool,
) -> DocsStanding {
    match entry {
        Some(entry) => DocsStanding {
            told: upkeep::anew(held, &entry),
            status: DocsStatus::Matched,
            entry: Some(entry),
            rule: Some(EntryRule::Manual),
            reason: Some(format!("{by} chose")),
            fills_category,
            ..DocsStanding::default()
        },
        None => DocsStanding {
            reason: Some(format!("{by} took the link away")),
            ..DocsStanding::default()
        },
    }
}

/// A digest over an entry to be made.
pub(super) fn digest_of_new(account: &AccountId, new: &NewEntry, existing: &[String]) -> String {
    let mut parts = [&new.name, &new.username, &new.category]
        .map(String::as_str)
        .to_vec();
    parts.extend(new.embedded_in.as_ref().map(ConfigurationId::as_str));
    digest_of(account, &parts, &new.category, existing)
}

/// A digest over a category to be filled in.
pub(super) fn digest_of_update(
    account: &AccountId,
    update: &EntryUpdate,
    existing: &[String],
) -> String {
    let category = update.category.as_deref().unwrap_or_default();
    digest_of(
        account,
        &[update.entry.as_str(), category],
        category,
        existing,
    )
}

/// Eight bytes over a whole change, with the account's id, and whether its category is there.
fn digest_of(account: &AccountId, parts: &[&str], category: &str, existing: &[String]) -> String {
    let is_there = existing.iter().any(|name| name == category);
    let there = if is_there { "there" } else { "" };
    digest(account, "docs", &[parts, &[there]].concat().join("\u{1f}"))
}
