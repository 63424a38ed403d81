//! Which entry fits: user name and category, what is in doubt, what is reported.

use super::entry::Seal;
use super::fixture::{Who, World, account, entry, entry_id, why};
use super::{DocsStatus, Reason, decide};
use crate::account::{Account, AccountState, AccountType};
use crate::limits::CANDIDATES_MAX;

fn cloud() -> Account {
    account("1").in_cloud("ada@northwind.example")
}

fn directory() -> Account {
    account("1").in_directory("ada@northwind.example", Some("ada"))
}

fn hybrid() -> Account {
    directory().in_cloud("ada@northwind.example")
}

fn local() -> Account {
    account("1").on_machine("pc-7", "ada")
}

/// How one account stands with these entries, with creation on.
fn stands(account: Account, entries: &[(&str, &str)]) -> String {
    let entries = (1..)
        .zip(entries)
        .map(|(number, (username, category))| entry(&number.to_string(), username, category));
    let mut world = World::of(vec![account], entries.collect());
    world.shorts().remove(0)
}

const LINKED: &str = "matched 1 by account-name";

#[test]
fn b50_b87_b88_b91_b92_b93_b94_b95_b96_an_entry_fits_by_name_and_a_category_of_the_source() {
    let upn = "ada@northwind.example";
    for (account, username, categories) in [
        (
            directory(),
            "ada",
            &["Active Directory", " active directory "][..],
        ),
        (directory(), upn, &["Active Directory"]),
        (
            cloud(),
            upn,
            &[
                "Office 365",
                "Microsoft 365",
                "Azure AD",
                "Azure Active Directory",
                "AZURE AD",
            ],
        ),
        (local(), "ada", &["Local Account", "local account"]),
        (local(), "PC-7\\Ada", &["Local Account"]),
    ] {
        for category in categories {
            let found = stands(account.clone(), &[(username, category)]);
            assert_eq!(found, LINKED, "{username} {category}");
        }
    }
}

#[test]
fn b97_b137f_the_category_of_another_source_is_reported_and_not_linked() {
    for (account, username, category) in [
        (directory(), "ada", "Azure AD"),
        (directory(), "ada@northwind.example", "Microsoft 365"),
        (cloud(), "ada@northwind.example", "Active Directory"),
        (local(), "ada", "Active Directory"),
        (directory(), "ada", "Local Account"),
    ] {
        let found = stands(account, &[(username, category)]);
        assert_eq!(found, "category-differs ?1", "{username} {category}");
    }
    let mut world = World::of(vec![directory()], vec![entry("1", "ada", "Azure AD")]);
    world.settle();
    assert!(why(&world).contains("category differs"));
    assert_eq!(world.accounts[0].docs.candidates[0].why_not, why(&world));
}

#[test]
fn an_entry_for_something_else_is_neither_taken_nor_reported() {
    for category in ["VPN", "Entra", "Banking", "Active Directory (old)"] {
        assert_eq!(stands(directory(), &[("ada", category)]), "no-match");
    }
    assert_eq!(
        stands(directory(), &[("adam", "Active Directory")]),
        "no-match"
    );
    assert_eq!(stands(directory(), &[("", "Active Directory")]), "no-match");
}

#[test]
fn b98_d4_an_empty_category_is_a_possible_match_with_the_reason() {
    for category in ["", "  "] {
        assert_eq!(
            stands(directory(), &[("ada", category)]),
            "possible-match ?1"
        );
    }
    let mut world = World::of(vec![directory()], vec![entry("1", "ada", "")]);
    world.settle();
    assert!(why(&world).contains("category is empty"), "{}", why(&world));
}

#[test]
fn b99_once_the_category_is_set_it_matches() {
    let mut world = World::of(vec![directory()], vec![entry("1", "ada", "")]);
    assert_eq!(world.shorts(), ["possible-match ?1"]);
    world.entries = vec![entry("1", "ada", "Active Directory")];
    assert_eq!(world.shorts(), [LINKED]);
}

#[test]
fn b127_d3_several_entries_are_left_to_a_person() {
    let ad = "Active Directory";
    for entries in [
        &[("ada", ad), ("ada", ad)][..],
        &[("ada", ad), ("ada@northwind.example", ad)],
        &[("ada", ""), ("ada", "")],
        &[("ada", ad), ("ADA", ad), ("NORTHWIND\\ada", ad)],
    ] {
        let found = stands(directory(), entries);
        assert!(found.starts_with("more-than-one-match ?1 ?2"), "{found}");
    }
}

#[test]
fn b129_the_one_that_is_left_matches_once_the_duplicate_is_deleted() {
    let twins = ["1", "2"].map(|id| entry(id, "ada", "Active Directory"));
    let mut world = World::of(vec![directory()], twins.to_vec());
    assert_eq!(world.shorts(), ["more-than-one-match ?1 ?2"]);
    world.entries.pop();
    assert_eq!(world.shorts(), [LINKED]);
}

#[test]
fn the_one_with_the_category_is_taken_beside_one_without() {
    let found = stands(directory(), &[("ada", "Active Directory"), ("ada", "")]);
    assert_eq!(found, LINKED);
}

#[test]
fn b195_an_account_of_both_may_have_an_entry_of_either_category() {
    for (username, category) in [
        ("ada", "Active Directory"),
        ("ada@northwind.example", "Active Directory"),
        ("ada@northwind.example", "Office 365"),
        ("ada", "Azure AD"),
    ] {
        assert_eq!(stands(hybrid(), &[(username, category)]), LINKED);
    }
    let both = [
        ("ada", "Active Directory"),
        ("ada@northwind.example", "Microsoft 365"),
    ];
    assert_eq!(stands(hybrid(), &both), "more-than-one-match ?1 ?2");
    // What its record in Active Directory left behind is another account's affair.
    let found = stands(hybrid().left_directory(), &both);
    assert_eq!(found, "matched 2 by account-name");
}

#[test]
fn b191_an_entry_that_fits_two_accounts_is_given_to_neither() {
    let two = vec![
        account("1").on_machine("pc-7", "Administrator"),
        account("2").on_machine("pc-8", "Administrator"),
    ];
    let mut world = World::of(two, vec![entry("1", "administrator", "Local Account")]);
    assert_eq!(world.shorts(), ["more-than-one-match ?1"; 2]);
    assert_eq!(why(&world), Reason::AlsoFitsAnother.as_str());
    // The machine in front of the name tells them apart.
    world.entries = vec![
        entry("1", "PC-7\\administrator", "Local Account"),
        entry("2", "pc-8\\Administrator", "Local Account"),
    ];
    assert_eq!(world.shorts(), [LINKED, "matched 2 by account-name"]);
}

#[test]
fn b196_what_is_closed_or_archived_is_no_match_and_nothing_is_made_beside_it() {
    let fitting = || entry("1", "ada", "Active Directory");
    for (entry, reason) in [
        (fitting().archived(), Reason::Archived),
        (fitting().sealed(Seal::Vault), Reason::InVault),
        (fitting().sealed(Seal::Personal), Reason::Personal),
        (fitting().sealed(Seal::AssetField), Reason::AssetField),
    ] {
        let mut world = World::of(vec![directory()], vec![entry]).creating();
        assert_eq!(world.shorts(), ["possible-match ?1"]);
        assert_eq!(why(&world), reason.as_str());
    }
    let mut embedded = fitting();
    embedded.is_embedded = true;
    let mut world = World::of(vec![directory()], vec![embedded]);
    assert_eq!(world.shorts(), [LINKED]);
}

#[test]
fn another_domain_in_front_of_the_name_is_a_possible_match() {
    let mut world = World::of(
        vec![directory()],
        vec![entry("1", "NWD\\ada", "Active Directory")],
    )
    .creating();
    assert_eq!(world.shorts(), ["possible-match ?1"]);
    assert_eq!(why(&world), Reason::OtherDomain.as_str());
}

#[test]
fn b67_b72_the_policy_of_the_section_says_whether_entries_are_looked_for() {
    for (account_type, status) in [
        (AccountType::EndUser, DocsStatus::Matched),
        (AccountType::Administrator, DocsStatus::Matched),
        (AccountType::Service, DocsStatus::Off),
    ] {
        let mut account = directory();
        account.account_type = account_type;
        let mut world = World::of(vec![account], vec![entry("1", "ada", "Active Directory")]);
        assert_eq!(world.settle()[0].status, status);
    }
}

#[test]
fn an_account_that_no_policy_speaks_of_costs_no_write() {
    let mut world = World::of(
        vec![directory()],
        vec![entry("1", "ada", "Active Directory")],
    );
    world.policies.end_user.match_docs = false;
    assert_eq!(world.decide(), []);
}

#[test]
fn an_account_that_left_is_not_looked_for() {
    let left = directory().in_state(AccountState::Removed);
    let mut world = World::of(vec![left], vec![entry("1", "ada", "Active Directory")]);
    assert_eq!(world.shorts(), ["off"]);
    assert_eq!(why(&world), Reason::Left.as_str());
}

#[test]
fn an_entry_that_is_listed_twice_counts_once_as_listed_last() {
    let twice = vec![entry("1", "ada", ""), entry("1", "ada", "Active Directory")];
    assert_eq!(World::of(vec![directory()], twice).shorts(), [LINKED]);
}

#[test]
fn an_entry_of_another_customers_account_is_not_in_question() {
    let mut world = World::of(
        vec![directory()],
        vec![entry("1", "ada", "Active Directory")],
    );
    world.taken = [entry_id("1")].into();
    assert_eq!(world.shorts(), ["no-match"]);
}

#[test]
fn of_very_many_entries_some_are_kept_and_none_is_made() {
    for category in ["", "Active Directory"] {
        let many = (0..500).map(|n| entry(&format!("{n:04}"), "ada", category));
        let mut world = World::of(vec![directory()], many.collect()).creating();
        let standing = world.settle().remove(0);
        assert_eq!(standing.status, DocsStatus::MoreThanOneMatch);
        assert_eq!(standing.candidates.len(), CANDIDATES_MAX);
    }
}

#[test]
fn without_accounts_or_entries_there_is_nothing_to_say() {
    assert_eq!(
        World::of(Vec::new(), vec![entry("1", "ada", "")]).decide(),
        []
    );
    let world = World::of(vec![directory()], Vec::new());
    let question = super::Question {
        accounts: &world.accounts,
        entries: &[],
        policies: &world.policies,
        shared_organization: false,
        taken: &world.taken,
    };
    assert_eq!(decide(&question).len(), 1);
}
