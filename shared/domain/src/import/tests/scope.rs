//! Who is imported and who is left out.

use super::{World, reading};
use crate::account::AccountState;
use crate::identity::{IdentityKind, News, Reading, Said, Source};
use crate::import::scope::fits;
use crate::policy::scope::WithoutNames;

const E3: &str = "05e9a617-0261-4cee-bb44-138d3ef5d965";
const FREE: &str = "f30db892-07e9-47e9-837c-80727f46fd3d";

fn of_kind(line: &str, kind: IdentityKind) -> Reading {
    let mut reading = reading(line);
    if let News::Present(values) = &mut reading.news {
        values.kind = Said::Value(kind);
    }
    reading
}

fn licensed_world() -> World {
    let mut world = World::new();
    world.customer.sources = vec![Source::Microsoft365];
    world.parts = [(FREE.to_owned(), "FLOW_FREE".to_owned())].into();
    world
}

#[test]
fn b106_d9_unlicensed_users_are_left_out_where_microsoft_365_is_the_only_source() {
    let mut world = licensed_world();
    let plan = world.import(vec![
        reading(&format!("cloud:1 sku={E3}")),
        reading("cloud:2"),
    ]);
    assert_eq!((plan.counts.created, plan.counts.out_of_scope), (1, 1));
    world.customer.licensed_only = Some(false);
    assert_eq!(world.import(vec![reading("cloud:2")]).counts.created, 1);
}

#[test]
fn b173_b174_b175_excluded_licences_do_not_count_by_id_or_part_number() {
    for excluded in [FREE, "flow_free"] {
        let mut world = licensed_world();
        world.policies.end_user.scope.excluded_skus = vec![excluded.to_owned()];
        let plan = world.import(vec![reading(&format!("cloud:1 sku={FREE}"))]);
        assert_eq!(plan.counts.out_of_scope, 1, "{excluded}");
    }
}

#[test]
fn b106_who_loses_the_licence_leaves_and_comes_back_with_it() {
    let mut world = licensed_world();
    world.import(vec![reading(&format!("cloud:1 sku={E3}"))]);
    let mut without = reading("cloud:1");
    if let News::Present(values) = &mut without.news {
        values.licences = Said::Cleared;
    }
    world.import(vec![without]);
    assert_eq!(world.only().state, AccountState::Removed);
    world.import(vec![reading(&format!("cloud:1 sku={E3}"))]);
    assert_eq!(world.only().state, AccountState::Active);
}

#[test]
fn b176_b177_users_without_names_can_be_left_out() {
    for (rule, line, imported) in [
        (WithoutNames::Import, "cloud:1 name=Scanner", true),
        (
            WithoutNames::IgnoreBothMissing,
            "cloud:1 name=Scanner",
            false,
        ),
        (
            WithoutNames::IgnoreBothMissing,
            "cloud:1 given=Wibowo",
            true,
        ),
        (
            WithoutNames::IgnoreEitherMissing,
            "cloud:1 given=Wibowo",
            false,
        ),
        (
            WithoutNames::IgnoreEitherMissing,
            "cloud:1 given=Anna; sur=Svensson",
            true,
        ),
        (WithoutNames::IgnoreBothMissing, "pc:1 name=Kiosk", true),
    ] {
        let mut world = World::new();
        world.policies.end_user.scope.without_names = rule;
        let plan = world.import(vec![reading(line)]);
        assert_eq!(plan.counts.created == 1, imported, "{rule:?} {line}");
    }
}

#[test]
fn d17_guests_mailboxes_and_rooms_are_imported_only_where_the_policy_says_so() {
    let kinds = [
        IdentityKind::Guest,
        IdentityKind::SharedMailbox,
        IdentityKind::Resource,
    ];
    for kind in kinds {
        let mut world = World::new();
        assert_eq!(
            world
                .import(vec![of_kind("cloud:1", kind)])
                .counts
                .out_of_scope,
            1
        );
        let scope = &mut world.policies.end_user.scope;
        (scope.guests, scope.shared_mailboxes, scope.resources) = (true, true, true);
        assert_eq!(
            world.import(vec![of_kind("cloud:1", kind)]).counts.created,
            1,
            "{kind:?}"
        );
    }
    let mut world = World::new();
    assert_eq!(
        world
            .import(vec![of_kind("ad:1", IdentityKind::System)])
            .counts
            .created,
        0
    );
}

#[test]
fn disabled_users_can_be_left_out_when_first_seen_but_not_later() {
    let mut world = World::new();
    world.policies.end_user.scope.disabled = false;
    world.import(vec![reading("ad:1 off"), reading("ad:2")]);
    assert_eq!(world.states(), [AccountState::Active]);
    world.import(vec![reading("ad:2 off")]);
    assert_eq!(world.states(), [AccountState::Disabled]);
}

#[test]
fn patterns_leave_out_by_user_name() {
    let mut world = World::new();
    world.policies.end_user.scope.excluded_patterns = vec!["zz.template.*".to_owned()];
    let plan = world.import(vec![
        reading("ad:1 user=zz.template.hyg"),
        reading("ad:2 user=anna"),
    ]);
    assert_eq!((plan.counts.created, plan.counts.out_of_scope), (1, 1));
}

#[test]
fn a_pattern_stands_for_the_whole_text() {
    for (pattern, text, expected) in [
        ("svc-*", "svc-backup", true),
        ("svc-*", "SVC-Backup", true),
        ("svc-*", "mysvc-1", false),
        ("*", "", true),
        ("a?c", "abc", true),
        ("a?c", "ac", false),
        ("*@old.example", "anna@old.example", true),
        ("**a**", "banana", true),
        ("", "x", false),
    ] {
        assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
    }
}
