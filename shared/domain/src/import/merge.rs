//! What an account says, given what its identities say: field by field, by authority.

use jiff::Timestamp;

use crate::account::{Account, AccountState, Origin};
use crate::fields::Attribute;
use crate::identity::Identity;
use crate::policy::{Authority, Policy};

/// Fills a new account from its one identity: B1 to B9; e-mail and phone too, once (D7).
pub fn populate(account: &mut Account) {
    if let Some(identity) = account.identities.first() {
        account.fields = identity.fields.clone();
    }
}

/// Lets the account follow its identities. `before` is what they were when it last did.
pub fn follow(account: &mut Account, before: &[Identity], policy: &Policy) {
    for attribute in Attribute::ALL {
        match policy.authority.of(attribute) {
            Authority::Source => follow_source(account, before, attribute),
            Authority::Psa | Authority::Account => fill_on_joining(account, before, attribute),
        }
    }
}

/// B11, B12: the source's value is the account's. A value that is merely absent erases nothing, one
/// that was cleared does, unless another identity has one (D12).
fn follow_source(account: &mut Account, before: &[Identity], attribute: Attribute) {
    let wanted = in_leading_order(&account.identities).find_map(|identity| {
        Some((
            identity.key.source,
            identity.fields.get(attribute)?.to_owned(),
        ))
    });
    let leading = account.leading().map(|identity| identity.key.source);
    match wanted {
        Some((source, value)) => {
            account.fields.set(attribute, Some(value));
            if Some(source) == leading {
                account.origins.remove(&attribute);
            } else {
                account.origins.insert(attribute, Origin::Source(source));
            }
        }
        None => {
            let was_cleared = before
                .iter()
                .any(|identity| identity.fields.get(attribute).is_some());
            if was_cleared {
                account.fields.set(attribute, None);
                account.origins.remove(&attribute);
            }
        }
    }
}

/// B13, B14: the source does not change what an imported account holds. Only a record that joins
/// the account may fill what is empty: for that record it is the import.
fn fill_on_joining(account: &mut Account, before: &[Identity], attribute: Attribute) {
    if account.fields.get(attribute).is_some() {
        return;
    }
    let joined = account
        .identities
        .iter()
        .filter(|identity| !before.iter().any(|held| held.key == identity.key))
        .find_map(|identity| {
            Some((
                identity.key.source,
                identity.fields.get(attribute)?.to_owned(),
            ))
        });
    if let Some((source, value)) = joined {
        account.fields.set(attribute, Some(value));
        account.origins.insert(attribute, Origin::Source(source));
    }
}

fn in_leading_order(identities: &[Identity]) -> impl Iterator<Item = &Identity> {
    let mut ordered: Vec<&Identity> = identities.iter().collect();
    ordered.sort_by_key(|identity| {
        (
            identity.gone.is_some(),
            !identity.enabled,
            identity.key.source,
        )
    });
    ordered.into_iter()
}

/// The state that the identities give at a time (D13).
pub fn state_at(identities: &[Identity], now: Timestamp) -> AccountState {
    if identities
        .iter()
        .any(|identity| identity.is_enabled_at(now))
    {
        AccountState::Active
    } else if identities.iter().any(|identity| identity.gone.is_none()) {
        AccountState::Disabled
    } else {
        AccountState::Removed
    }
}
