//! Who holds a directory role of Entra ID, and why: for itself, or through a group. Where the
//! members of a group cannot be read, whoever held its roles before keeps them: not being able to
//! look is no reason to make an administrator an end user.

use std::collections::{BTreeMap, BTreeSet};

use crate::limits::PRIVILEGES_MAX;

/// What follows the name of a role that somebody holds through a group.
const THROUGH_A_GROUP: &str = " through a group";

/// The holders of directory roles of one tenant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Administrators {
    /// Names of roles by the object id of who holds them: users, and whatever else may.
    pub direct: BTreeMap<String, Vec<String>>,
    /// Names of roles by the object id of the users who are in a group that holds them.
    pub through_groups: BTreeMap<String, BTreeSet<String>>,
    /// Names of roles that a group holds whose members could not be read.
    pub unread: BTreeSet<String>,
}

impl Administrators {
    /// Why a user is an administrator, as it is kept: sorted, and not without end. `held` is why it
    /// was one until now.
    pub fn reasons(&self, id: &str, held: &[String]) -> Vec<String> {
        let direct = self.direct.get(id).into_iter().flatten();
        let through_groups = self.through_groups.get(id).into_iter().flatten();
        let through_groups = through_groups.filter(|role| !direct.clone().any(|one| one == *role));
        let mut reasons: Vec<String> = (direct.clone().map(|role| reason(role)))
            .chain(through_groups.map(|role| reason(role) + THROUGH_A_GROUP))
            .collect();
        for may_be in self.unread.iter().map(|role| reason(role)) {
            if !reasons.iter().any(|one| is(one, &may_be)) {
                reasons.extend(held.iter().find(|one| is(one, &may_be)).cloned());
            }
        }
        reasons.sort_unstable();
        reasons.dedup();
        reasons.truncate(PRIVILEGES_MAX);
        reasons
    }
}

fn reason(role: &str) -> String {
    format!("holds the directory role {role}")
}

/// Is a reason that role, whichever way?
fn is(held: &str, reason: &str) -> bool {
    held.strip_suffix(THROUGH_A_GROUP).unwrap_or(held) == reason
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(direct: &[&str], group: &[&str], unread: &[&str]) -> Administrators {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let sets = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Administrators {
            direct: [("1".to_owned(), texts(direct))].into(),
            through_groups: [("1".to_owned(), sets(group))].into(),
            unread: sets(unread),
        }
    }

    const A: &str = "holds the directory role A";
    const A_THROUGH: &str = "holds the directory role A through a group";
    const B: &str = "holds the directory role B";

    #[test]
    fn d16_a_role_is_held_directly_or_through_a_group_and_kept_where_a_group_cannot_be_read() {
        type Texts = &'static [&'static str];
        let cases: [(Texts, Texts, Texts, Texts, Texts); 9] = [
            (&[], &[], &[], &[A, B], &[]),
            (&["A"], &[], &[], &[], &[A]),
            (&[], &["A"], &[], &[], &[A_THROUGH]),
            (&["A", "B"], &["A"], &[], &[A_THROUGH], &[A, B]),
            // A's group cannot be read: who held A keeps it, however it was held.
            (&[], &[], &["A"], &[A_THROUGH], &[A_THROUGH]),
            (&[], &[], &["A"], &[A, B], &[A]),
            (&["B"], &[], &["A"], &[A_THROUGH], &[A_THROUGH, B]),
            (&["A"], &[], &["A"], &[A_THROUGH], &[A]),
            // Nobody becomes one for that.
            (&[], &[], &["A"], &["member of AB", B], &[]),
        ];
        for (direct, group, unread, held, expected) in cases {
            let held: Vec<String> = held.iter().map(|text| (*text).to_owned()).collect();
            let reasons = of(direct, group, unread).reasons("1", &held);
            assert_eq!(
                reasons, expected,
                "{direct:?} {group:?} {unread:?} {held:?}"
            );
            assert_eq!(
                of(direct, group, unread).reasons("1", &reasons),
                reasons,
                "decided again it is the same"
            );
        }
        assert_eq!(of(&["A"], &["B"], &[]).reasons("2", &[]), [""; 0]);
    }

    #[test]
    fn reasons_do_not_grow_without_end() {
        let roles: Vec<String> = (0..20).map(|role| format!("{role:02}")).collect();
        let roles: Vec<&str> = roles.iter().map(String::as_str).collect();
        assert_eq!(of(&roles, &[], &[]).reasons("1", &[]).len(), PRIVILEGES_MAX);
    }
}
