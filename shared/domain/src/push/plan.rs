//! What must be written to the PSA for one account: nothing, a new contact, or a change of its
//! contact. Only fields we own, only where they differ, never an absent value (D12, B242), and
//! nothing that the PSA cannot hold (D6).

use std::borrow::Cow;

use super::contact::{Contact, ContactChange, ContactKind, ContactUpdate, ExternalId, NewContact};
use super::decides::decides;
use super::{echo, value, wish};
use crate::account::{Account, AccountState};
use crate::fields::{Attribute, Fields};
use crate::gaps::Gaps;
use crate::id::{CompanyId, SiteId};
use crate::limits::ALTERNATE_EMAILS_MAX;
use crate::matching;
use crate::policy::{Authority, Policy};
use crate::values::email;

/// What a plan for one account depends on.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The account.
    pub account: &'a Account,
    /// The contact it is linked with, as the PSA holds it now; without it, or with another, a linked
    /// account is left alone.
    pub contact: Option<&'a Contact>,
    /// What the MSP wants.
    pub policy: &'a Policy,
    /// What the PSA cannot do.
    pub gaps: &'a Gaps,
    /// The company in which a new contact goes.
    pub company: &'a CompanyId,
    /// The site on which it goes.
    pub site: Option<&'a SiteId>,
    /// A support PIN that nobody has, for a contact without one. Whoever only asks whether there is
    /// anything to write has none to give away.
    pub fresh_pin: &'a str,
}

/// What must be written.
#[expect(
    clippy::large_enum_variant,
    reason = "one at a time, handed on at once; a box would cost an allocation per account"
)]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Push {
    /// Nothing: both agree, or the policy wants nothing written.
    Nothing,
    /// What would be written is exactly what the PSA refused before; asking again is no use until
    /// a value changes on either side.
    RefusedBefore,
    /// Make this contact.
    Create(NewContact),
    /// Write this to the contact.
    Update(ContactUpdate),
    /// This would be written, were the contact not of a type that the policy leaves alone (B141).
    LeaveAlone(ContactUpdate),
}

impl Push {
    /// The change to hand to a connector.
    pub fn into_change(self) -> Option<ContactChange> {
        match self {
            Self::Nothing | Self::RefusedBefore | Self::LeaveAlone(_) => None,
            Self::Create(new) => Some(ContactChange::Create(new)),
            Self::Update(update) => Some(ContactChange::Update(update)),
        }
    }
}

/// Is a contact to be made for this account? Asks what matching decided *and* what the policy and
/// the account say now, so that a create never outlives its reasons.
pub fn wants_contact(account: &Account, policy: &Policy) -> bool {
    matching::wants_contact(&account.psa)
        && policy.match_psa
        && policy.create_psa_contact
        && account.state == AccountState::Active
        && name_of(account).is_some()
}

/// What a contact of this account is called: its display name; else its first and last name; else
/// its address. `None` where there is none of them.
pub fn name_of(account: &Account) -> Option<String> {
    let get = |attribute| value::valid(attribute, account.fields.get(attribute));
    if let Some(name) = get(Attribute::DisplayName) {
        return Some(name.to_owned());
    }
    let names: Vec<&str> = [get(Attribute::GivenName), get(Attribute::Surname)]
        .into_iter()
        .flatten()
        .collect();
    if names.is_empty() {
        get(Attribute::Email).map(str::to_owned)
    } else {
        Some(names.join(" "))
    }
}

/// What must be written for this account.
pub fn plan(question: &Question<'_>) -> Push {
    let Question {
        account, policy, ..
    } = *question;
    let push = match (account.contact(), question.contact) {
        (Some(linked), Some(contact)) if *linked == contact.id => update(question, contact),
        (Some(_), _) => Push::Nothing,
        (None, _) if wants_contact(account, policy) => Push::Create(new_contact(question)),
        (None, _) => Push::Nothing,
    };
    let Some(change) = push.clone().into_change() else {
        return push;
    };
    if echo::is_answered(&account.psa) && echo::was_refused(&account.psa, &change) {
        Push::RefusedBefore
    } else if !policy.left_contact_types.is_empty() && echo::was_left(&account.psa, &change) {
        Push::Nothing
    } else {
        push
    }
}

fn new_contact(question: &Question<'_>) -> NewContact {
    let Question { account, gaps, .. } = *question;
    let mut fields = Fields::default();
    for attribute in attributes(gaps) {
        let valid = value::valid(attribute, account.fields.get(attribute));
        fields.set(attribute, valid.map(str::to_owned));
    }
    fields.display_name = name_of(account);
    let main = account.fields.get(Attribute::Email);
    let mut keys: Vec<Cow<'_, str>> = main.and_then(email::key).into_iter().collect();
    let mut alternate_emails = Vec::new();
    let alternate_emails_max = gaps.alternate_emails_max.min(ALTERNATE_EMAILS_MAX);
    for address in account.alternate_emails() {
        if let Some(key) = email::key(address).filter(|key| !keys.contains(key))
            && alternate_emails.len() < alternate_emails_max
        {
            keys.push(key);
            alternate_emails.push(address.trim().to_owned());
        }
    }
    NewContact {
        account: account.id.clone(),
        company: question.company.clone(),
        site: question.site.cloned(),
        fields,
        alternate_emails,
        external_id: external_id(question),
        custom: wish::of_new(question),
    }
}

fn update(question: &Question<'_>, contact: &Contact) -> Push {
    let Question {
        account,
        policy,
        gaps,
        ..
    } = *question;
    if contact.kind != ContactKind::Person {
        return Push::Nothing;
    }
    let mut update = ContactUpdate {
        account: account.id.clone(),
        contact: contact.id.clone(),
        set: Vec::new(),
        external_id: None,
        active: None,
        custom: wish::of_linked(question, contact),
    };
    // An account that left has nothing more to say than that it left.
    if account.state != AccountState::Removed {
        update.set = differing(question, contact);
        // Another id that is there already is never overwritten; matching remarks on it.
        if policy.update_psa_contact && contact.external_id == Some(ExternalId::Empty) {
            update.external_id = external_id(question);
        }
    }
    if policy.deactivate_psa_contact && !gaps.no_active_status {
        let in_use = match account.state {
            AccountState::Active => true,
            AccountState::Disabled | AccountState::Removed => false,
        };
        update.active = (contact.active != in_use).then_some(in_use);
    }
    if update.is_empty() {
        Push::Nothing
    } else if is_left(contact, policy) {
        Push::LeaveAlone(update)
    } else {
        Push::Update(update)
    }
}

/// Is the contact of a type that the policy leaves as it is (B141)? Values are compared to the
/// letter (B225). Whoever writes has read the contact in full, and knows its types.
pub(super) fn is_left(contact: &Contact, policy: &Policy) -> bool {
    let mut types = contact.types.iter().flatten();
    types.any(|name| policy.left_contact_types.contains(name))
}

fn external_id(question: &Question<'_>) -> Option<String> {
    let id = question.account.entra_object_id()?;
    (!question.gaps.no_external_id).then(|| id.to_owned())
}

fn differing(question: &Question<'_>, contact: &Contact) -> Vec<(Attribute, Option<String>)> {
    attributes(question.gaps)
        .filter(|attribute| contact.known.contains(attribute))
        .filter_map(|attribute| {
            let ours = to_be_said(question, attribute)?;
            let differs = !value::is_same(attribute, ours, contact.fields.get(attribute));
            differs.then(|| (attribute, ours.map(str::to_owned)))
        })
        .collect()
}

/// What the contact is to say of an attribute, `Some(None)` where it is to be cleared; `None` where
/// that is not ours to say. A value that is merely absent says nothing (D12, B242), one that a person
/// cleared here does, where the PSA takes contacts without.
fn to_be_said<'a>(question: &Question<'a>, attribute: Attribute) -> Option<Option<&'a str>> {
    let Question {
        account,
        policy,
        gaps,
        ..
    } = *question;
    let authority = decides(account, attribute, policy);
    let is_written = match authority {
        Authority::Source => policy.update_psa_contact,
        Authority::Account => policy.push_edits,
        Authority::Psa => false,
    };
    let held = account.fields.get(attribute);
    let is_cleared = authority == Authority::Account && held.is_none();
    match value::valid(attribute, held) {
        _ if !is_written => None,
        Some(ours) => Some(Some(ours)),
        None if is_cleared && !gaps.needed_attributes.contains(&attribute) => Some(None),
        None => None,
    }
}

/// The attributes that a contact of this PSA has: never the user name.
fn attributes(gaps: &Gaps) -> impl Iterator<Item = Attribute> {
    Attribute::ALL.into_iter().filter(|attribute| {
        *attribute != Attribute::Username && !gaps.attributes.contains(attribute)
    })
}
