//! What is wrong with policies.

use super::{CUSTOMER, assert_problems};

#[test]
fn b41_b45_policies_are_told_line_key_and_what_was_expected() {
    let policy = |name: &str, more: &str| format!("[[policies]]\nname = \"{name}\"\n{more}\n");
    let two = format!(
        "{}{}",
        policy("A", "default = true"),
        policy("B", "default = true")
    );
    let chosen = format!(
        "{}{}{CUSTOMER}policies = [\"A\", \"B\"]\n",
        policy("A", ""),
        policy("B", "")
    );
    assert_problems(&[
        (
            two,
            &["6: policies[2].default: the policy in line 1 is the default of end-user accounts"],
        ),
        (
            chosen,
            &["10: customers[1].policies: \"A\" and \"B\" are both for end-user accounts"],
        ),
        (
            format!("{}{}", policy("A", ""), policy("A", "")),
            &["5: policies[2].name: the policy in line 1 has this name"],
        ),
        (
            policy("A", "account_type = \"guest\""),
            &["3: policies[1].account_type: expected one of \"end-user\""],
        ),
        (
            policy("A", "authority = { email = \"halo\", e_mail = \"psa\" }"),
            &[
                "3: policies[1].authority.e_mail: unknown key; expected one of department",
                "3: policies[1].authority.email: expected one of \"source\", \"psa\", \"account\", found",
            ],
        ),
        (
            policy(
                "A",
                "scope = { guests = 1, excluded_skus = \"X\", without_names = \"no\" }",
            ),
            &[
                "3: policies[1].scope.excluded_skus: expected a list",
                "3: policies[1].scope.guests: expected true or false, found an integer",
                "3: policies[1].scope.without_names: expected one of \"import\"",
            ],
        ),
        (
            policy("A", "removal = { hold_percent = 101, hold_min = -1 }"),
            &[
                "3: policies[1].removal.hold_min: expected an integer from 1",
                "3: policies[1].removal.hold_percent: expected an integer from 0 to 100",
            ],
        ),
        (
            "[[policies]]\ndefault = true\n".to_owned(),
            &["1: policies[1].name: is missing"],
        ),
    ]);
}
