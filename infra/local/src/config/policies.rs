//! `[[policies]]`: what the MSP wants, per account type. What is left out is as it is shipped with
//! the PSA.

use std::collections::BTreeMap;

use connectors::psa::PsaKind;
use domain::account::AccountType;
use domain::fields::Attribute;
use domain::policy::scope::WithoutNames;
use domain::policy::support::unsupported;
use domain::policy::{Authorities, Authority, Policy, Removal, Scope};

use super::psa::Psa;
use super::reader::{At, Reader};

/// The longest name of a policy, in bytes.
const NAME_LENGTH_MAX: usize = 100;

/// All policies, each with the line of its table. Two of one name are refused, two defaults of one
/// account type (B45), and what the PSA cannot do (B180).
pub(crate) fn policies(readers: Vec<Reader<'_>>, psa: Option<&Psa>) -> Vec<At<Policy>> {
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    let mut defaults: BTreeMap<&str, usize> = BTreeMap::new();
    let mut policies = Vec::new();
    for mut reader in readers {
        let Some(policy) = policy(&mut reader, psa.map(|psa| psa.kind)) else {
            reader.finish();
            continue;
        };
        if let Some(first) = names.get(&policy.name) {
            reader.wrong(
                "name",
                format!("the policy in line {first} has this name; choose another"),
            );
        }
        let account_type = policy.account_type.as_str();
        if policy.default {
            match defaults.get(account_type) {
                Some(first) => reader.wrong(
                    "default",
                    format!(
                        "the policy in line {first} is the default of {account_type} accounts; \
                         only one can be"
                    ),
                ),
                None => _ = defaults.insert(account_type, reader.line),
            }
        }
        if let Some(psa) = psa {
            refuse_unsupported(&reader, &policy, psa);
        }
        names.entry(policy.name.clone()).or_insert(reader.line);
        policies.push(At {
            line: reader.line,
            value: policy,
        });
        reader.finish();
    }
    policies
}

/// What the PSA cannot do is refused before anything runs (B180). What it could do if it were reached in
/// another way is told with the remedy.
fn refuse_unsupported(reader: &Reader<'_>, policy: &Policy, psa: &Psa) {
    let never = unsupported(policy, &psa.kind.gaps());
    for lack in unsupported(policy, &psa.gaps()) {
        let (how, remedy) = match never.contains(&lack) {
            true => ("", ""),
            false => (" as it is reached", psa.remedy()),
        };
        let name = psa.kind.name();
        let message = format!("{name} {}{how}; {remedy}leave it out", lack.reason);
        reader.wrong(lack.option, message);
    }
}

/// The shipped options of the account types of which no policy is the default (B48): with them, who
/// has no policy is treated as the PSA's shipped options say, in a deployment too.
pub(crate) fn shipped(policies: &[At<Policy>], psa: PsaKind) -> Vec<Policy> {
    let has_default = |account_type| {
        let mut defaults = policies.iter().filter(|policy| policy.value.default);
        defaults.any(|policy| policy.value.account_type == account_type)
    };
    AccountType::ALL
        .into_iter()
        .filter(|account_type| !has_default(*account_type))
        .map(|account_type| Policy {
            default: true,
            ..Policy::shipped(account_type, psa.edits())
        })
        .collect()
}

fn policy(reader: &mut Reader<'_>, psa: Option<PsaKind>) -> Option<Policy> {
    let name = reader.required_text("name", "a name, a text");
    if let Some(name) = &name
        && name.value.len() > NAME_LENGTH_MAX
    {
        reader.wrong_at(
            name.line,
            "name",
            format!("expected at most {NAME_LENGTH_MAX} bytes"),
        );
    }
    if let Some(name) = &name
        && name.value.starts_with("built-in")
    {
        let kept = "names that begin with \"built-in\" are those of the shipped policies";
        reader.wrong_at(name.line, "name", kept.to_owned());
    }
    let account_type = reader
        .parsed(
            "account_type",
            "one of \"end-user\", \"administrator\", \"service\"",
            account_type,
        )
        .map_or(AccountType::EndUser, |found| found.value);
    let mut policy = match psa {
        Some(kind) => Policy::shipped(account_type, kind.edits()),
        None => Policy::built_in(account_type),
    };
    flag(reader, "default", &mut policy.default);
    flag(reader, "match_psa", &mut policy.match_psa);
    flag(reader, "create_psa_contact", &mut policy.create_psa_contact);
    flag(reader, "update_psa_contact", &mut policy.update_psa_contact);
    flag(reader, "push_edits", &mut policy.push_edits);
    flag(
        reader,
        "deactivate_psa_contact",
        &mut policy.deactivate_psa_contact,
    );
    flag(reader, "support_pin", &mut policy.support_pin);
    flag(
        reader,
        "office_365_presence",
        &mut policy.office_365_presence,
    );
    flag(reader, "psa_tenant_id", &mut policy.psa_tenant_id);
    flag(reader, "psa_territory", &mut policy.psa_territory);
    flag(reader, "match_docs", &mut policy.match_docs);
    flag(reader, "create_docs_entry", &mut policy.create_docs_entry);
    flag(reader, "update_docs_entry", &mut policy.update_docs_entry);
    if let Some(types) = reader.texts("left_contact_types", "a list of types of contacts") {
        policy.left_contact_types = types
            .into_iter()
            .map(|name| name.value.to_owned())
            .collect();
    }
    if let Some(nested) = reader.table("authority") {
        policy.authority = authority(nested, policy.authority);
    }
    if let Some(nested) = reader.table("scope") {
        policy.scope = scope(nested);
    }
    if let Some(nested) = reader.table("removal") {
        policy.removal = removal(nested);
    }
    policy.name = name?.value.to_owned();
    Some(policy)
}

fn account_type(text: &str) -> Option<AccountType> {
    AccountType::ALL
        .into_iter()
        .find(|account_type| account_type.as_str() == text)
}

fn flag(reader: &mut Reader<'_>, key: &str, held: &mut bool) {
    if let Some(flag) = reader.flag(key) {
        *held = flag;
    }
}

fn authority(mut reader: Reader<'_>, shipped: Authorities) -> Authorities {
    let mut authorities = shipped;
    for attribute in Attribute::ALL {
        let slot = match attribute {
            Attribute::DisplayName => &mut authorities.display_name,
            Attribute::Username => &mut authorities.username,
            Attribute::GivenName => &mut authorities.given_name,
            Attribute::Surname => &mut authorities.surname,
            Attribute::Email => &mut authorities.email,
            Attribute::Mobile => &mut authorities.mobile,
            Attribute::Phone => &mut authorities.phone,
            Attribute::JobTitle => &mut authorities.job_title,
            Attribute::Department => &mut authorities.department,
        };
        let expected = "one of \"source\", \"psa\", \"account\"";
        let found = reader.parsed(attribute.as_str(), expected, |text| match text {
            "source" => Some(Authority::Source),
            "psa" => Some(Authority::Psa),
            "account" => Some(Authority::Account),
            _ => None,
        });
        if let Some(found) = found {
            *slot = found.value;
        }
    }
    reader.finish();
    authorities
}

fn scope(mut reader: Reader<'_>) -> Scope {
    let mut scope = Scope::default();
    flag(&mut reader, "guests", &mut scope.guests);
    flag(&mut reader, "shared_mailboxes", &mut scope.shared_mailboxes);
    flag(&mut reader, "resources", &mut scope.resources);
    flag(&mut reader, "disabled", &mut scope.disabled);
    let expected = "one of \"import\", \"ignore-both-missing\", \"ignore-either-missing\" (users without names)";
    let without_names = reader.parsed("without_names", expected, |text| match text {
        "import" => Some(WithoutNames::Import),
        "ignore-both-missing" => Some(WithoutNames::IgnoreBothMissing),
        "ignore-either-missing" => Some(WithoutNames::IgnoreEitherMissing),
        _ => None,
    });
    if let Some(without_names) = without_names {
        scope.without_names = without_names.value;
    }
    texts(
        &mut reader,
        "excluded_skus",
        "SKU ids or part numbers",
        &mut scope.excluded_skus,
    );
    texts(
        &mut reader,
        "excluded_patterns",
        "patterns",
        &mut scope.excluded_patterns,
    );
    texts(
        &mut reader,
        "service_patterns",
        "patterns",
        &mut scope.service_patterns,
    );
    reader.finish();
    scope
}

fn texts(reader: &mut Reader<'_>, key: &str, expected: &str, held: &mut Vec<String>) {
    let Some(found) = reader.texts(key, expected) else {
        return;
    };
    for text in found.iter().filter(|text| text.value.trim().is_empty()) {
        reader.wrong_at(
            text.line,
            key,
            format!("expected {expected}, found an empty text"),
        );
    }
    *held = found
        .into_iter()
        .map(|text| text.value.to_owned())
        .collect();
}

fn removal(mut reader: Reader<'_>) -> Removal {
    let mut removal = Removal::default();
    if let Some(percent) = reader.integer("hold_percent", 0..=100) {
        removal.hold_percent = u8::try_from(percent).unwrap_or(100);
    }
    if let Some(min) = reader.integer("hold_min", 1..=u32::MAX) {
        removal.hold_min = min;
    }
    reader.finish();
    removal
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::policy::resolve;

    use super::*;
    use crate::config::Config;

    const CONNECTWISE: &str = r#"
[psa]
system = "connectwise"
site_url = "https://na.myconnectwise.net"
company_id = "acme"
public_key = "public"
private_key = "private"
client_id = "11111111-2222-4333-8444-555555555555"

[[customers]]
id = "northwind"
sources = ["active-directory"]
psa_company_id = "12"
"#;

    fn end_users(more: &str) -> Policy {
        let text = format!("{CONNECTWISE}{more}");
        let config = Config::read("muster.toml", &text, &|_| None).unwrap();
        let names: BTreeSet<&str> = config.policies.iter().map(|p| p.name.as_str()).collect();
        assert_eq!(
            names.len(),
            config.policies.len(),
            "the table keeps them by name"
        );
        resolve(&config.policies, &config.customers[0]).end_user
    }

    #[test]
    fn d11_b48_the_shipped_options_are_those_of_the_psa_with_and_without_a_policy() {
        let of_nobody = end_users("");
        assert_eq!(of_nobody.name, "built-in end-user");
        let default =
            "[[policies]]\nname = \"People\"\ndefault = true\nauthority = { phone = \"psa\" }\n";
        let of_default = end_users(default);
        assert_eq!(of_default.authority.phone, Authority::Psa);
        for policy in [of_nobody, of_default] {
            assert_eq!(
                policy.authority.email,
                Authority::Account,
                "{}",
                policy.name
            );
            assert!(!policy.push_edits, "B23");
        }
        let w11 = end_users(&format!("{default}push_edits = true\n"));
        assert!(w11.push_edits);
    }
}
