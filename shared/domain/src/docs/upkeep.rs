//! What a linked entry is told when its account changes: the contact details that a person edited here
//! (B29), and the user name of an account that was renamed (B135).
//!
//! - Only a change of the account's is written, once: digests of what was written last tell it. What a
//!   technician makes of it stays until the account changes again.
//! - A user name is written only where the entry had one of the account's names before. Another one that
//!   a person chose is that person's.
//! - Entries that are archived or closed to us are left alone, and so are those of accounts that left.

use std::collections::BTreeMap;

use super::category::{self, source_of};
use super::details::Details;
use super::entry::{Entry, EntryUpdate};
use super::making::username;
use super::names::Names;
use super::{DocsStanding, Told};
use crate::account::{Account, AccountState};
use crate::id::EntryId;
use crate::policy::Policy;
use crate::push::digest;

/// The details to write to the notes of the linked entry; `None` where they stand there already, as far
/// as we know, or were refused before.
pub fn details_update(account: &Account, policy: &Policy, entry: &Entry) -> Option<EntryUpdate> {
    let told = &account.docs.told;
    let details = Details::of(account);
    let is_news = details.digest(&account.id).as_ref() != told.get(&Told::Details)
        && told.get(&Told::DetailsRefused) != Some(&digest_of_refused(account, &details));
    (is_news && is_kept(account, policy, entry)).then(|| EntryUpdate {
        details: Some(details),
        ..EntryUpdate::of(entry.id.clone())
    })
}

/// The user name to write to the linked entry, as one that is made for the account would have it; `None`
/// where the entry has one of the account's names, or the account was not renamed.
pub fn username_update(account: &Account, policy: &Policy, entry: &Entry) -> Option<EntryUpdate> {
    let told = &account.docs.told;
    if !policy.update_docs_entry || !is_kept(account, policy, entry) || has_name(account, entry) {
        return None;
    }
    let before = told.get(&Told::Names)?;
    let names = digest_of_names(account);
    if *before == names || told.get(&Told::NamesRefused) == Some(&names) {
        return None;
    }
    // The name is that of the source of which the entry says that it is.
    let source = source_of(entry.category.as_deref()?)?;
    let is_own = category::sources(account).contains(&source);
    let username = username(account, source).filter(|_| is_own)?;
    Some(EntryUpdate {
        username: Some(username),
        ..EntryUpdate::of(entry.id.clone())
    })
}

/// The standing once the linked entry took an update of these, or needed none of it.
pub fn updated(account: &Account, update: &EntryUpdate) -> DocsStanding {
    let mut standing = account.docs.clone();
    let told = &mut standing.told;
    // What the reason is about, where it is about this.
    let mut is_over = false;
    if let Some(details) = &update.details {
        match details.digest(&account.id) {
            Some(digest) => told.insert(Told::Details, digest),
            None => told.remove(&Told::Details),
        };
        is_over = told.remove(&Told::DetailsRefused).is_some();
    }
    if update.username.is_some() {
        told.insert(Told::Names, digest_of_names(account));
        told.remove(&Told::NamesRefused);
        is_over = true;
    }
    if is_over && standing.refused.is_none() && !is_refused(&standing.told) {
        standing.reason = None;
    }
    standing
}

/// The standing once the documentation system, or its entry as it is, refused an update of these.
/// `reason` is in words without personal data. The link stays.
pub fn update_refused(account: &Account, update: &EntryUpdate, reason: &str) -> DocsStanding {
    let mut standing = account.docs.clone();
    standing.reason = Some(reason.to_owned());
    let told = &mut standing.told;
    if let Some(details) = &update.details {
        told.insert(Told::DetailsRefused, digest_of_refused(account, details));
    }
    if update.username.is_some() {
        told.insert(Told::NamesRefused, digest_of_names(account));
    }
    standing
}

/// A standing with an entry that has the account's name, just made or found.
pub fn agreed(mut standing: DocsStanding, account: &Account, policy: &Policy) -> DocsStanding {
    if policy.update_docs_entry {
        (standing.told).insert(Told::Names, digest_of_names(account));
    }
    standing
}

/// What is remembered of an entry that is linked, or is again.
pub(super) fn remembered(
    account: &Account,
    policy: &Policy,
    entry: &Entry,
) -> BTreeMap<Told, String> {
    let mut told = of_entry(&account.docs, &entry.id);
    let details = digest_of_refused(account, &Details::of(account));
    forget(&mut told, Told::DetailsRefused, |last| *last != details);
    if account.state == AccountState::Removed {
        return told;
    }
    let names = digest_of_names(account);
    let is_agreed = has_name(account, entry);
    forget(&mut told, Told::NamesRefused, |last| {
        is_agreed || *last != names
    });
    if policy.update_docs_entry && is_agreed {
        told.insert(Told::Names, names);
    }
    told
}

/// What is remembered of an entry, where the standing is or was about it.
pub(super) fn of_entry(standing: &DocsStanding, entry: &EntryId) -> BTreeMap<Told, String> {
    let about = standing.entry.as_ref().or(standing.lost.as_ref());
    if about == Some(entry) {
        standing.told.clone()
    } else {
        BTreeMap::new()
    }
}

/// The same, and what was refused is tried again.
pub(super) fn anew(standing: &DocsStanding, entry: &EntryId) -> BTreeMap<Told, String> {
    let mut told = of_entry(standing, entry);
    told.remove(&Told::DetailsRefused);
    told.remove(&Told::NamesRefused);
    told
}

/// Does a refusal stand?
pub(super) fn is_refused(told: &BTreeMap<Told, String>) -> bool {
    [Told::DetailsRefused, Told::NamesRefused]
        .iter()
        .any(|refused| told.contains_key(refused))
}

fn forget(told: &mut BTreeMap<Told, String>, what: Told, is_over: impl Fn(&String) -> bool) {
    if told.get(&what).is_some_and(is_over) {
        told.remove(&what);
    }
}

/// Is this entry kept as its account is?
fn is_kept(account: &Account, policy: &Policy, entry: &Entry) -> bool {
    policy.match_docs
        && account.entry() == Some(&entry.id)
        && account.state != AccountState::Removed
        && !entry.is_archived
        && entry.seal.is_none()
}

fn has_name(account: &Account, entry: &Entry) -> bool {
    let username = entry.username.as_deref().unwrap_or_default();
    Names::of(account).fit(username).is_some()
}

fn digest_of_names(account: &Account) -> String {
    let names = Names::of(account).whole.join("\u{1f}");
    digest(&account.id, "docs-names", &names)
}

fn digest_of_refused(account: &Account, details: &Details) -> String {
    let lines = details.lines().join("\u{1f}");
    digest(&account.id, "docs-details-refused", &lines)
}
