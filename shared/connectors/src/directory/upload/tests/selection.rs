//! Which entries are users, and of what kind.

use domain::fields::Attribute;
use domain::identity::{IdentityKind, Said};
use domain::limits::TEXT_LENGTH_MAX;

use super::support::{only, open_ad, read_all, readings, text};

fn entry(name: &str, more: &str) -> String {
    format!(
        "dn: CN={name},DC=a\nsAMAccountName: {name}\n\
         objectGUID: 93334e47-49a2-46f0-bc1e-b72c8b447f00\n{more}"
    )
}

#[test]
fn only_ordinary_users_are_read() {
    for (name, more, is_user) in [
        ("a", "sAMAccountType: 805306368\n", true),
        ("a", "objectClass: top\nobjectClass: user\n", true),
        ("a", "objectClass: inetOrgPerson\n", true),
        ("a", "userAccountControl: 66048\n", true),
        ("a", "", false),
        ("a", "sAMAccountType: 805306369\n", false),
        ("a", "sAMAccountType: 805306370\nobjectClass: user\n", false),
        ("a", "objectClass: user\nobjectClass: computer\n", false),
        ("a", "objectClass: user\nuserAccountControl: 2080\n", false),
        ("a", "objectClass: contact\n", false),
        ("a", "objectClass: group\n", false),
        ("a", "groupType: -2147483646\n", false),
        ("PC-1$", "objectClass: user\n", false),
        ("PC-1$", "objectClass: user\nisDeleted: TRUE\n", false),
        ("a", "objectClass: group\nisDeleted: TRUE\n", false),
    ] {
        let upload = open_ad(&[entry(name, more).as_bytes()]).unwrap();
        assert_eq!(
            readings(&upload).len(),
            usize::from(is_user),
            "{name} {more}"
        );
    }
}

#[test]
fn kinds_are_told_by_rid_name_and_mailbox() {
    use IdentityKind::{Resource, SharedMailbox, System, User};
    let user = "objectClass: user\n";
    for (name, more, kind) in [
        ("a", "objectSid: S-1-5-21-1-2-3-501\n", System),
        ("a", "objectSid: S-1-5-21-1-2-3-502\n", System),
        ("a", "objectSid: S-1-5-21-1-2-3-500\n", User),
        ("krbtgt_24763", "", System),
        ("krbtgt_x", "", User),
        ("SM_8d1c2f40a9f24e1a9", "", System),
        ("SM_Jones", "", User),
        (
            "a",
            "userPrincipalName: SystemMailbox{1f05a927}@a.example\n",
            System,
        ),
        ("healthmailbox4a1d90c", "", System),
        ("IUSR_WEB", "", System),
        ("IWAM_WEB", "", System),
        ("MSOL_8f31c0a2d5b4", "", System),
        ("AAD_8f31c0a2d5b4", "", System),
        ("ADSyncMSA1", "", System),
        ("SUPPORT_388945a0", "", System),
        ("DefaultAccount", "", System),
        ("a", "msExchRecipientTypeDetails: 1\n", User),
        ("a", "msExchRecipientTypeDetails: 4\n", SharedMailbox),
        (
            "a",
            "msExchRecipientTypeDetails: 34359738368\n",
            SharedMailbox,
        ),
        ("a", "msExchRecipientTypeDetails: 16\n", Resource),
        ("a", "msExchRecipientTypeDetails: 17179869184\n", Resource),
    ] {
        let ldif = entry(name, &format!("{user}{more}"));
        let values = only(&open_ad(&[ldif.as_bytes()]).unwrap());
        assert_eq!(values.kind, Said::Value(kind), "{name} {more}");
    }
}

#[test]
fn the_control_bits_are_the_same_whatever_sign_they_are_printed_with() {
    for (bits, enabled) in [
        ("512", Said::Value(true)),
        ("514", Said::Value(false)),
        ("-2147483134", Said::Value(false)),
        ("2147484160", Said::Value(true)),
        ("much", Said::Nothing),
    ] {
        let ldif = entry(
            "a",
            &format!("objectClass: user\nuserAccountControl: {bits}\n"),
        );
        assert_eq!(
            only(&open_ad(&[ldif.as_bytes()]).unwrap()).enabled,
            enabled,
            "{bits}"
        );
    }
}

#[test]
fn texts_are_cut_at_a_character() {
    let long = "å".repeat(TEXT_LENGTH_MAX);
    let ldif = entry("a", &format!("objectClass: user\ndisplayName: x{long}\n"));
    let values = only(&open_ad(&[ldif.as_bytes()]).unwrap());
    let name = text(&values, Attribute::DisplayName).unwrap();
    assert_eq!(name.len(), TEXT_LENGTH_MAX - 1);
    assert!(name.starts_with("xå"));
}

#[test]
fn a_user_without_objectguid_is_reported() {
    let ldif = "dn: CN=a,DC=a\nobjectClass: user\nsAMAccountName: a\n";
    let (readings, errors) = read_all(&open_ad(&[ldif.as_bytes()]).unwrap());
    assert_eq!((readings.len(), errors.len()), (0, 1));
    assert_eq!(errors[0].what, "a user without objectGUID");
}
