//! Accounts of one source: what populates what, what follows, who leaves and comes back.

use super::{World, reading};
use crate::account::{AccountState, AccountType};
use crate::fields::Attribute::{DisplayName, Email, GivenName, Mobile, Username};
use crate::identity::{IdentityKey, Source};
use crate::import::Administrators;
use crate::import::{Verdict, check, missing, settle};
use crate::policy::{Authority, Removal};

#[test]
fn b1_to_b9_b_d7_a_new_account_takes_every_value_of_its_record() {
    let mut world = World::new();
    world.import(vec![reading(
        "cloud:1 name=Anna Svensson; given=Anna; mail=anna@northwind.example; mobile=+46 70 555 01 00",
    )]);
    let account = world.only();
    assert_eq!(account.fields.get(DisplayName), Some("Anna Svensson"));
    assert_eq!(account.fields.get(Username), Some("1@northwind.example"));
    assert_eq!(account.fields.get(Email), Some("anna@northwind.example"));
    assert_eq!(account.fields.get(Mobile), Some("+46 70 555 01 00"));
    assert_eq!((account.state, account.revision), (AccountState::Active, 1));
}

#[test]
fn b11_b12_user_name_and_display_name_follow_the_source() {
    let mut world = World::new();
    world.import(vec![reading("ad:1 user=tanderson; name=Thomas Anderson")]);
    let plan = world.import(vec![reading(
        "ad:1 user=thartley; name=Thomas Hartley-Webb",
    )]);
    assert_eq!(plan.counts.updated, 1);
    let account = world.only();
    assert_eq!(account.fields.get(Username), Some("thartley"));
    assert_eq!(account.fields.get(DisplayName), Some("Thomas Hartley-Webb"));
    assert_eq!(account.revision, 2);
}

#[test]
fn b13_b14_b16_a_changed_email_or_phone_in_the_source_does_not_update_an_imported_account() {
    for source in ["cloud", "ad", "pc"] {
        let mut world = World::new();
        world.import(vec![reading(&format!(
            "{source}:1 mail=old@x.example; mobile=070 555 01 00"
        ))]);
        world.import(vec![reading(&format!(
            "{source}:1 mail=new@x.example; mobile=070 555 01 01"
        ))]);
        let account = world.only();
        assert_eq!(account.fields.get(Email), Some("old@x.example"), "{source}");
        assert_eq!(
            account.fields.get(Mobile),
            Some("070 555 01 00"),
            "{source}"
        );
        // What the source says is kept beside it, so that `explain` can show both.
        assert_eq!(
            account.identities[0].fields.get(Email),
            Some("new@x.example")
        );
    }
}

#[test]
fn d11_a_policy_can_let_email_follow_the_source() {
    let mut world = World::new();
    world.policies.end_user.authority.email = Authority::Source;
    world.import(vec![reading("cloud:1 mail=old@x.example")]);
    world.import(vec![reading("cloud:1 mail=new@x.example")]);
    assert_eq!(world.only().fields.get(Email), Some("new@x.example"));
}

#[test]
fn d12_an_absent_value_erases_nothing_a_cleared_one_does() {
    let mut world = World::new();
    world.import(vec![reading("cloud:1 name=Anna; given=Anna")]);
    world.import(vec![reading("cloud:1 name=Anna S")]);
    assert_eq!(world.only().fields.get(GivenName), Some("Anna"));
    world.import(vec![reading("cloud:1 name=Anna S; given=-")]);
    assert_eq!(world.only().fields.get(GivenName), None);
}

#[test]
fn b132_nothing_changed_plans_nothing() {
    let mut world = World::new();
    let page = || {
        vec![
            reading("cloud:1 name=Anna; mail=a@x.example"),
            reading("cloud:2 name=Bo"),
        ]
    };
    world.import(page());
    let plan = world.import(page());
    assert!(plan.changes.is_empty() && plan.leavers.is_empty());
    assert_eq!(plan.counts.unchanged, 2);
}

#[test]
fn d13_who_leaves_stays_as_removed_and_is_the_same_account_when_back() {
    let mut world = World::new();
    world.import(vec![reading("cloud:1 name=Anna")]);
    let id = world.only().id.clone();
    let plan = world.import(vec![reading("cloud:1 left")]);
    assert_eq!(plan.leavers.len(), 1);
    let kept = &plan.changes[0].account;
    assert_eq!(
        kept.state,
        AccountState::Active,
        "leaving waits for the end of the reading"
    );
    assert_eq!(world.only().state, AccountState::Removed);
    world.import(vec![reading("cloud:1 name=Anna")]);
    assert_eq!(
        (world.only().state, &world.only().id),
        (AccountState::Active, &id)
    );
}

#[test]
fn d13_disabled_and_expired_accounts_stay_as_disabled() {
    let mut world = World::new();
    world.import(vec![
        reading("ad:1 name=Anna"),
        reading("ad:2 until=2026-11-24T09:30:00Z"),
    ]);
    assert_eq!(world.states(), [AccountState::Active; 2]);
    let plan = world.import(vec![
        reading("ad:1 off"),
        reading("ad:2 until=2026-11-24T09:30:00Z"),
    ]);
    assert_eq!(plan.leavers.len(), 2);
    assert_eq!(world.states(), [AccountState::Disabled; 2]);
    let quiet = world.import(vec![
        reading("ad:1 off"),
        reading("ad:2 until=2026-11-24T09:30:00Z"),
    ]);
    assert!(quiet.changes.is_empty() && quiet.leavers.is_empty());
}

#[test]
fn the_last_word_about_a_record_counts() {
    let mut world = World::new();
    world.import(vec![
        reading("cloud:1 left"),
        reading("cloud:1 name=Anna"),
        reading("cloud:1 name=Anna B"),
    ]);
    assert_eq!(world.only().fields.get(DisplayName), Some("Anna B"));
    world.import(vec![
        reading("cloud:1 left"),
        reading("cloud:1 name=Anna B"),
    ]);
    assert_eq!(world.only().state, AccountState::Active);
    // Also when the words are on two pages.
    world.page(vec![reading("cloud:1 left")]);
    world.page(vec![reading("cloud:1 name=Anna B")]);
    world.end();
    assert_eq!(world.only().state, AccountState::Active);
}

#[test]
fn removal_is_inferred_from_what_a_complete_reading_does_not_hold() {
    let mut world = World::new();
    world.import(vec![reading("cloud:1"), reading("cloud:2")]);
    let plan = world.page(vec![reading("cloud:1")]);
    let held: Vec<_> = world
        .inventory
        .accounts
        .iter()
        .flat_map(|(id, account)| account.identities.iter().map(move |i| (id, &i.key)))
        .collect();
    let gone = missing(held, |key| plan.seen.contains(key));
    assert_eq!(gone.len(), 1);
    let (id, keys) = gone.iter().next().unwrap();
    assert_eq!(keys, &[IdentityKey::new(Source::Microsoft365, "2")]);
    let account = &world.inventory.accounts[id];
    let settled = settle(account, keys, &world.policies, world.now).unwrap();
    assert_eq!(
        (settled.state, settled.revision),
        (AccountState::Removed, 2)
    );
    assert_eq!(
        settle(&settled, keys, &world.policies, world.now),
        None,
        "b132"
    );
}

#[test]
fn w4_an_improbable_share_of_leavers_is_held() {
    assert_eq!(check(1, 3, Removal::default()), Verdict::Apply);
    let held = check(40, 100, Removal::default());
    assert!(matches!(
        held,
        Verdict::Hold {
            leaving: 40,
            active: 100,
            ..
        }
    ));
}

#[test]
fn d16_sections_follow_rules_and_b31_a_persons_move_stands() {
    let mut world = World::new();
    world.import(vec![
        reading("ad:1 user=anna"),
        reading("ad:2 user=adm-legacy; admin=member of Domain Admins (512)"),
        reading("ad:3 user=svc-scan"),
        reading("ad:4 user=svc-backup; admin=member of Backup Operators (551)"),
    ]);
    let section = |user: &str, world: &World| {
        let found = world
            .inventory
            .accounts
            .values()
            .find(|a| a.fields.get(Username) == Some(user));
        found.unwrap().account_type
    };
    assert_eq!(section("anna", &world), AccountType::EndUser);
    assert_eq!(section("adm-legacy", &world), AccountType::Administrator);
    assert_eq!(section("svc-scan", &world), AccountType::Service);
    assert_eq!(section("svc-backup", &world), AccountType::Administrator);
    for account in world.inventory.accounts.values_mut() {
        account.account_type = AccountType::EndUser;
        account.type_moved_by_person = true;
    }
    world.import(vec![reading("ad:3 user=svc-scan; title=x")]);
    assert_eq!(section("svc-scan", &world), AccountType::EndUser);
}

#[test]
fn d16_directory_roles_make_administrators_and_their_loss_unmakes_them() {
    let mut world = World::new();
    world.administrators = Some(Administrators {
        direct: [("1".to_owned(), vec!["User Administrator".to_owned()])].into(),
        ..Administrators::default()
    });
    world.import(vec![reading("cloud:1")]);
    assert_eq!(world.only().account_type, AccountType::Administrator);
    assert!(world.only().type_reason.contains("User Administrator"));
    // Where roles may not be read, what is held stays.
    world.administrators = None;
    assert!(world.import(vec![reading("cloud:1")]).changes.is_empty());
    // The same where a group may hold the role, for all that we can tell.
    world.administrators = Some(Administrators {
        unread: ["User Administrator".to_owned()].into(),
        ..Administrators::default()
    });
    assert!(world.import(vec![reading("cloud:1")]).changes.is_empty());
    world.administrators = Some(Administrators::default());
    world.import(vec![reading("cloud:1")]);
    assert_eq!(world.only().account_type, AccountType::EndUser);
}
