//! Which section is an account in: end user, administrator or service (D16)? The rule that decided
//! is kept in words; a person's move is kept over any rule (B31).

use crate::account::{Account, AccountType};
use crate::fields::Attribute;
use crate::identity::Identity;
use crate::import::scope::fits;
use crate::policy::Scope;

/// Puts an account into its section, unless a person did.
pub fn classify(account: &mut Account, scope: &Scope) {
    if account.type_moved_by_person {
        return;
    }
    let (account_type, reason) = decide(&account.identities, scope);
    account.account_type = account_type;
    account.type_reason = reason;
}

fn decide(identities: &[Identity], scope: &Scope) -> (AccountType, String) {
    // An identity that left keeps deciding only when nothing else is left.
    let all_gone = identities.iter().all(|identity| identity.gone.is_some());
    let present = || {
        identities
            .iter()
            .filter(move |identity| all_gone || identity.gone.is_none())
    };
    if let Some(privilege) = present().flat_map(|identity| &identity.privileges).next() {
        return (AccountType::Administrator, privilege.clone());
    }
    let pattern = present().find_map(|identity| {
        let names = [
            identity.fields.get(Attribute::Username),
            identity.sam_account_name.as_deref(),
        ];
        scope
            .service_patterns
            .iter()
            .find(|pattern| names.into_iter().flatten().any(|name| fits(pattern, name)))
    });
    match pattern {
        Some(pattern) => (
            AccountType::Service,
            format!("the user name fits the pattern {pattern}"),
        ),
        None => (
            AccountType::EndUser,
            "no directory role, no privileged group, no pattern of service accounts".to_owned(),
        ),
    }
}
