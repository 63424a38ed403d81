//! Which side has the say over one value of one account now: the policy's table (D11), and whether
//! somebody edited it here.

use crate::account::{Account, Origin};
use crate::fields::Attribute;
use crate::policy::{Authority, Policy};

/// The side that decides. Where the PSA has the say it has it over linked accounts only (B24, B27).
/// Where the account has it, it has it over what a person edited or cleared here: a value that was
/// merely imported once is no answer to what a technician wrote into the contact (B57, W18).
pub fn decides(account: &Account, attribute: Attribute, policy: &Policy) -> Authority {
    let is_linked = account.contact().is_some();
    let is_edited = account.origin(attribute) == Some(Origin::Person);
    match policy.authority.of(attribute) {
        Authority::Source => Authority::Source,
        Authority::Psa if is_linked => Authority::Psa,
        Authority::Account if is_linked && !is_edited => Authority::Psa,
        Authority::Psa | Authority::Account => Authority::Account,
    }
}
