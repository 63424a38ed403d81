//! Digests of what a position depends on: when one changes, the held position answers another
//! question and a new complete reading is due.

use std::collections::BTreeMap;

use domain::customer::Customer;
use domain::import::Administrators;
use domain::policy::CustomerPolicies;
use sha2::{Digest, Sha256};

/// Who is imported: a user left out before may be in scope now, and no source would say so again.
pub(crate) fn of_scope(customer: &Customer, policies: &CustomerPolicies) -> String {
    let question = (&policies.end_user.scope, customer.is_licensed_only());
    let text = serde_json::to_vec(&question).expect("a scope has no maps with odd keys");
    short(&text)
}

/// Who holds which directory role.
pub(crate) fn of_roles(administrators: &BTreeMap<String, Vec<String>>) -> String {
    let text = serde_json::to_vec(administrators).expect("names of roles are text");
    short(&text)
}

/// Who holds directory roles through groups, as far as that could be read.
pub(crate) fn of_role_groups(administrators: &Administrators) -> Option<String> {
    let question = (&administrators.through_groups, &administrators.unread);
    if question.0.is_empty() && question.1.is_empty() {
        return None;
    }
    let text = serde_json::to_vec(&question).expect("ids and names of roles are text");
    Some(short(&text))
}

fn short(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .take(12)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
