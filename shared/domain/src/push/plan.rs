//! What must be written to the PSA for one account: nothing, a new contact, or a change of its
//! contact. Only fields we own, only where they differ, never an absent value (D12, B242).

use std::borrow::Cow;

use super::contact::{Contact, ContactChange, ContactKind, ContactUpdate, ExternalId, NewContact};
use super::{echo, value};
use crate::account::{Account, AccountState};
use crate::fields::{Attribute, Fields};
use crate::id::{CompanyId, SiteId};
use crate::limits::ALTERNATE_EMAILS_MAX;
use crate::matching;
use crate::policy::{Authority, Policy};
use crate::values::email;

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
}

impl Push {
    /// The change to hand to a connector.
    pub fn into_change(self) -> Option<ContactChange> {
        match self {
            Self::Nothing | Self::RefusedBefore => None,
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

/// What must be written for this account. `contact` is the one it is linked with, as the PSA holds
/// it now; without it, or with another, a linked account is left alone. `company` and `site` are
/// where a new contact goes.
pub fn plan(
    account: &Account,
    contact: Option<&Contact>,
    policy: &Policy,
    company: &CompanyId,
    site: Option<&SiteId>,
) -> Push {
    let push = match (account.contact(), contact) {
        (Some(linked), Some(contact)) if *linked == contact.id => update(account, contact, policy),
        (Some(_), _) => Push::Nothing,
        (None, _) if wants_contact(account, policy) => {
            Push::Create(new_contact(account, company, site))
        }
        (None, _) => Push::Nothing,
    };
    let refused = echo::is_answered(&account.psa)
        && (push.clone().into_change())
            .is_some_and(|change| echo::was_refused(&account.psa, &change));
    if refused { Push::RefusedBefore } else { push }
}

fn new_contact(account: &Account, company: &CompanyId, site: Option<&SiteId>) -> NewContact {
    let mut fields = Fields::default();
    for attribute in attributes() {
        let valid = value::valid(attribute, account.fields.get(attribute));
        fields.set(attribute, valid.map(str::to_owned));
    }
    fields.display_name = name_of(account);
    let main = account.fields.get(Attribute::Email);
    let mut keys: Vec<Cow<'_, str>> = main.and_then(email::key).into_iter().collect();
    let mut alternate_emails = Vec::new();
    for address in account.alternate_emails() {
        if let Some(key) = email::key(address).filter(|key| !keys.contains(key))
            && alternate_emails.len() < ALTERNATE_EMAILS_MAX
        {
            keys.push(key);
            alternate_emails.push(address.trim().to_owned());
        }
    }
    NewContact {
        account: account.id.clone(),
        company: company.clone(),
        site: site.cloned(),
        fields,
        alternate_emails,
        external_id: account.entra_object_id().map(str::to_owned),
        custom: Vec::new(),
    }
}

fn update(account: &Account, contact: &Contact, policy: &Policy) -> Push {
    if contact.kind != ContactKind::Person {
        return Push::Nothing;
    }
    let mut update = ContactUpdate {
        account: account.id.clone(),
        contact: contact.id.clone(),
        set: Vec::new(),
        external_id: None,
        active: None,
        custom: Vec::new(),
    };
    // An account that left has nothing more to say than that it left.
    if policy.update_psa_contact && account.state != AccountState::Removed {
        update.set = differing(account, contact, policy);
        // Another id that is there already is never overwritten; matching remarks on it.
        if contact.external_id == Some(ExternalId::Empty) {
            update.external_id = account.entra_object_id().map(str::to_owned);
        }
    }
    if policy.deactivate_psa_contact {
        let in_use = match account.state {
            AccountState::Active => true,
            AccountState::Disabled | AccountState::Removed => false,
        };
        update.active = (contact.active != in_use).then_some(in_use);
    }
    if update.is_empty() {
        Push::Nothing
    } else {
        Push::Update(update)
    }
}

fn differing(
    account: &Account,
    contact: &Contact,
    policy: &Policy,
) -> Vec<(Attribute, Option<String>)> {
    attributes()
        .filter(|attribute| match policy.authority.of(*attribute) {
            Authority::Source | Authority::Account => true,
            Authority::Psa => false,
        })
        .filter(|attribute| contact.known.contains(attribute))
        .filter_map(|attribute| {
            let ours = value::valid(attribute, account.fields.get(attribute))?;
            let differs = !value::is_same(attribute, Some(ours), contact.fields.get(attribute));
            differs.then(|| (attribute, Some(ours.to_owned())))
        })
        .collect()
}

/// The attributes that a contact has: all but the user name.
fn attributes() -> impl Iterator<Item = Attribute> {
    Attribute::ALL
        .into_iter()
        .filter(|attribute| *attribute != Attribute::Username)
}
