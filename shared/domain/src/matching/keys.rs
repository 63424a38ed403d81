//! What of an account and of a contact is compared: the texts of their keys.

use crate::account::Account;
use crate::fields::Attribute;
use crate::identity::Source;
use crate::push::contact::{Contact, ExternalId};
use crate::values::{email, name};

/// The Entra object ids of an account, in lower case.
pub(super) fn external_ids(account: &Account) -> impl Iterator<Item = String> {
    account
        .identities
        .iter()
        .filter(|identity| identity.key.source == Source::Microsoft365)
        .map(|identity| identity.key.id.to_ascii_lowercase())
}

/// The Entra object id of a contact, in lower case.
pub(super) fn external_id(contact: &Contact) -> Option<String> {
    match &contact.external_id {
        Some(ExternalId::Id(id)) => {
            let id = id.trim();
            (!id.is_empty()).then(|| id.to_ascii_lowercase())
        }
        Some(ExternalId::Empty) | None => None,
    }
}

/// Does the contact carry an Entra object id that is not the account's?
pub(super) fn carries_another_id(account: &Account, contact: &Contact) -> bool {
    let mut ours = external_ids(account).peekable();
    ours.peek().is_some() && external_id(contact).is_some_and(|id| ours.all(|own| own != id))
}

/// The key of an account's main address.
pub(super) fn account_email(account: &Account) -> Option<String> {
    email::key(account.fields.get(Attribute::Email)?)
}

/// The key of a contact's main address.
pub(super) fn contact_email(contact: &Contact) -> Option<String> {
    email::key(contact.fields.get(Attribute::Email)?)
}

/// The keys of an account's other addresses.
pub(super) fn account_other_addresses(account: &Account) -> impl Iterator<Item = String> {
    account.alternate_emails().filter_map(email::key)
}

/// The keys of a contact's other addresses.
pub(super) fn contact_other_addresses(contact: &Contact) -> impl Iterator<Item = String> {
    let others = contact.alternate_emails.iter();
    others.filter_map(|address| email::key(address))
}

/// The key of an account's first and last name.
pub(super) fn account_name(account: &Account) -> Option<String> {
    full_name(
        account.fields.get(Attribute::GivenName),
        account.fields.get(Attribute::Surname),
    )
}

/// An account's name as one text, which compares with contacts that have only a display name.
pub(super) fn as_one_text(account_name: &str) -> String {
    account_name.replace('\u{1f}', " ")
}

/// The key of a contact's first and last name; of its display name where it has neither, as PSAs
/// allow.
pub(super) fn contact_name(contact: &Contact) -> Option<String> {
    let given = contact.fields.get(Attribute::GivenName);
    let surname = contact.fields.get(Attribute::Surname);
    let blank = |text: Option<&str>| text.is_none_or(|text| text.trim().is_empty());
    if blank(given) && blank(surname) {
        return name_key(contact.fields.get(Attribute::DisplayName)?);
    }
    full_name(given, surname)
}

/// As [`name::full_key`].
fn full_name(given: Option<&str>, surname: Option<&str>) -> Option<String> {
    let mut full = name_key(given?)?;
    full.push('\u{1f}');
    full.push_str(&name_key(surname?)?);
    Some(full)
}

/// As [`name::key`], without its tables where all letters are ASCII: most are, and there may be
/// a hundred thousand of them.
fn name_key(text: &str) -> Option<String> {
    if !text.is_ascii() {
        return name::key(text);
    }
    let mut key = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !key.is_empty() {
            key.push(' ');
        }
        key.extend(word.chars().map(|c| match c {
            '`' => '\'',
            other => other.to_ascii_lowercase(),
        }));
    }
    key.contains(char::is_alphanumeric).then_some(key)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_short_way_to_a_name_leads_to_the_same_key(
            text in "[ -~\\t\\n\\x0b\\x0c\\x1fÀ-ÿ]{0,12}",
            other in "[A-Za-z `'-]{0,6}",
        ) {
            prop_assert_eq!(name_key(&text), name::key(&text));
            prop_assert_eq!(name_key(&other), name::key(&other));
            prop_assert_eq!(
                full_name(Some(&text), Some(&other)),
                name::full_key(Some(&text), Some(&other))
            );
        }
    }
}
