//! What stays of a change in the standing: digests, refusals, our own change coming back.

use super::contact::{ContactChange, ContactUpdate};
use super::tests::{all_on, in_agreement, linked, plan_for, unlinked_that_wants_one};
use super::{Push, refused, settled, with_pushed};
use crate::account::{MatchRule, PsaStatus};
use crate::fields::Attribute;
use crate::matching::fixture::{Build, account, contact_id};

#[test]
fn digests_tell_no_values_and_differ_between_accounts() {
    let digests = |id: &str| {
        let account = account(id).linked("1", MatchRule::Email);
        let change = ContactChange::Update(ContactUpdate {
            account: account.id.clone(),
            contact: contact_id("1"),
            set: vec![
                (Attribute::Email, Some("anna@x.example".into())),
                (Attribute::JobTitle, Some("Hygienist".into())),
            ],
            external_id: Some("oid-a".into()),
            active: Some(true),
            custom: Vec::new(),
        });
        with_pushed(&account.psa, &change).pushed
    };
    let one = digests("a");
    assert_eq!(
        one.keys().map(String::as_str).collect::<Vec<_>>(),
        ["active", "email", "external_id", "job_title"]
    );
    for (name, digest) in &one {
        assert_eq!(digest.len(), 16);
        assert!(digest.bytes().all(|b| b.is_ascii_hexdigit()));
        assert_ne!(digests("b").get(name), Some(digest));
    }
}

#[test]
fn an_attribute_that_was_cleared_is_forgotten() {
    let account = linked();
    let write = |value: Option<&str>| {
        ContactChange::Update(ContactUpdate {
            account: account.id.clone(),
            contact: contact_id("1"),
            set: vec![(Attribute::JobTitle, value.map(str::to_owned))],
            external_id: None,
            active: None,
            custom: Vec::new(),
        })
    };
    let standing = with_pushed(&account.psa, &write(Some("Hygienist")));
    assert_eq!(standing.pushed.len(), 1);
    assert!(with_pushed(&standing, &write(None)).pushed.is_empty());
}

#[test]
fn what_the_psa_refused_is_not_asked_again_until_something_changes() {
    let mut account = linked();
    let there = in_agreement().with(Attribute::JobTitle, "Trainee");
    let change = plan_for(&account, Some(&there), &all_on())
        .into_change()
        .unwrap();
    account.psa = refused(&account.psa, &change, "the PSA refused the job title");
    assert_eq!(account.psa.status, PsaStatus::Failed);
    assert_eq!(
        plan_for(&account, Some(&there), &all_on()),
        Push::RefusedBefore
    );

    let promoted = account.clone().with(Attribute::JobTitle, "Dentist");
    let change = plan_for(&promoted, Some(&there), &all_on())
        .into_change()
        .unwrap();
    let well = with_pushed(&promoted.psa, &change);
    assert_eq!((well.status, well.reason), (PsaStatus::Matched, None));

    assert_eq!(
        plan_for(&account, Some(&in_agreement()), &all_on()),
        Push::Nothing
    );
    let well = settled(&account.psa);
    assert_eq!((well.status, well.pushed.len()), (PsaStatus::Matched, 0));
}

#[test]
fn a_refused_create_is_not_asked_again_until_something_changes() {
    let mut account = unlinked_that_wants_one();
    let change = plan_for(&account, None, &all_on()).into_change().unwrap();
    account.psa = refused(&account.psa, &change, "the PSA refused the name");
    assert_eq!(plan_for(&account, None, &all_on()), Push::RefusedBefore);
    assert_eq!(
        settled(&account.psa).status,
        PsaStatus::Failed,
        "there is no link to be well"
    );
    let renamed = account.with(Attribute::DisplayName, "Anna Berg-Ek");
    assert!(plan_for(&renamed, None, &all_on()).into_change().is_some());
}

#[test]
fn nothing_personal_is_printed() {
    let account = unlinked_that_wants_one();
    let new = plan_for(&account, None, &all_on());
    let there = in_agreement().with(Attribute::JobTitle, "Trainee");
    let change = plan_for(&linked(), Some(&there), &all_on());
    for text in [
        format!("{new:?}"),
        format!("{change:?}"),
        format!("{:?}", change.clone().into_change()),
    ] {
        for value in ["Anna", "Berg", "x.example", "Hygienist", "oid-a"] {
            assert!(!text.contains(value), "{text}");
        }
    }
}
