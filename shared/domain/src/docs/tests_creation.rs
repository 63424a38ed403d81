//! When an entry is made, and what it says.

use super::entry::NewEntry;
use super::fixture::{Who, World, account, entry, home, short, why};
use super::{DocsStanding, DocsStatus, Reason, new_entry, refused, wants_entry};
use crate::account::{Account, AccountState};
use crate::matching::fixture::Build;

fn ada() -> Account {
    account("1")
        .in_directory("ada@northwind.example", Some("ada"))
        .named("Ada", "Berg")
}

fn planned(world: &World, at: usize) -> Option<NewEntry> {
    planned_with(world, at, &[])
}

fn planned_with(world: &World, at: usize, existing: &[&str]) -> Option<NewEntry> {
    let existing: Vec<String> = existing.iter().map(|name| (*name).to_owned()).collect();
    let account = &world.accounts[at];
    let policy = world.policies.of(account.account_type);
    new_entry(account, policy, home(), &existing)
}

#[test]
fn b51_d2_an_entry_is_made_only_where_the_policy_says_so() {
    let mut world = World::of(vec![ada()], Vec::new());
    assert_eq!(world.shorts(), ["no-match"]);
    assert_eq!(why(&world), Reason::NoneMadeByPolicy.as_str());
    assert_eq!(planned(&world, 0), None);

    let mut world = world.creating();
    let decisions = world.decide();
    assert!(decisions[0].wants_entry);
    assert_eq!(world.shorts(), ["no-match"]);
    let new = planned(&world, 0).unwrap();
    assert_eq!(
        (
            new.name.as_str(),
            new.username.as_str(),
            new.category.as_str()
        ),
        ("Ada Berg", "ada@northwind.example", "Active Directory")
    );
    // A create never outlives its reasons.
    world.policies.end_user.create_docs_entry = false;
    assert_eq!(planned(&world, 0), None);
}

#[test]
fn an_entry_has_the_user_name_and_the_category_of_where_the_password_is_changed() {
    let upn = "ada@northwind.example";
    for (account, username, category) in [
        (account("1").in_cloud(upn), upn, "Microsoft 365"),
        (
            account("1").in_directory("ada", None),
            "ada",
            "Active Directory",
        ),
        (
            account("1").in_directory(upn, Some("ada")).in_cloud(upn),
            upn,
            "Active Directory",
        ),
        (
            account("1").in_cloud(upn).in_directory("ada", None),
            "ada",
            "Active Directory",
        ),
        (
            account("1").on_machine("pc-7", "ada"),
            "PC-7\\ada",
            "Local Account",
        ),
    ] {
        let mut world = World::of(vec![account], Vec::new()).creating();
        world.settle();
        let new = planned(&world, 0).unwrap();
        assert_eq!(
            (new.username.as_str(), new.category.as_str()),
            (username, category)
        );
        // Without a name, it is called by its user name.
        assert_eq!(new.name, username);
        // And once it is there, it is the account's.
        world.entries = vec![entry("1", &new.username, &new.category)];
        assert_eq!(world.shorts(), ["matched 1 by account-name"]);
    }
}

#[test]
fn of_the_names_of_a_category_the_one_that_there_is_is_written() {
    let mut world = World::of(vec![account("1").in_cloud("a@x.example")], Vec::new()).creating();
    world.settle();
    for (existing, written) in [
        (&[][..], "Microsoft 365"),
        (&["Active Directory"], "Microsoft 365"),
        (&["VPN", "azure ad"], "azure ad"),
        (&["Azure AD", "Office 365"], "Office 365"),
        (&["Office 365", "Microsoft 365"], "Microsoft 365"),
    ] {
        let new = planned_with(&world, 0, existing).unwrap();
        assert_eq!(new.category, written, "{existing:?}");
    }
}

#[test]
fn d4_none_is_made_beside_one_that_may_be_the_one() {
    for entries in [
        vec![entry("1", "ada", "")],
        vec![entry("1", "ada", "Active Directory").archived()],
        vec![entry("1", "NWD\\ada", "Active Directory")],
        vec![entry("1", "ada", ""), entry("2", "ada", "")],
        vec![
            entry("1", "ada", "Active Directory"),
            entry("2", "ada", "Active Directory"),
        ],
    ] {
        let mut world = World::of(vec![ada()], entries).creating();
        world.settle();
        assert!(!wants_entry(&world.accounts[0].docs));
        assert_eq!(planned(&world, 0), None);
    }
}

#[test]
fn b97_one_of_another_source_stops_no_create_and_is_reported() {
    let mut world = World::of(vec![ada()], vec![entry("1", "ada", "Azure AD")]).creating();
    assert_eq!(world.shorts(), ["no-match ?1"]);
    assert!(planned(&world, 0).is_some());
}

#[test]
fn what_forbids_an_entry_is_the_reason() {
    let twin = account("2").in_directory("ada@northwind.example", None);
    let nameless = account("1").in_directory(" ", None);
    for (accounts, entries, status, reason) in [
        (
            vec![ada(), twin.clone()],
            vec![],
            DocsStatus::Blocked,
            Reason::NameShared,
        ),
        (
            vec![nameless],
            vec![],
            DocsStatus::Blocked,
            Reason::NoUsername,
        ),
        (
            vec![ada(), twin.held("1", super::EntryRule::Manual)],
            vec![entry("1", "ada@northwind.example", "Active Directory")],
            DocsStatus::Blocked,
            Reason::NameInUse,
        ),
        (
            vec![ada().in_state(AccountState::Disabled)],
            vec![],
            DocsStatus::NoMatch,
            Reason::NoneMadeForDisabled,
        ),
    ] {
        let mut world = World::of(accounts, entries).creating();
        assert_eq!(world.settle()[0].status, status);
        assert_eq!(why(&world), reason.as_str());
        assert_eq!(planned(&world, 0), None);
    }
    let mut shared = World::of(vec![ada()], Vec::new()).creating();
    shared.shared_organization = true;
    assert_eq!(shared.shorts(), ["blocked"]);
    assert_eq!(why(&shared), Reason::SharedOrganization.as_str());
    shared.entries = vec![entry("1", "ada", "Active Directory")];
    assert_eq!(shared.shorts(), ["matched 1 by account-name"], "B59");
}

#[test]
fn namesakes_on_machines_known_by_name_get_an_entry_each() {
    let local = |id: &str, machine: &str| account(id).on_machine(machine, "Administrator");
    let accounts = vec![local("1", "pc-7"), local("2", "pc-8")];
    let mut world = World::of(accounts, Vec::new()).creating();
    world.settle();
    let names = [0, 1].map(|at| planned(&world, at).unwrap().username);
    assert_eq!(names, ["PC-7\\Administrator", "PC-8\\Administrator"]);
    // Those of machines known by number alone cannot be told apart.
    let number = |last: u8| format!("4c4c4544-0042-3510-8057-b4c04f4d32{last:02}");
    let accounts = vec![local("1", &number(1)), local("2", &number(2))];
    let mut world = World::of(accounts, Vec::new()).creating();
    assert_eq!(world.shorts(), ["blocked", "blocked"]);
}

#[test]
fn a_create_whose_answer_was_lost_is_found_to_be_ours() {
    let sent = ada().standing(DocsStanding {
        status: DocsStatus::NoMatch,
        reason: Some(Reason::ToBeMade.to_string()),
        creating_since: Some(jiff::Timestamp::UNIX_EPOCH),
        ..DocsStanding::default()
    });
    let mut world = World::of(vec![sent], Vec::new()).creating();
    assert_eq!(
        world.decide(),
        [],
        "it is still to be made, and the intent stays"
    );
    let entry = entry("5", "ada@northwind.example", "Active Directory");
    world.entries = vec![entry];
    assert_eq!(world.shorts(), ["created 5"]);
    assert_eq!(world.accounts[0].docs.creating_since, None);
}

#[test]
fn an_entry_that_was_refused_is_not_offered_again_until_it_is_another() {
    let mut world = World::of(vec![ada()], Vec::new()).creating();
    world.settle();
    let new = planned(&world, 0).unwrap();
    let account = world.accounts[0].clone();
    world.accounts[0].docs = refused(
        &account.docs,
        &account.id,
        &new,
        &[],
        "the name is too long",
    );
    assert_eq!(world.decide(), []);
    assert_eq!(short(&world.accounts[0].docs), "failed");
    assert_eq!(why(&world), "the name is too long");
    assert_eq!(planned(&world, 0), None);
    // It is another one once its category is there.
    assert!(planned_with(&world, 0, &["Active Directory"]).is_some());
    world.accounts[0] = world.accounts[0].clone().named("Ada", "Ek");
    assert_eq!(planned(&world, 0).unwrap().name, "Ada Ek");
    // Somebody made it by hand.
    world.entries = vec![entry("1", "ada", "Active Directory")];
    assert_eq!(world.shorts(), ["matched 1 by account-name"]);
    assert_eq!(world.accounts[0].docs.refused, None);
}
