//! What we wrote, remembered as digests in the standing, and whether what a contact says is only
//! our own change coming back.
//!
//! Digests are short, take the account's id in, and are made of comparison keys: a spelling that
//! the PSA prefers is still ours, equal values of two accounts have different digests, and no value
//! can be read from one.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::contact::{Contact, ContactChange, ContactUpdate, ExternalId, NewContact};
use super::custom::CustomField;
use super::value;
use crate::account::{Account, AccountState, PsaStanding, PsaStatus};
use crate::fields::Attribute;
use crate::id::{AccountId, ContactId};

/// The entry for the Entra object id.
const EXTERNAL_ID: &str = "external_id";
/// The entry for whether the contact is in use.
const ACTIVE: &str = "active";
/// The entry for the change that was left undone last, as a whole.
const LEFT: &str = "left";
/// The entry for the change that the PSA refused last, as a whole.
const REFUSED: &str = "refused";

/// The standing once the PSA has taken a change: what was written is remembered, and an earlier
/// refusal is over. For a create, see [`created`].
pub fn with_pushed(standing: &PsaStanding, change: &ContactChange) -> PsaStanding {
    let mut standing = settled(standing);
    for (name, digest) in digests(change) {
        match digest {
            Some(digest) => standing.pushed.insert(name.to_owned(), digest),
            None => standing.pushed.remove(name),
        };
    }
    standing
}

/// The standing once the PSA has made a contact (B32).
pub fn created(standing: &PsaStanding, new: &NewContact, contact: ContactId) -> PsaStanding {
    let fresh = PsaStanding {
        pushed: BTreeMap::new(),
        ..standing.clone()
    };
    PsaStanding {
        status: PsaStatus::Created,
        contact: Some(contact),
        rule: None,
        candidates: Vec::new(),
        reason: None,
        creating_since: None,
        pushed: with_pushed(&fresh, &ContactChange::Create(new.clone())).pushed,
    }
}

/// The standing once the PSA has refused a change for good. `reason` is in words without personal
/// data. The same change is not planned again; another one is.
pub fn refused(standing: &PsaStanding, change: &ContactChange, reason: &str) -> PsaStanding {
    let mut standing = standing.clone();
    standing.status = PsaStatus::Failed;
    standing.reason = Some(reason.to_owned());
    standing.creating_since = None;
    let digest = digest_of_all(change);
    standing.pushed.insert(REFUSED.to_owned(), digest);
    standing
}

/// The standing once the PSA was found to have what forbids a change, such as its address. As with
/// [`refused`], the same change is not planned again.
pub fn blocked(standing: &PsaStanding, change: &ContactChange, reason: &str) -> PsaStanding {
    PsaStanding {
        status: PsaStatus::Blocked,
        ..refused(standing, change, reason)
    }
}

/// The standing once a change was left undone for the type of its contact (B141). Rows of lists may
/// not tell types: the same change is not planned again.
pub fn left_alone(standing: &PsaStanding, update: &ContactUpdate) -> PsaStanding {
    let mut standing = standing.clone();
    let digest = digest_of_all(&ContactChange::Update(update.clone()));
    standing.pushed.insert(LEFT.to_owned(), digest);
    standing
}

/// Is this the change that was left undone last?
pub(super) fn was_left(standing: &PsaStanding, change: &ContactChange) -> bool {
    (standing.pushed.get(LEFT)).is_some_and(|digest| *digest == digest_of_all(change))
}

/// Does the standing say what came of a change, rather than what matching decided?
pub(crate) fn is_answered(standing: &PsaStanding) -> bool {
    match standing.status {
        PsaStatus::Failed => true,
        PsaStatus::Blocked => standing.pushed.contains_key(REFUSED),
        PsaStatus::Off
        | PsaStatus::Matched
        | PsaStatus::Created
        | PsaStatus::MoreThanOneMatch
        | PsaStatus::NoMatch => false,
    }
}

/// The standing once nothing is left to write: a link whose push was refused before is well again.
pub fn settled(standing: &PsaStanding) -> PsaStanding {
    let mut standing = standing.clone();
    standing.pushed.remove(REFUSED);
    if standing.status == PsaStatus::Failed && standing.contact.is_some() {
        standing.status = PsaStatus::Matched;
        standing.reason = None;
    }
    standing
}

/// Is this the change that the PSA refused last?
pub(super) fn was_refused(standing: &PsaStanding, change: &ContactChange) -> bool {
    (standing.pushed.get(REFUSED)).is_some_and(|digest| *digest == digest_of_all(change))
}

/// Does the contact say nothing but what we hold anyway, after we wrote to it? Then there is
/// nothing to look at again. When in doubt, no: another look costs little and changes nothing.
/// What we wrote earlier is no answer here: a person may have put an old value back.
pub fn is_own_echo(account: &Account, contact: &Contact) -> bool {
    if account.contact() != Some(&contact.id) || account.psa.pushed.is_empty() {
        return false;
    }
    let ours = account.entra_object_id();
    let external_id = match &contact.external_id {
        None => true,
        Some(ExternalId::Empty) => ours.is_none(),
        Some(ExternalId::Id(id)) => ours.is_some_and(|ours| ours.eq_ignore_ascii_case(id)),
    };
    let in_use = contact.active == (account.state == AccountState::Active);
    external_id
        && in_use
        && known(contact).all(|attribute| {
            value::is_same(
                attribute,
                account.fields.get(attribute),
                contact.fields.get(attribute),
            )
        })
}

/// The attributes that we wrote to the contact and that it says otherwise now: somebody edited them
/// in the PSA. For showing to people.
pub fn edited_in_psa(account: &Account, contact: &Contact) -> Vec<Attribute> {
    known(contact)
        .filter(|attribute| {
            let theirs = digest_of(&account.id, *attribute, contact.fields.get(*attribute));
            (account.psa.pushed.get(attribute.as_str()))
                .is_some_and(|written| theirs.as_ref() != Some(written))
        })
        .collect()
}

/// The attributes of which the contact's answer tells, in their order.
fn known(contact: &Contact) -> impl Iterator<Item = Attribute> {
    Attribute::ALL
        .into_iter()
        .filter(|attribute| *attribute != Attribute::Username && contact.known.contains(attribute))
}

/// What a change writes, as a digest per entry; `None` where it clears.
fn digests(change: &ContactChange) -> Vec<(&'static str, Option<String>)> {
    match change {
        ContactChange::Create(NewContact {
            account,
            fields,
            external_id,
            ..
        }) => Attribute::ALL
            .into_iter()
            .map(|attribute| (attribute, fields.get(attribute)))
            .filter(|(_, value)| value.is_some())
            .map(|(attribute, value)| (attribute.as_str(), digest_of(account, attribute, value)))
            .chain(external(account, external_id.as_deref()))
            .chain([(ACTIVE, Some(digest_active(account, true)))])
            .collect(),
        ContactChange::Update(ContactUpdate {
            account,
            set,
            external_id,
            active,
            ..
        }) => set
            .iter()
            .map(|(attribute, value)| {
                (
                    attribute.as_str(),
                    digest_of(account, *attribute, value.as_deref()),
                )
            })
            .chain(external(account, external_id.as_deref()))
            .chain(active.map(|active| (ACTIVE, Some(digest_active(account, active)))))
            .collect(),
    }
}

fn external(account: &AccountId, id: Option<&str>) -> Option<(&'static str, Option<String>)> {
    let id = id?.to_ascii_lowercase();
    Some((EXTERNAL_ID, Some(digest(account, EXTERNAL_ID, &id))))
}

fn digest_active(account: &AccountId, active: bool) -> String {
    digest(account, ACTIVE, if active { "true" } else { "false" })
}

fn digest_of(account: &AccountId, attribute: Attribute, value: Option<&str>) -> Option<String> {
    let key = value::key(attribute, value)?;
    Some(digest(account, attribute.as_str(), &key))
}

/// A digest over a whole change, values as they would be written: another spelling may pass.
fn digest_of_all(change: &ContactChange) -> String {
    let mut parts: Vec<&str> = Vec::new();
    match change {
        ContactChange::Create(new) => {
            parts.push("create");
            parts.extend([
                new.company.as_str(),
                new.site.as_ref().map_or("", |s| s.as_str()),
            ]);
            for attribute in Attribute::ALL {
                parts.extend([attribute.as_str(), new.fields.get(attribute).unwrap_or("")]);
            }
            parts.extend(new.alternate_emails.iter().map(String::as_str));
            parts.extend([EXTERNAL_ID, new.external_id.as_deref().unwrap_or("")]);
            parts.extend(custom(&new.custom));
            digest(&new.account, REFUSED, &parts.join("\u{1f}"))
        }
        ContactChange::Update(update) => {
            parts.extend(["update", update.contact.as_str()]);
            for (attribute, value) in &update.set {
                parts.extend([attribute.as_str(), value.as_deref().unwrap_or("")]);
            }
            parts.extend([EXTERNAL_ID, update.external_id.as_deref().unwrap_or("")]);
            let active = match update.active {
                None => "",
                Some(true) => "true",
                Some(false) => "false",
            };
            parts.extend([ACTIVE, active]);
            parts.extend(custom(&update.custom));
            digest(&update.account, REFUSED, &parts.join("\u{1f}"))
        }
    }
}

/// Which custom fields are written. Not what: a PIN is another one each time.
fn custom(fields: &[(CustomField, String)]) -> impl Iterator<Item = &str> {
    fields.iter().map(|(field, _)| field.name())
}

/// Eight bytes: enough to tell a change from none, too little to stand for the value.
pub(crate) fn digest(account: &AccountId, name: &str, text: &str) -> String {
    let mut hash = Sha256::new();
    for part in [account.as_str(), name, text] {
        // The length keeps "ab" + "c" and "a" + "bc" apart.
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    let bytes: Vec<u8> = hash.finalize().iter().take(8).copied().collect();
    hex::encode(bytes)
}
