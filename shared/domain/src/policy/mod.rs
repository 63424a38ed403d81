//! A policy: what the MSP wants for the accounts of one type, for as many customers as it likes.
//! `resolve` says which one holds for a customer and an account type.

pub mod authority;
pub mod removal;
pub mod scope;
pub mod support;

use serde::{Deserialize, Serialize};

use crate::account::AccountType;
use crate::customer::Customer;
pub use authority::{Authorities, Authority, ContactEdits};
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
    /// Write the fields whose authority is the source to the linked contact (B148).
    pub update_psa_contact: bool,
    /// Write what people edit here to the linked contact (B21, B23).
    pub push_edits: bool,
    /// Put the contact of a leaver out of use, and back in use when the person returns (B149).
    pub deactivate_psa_contact: bool,
    /// Give a linked contact a support PIN where it has none (B154).
    pub support_pin: bool,
    /// Tell the linked contact whether the person has an account in Microsoft 365 (B151).
    pub office_365_presence: bool,
    /// Tell the company in the PSA the id of its tenant (B159). Of the policy for end users.
    pub psa_tenant_id: bool,
    /// Take over the territory and the account manager of the company (B144). Of the policy for end
    /// users.
    pub psa_territory: bool,
    /// Link accounts with the entries of the documentation system (B50, B67).
    pub match_docs: bool,
    /// Make an entry where none fits (B51, D2).
    pub create_docs_entry: bool,
    /// Give the linked entry the account's user name when the account was renamed (B135).
    pub update_docs_entry: bool,
    /// Types of contacts that are left as they are, to the letter (B141, B225).
    pub left_contact_types: Vec<String>,
    /// Which side decides which attribute (D11).
    pub authority: Authorities,
    /// Who is imported at all.
    pub scope: Scope,
    /// How many leavers need a person's yes.
    pub removal: Removal,
}

impl Default for Policy {
    /// What holds where nothing is said: end users are matched, nothing is created or written
    /// (D2); administrators and service accounts have no contacts (B72), service accounts no
    /// entries either.
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
            push_edits: true,
            deactivate_psa_contact: false,
            support_pin: false,
            office_365_presence: false,
            psa_tenant_id: false,
            psa_territory: false,
            match_docs: account_type != AccountType::Service,
            create_docs_entry: false,
            update_docs_entry: false,
            left_contact_types: Vec::new(),
            authority: Authorities::default(),
            scope: Scope::default(),
            removal: Removal::default(),
        }
    }

    /// The options of an account type where nobody chose any, with a PSA whose contacts are edited so
    /// (D11). Policies are kept by their names, so that each type has one of its own.
    pub fn shipped(account_type: AccountType, edits: ContactEdits) -> Self {
        Self {
            name: format!("built-in {}", account_type.as_str()),
            authority: Authorities::shipped(edits),
            push_edits: edits != ContactEdits::HereKept,
            ..Self::built_in(account_type)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::CustomerId;
    use crate::identity::Source;

    fn policy(name: &str, account_type: AccountType, default: bool) -> Policy {
        Policy {
            name: name.to_owned(),
            default,
            ..Policy::built_in(account_type)
        }
    }

    fn customer(policies: &[&str]) -> Customer {
        Customer {
            id: CustomerId::parse("northwind").unwrap(),
            name: "Northwind".to_owned(),
            microsoft_tenant_id: None,
            psa_company_id: None,
            psa_site_id: None,
            docs_organization_id: None,
            docs_configuration_id: None,
            sources: vec![Source::Microsoft365],
            interval_minutes: None,
            licensed_only: None,
            paused: false,
            policies: policies.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    fn names(policies: &[Policy], customer: &Customer) -> [String; 2] {
        let resolved = resolve(policies, customer);
        [resolved.end_user.name, resolved.administrator.name]
    }

    #[test]
    fn b36_b40_b41_b47_one_policy_serves_one_account_type_of_many_customers() {
        let policies = [
            policy("People", AccountType::EndUser, false),
            policy("Admins", AccountType::Administrator, false),
        ];
        for assigned in [
            customer(&["People", "Admins"]),
            customer(&["Admins", "People"]),
        ] {
            assert_eq!(names(&policies, &assigned), ["People", "Admins"]);
        }
    }

    #[test]
    fn b43_b44_b48_b137d_the_default_of_a_type_holds_for_that_type_only() {
        let policies = [
            policy("People", AccountType::EndUser, true),
            policy("Special", AccountType::EndUser, false),
        ];
        assert_eq!(names(&policies, &customer(&[])), ["People", "built-in"]);
        assert_eq!(
            names(&policies, &customer(&["Special"])),
            ["Special", "built-in"]
        );
    }

    #[test]
    fn b137e_without_a_default_nobody_gets_another_policy_by_accident() {
        let policies = [policy("Special", AccountType::EndUser, false)];
        assert_eq!(names(&policies, &customer(&[])), ["built-in", "built-in"]);
        assert_eq!(
            names(&policies, &customer(&["Deleted"])),
            ["built-in", "built-in"]
        );
    }

    #[test]
    fn b34_b55_d2_creating_is_a_choice_of_its_own_and_off_where_nobody_chose() {
        let built_in = Policy::built_in(AccountType::EndUser);
        assert!(built_in.match_psa && !built_in.create_psa_contact && !built_in.update_psa_contact);
    }

    #[test]
    fn b72_administrators_and_services_are_not_matched_where_nobody_chose() {
        assert!(!Policy::built_in(AccountType::Administrator).match_psa);
        assert!(!Policy::built_in(AccountType::Service).match_psa);
    }

    #[test]
    fn b50_b51_b67_entries_are_looked_for_and_none_is_made_where_nobody_chose() {
        for account_type in AccountType::ALL {
            let policy = Policy::built_in(account_type);
            assert_eq!(policy.match_docs, account_type != AccountType::Service);
            assert!(!policy.create_docs_entry && !policy.update_docs_entry, "D2");
        }
    }

    #[test]
    fn d11_the_shipped_authorities_reproduce_the_articles() {
        use crate::fields::Attribute;
        let authority = Authorities::default();
        for attribute in [Attribute::DisplayName, Attribute::Username] {
            assert_eq!(authority.of(attribute), Authority::Source, "B11, B12");
        }
        for (edits, email, pushed) in [
            (ContactEdits::InPsa, Authority::Psa, true),
            (ContactEdits::HerePushed, Authority::Account, true),
            (ContactEdits::HereKept, Authority::Account, false),
        ] {
            let policy = Policy::shipped(AccountType::EndUser, edits);
            for attribute in [Attribute::Email, Attribute::Mobile, Attribute::Phone] {
                assert_eq!(policy.authority.of(attribute), email, "B21 to B25");
            }
            assert_eq!(policy.authority.of(Attribute::JobTitle), Authority::Source);
            assert_eq!(policy.push_edits, pushed, "B21, B23");
        }
    }
}
