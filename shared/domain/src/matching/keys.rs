//! What of an account and of a contact is compared: the texts of their keys.

use std::borrow::Cow;

use crate::account::Account;
use crate::fields::Attribute;
use crate::identity::Source;
use crate::push::contact::{Contact, ExternalId};
use crate::values::{email, name};

/// The Entra object ids of an account, in lower case.
pub(super) fn external_ids(account: &Account) -> impl Iterator<Item = Cow<'_, str>> {
    account
        .identities
        .iter()
        .filter(|identity| identity.key.source == Source::Microsoft365)
        .map(|identity| id_key(&identity.key.id))
}

/// The Entra object id of a contact, in lower case.
pub(super) fn external_id(contact: &Contact) -> Option<Cow<'_, str>> {
    match &contact.external_id {
        Some(ExternalId::Id(id)) => {
            let id = id.trim();
            (!id.is_empty()).then(|| id_key(id))
        }
        Some(ExternalId::Empty) | None => None,
    }
}

/// An id in lower case, copied only where it is not.
fn id_key(id: &str) -> Cow<'_, str> {
    if id.bytes().any(|b| b.is_ascii_uppercase()) {
        Cow::Owned(id.to_ascii_lowercase())
    } else {
        Cow::Borrowed(id)
    }
}

/// Does the contact carry an Entra object id that is not the account's?
pub(super) fn carries_another_id(account: &Account, contact: &Contact) -> bool {
    external_id(contact).is_some_and(|id| {
        let mut ours = external_ids(account).peekable();
        ours.peek().is_some() && ours.all(|own| own != id)
    })
}

/// The key of an account's main address.
pub(super) fn account_email(account: &Account) -> Option<Cow<'_, str>> {
    email::key(account.fields.get(Attribute::Email)?)
}

/// The key of a contact's main address.
pub(super) fn contact_email(contact: &Contact) -> Option<Cow<'_, str>> {
    email::key(contact.fields.get(Attribute::Email)?)
}

/// The keys of an account's other addresses.
pub(super) fn account_other_addresses(account: &Account) -> impl Iterator<Item = Cow<'_, str>> {
    account.alternate_emails().filter_map(email::key)
}

/// The keys of a contact's other addresses.
pub(super) fn contact_other_addresses(contact: &Contact) -> impl Iterator<Item = Cow<'_, str>> {
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
        let mut shown = String::new();
        return push_name(&mut shown, contact.fields.get(Attribute::DisplayName)?).then_some(shown);
    }
    full_name(given, surname)
}

/// As [`name::full_key`].
fn full_name(given: Option<&str>, surname: Option<&str>) -> Option<String> {
    let (given, surname) = (given?, surname?);
    let mut full = String::with_capacity(given.len() + 1 + surname.len());
    let has_given = push_name(&mut full, given);
    full.push('\u{1f}');
    (has_given && push_name(&mut full, surname)).then_some(full)
}

/// Adds what [`name::key`] makes of a text, without its tables where all letters are ASCII: most
/// are, and there may be a hundred thousand of them. False where it makes nothing of it.
fn push_name(names: &mut String, text: &str) -> bool {
    if !text.is_ascii() {
        let key = name::key(text);
        names.push_str(key.as_deref().unwrap_or_default());
        return key.is_some();
    }
    for (number, word) in text.split_whitespace().enumerate() {
        if number > 0 {
            names.push(' ');
        }
        names.extend(word.chars().map(|c| match c {
            '`' => '\'',
            other => other.to_ascii_lowercase(),
        }));
    }
    text.contains(|c: char| c.is_ascii_alphanumeric())
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
            for text in [&text, &other] {
                let mut key = String::new();
                prop_assert_eq!(push_name(&mut key, text).then_some(key), name::key(text));
            }
            prop_assert_eq!(
                full_name(Some(&text), Some(&other)),
                name::full_key(Some(&text), Some(&other))
            );
        }
    }
}
