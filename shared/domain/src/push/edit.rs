//! A person's edit of an account: allowed where the account itself decides, and where the PSA would
//! but the account is not linked with a contact (B15, B24, B27). Never written to a source (B30).

use super::value;
use crate::account::{Account, Origin};
use crate::fields::Attribute;
use crate::policy::{Authority, Policy};

/// An edit that is not made. Nothing of the edit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{attribute} cannot be edited here: {refusal}")]
pub struct EditRefused {
    /// The first attribute that was refused.
    pub attribute: Attribute,
    /// Why.
    pub refusal: Refusal,
}

/// Why an edit is not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The account is linked with a contact, and the PSA has the say (B24).
    #[error("it is edited in the PSA while the account is linked with a contact")]
    InPsa,
    /// The source has the say.
    #[error("it follows the source")]
    InSource,
    /// The attribute cannot have this value.
    #[error("the value is not valid")]
    Invalid,
}

/// The account with the changes; a change to `None` clears. All changes are made or none. What an
/// attribute has already is no change, and without a change the revision stays. Of two changes of
/// one attribute the last one counts.
///
/// # Errors
/// Where an attribute is decided elsewhere or a value is invalid.
pub fn edit(
    account: &Account,
    changes: &[(Attribute, Option<String>)],
    policy: &Policy,
) -> Result<Account, EditRefused> {
    let mut edited = account.clone();
    for (attribute, value) in changes {
        let refuse = |refusal| EditRefused {
            attribute: *attribute,
            refusal,
        };
        let value = value.as_deref().map(str::trim);
        if value == account.fields.get(*attribute) {
            edited.fields.set(*attribute, value.map(str::to_owned));
            continue;
        }
        match policy.authority.of(*attribute) {
            Authority::Source => return Err(refuse(Refusal::InSource)),
            Authority::Psa if account.contact().is_some() => return Err(refuse(Refusal::InPsa)),
            Authority::Psa | Authority::Account => {}
        }
        if value.is_some_and(|text| !value::is_valid(*attribute, text)) {
            return Err(refuse(Refusal::Invalid));
        }
        edited.fields.set(*attribute, value.map(str::to_owned));
        edited.origins.insert(*attribute, Origin::Person);
    }
    if edited.fields == account.fields {
        return Ok(account.clone());
    }
    edited.revision += 1;
    Ok(edited)
}
