//! Links that there are, and what a person chose.

use super::fixture::{Who, World, account, entry, entry_id, organization, short, why};
use super::{
    DocsStanding, DocsStatus, EntryRule, Reason, category_filled, category_refused,
    category_update, chosen, created,
};
use crate::account::{Account, AccountState, AccountType};

fn ada() -> Account {
    account("1").in_directory("ada@northwind.example", Some("ada"))
}

fn world(account: Account, username: &str, category: &str) -> World {
    World::of(vec![account], vec![entry("1", username, category)])
}

#[test]
fn b135_d13_a_link_stays_whatever_changed() {
    let held = || ada().held("1", EntryRule::AccountName);
    let mut moved = held();
    moved.account_type = AccountType::Service;
    for (account, username, category, reason) in [
        (held(), "ada", "Active Directory", None),
        (held(), "ada", "VPN", None),
        (held(), "ada", "", None),
        (
            held(),
            "someone",
            "Active Directory",
            Some(Reason::LinkedHasOtherName),
        ),
        (
            held(),
            "",
            "Active Directory",
            Some(Reason::LinkedHasOtherName),
        ),
        (moved, "ada", "Active Directory", None),
        (
            held().in_state(AccountState::Disabled),
            "ada",
            "Active Directory",
            None,
        ),
        (
            held().in_state(AccountState::Removed),
            "other",
            "Active Directory",
            None,
        ),
    ] {
        let mut world = world(account, username, category);
        assert_eq!(
            world.shorts(),
            ["matched 1 by account-name"],
            "{username} {category}"
        );
        assert_eq!(why(&world), reason.map_or("", Reason::as_str));
    }
    let archived = entry("1", "ada", "Active Directory").archived();
    let mut world = World::of(vec![held()], vec![archived]);
    assert_eq!(world.shorts(), ["matched 1 by account-name"]);
    assert_eq!(why(&world), Reason::LinkedIsArchived.as_str());
}

#[test]
fn an_entry_that_we_made_stays_known_as_ours() {
    let mut world = world(
        ada().standing(created(entry_id("1"))),
        "ada",
        "Active Directory",
    );
    assert_eq!(world.shorts(), ["created 1"]);
    assert_eq!(world.decide(), []);
}

#[test]
fn a_link_whose_entry_is_gone_is_looked_for_again_and_nothing_is_made_in_its_place() {
    let mut world = World::of(vec![ada().held("9", EntryRule::AccountName)], Vec::new()).creating();
    assert_eq!(world.shorts(), ["orphaned without 9"]);
    assert_eq!(why(&world), Reason::Gone.as_str());
    assert!(!super::wants_entry(&world.accounts[0].docs));
    assert_eq!(world.decide(), []);
    // Another one fits.
    let mut other = world.clone();
    other.entries = vec![entry("1", "ada", "Active Directory")];
    assert_eq!(other.shorts(), ["matched 1 by account-name"]);
    // Or it comes back, whatever it is called now.
    world.entries = vec![
        entry("9", "someone", "VPN"),
        entry("1", "ada", "Active Directory"),
    ];
    assert_eq!(world.shorts(), ["matched 9 by account-name"]);
}

#[test]
fn what_is_gone_is_remembered_while_others_are_in_question() {
    let mut world = World::of(
        vec![ada().held("9", EntryRule::AccountName)],
        vec![entry("1", "ada", "")],
    )
    .creating();
    assert_eq!(world.shorts(), ["possible-match ?1 without 9"]);
    world.entries.clear();
    assert_eq!(world.shorts(), ["orphaned without 9"]);
}

#[test]
fn d13_the_link_of_a_person_who_left_waits_for_their_return() {
    let gone = ada()
        .held("9", EntryRule::AccountName)
        .in_state(AccountState::Removed);
    let world = World::of(vec![gone], Vec::new());
    assert_eq!(world.decide(), []);
}

#[test]
fn b128_b130_what_a_person_chose_is_kept_over_every_rule() {
    let chose = ada().standing(chosen(
        &DocsStanding::default(),
        Some(entry_id("7")),
        "a person",
        false,
    ));
    let entries = vec![
        entry("1", "ada", "Active Directory"),
        entry("7", "shared", "Banking"),
    ];
    let mut world = World::of(vec![chose], entries);
    assert_eq!(world.shorts(), ["matched 7 by manual"]);
    // It goes and comes back; no rule chooses meanwhile.
    let seven = world.entries.pop().unwrap();
    assert_eq!(world.shorts(), ["orphaned by manual without 7"]);
    assert_eq!(why(&world), Reason::ChosenIsGone.as_str());
    assert_eq!(world.decide(), []);
    world.entries.push(seven);
    assert_eq!(world.shorts(), ["matched 7 by manual"]);
}

#[test]
fn a_person_takes_a_link_away_and_the_rules_decide_again() {
    let freed = ada().standing(chosen(&DocsStanding::default(), None, "a person", false));
    let mut world = world(freed, "ada", "Active Directory");
    assert_eq!(world.shorts(), ["matched 1 by account-name"]);
}

#[test]
fn a_person_wants_no_link() {
    let none = DocsStanding {
        rule: Some(EntryRule::Manual),
        ..DocsStanding::default()
    };
    let world = world(ada().standing(none), "ada", "Active Directory");
    assert_eq!(world.decide(), []);
}

#[test]
fn b191_of_two_accounts_on_one_entry_the_one_a_person_chose_keeps_it() {
    let by_rule = ada().held("1", EntryRule::AccountName);
    let by_person = account("2")
        .in_cloud("bo@northwind.example")
        .held("1", EntryRule::Manual);
    let mut world = World::of(vec![by_rule, by_person], vec![entry("1", "ada", "VPN")]);
    assert_eq!(world.shorts(), ["no-match", "matched 1 by manual"]);
}

#[test]
fn b99_d4_a_confirmed_entry_gets_the_category() {
    let confirmed = ada().standing(chosen(
        &DocsStanding::default(),
        Some(entry_id("1")),
        "a person",
        true,
    ));
    let mut world = world(confirmed, "ada", "");
    world.settle();
    let update = |world: &World, existing: &[&str]| {
        let existing: Vec<String> = existing.iter().map(|name| (*name).to_owned()).collect();
        category_update(&world.accounts[0], &world.entries[0], &existing)
    };
    let planned = update(&world, &["VPN", "active directory"]).unwrap();
    assert_eq!(planned.entry, entry_id("1"));
    assert_eq!(planned.category.as_deref(), Some("active directory"));
    assert_eq!(planned.username, None);
    assert_eq!(
        update(&world, &[]).unwrap().category.as_deref(),
        Some("Active Directory")
    );
    // Once it is there, nothing is left to do, whoever wrote it.
    let written = category_filled(&world.accounts[0].docs);
    assert!(!written.fills_category);
    world.entries[0].category = Some("Active Directory".into());
    assert_eq!(update(&world, &[]), None);
    assert_eq!(world.shorts(), ["matched 1 by manual"]);
    assert_eq!(
        world.accounts[0].docs,
        DocsStanding {
            reason: None,
            ..written
        }
    );
}

#[test]
fn a_category_that_was_refused_is_not_offered_again() {
    let confirmed = ada().standing(chosen(
        &DocsStanding::default(),
        Some(entry_id("1")),
        "a person",
        true,
    ));
    let mut world = world(confirmed, "ada", "");
    world.settle();
    let account = world.accounts[0].clone();
    let planned = category_update(&account, &world.entries[0], &[]).unwrap();
    let refused = category_refused(&account.docs, &account.id, &planned, &[], "it is read-only");
    world.accounts[0].docs = refused;
    assert_eq!(short(&world.settle()[0]), "matched 1 by manual");
    assert_eq!(why(&world), "it is read-only");
    assert_eq!(
        category_update(&world.accounts[0], &world.entries[0], &[]),
        None
    );
    let other = ["ACTIVE DIRECTORY".to_owned()];
    assert!(category_update(&world.accounts[0], &world.entries[0], &other).is_some());
}

#[test]
fn nobody_fills_in_what_no_person_confirmed() {
    let account = ada().held("1", EntryRule::AccountName);
    let entry = entry("1", "ada", "");
    assert_eq!(category_update(&account, &entry, &[]), None);
    assert_eq!(organization(), entry.organization);
    assert_eq!(account.docs.status, DocsStatus::Matched);
}
