//! What a policy asks for that the PSA cannot do (B180): said before anything runs, with the reason.

use super::{Authority, Policy};
use crate::fields::Attribute;
use crate::gaps::Gaps;

/// An option of a policy that the PSA cannot do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unsupported {
    /// The option, as it is written in a policy.
    pub option: &'static str,
    /// What the PSA lacks: goes on after its name.
    pub reason: &'static str,
}

/// What of a policy a PSA with these gaps cannot do, in the order of the options.
pub fn unsupported(policy: &Policy, gaps: &Gaps) -> Vec<Unsupported> {
    let names = [
        Attribute::DisplayName,
        Attribute::GivenName,
        Attribute::Surname,
    ];
    let keeps_names = policy.update_psa_contact
        && (names.iter()).any(|name| policy.authority.of(*name) == Authority::Psa);
    [
        (
            policy.deactivate_psa_contact && gaps.no_active_status,
            "deactivate_psa_contact",
            "has no active status of contacts (B150)",
        ),
        (
            policy.support_pin && gaps.no_custom_fields,
            "support_pin",
            "has no custom fields of contacts",
        ),
        (
            policy.office_365_presence && gaps.no_custom_fields,
            "office_365_presence",
            "has no custom fields of contacts",
        ),
        (
            !policy.left_contact_types.is_empty() && gaps.no_types,
            "left_contact_types",
            "tells no types of contacts",
        ),
        (
            policy.psa_territory && gaps.no_territory,
            "psa_territory",
            "has no territories to take over (B145)",
        ),
        (
            policy.psa_tenant_id && gaps.no_company_fields,
            "psa_tenant_id",
            "has no custom fields of companies (B161)",
        ),
        (
            keeps_names && gaps.no_kept_names,
            "authority",
            "cannot keep its names while all else is written (B163)",
        ),
    ]
    .into_iter()
    .filter(|(lacks, ..)| *lacks)
    .map(|(_, option, reason)| Unsupported { option, reason })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::AccountType;

    fn options(policy: &Policy, gaps: &Gaps) -> Vec<&'static str> {
        let found = unsupported(policy, gaps);
        found.into_iter().map(|lack| lack.option).collect()
    }

    fn everything() -> Policy {
        let mut policy = Policy {
            update_psa_contact: true,
            deactivate_psa_contact: true,
            support_pin: true,
            office_365_presence: true,
            psa_tenant_id: true,
            psa_territory: true,
            left_contact_types: vec!["Contractor".to_owned()],
            ..Policy::built_in(AccountType::EndUser)
        };
        policy.authority.surname = Authority::Psa;
        policy
    }

    #[test]
    fn b145_b150_b161_b163_b180_what_the_psa_cannot_do_is_named() {
        let gaps = Gaps {
            no_active_status: true,
            no_company_fields: true,
            no_kept_names: true,
            no_custom_fields: true,
            no_types: true,
            no_territory: true,
            ..Gaps::default()
        };
        let named = [
            "deactivate_psa_contact",
            "support_pin",
            "office_365_presence",
            "left_contact_types",
            "psa_territory",
            "psa_tenant_id",
            "authority",
        ];
        assert_eq!(options(&everything(), &gaps), named);
        let built_in = Policy::built_in(AccountType::EndUser);
        assert!(options(&built_in, &gaps).is_empty());
    }

    #[test]
    fn a_psa_without_gaps_can_do_everything() {
        assert!(options(&everything(), &Gaps::default()).is_empty());
    }

    #[test]
    fn b163_names_that_nobody_writes_may_be_the_psas() {
        let mut policy = everything();
        policy.update_psa_contact = false;
        let gaps = Gaps {
            no_kept_names: true,
            ..Gaps::default()
        };
        assert!(options(&policy, &gaps).is_empty());
    }
}
