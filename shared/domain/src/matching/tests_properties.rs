//! What must hold for any accounts and contacts. Values are drawn from few, so that they collide.

use std::borrow::Cow;
use std::collections::BTreeSet;

use proptest::prelude::*;

use super::fixture::{Build, World, account, contact, contact_id, policies};
use super::wants_contact;
use crate::account::{Account, AccountState, AccountType, MatchRule, PsaStatus};
use crate::push::contact::{Contact, ContactKind, ExternalId};
use crate::values::email;

const ADDRESSES: [&str; 6] = [
    "a@x.example",
    "A@x.example",
    "b@x.example",
    "c@y.example",
    "d@x.example",
    "no address",
];
const NAMES: [(&str, &str); 4] = [("Anna", "Berg"), ("ANNA", "berg"), ("Bo", "Ek"), ("Bo", "")];

fn address() -> impl Strategy<Value = Option<&'static str>> {
    proptest::option::of(proptest::sample::select(&ADDRESSES[..]))
}

fn names() -> impl Strategy<Value = Option<(&'static str, &'static str)>> {
    proptest::option::of(proptest::sample::select(&NAMES[..]))
}

fn an_account(n: usize) -> impl Strategy<Value = Account> {
    let link = proptest::option::weighted(0.3, (0..6_usize, proptest::bool::weighted(0.3)));
    let of_any_state = prop_oneof![
        6 => Just(AccountState::Active),
        1 => Just(AccountState::Disabled),
        1 => Just(AccountState::Removed),
    ];
    let of_any_type = prop_oneof![
        8 => Just(AccountType::EndUser),
        1 => Just(AccountType::Administrator),
    ];
    (
        address(),
        address(),
        names(),
        link,
        of_any_state,
        of_any_type,
    )
        .prop_map(move |(main, other, names, link, state, account_type)| {
            let mut made = account(&format!("acc{n}")).in_state(state);
            made.account_type = account_type;
            made.fields.email = main.map(str::to_owned);
            if let Some(other) = other {
                made = made.also_at(other);
            }
            if let Some((given, surname)) = names {
                made = made.named(given, surname);
            }
            if let Some((contact, manual)) = link {
                let rule = if manual {
                    MatchRule::Manual
                } else {
                    MatchRule::Email
                };
                made = made.linked(&format!("{contact}"), rule);
            }
            made
        })
}

fn a_contact(n: usize) -> impl Strategy<Value = Contact> {
    let external = prop_oneof![
        3 => Just(Some(ExternalId::Empty)),
        1 => Just(None),
        2 => (0..5_usize).prop_map(|n| Some(ExternalId::Id(format!("oid-acc{n}")))),
    ];
    let kind = prop_oneof![8 => Just(ContactKind::Person), 1 => Just(ContactKind::Technician)];
    (address(), address(), names(), external, kind, any::<bool>()).prop_map(
        move |(main, other, names, external_id, kind, active)| {
            let mut made = contact(&format!("{n}")).of_kind(kind);
            made.fields.email = main.map(str::to_owned);
            if let Some(other) = other {
                made = made.also_at(other);
            }
            if let Some((given, surname)) = names {
                made = made.named(given, surname);
            }
            Contact {
                external_id,
                active,
                ..made
            }
        },
    )
}

fn some<T: Clone + std::fmt::Debug, S: Strategy<Value = T>>(
    each: impl Fn(usize) -> S,
) -> impl Strategy<Value = Vec<T>> {
    let all: Vec<S> = (0..6).map(each).collect();
    (all, 0..=6_usize).prop_map(|(mut all, count)| {
        all.truncate(count);
        all
    })
}

prop_compose! {
    fn a_world()(
        accounts in some(an_account),
        contacts in some(a_contact),
        create in any::<bool>(),
        shared_company in proptest::bool::weighted(0.2),
        taken in proptest::option::weighted(0.3, 0..6_usize),
        complete in proptest::bool::weighted(0.8),
    ) -> World {
        World {
            accounts,
            contacts,
            policies: policies(create),
            shared_company,
            taken: taken.map(|n| contact_id(&format!("{n}"))).into_iter().collect(),
            complete,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 512,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn b191_never_two_accounts_on_one_contact(mut world in a_world()) {
        let listed: BTreeSet<_> = world.contacts.iter().map(|c| c.id.clone()).collect();
        let mut held = BTreeSet::new();
        for standing in world.settle() {
            // Links to contacts that are not on the list are not judged.
            if let Some(contact) = standing.contact.filter(|c| listed.contains(c)) {
                prop_assert!(!world.taken.contains(&contact), "{contact} of another customer");
                prop_assert!(held.insert(contact.clone()), "{contact} twice");
            }
        }
    }

    #[test]
    fn deciding_again_decides_nothing(mut world in a_world()) {
        world.settle();
        prop_assert_eq!(world.decide(), []);
    }

    #[test]
    fn the_order_of_accounts_and_contacts_does_not_matter(
        world in a_world(),
        turn in 0..6_usize,
        backwards in any::<bool>(),
    ) {
        let mut other = world.clone();
        let by = |len: usize| turn % len.max(1);
        other.accounts.rotate_left(by(world.accounts.len()));
        other.contacts.rotate_left(by(world.contacts.len()));
        if backwards {
            other.accounts.reverse();
            other.contacts.reverse();
        }
        let sorted = |world: &World| {
            let mut decisions = world.decide();
            decisions.sort_by(|a, b| a.account.cmp(&b.account));
            decisions
        };
        prop_assert_eq!(sorted(&world), sorted(&other));
    }

    #[test]
    fn b127_d3_nothing_is_picked_among_several(world in a_world()) {
        for decision in world.decide() {
            let before = world.accounts.iter().find(|a| a.id == decision.account).unwrap();
            let (Some(id), Some(rule)) = (&decision.standing.contact, decision.standing.rule) else {
                continue;
            };
            if before.psa.contact.as_ref() == Some(id) {
                continue;
            }
            let picked = world.contacts.iter().find(|c| c.id == *id).unwrap();
            prop_assert_eq!(picked.kind, ContactKind::Person);
            // Another contact that agrees by the same rule and is as good is held by somebody.
            let mut after = world.clone();
            after.settle();
            let held: BTreeSet<_> = after.accounts.iter().filter_map(|a| a.psa.contact.clone()).collect();
            for other in &world.contacts {
                let as_good = other.active || !picked.active || rule == MatchRule::Name;
                let free = other.kind == ContactKind::Person
                    && !held.contains(&other.id)
                    && !world.taken.contains(&other.id);
                if other.id != *id && free && as_good {
                    prop_assert!(!super::agreeing(before, other).contains(&rule));
                }
            }
        }
    }

    #[test]
    fn b58_no_contact_is_wanted_against_a_rule(mut world in a_world()) {
        world.settle();
        let taken: BTreeSet<Cow<'_, str>> = world.contacts.iter().flat_map(|contact| {
            let main = contact.fields.email.as_deref();
            main.into_iter().chain(contact.alternate_emails.iter().map(String::as_str))
                .filter_map(email::key).collect::<Vec<_>>()
        }).collect();
        for account in &world.accounts {
            if !wants_contact(&account.psa) {
                continue;
            }
            prop_assert!(world.complete && !world.shared_company);
            prop_assert!(world.policies.of(account.account_type).create_psa_contact);
            prop_assert_eq!(account.state, AccountState::Active);
            let ours = account.fields.email.as_deref().into_iter().chain(account.alternate_emails());
            for address in ours.filter_map(email::key) {
                prop_assert!(!taken.contains(&address));
            }
        }
    }

    #[test]
    fn d13_links_outlive_everything_but_their_contact(mut world in a_world()) {
        let before = world.accounts.clone();
        world.settle();
        for (before, after) in before.iter().zip(&world.accounts) {
            let Some(id) = before.contact() else { continue };
            let rivals = before_rivals(&world, before) || world.taken.contains(id);
            if world.contacts.iter().any(|c| c.id == *id) && !rivals {
                prop_assert_eq!(after.contact(), Some(id));
                prop_assert_ne!(after.psa.status, PsaStatus::Off);
            }
        }
    }
}

/// Could somebody else hold the same contact?
fn before_rivals(world: &World, account: &Account) -> bool {
    let id = account.contact();
    world.accounts.iter().any(|other| {
        let remembers = other.psa.candidates.iter().any(|c| Some(&c.contact) == id);
        other.id != account.id && (other.contact() == id || remembers)
    })
}
