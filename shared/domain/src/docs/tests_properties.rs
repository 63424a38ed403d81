//! What must hold for any accounts and entries. Values are drawn from few, so that they collide.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::entry::{Entry, Seal};
use super::fixture::{Who, World, account, entry, entry_id, home, policies};
use super::names::{Names, key};
use super::{DocsStanding, DocsStatus, EntryRule, chosen, created, new_entry, source_of};
use super::{category, wants_entry};
use crate::account::{Account, AccountState, AccountType};

const USERNAMES: [&str; 9] = [
    "ada",
    "ADA",
    "bo",
    "ada@x.example",
    "bo@x.example",
    "NORTHWIND\\ada",
    "OTHER\\ada",
    "pc-1\\ada",
    "",
];
const CATEGORIES: [&str; 7] = [
    "Active Directory",
    "active directory",
    "Microsoft 365",
    "Azure AD",
    "Local Account",
    "VPN",
    "",
];

fn a_standing() -> impl Strategy<Value = DocsStanding> {
    let id = (0..6_usize).prop_map(|n| entry_id(&format!("{n}")));
    prop_oneof![
        6 => Just(DocsStanding::default()),
        1 => id.clone().prop_map(created),
        2 => id.clone().prop_map(|id| DocsStanding {
            status: DocsStatus::Matched,
            rule: Some(EntryRule::AccountName),
            ..created(id)
        }),
        1 => (id.clone(), any::<bool>()).prop_map(|(id, fills)| {
            chosen(&DocsStanding::default(), Some(id), "x", fills)
        }),
        1 => id.prop_map(|id| DocsStanding {
            status: DocsStatus::Orphaned,
            lost: Some(id),
            ..DocsStanding::default()
        }),
        1 => Just(DocsStanding {
            creating_since: Some(jiff::Timestamp::UNIX_EPOCH),
            ..DocsStanding::default()
        }),
    ]
}

fn an_account(n: usize) -> impl Strategy<Value = Account> {
    let name = proptest::sample::select(&["ada", "bo"][..]);
    let states = prop_oneof![
        6 => Just(AccountState::Active),
        1 => Just(AccountState::Disabled),
        1 => Just(AccountState::Removed),
    ];
    let types = prop_oneof![
        8 => Just(AccountType::EndUser),
        1 => Just(AccountType::Administrator),
        1 => Just(AccountType::Service),
    ];
    let sources = (
        any::<bool>(),
        any::<bool>(),
        proptest::option::weighted(0.3, 0..2_usize),
    );
    (name, sources, any::<bool>(), states, types, a_standing()).prop_map(
        move |(name, (cloud, directory, machine), has_upn, state, account_type, standing)| {
            let mut made = account(&format!("acc{n}")).in_state(state);
            made.account_type = account_type;
            if cloud {
                made = made.in_cloud(&format!("{name}@x.example"));
            }
            if directory && has_upn {
                made = made.in_directory(&format!("{name}@x.example"), Some(name));
            } else if directory {
                made = made.in_directory(name, None);
            }
            if let Some(machine) = machine {
                made = made.on_machine(&format!("pc-{machine}"), name);
            }
            made.standing(standing)
        },
    )
}

fn an_entry(n: usize) -> impl Strategy<Value = Entry> {
    let seal = proptest::option::weighted(0.1, Just(Seal::Vault));
    let username = proptest::sample::select(&USERNAMES[..]);
    let category = proptest::sample::select(&CATEGORIES[..]);
    (username, category, proptest::bool::weighted(0.15), seal).prop_map(
        move |(username, category, is_archived, seal)| Entry {
            is_archived,
            seal,
            ..entry(&format!("{n}"), username, category)
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
        entries in some(an_entry),
        create in proptest::bool::weighted(0.7),
        update in any::<bool>(),
        shared_organization in proptest::bool::weighted(0.1),
        taken in proptest::option::weighted(0.2, 0..6_usize),
    ) -> World {
        let mut policies = policies(create);
        policies.end_user.update_docs_entry = update;
        World {
            accounts,
            entries,
            policies,
            shared_organization,
            taken: taken.map(|n| entry_id(&format!("{n}"))).into_iter().collect(),
        }
    }
}

/// Could the entry be the account's: by its user name, and by its category or for want of one?
fn could_be(account: &Account, entry: &Entry) -> bool {
    let sources = category::sources(account);
    let category = entry.category.as_deref().unwrap_or_default();
    let by_category = source_of(category).map_or(category.is_empty(), |of| sources.contains(&of));
    let username = entry.username.as_deref().unwrap_or_default();
    by_category && Names::of(account).fit(username).is_some()
}

/// The entries that somebody holds.
fn held(world: &World) -> BTreeSet<crate::id::EntryId> {
    let own = world
        .accounts
        .iter()
        .filter_map(|account| account.docs.entry.clone());
    own.chain(world.taken.iter().cloned()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 768,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn b191_never_two_accounts_on_one_entry(mut world in a_world()) {
        let listed: BTreeSet<_> = world.entries.iter().map(|entry| entry.id.clone()).collect();
        let mut held = BTreeSet::new();
        for standing in world.settle() {
            // The link of somebody who left to an entry that is gone is not judged.
            if let Some(entry) = standing.entry.filter(|entry| listed.contains(entry)) {
                prop_assert!(!world.taken.contains(&entry), "{entry} of another customer");
                prop_assert!(held.insert(entry.clone()), "{entry} twice");
            }
        }
    }

    #[test]
    fn deciding_again_decides_nothing(mut world in a_world()) {
        world.settle();
        prop_assert_eq!(world.decide(), []);
    }

    #[test]
    fn the_order_of_accounts_and_entries_does_not_matter(
        world in a_world(),
        turn in 0..6_usize,
        backwards in any::<bool>(),
    ) {
        let mut other = world.clone();
        let by = |len: usize| turn % len.max(1);
        other.accounts.rotate_left(by(world.accounts.len()));
        other.entries.rotate_left(by(world.entries.len()));
        if backwards {
            other.accounts.reverse();
            other.entries.reverse();
        }
        let sorted = |world: &World| {
            let mut decisions = world.decide();
            decisions.sort_by(|a, b| a.account.cmp(&b.account));
            decisions
        };
        prop_assert_eq!(sorted(&world), sorted(&other));
    }

    #[test]
    fn d4_none_is_made_beside_one_that_could_be_the_one(mut world in a_world()) {
        world.settle();
        let held = held(&world);
        let free: Vec<&Entry> = (world.entries.iter())
            .filter(|entry| !held.contains(&entry.id))
            .collect();
        for account in &world.accounts {
            let policy = world.policies.of(account.account_type);
            let new = new_entry(account, policy, home(), &[]);
            prop_assert_eq!(new.is_some(), wants_entry(&account.docs));
            if new.is_none() {
                continue;
            }
            prop_assert!(policy.create_docs_entry && !world.shared_organization);
            prop_assert_eq!(account.state, AccountState::Active);
            prop_assert_eq!(&account.docs.lost, &None);
            for entry in &free {
                prop_assert!(!could_be(account, entry), "{} beside {}", account.id, entry.id);
            }
        }
    }

    #[test]
    fn what_is_made_is_found_again(mut world in a_world()) {
        world.settle();
        let before = world.entries.len();
        for (account, number) in world.accounts.iter().zip(100..) {
            let policy = world.policies.of(account.account_type);
            if let Some(new) = new_entry(account, policy, home(), &[]) {
                world.entries.push(entry(&number.to_string(), &new.username, &new.category));
            }
        }
        let made: Vec<bool> = world.accounts.iter().map(|a| wants_entry(&a.docs)).collect();
        let after = world.settle();
        for (standing, made) in after.iter().zip(made) {
            prop_assert!(!made || standing.entry.is_some(), "{:?}", standing);
        }
        // No two of those that were made are alike.
        let new = &world.entries[before..];
        let places: BTreeSet<_> = (new.iter())
            .map(|entry| (entry.username.as_deref().and_then(key), entry.category.clone()))
            .collect();
        prop_assert_eq!(places.len(), new.len());
    }

    #[test]
    fn b127_d3_what_is_taken_was_the_only_one_and_nobody_elses(world in a_world()) {
        let mut after = world.clone();
        after.settle();
        let held = held(&after);
        for decision in world.decide() {
            let before = world.accounts.iter().find(|a| a.id == decision.account).unwrap();
            let (Some(id), Some(EntryRule::AccountName)) =
                (&decision.standing.entry, decision.standing.rule) else { continue };
            let had = [&before.docs.entry, &before.docs.lost];
            if had.into_iter().flatten().any(|had| had == id) {
                continue;
            }
            let taken = world.entries.iter().find(|entry| entry.id == *id).unwrap();
            prop_assert!(could_be(before, taken) && !taken.is_archived && taken.seal.is_none());
            for other in world.entries.iter().filter(|entry| !held.contains(&entry.id)) {
                let is_as_good = !other.is_archived && other.seal.is_none()
                    && other.category.is_some()
                    && other.username.as_deref().is_some_and(|name| !name.contains('\\'));
                prop_assert!(!(is_as_good && could_be(before, other)));
            }
        }
    }

    #[test]
    fn d13_links_outlive_everything_but_their_entry(mut world in a_world()) {
        let before = world.accounts.clone();
        world.settle();
        for (held, after) in before.iter().zip(&world.accounts) {
            let Some(id) = held.entry() else { continue };
            let rivals = before.iter().filter(|other| other.entry() == Some(id)).count();
            if world.entries.iter().any(|entry| entry.id == *id)
                && rivals == 1 && !world.taken.contains(id)
            {
                prop_assert_eq!(after.entry(), Some(id));
            }
        }
    }
}
