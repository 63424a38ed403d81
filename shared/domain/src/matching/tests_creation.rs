//! No contact fits: is one to be made, and if not, why not?

use super::fixture::{Build, World, account, contact, contact_id, short};
use super::{Reason, wants_contact};
use crate::account::{Account, AccountState, MatchRule, PsaStatus};
use crate::push::contact::ContactKind;
use jiff::Timestamp;

fn anna() -> Account {
    account("a").named("Anna", "Berg").email("anna@x.example")
}

#[test]
fn b32_b33_b34_b55_d2_a_contact_is_made_only_where_the_policy_says_so() {
    for (create, state, reason) in [
        (false, AccountState::Active, Reason::NoneMadeByPolicy),
        (true, AccountState::Active, Reason::ToBeMade),
        (true, AccountState::Disabled, Reason::NoneMadeForDisabled),
        (true, AccountState::Removed, Reason::Left),
    ] {
        let world = World::of(vec![anna().in_state(state)], vec![]);
        let world = if create { world.creating() } else { world };
        let decision = world.decide().remove(0);
        assert_eq!(decision.standing.reason.as_deref(), Some(reason.as_str()));
        assert_eq!(decision.wants_contact, reason == Reason::ToBeMade);
        assert_eq!(decision.wants_contact, wants_contact(&decision.standing));
    }
}

#[test]
fn b58_b59_b60_in_a_shared_company_contacts_are_matched_but_not_made() {
    let mut world = World::of(
        vec![anna(), account("b").email("b@x.example")],
        vec![contact("1").email("b@x.example")],
    )
    .creating();
    world.shared_company = true;
    let standings = world.settle();
    assert_eq!(short(&standings[0]), "blocked");
    assert_eq!(
        standings[0].reason.as_deref(),
        Some(Reason::SharedCompany.as_str())
    );
    assert_eq!(short(&standings[1]), "matched 1 by email");
    assert!(standings.iter().all(|standing| !wants_contact(standing)));
    assert_eq!(world.decide(), []);

    world.shared_company = false;
    assert!(
        world.decide()[0].wants_contact,
        "once it is no longer shared"
    );
}

#[test]
fn b58_where_none_would_be_made_nothing_is_blocked() {
    let mut world = World::of(vec![anna()], vec![]);
    world.shared_company = true;
    assert_eq!(short(&world.settle()[0]), "no-match");
}

#[test]
fn a_contact_needs_a_name() {
    for (account, blocked) in [
        (account("a"), true),
        (account("a").email("nobody"), true),
        (account("a").email("a@x.example"), false),
        (account("a").named("", "Berg"), false),
    ] {
        let mut world = World::of(vec![account], vec![]).creating();
        let standing = world.settle().remove(0);
        assert_eq!(standing.status == PsaStatus::Blocked, blocked);
        if blocked {
            assert_eq!(standing.reason.as_deref(), Some(Reason::NoName.as_str()));
        }
    }
}

#[test]
fn none_is_made_with_an_address_that_a_contact_of_the_company_has() {
    let technician = || contact("1").of_kind(ContactKind::Technician);
    let held = || account("b").linked("1", MatchRule::Manual);
    for (name, accounts, contact) in [
        (
            "a technician's",
            vec![anna()],
            technician().email("anna@x.example"),
        ),
        (
            "its second",
            vec![anna()],
            technician().also_at("ANNA@x.example"),
        ),
        (
            "the account's second",
            vec![anna().also_at("b@x.example")],
            technician().email("b@x.example"),
        ),
        (
            "a linked one's",
            vec![anna(), held()],
            contact("1").email("anna@x.example"),
        ),
    ] {
        let mut world = World::of(accounts, vec![contact]).creating();
        let standing = world.settle().remove(0);
        assert_eq!(short(&standing), "blocked", "{name}");
        assert_eq!(
            standing.reason.as_deref(),
            Some(Reason::AddressInUse.as_str())
        );
        assert_eq!(world.decide(), [], "{name}");
    }
}

#[test]
fn b265_two_accounts_with_one_address_do_not_get_two_contacts() {
    let other = account("b").named("Bo", "Ek").email("ANNA@x.example");
    let mut world = World::of(vec![anna(), other], vec![]).creating();
    for standing in world.settle() {
        assert_eq!(
            standing.reason.as_deref(),
            Some(Reason::AddressShared.as_str())
        );
    }
    assert_eq!(world.decide(), []);
    // One that wants no contact is no rival.
    world.accounts[1].state = AccountState::Disabled;
    assert!(wants_contact(&world.settle()[0]));
}

#[test]
fn w19_a_homonym_that_is_somebody_else_does_not_stop_a_create() {
    let homonym = contact("1").named("Anna", "Berg").carrying("oid-z");
    let mut world = World::of(vec![anna()], vec![homonym]).creating();
    let standing = world.settle().remove(0);
    assert!(wants_contact(&standing));
    assert_eq!(standing.candidates[0].contact, contact_id("1"));
    assert_eq!(
        standing.candidates[0].why_not,
        Reason::OtherExternalId.as_str()
    );
}

#[test]
fn d4_what_is_doubtful_is_neither_linked_nor_doubled() {
    let doubtful = contact("1").named("Anna", "Berg").email("aberg@x.example");
    let mut world = World::of(vec![anna()], vec![doubtful]).creating();
    let standing = world.settle().remove(0);
    assert_eq!(standing.status, PsaStatus::MoreThanOneMatch);
    assert_eq!(
        standing.reason.as_deref(),
        Some(Reason::OtherAddressSameDomain.as_str())
    );
    assert!(!wants_contact(&standing));
}

#[test]
fn a_create_whose_answer_was_lost_is_remembered_until_its_contact_is_found() {
    let mut pending = anna();
    pending.psa.creating_since = Some(Timestamp::UNIX_EPOCH);
    let mut world = World::of(vec![pending], vec![]).creating();
    let standing = world.settle().remove(0);
    assert!(wants_contact(&standing));
    assert_eq!(standing.creating_since, Some(Timestamp::UNIX_EPOCH));

    world.contacts = vec![contact("1").email("anna@x.example")];
    let standing = world.settle().remove(0);
    assert_eq!(short(&standing), "created 1");
    assert_eq!(standing.creating_since, None);
    assert_eq!(world.decide(), []);
}

#[test]
fn what_the_psa_refused_stays_while_a_contact_is_wanted() {
    let mut failed = anna();
    failed.psa.status = PsaStatus::Failed;
    failed.psa.reason = Some("the PSA refused the address".into());
    let mut world = World::of(vec![failed], vec![]).creating();
    assert_eq!(world.decide(), []);
    world.contacts = vec![contact("1").email("anna@x.example")];
    assert_eq!(short(&world.settle()[0]), "matched 1 by email");
    world.contacts.clear();
    world.policies = super::fixture::policies(false);
    assert_eq!(short(&world.settle()[0]), "no-match");
}
