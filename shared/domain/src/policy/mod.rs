//! A policy: what the MSP wants for the accounts of one type, for as many customers as it likes.
//! `resolve` says which one holds for a customer and an account type.

pub mod authority;
pub mod removal;
pub mod scope;

use serde::{Deserialize, Serialize};

use crate::account::AccountType;
use crate::customer::Customer;
pub use authority::{Authorities, Authority};
pub use removal::Removal;
pub use scope::Scope;

/// Options for the accounts of one type (B40, B41).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    /// Its name, by which customers refer to it.
    pub name: String,
    /// The one account type it serves.
    pub account_type: AccountType,
    /// Used for customers that name no policy for this account type; at most one per type (B45).
    pub default: bool,
    /// Link accounts with the PSA's contacts (B54).
    pub match_psa: bool,
    /// Make a contact where none matches (B55, D2).
    pub create_psa_contact: bool,
    /// Write the fields whose authority is not the PSA to the linked contact (B148).
    pub update_psa_contact: bool,
    /// Put the contact of a leaver out of use, and back in use when the person returns (B149).
    pub deactivate_psa_contact: bool,
    /// Which side decides which attribute (D11).
    pub authority: Authorities,
    /// Who is imported at all.
    pub scope: Scope,
    /// How many leavers need a person's yes.
    pub removal: Removal,
}

impl Default for Policy {
    /// What holds where nothing is said: end users are matched, nothing is created or written
    /// (D2); administrators and service accounts are not matched at all (B72).
    fn default() -> Self {
        Self::built_in(AccountType::EndUser)
    }
}

impl Policy {
    /// The options of an account type for a customer without any policy (B48).
    pub fn built_in(account_type: AccountType) -> Self {
        Self {
            name: "built-in".to_owned(),
            account_type,
            default: false,
            match_psa: account_type == AccountType::EndUser,
            create_psa_contact: false,
            update_psa_contact: false,
            deactivate_psa_contact: false,
            authority: Authorities::default(),
            scope: Scope::default(),
            removal: Removal::default(),
        }
    }
}

/// The three policies that hold for a customer, one per account type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerPolicies {
    /// For end users. Its scope and its removal threshold hold for the import as a whole.
    pub end_user: Policy,
    /// For administrators.
    pub administrator: Policy,
    /// For service accounts.
    pub service: Policy,
}

impl CustomerPolicies {
    /// The policy for an account type.
    pub fn of(&self, account_type: AccountType) -> &Policy {
        match account_type {
            AccountType::EndUser => &self.end_user,
            AccountType::Administrator => &self.administrator,
            AccountType::Service => &self.service,
        }
    }
}

/// Which policies hold for a customer: those it names; else the default of the account type; else
/// the built-in options (B44, B48, B137d, B137e).
pub fn resolve(policies: &[Policy], customer: &Customer) -> CustomerPolicies {
    let pick = |account_type| {
        let of_type = || {
            policies
                .iter()
                .filter(move |p| p.account_type == account_type)
        };
        of_type()
            .find(|p| customer.policies.contains(&p.name))
            .or_else(|| of_type().find(|p| p.default))
            .cloned()
            .unwrap_or_else(|| Policy::built_in(account_type))
    };
    CustomerPolicies {
        end_user: pick(AccountType::EndUser),
        administrator: pick(AccountType::Administrator),
        service: pick(AccountType::Service),
    }
}
