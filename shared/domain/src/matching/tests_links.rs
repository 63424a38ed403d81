//! Links that are there, and who is not looked for.

use super::Reason;
use super::fixture::{Build, World, account, contact, short};
use super::tests::check;
use crate::account::{Account, AccountState, AccountType, MatchRule, PsaStatus};
use crate::push::contact::ContactKind;

#[test]
fn b72_b137d_who_is_not_looked_for() {
    let in_section = |account_type| Account {
        account_type,
        ..account("a").email("a@x.example")
    };
    let there = || vec![contact("1").email("a@x.example")];
    check(vec![
        (
            "b72",
            vec![in_section(AccountType::Administrator)],
            there(),
            &["off"],
        ),
        (
            "service",
            vec![in_section(AccountType::Service)],
            there(),
            &["off"],
        ),
        (
            "left",
            vec![in_section(AccountType::EndUser).in_state(AccountState::Removed)],
            there(),
            &["off"],
        ),
    ]);
    let mut world = World::of(vec![account("a").in_state(AccountState::Removed)], there());
    assert_eq!(
        world.settle()[0].reason.as_deref(),
        Some(Reason::Left.as_str())
    );
}

#[test]
fn b135_d13_a_link_stays_while_its_contact_is_there() {
    let linked = || {
        account("a")
            .email("new@x.example")
            .linked("1", MatchRule::Email)
    };
    let administrator = || Account {
        account_type: AccountType::Administrator,
        ..linked()
    };
    for (name, account) in [
        ("other values", linked()),
        ("disabled", linked().in_state(AccountState::Disabled)),
        ("left", linked().in_state(AccountState::Removed)),
        (
            "b80 moved to a section that is not matched",
            administrator(),
        ),
    ] {
        let rival = contact("2").email("new@x.example").carrying("oid-a");
        for mine in [
            contact("1").email("old@x.example"),
            contact("1").out_of_use(),
            contact("1").of_kind(ContactKind::Technician),
        ] {
            let world = World::of(vec![account.clone()], vec![mine, rival.clone()]);
            assert_eq!(world.decide(), [], "{name}");
        }
    }
}

#[test]
fn a_link_to_a_contact_that_is_gone_is_decided_anew_unless_the_account_left() {
    let linked = || {
        account("a")
            .email("a@x.example")
            .linked("1", MatchRule::Email)
    };
    check(vec![
        (
            "another fits",
            vec![linked()],
            vec![contact("2").email("a@x.example")],
            &["matched 2 by email"],
        ),
        ("none fits", vec![linked()], vec![], &["no-match"]),
        (
            "d13",
            vec![linked().in_state(AccountState::Removed)],
            vec![],
            &["matched 1 by email"],
        ),
    ]);
}

#[test]
fn b128_what_a_person_chose_is_kept_for_good_and_comes_back() {
    let chosen = account("a")
        .email("a@x.example")
        .linked("1", MatchRule::Manual);
    let rival = contact("2").email("a@x.example");
    let mut world = World::of(vec![chosen], vec![contact("1"), rival.clone()]).creating();
    assert_eq!(world.decide(), []);

    world.contacts = vec![rival.clone()];
    let gone = world.settle().remove(0);
    assert_eq!(short(&gone), "no-match ?1 by manual");
    assert_eq!(gone.reason.as_deref(), Some(Reason::ChosenIsGone.as_str()));
    assert!(!super::wants_contact(&gone), "no contact is made");
    assert_eq!(world.decide(), []);

    world.contacts.push(contact("1"));
    assert_eq!(short(&world.settle()[0]), "matched 1 by manual");
}

#[test]
fn b190_that_a_person_wants_no_link_stays() {
    let mut refused = account("a").email("a@x.example");
    refused.psa.status = PsaStatus::NoMatch;
    refused.psa.rule = Some(MatchRule::Manual);
    let world = World::of(vec![refused], vec![contact("1").email("a@x.example")]).creating();
    assert_eq!(world.decide(), []);
}

#[test]
fn two_accounts_that_hold_one_contact_end_with_one() {
    check(vec![
        (
            "a person's choice first",
            vec![
                account("a").linked("1", MatchRule::Email),
                account("b").linked("1", MatchRule::Manual),
            ],
            vec![contact("1")],
            &["no-match", "matched 1 by manual"],
        ),
        (
            "then who is still there",
            vec![
                account("a")
                    .linked("1", MatchRule::Email)
                    .in_state(AccountState::Removed),
                account("b").linked("1", MatchRule::Name),
            ],
            vec![contact("1")],
            &["off", "matched 1 by name"],
        ),
        (
            "two choices of persons",
            vec![
                account("a").linked("1", MatchRule::Manual),
                account("b").linked("1", MatchRule::Manual),
            ],
            vec![contact("1")],
            &["matched 1 by manual", "no-match ?1 by manual"],
        ),
    ]);
}

#[test]
fn d13_an_incomplete_list_decides_nothing_but_an_entra_object_id() {
    let world = |contacts| World {
        complete: false,
        ..World::of(
            vec![
                account("a").email("a@x.example"),
                account("b").linked("9", MatchRule::Email),
                account("c").linked("8", MatchRule::Manual),
            ],
            contacts,
        )
    };
    for contacts in [
        vec![],
        vec![contact("1").email("a@x.example")],
        vec![
            contact("1").email("a@x.example"),
            contact("2").email("a@x.example"),
        ],
        vec![
            contact("1").carrying("oid-a"),
            contact("2").carrying("oid-a"),
        ],
    ] {
        assert_eq!(world(contacts).creating().decide(), []);
    }
    let decisions = world(vec![contact("1").carrying("oid-a")]).decide();
    assert_eq!(decisions.len(), 1);
    assert_eq!(short(&decisions[0].standing), "matched 1 by external-id");
}

#[test]
fn a_link_to_a_contact_with_another_entra_object_id_says_so() {
    let mut world = World::of(
        vec![account("a").email("a@x.example")],
        vec![contact("1").email("a@x.example").carrying("oid-z")],
    );
    let text = Some(Reason::KeepsOtherExternalId.as_str());
    assert_eq!(world.settle()[0].reason.as_deref(), text);
    // A thin row does not say, so nothing changes; an answer that does say decides.
    world.contacts[0].external_id = None;
    assert_eq!(world.decide(), []);
    world.contacts[0] = contact("1").carrying("oid-a");
    assert_eq!(world.settle()[0].reason, None);
}

#[test]
fn what_the_psa_refused_of_a_link_stays_until_a_push_succeeds() {
    let mut failed = account("a").linked("1", MatchRule::Email);
    failed.psa.status = PsaStatus::Failed;
    failed.psa.reason = Some("the PSA refused the value".into());
    let world = World::of(vec![failed], vec![contact("1")]);
    assert_eq!(world.decide(), []);
}

#[test]
fn a_refusal_does_not_keep_a_link_to_a_contact_that_is_gone() {
    let mut failed = account("a")
        .named("Anna", "Berg")
        .linked("1", MatchRule::Email);
    failed.psa.status = PsaStatus::Failed;
    let mut world = World::of(vec![failed], vec![]).creating();
    let standing = world.settle().remove(0);
    assert_eq!(short(&standing), "no-match");
    assert!(super::wants_contact(&standing));
}
