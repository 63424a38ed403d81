//! What an account takes over from its contact, and what a person may edit.

use super::contact::{Contact, ContactKind};
use super::tests::plan_for;
use super::{EditRefused, Refusal, edit, take_over};
use crate::account::{Account, MatchRule, Origin};
use crate::fields::Attribute;
use crate::limits::TEXT_LENGTH_MAX;
use crate::matching::fixture::{Build, account, contact};
use crate::policy::{Authority, Policy};

fn linked() -> Account {
    account("a")
        .named("Anna", "Berg")
        .email("anna@x.example")
        .with(Attribute::Mobile, "+46 70 555 01 00")
        .linked("1", MatchRule::Email)
}

fn unlinked() -> Account {
    Account {
        psa: crate::account::PsaStanding::default(),
        ..linked()
    }
}

#[test]
fn b25_a_change_in_the_psa_reaches_the_account() {
    let mut before = linked();
    before
        .psa
        .pushed
        .insert("email".into(), "0011223344556677".into());
    before
        .psa
        .pushed
        .insert("job_title".into(), "8899aabbccddeeff".into());
    let there = contact("1")
        .email(" berg@x.example ")
        .with(Attribute::Mobile, "+46 70 555 01 99");
    let after = take_over(&before, &there, &Policy::default()).unwrap();
    assert_eq!(after.fields.email.as_deref(), Some("berg@x.example"));
    assert_eq!(after.fields.mobile.as_deref(), Some("+46 70 555 01 99"));
    assert_eq!(after.origin(Attribute::Email), Some(Origin::Psa));
    assert_eq!(after.revision, before.revision + 1);
    assert_eq!(after.psa.contact, before.psa.contact);
    let remembered: Vec<&str> = after.psa.pushed.keys().map(String::as_str).collect();
    assert_eq!(
        remembered,
        ["job_title"],
        "what we wrote once is not what stands there"
    );
}

#[test]
fn b26_b185_d12_only_values_that_are_there_and_valid_are_taken() {
    let there = || {
        contact("1")
            .email("anna@x.example")
            .with(Attribute::Mobile, "+46 70 555 01 00")
    };
    let long = "x".repeat(TEXT_LENGTH_MAX + 1);
    for (attribute, value) in [
        (Attribute::Email, ""),
        (Attribute::Email, "anna at x.example"),
        (Attribute::Mobile, " "),
        (Attribute::Mobile, "ask at the desk"),
        (Attribute::Phone, "12"),
        (Attribute::JobTitle, " "),
        (Attribute::JobTitle, "a\nb"),
        (Attribute::JobTitle, &long),
        // The same values in the PSA's own spelling.
        (Attribute::Email, "ANNA@X.example"),
        (Attribute::Mobile, "0046 705550100"),
    ] {
        let mut policy = Policy::default();
        policy.authority.job_title = Authority::Psa;
        let there = there().with(attribute, value);
        assert_eq!(take_over(&linked(), &there, &policy), None, "{value}");
    }
    assert_eq!(
        take_over(&linked(), &contact("1"), &Policy::default()),
        None
    );
}

#[test]
fn b26_one_invalid_value_does_not_keep_the_others_back() {
    let there = contact("1")
        .email("not one")
        .with(Attribute::Mobile, "+46 70 555 01 99");
    let after = take_over(&linked(), &there, &Policy::default()).unwrap();
    assert_eq!(after.fields.email.as_deref(), Some("anna@x.example"));
    assert_eq!(after.fields.mobile.as_deref(), Some("+46 70 555 01 99"));
}

#[test]
fn b182_d11_only_what_the_psa_has_the_say_over_is_taken() {
    let there = contact("1")
        .named("Annie", "Ek")
        .with(Attribute::Department, "Desk");
    assert_eq!(take_over(&linked(), &there, &Policy::default()), None);
    let mut policy = Policy::default();
    policy.authority.surname = Authority::Psa;
    let after = take_over(&linked(), &there, &policy).unwrap();
    assert_eq!(after.fields.surname.as_deref(), Some("Ek"));
    assert_eq!(after.fields.given_name.as_deref(), Some("Anna"));
}

#[test]
fn b28_an_account_takes_nothing_but_from_its_own_contact() {
    let news = |id: &str| contact(id).email("berg@x.example");
    let thin = Contact {
        known: vec![Attribute::Mobile],
        ..news("1")
    };
    for (account, contact) in [
        (unlinked(), news("1")),
        (linked(), news("2")),
        (linked(), news("1").of_kind(ContactKind::Technician)),
        (linked(), thin),
    ] {
        assert_eq!(take_over(&account, &contact, &Policy::default()), None);
    }
}

fn set(attribute: Attribute, value: &str) -> Vec<(Attribute, Option<String>)> {
    vec![(attribute, Some(value.to_owned()))]
}

#[test]
fn b24_b27_b15_who_may_edit_what() {
    let account_has_the_say = {
        let mut policy = Policy::default();
        policy.authority.email = Authority::Account;
        policy
    };
    let default = Policy::default();
    let (email, name) = (Attribute::Email, Attribute::DisplayName);
    for (case, account, attribute, policy, refusal) in [
        ("b24", linked(), email, &default, Some(Refusal::InPsa)),
        ("b27", unlinked(), email, &default, None),
        ("b21", linked(), email, &account_has_the_say, None),
        ("b12", unlinked(), name, &default, Some(Refusal::InSource)),
    ] {
        let result = edit(&account, &set(attribute, "berg@x.example"), policy);
        match refusal {
            Some(refusal) => assert_eq!(result, Err(EditRefused { attribute, refusal }), "{case}"),
            None => {
                let after = result.unwrap();
                assert_eq!(
                    after.fields.email.as_deref(),
                    Some("berg@x.example"),
                    "{case}"
                );
                assert_eq!(after.origin(email), Some(Origin::Person), "{case}");
                assert_eq!(after.revision, account.revision + 1, "{case}");
            }
        }
    }
}

#[test]
fn b28_an_edit_of_an_unmatched_account_is_not_synced() {
    let after = edit(
        &unlinked(),
        &set(Attribute::Email, "berg@x.example"),
        &Policy::default(),
    )
    .unwrap();
    let policy = super::tests::all_on();
    let push = plan_for(&after, Some(&contact("1")), &policy);
    assert_eq!(push, super::Push::Nothing);
}

#[test]
fn an_edit_is_made_whole_or_not_at_all() {
    let changes = [
        (Attribute::Mobile, Some("+46 70 555 01 99".into())),
        (Attribute::Email, Some("not one".into())),
    ];
    let refused = edit(&unlinked(), &changes, &Policy::default()).unwrap_err();
    assert_eq!(
        (refused.attribute, refused.refusal),
        (Attribute::Email, Refusal::Invalid)
    );
    assert_eq!(
        refused.to_string(),
        "email cannot be edited here: the value is not valid"
    );
}

#[test]
fn d12_an_explicit_clearing_clears() {
    let after = edit(
        &unlinked(),
        &[(Attribute::Mobile, None)],
        &Policy::default(),
    )
    .unwrap();
    assert_eq!(after.fields.mobile, None);
    assert_eq!(after.origin(Attribute::Mobile), Some(Origin::Person));
    let blank = edit(
        &unlinked(),
        &set(Attribute::Mobile, " "),
        &Policy::default(),
    );
    assert_eq!(blank.unwrap_err().refusal, Refusal::Invalid);
}

#[test]
fn an_edit_that_changes_nothing_is_none() {
    for (account, changes) in [
        (linked(), set(Attribute::Email, " anna@x.example ")),
        (unlinked(), vec![]),
        (
            unlinked(),
            [
                set(Attribute::Email, "b@x.example"),
                set(Attribute::Email, "anna@x.example"),
            ]
            .concat(),
        ),
    ] {
        assert_eq!(edit(&account, &changes, &Policy::default()), Ok(account));
    }
    let spelling = edit(
        &unlinked(),
        &set(Attribute::Email, "Anna@x.example"),
        &Policy::default(),
    );
    assert_eq!(
        spelling.unwrap().fields.email.as_deref(),
        Some("Anna@x.example")
    );
}
