//! From contact to account: what a person changed in the PSA (B24 to B28).

use super::contact::{Contact, ContactKind};
use super::decides::decides;
use super::plan::is_left;
use super::value;
use crate::account::{Account, Origin};
use crate::fields::Attribute;
use crate::policy::{Authority, Policy};

/// The account as its contact wants it, or `None` where nothing changes. Only attributes over which
/// the PSA has the say are taken, only values that are there and valid (B26, B185, D12), and only
/// from the contact the account is linked with (B28), unless the policy leaves its type alone (B141).
pub fn take_over(account: &Account, contact: &Contact, policy: &Policy) -> Option<Account> {
    if account.contact() != Some(&contact.id)
        || contact.kind != ContactKind::Person
        || is_left(contact, policy)
        // A row that tells no types may be of one that is left.
        || (contact.types.is_none() && !policy.left_contact_types.is_empty())
    {
        return None;
    }
    let news: Vec<(Attribute, &str)> = Attribute::ALL
        .into_iter()
        .filter(|attribute| decides(account, *attribute, policy) == Authority::Psa)
        // A contact has no user name; one that an answer did not hold is unknown, not empty.
        .filter(|attribute| *attribute != Attribute::Username && contact.known.contains(attribute))
        .filter_map(|attribute| {
            let theirs = value::valid(attribute, contact.fields.get(attribute))?;
            let differs = !value::is_same(attribute, account.fields.get(attribute), Some(theirs));
            differs.then_some((attribute, theirs))
        })
        .collect();
    if news.is_empty() {
        return None;
    }
    let mut account = account.clone();
    for (attribute, value) in news {
        account.fields.set(attribute, Some(value.to_owned()));
        account.origins.insert(attribute, Origin::Psa);
        // What we wrote once is no longer what stands there.
        account.psa.pushed.remove(attribute.as_str());
    }
    account.revision += 1;
    Some(account)
}
