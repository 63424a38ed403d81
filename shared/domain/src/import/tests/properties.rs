//! What must hold for any history of readings.

use proptest::prelude::*;

use super::{World, reading};
use crate::account::Account;
use crate::identity::Reading;
use crate::import::Inventory;

/// A record of one of six people in the cloud or on premises, present, disabled or gone.
fn any_reading() -> impl Strategy<Value = String> {
    (0..6_u8, any::<bool>(), 0..4_u8, 0..3_u8).prop_map(|(person, cloud, what, name)| {
        let who = if cloud {
            format!("cloud:c{person}")
        } else {
            format!("ad:g{person}")
        };
        // Half of the people are hybrid.
        let anchor = if cloud && person % 2 == 0 {
            format!("; guid=g{person}")
        } else {
            String::new()
        };
        match what {
            0 => format!("{who} left"),
            1 => format!("{who} name=N{name}; mail=p{person}@x.example; off{anchor}"),
            _ => format!("{who} name=N{name}; mail=p{person}@x.example{anchor}"),
        }
    })
}

fn history() -> impl Strategy<Value = Vec<Vec<String>>> {
    prop::collection::vec(prop::collection::vec(any_reading(), 0..8), 1..6)
}

fn readings(lines: &[String]) -> Vec<Reading> {
    lines.iter().map(|line| reading(line)).collect()
}

/// What the inventory says, without when and in how many steps.
fn told(inventory: &Inventory) -> Vec<Account> {
    let at = inventory.accounts.values().map(|a| a.imported_at).min();
    let mut accounts: Vec<Account> = inventory.accounts.values().cloned().collect();
    for account in &mut accounts {
        account.revision = 0;
        account.state_since = at.unwrap();
        account.imported_at = at.unwrap();
        account
            .identities
            .sort_by(|one, other| one.key.cmp(&other.key));
        for identity in &mut account.identities {
            if let Some(gone) = &mut identity.gone {
                gone.at = at.unwrap();
            }
        }
    }
    accounts
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn planning_again_after_applying_gives_an_empty_plan(pages in history()) {
        let mut world = World::new();
        for page in &pages {
            world.import(readings(page));
        }
        let last = pages.last().unwrap();
        let again = world.import(readings(last));
        prop_assert!(again.changes.is_empty(), "{:?}", again.changes);
        prop_assert!(again.leavers.is_empty(), "{:?}", again.leavers);
    }

    #[test]
    fn how_a_reading_is_cut_into_pages_does_not_matter(lines in prop::collection::vec(any_reading(), 0..24), size in 1..9_usize) {
        let mut whole = World::new();
        whole.page(readings(&lines));
        whole.end();
        let mut paged = World::new();
        for page in lines.chunks(size) {
            paged.page(readings(page));
        }
        paged.end();
        prop_assert_eq!(told(&whole.inventory), told(&paged.inventory));
    }

    #[test]
    fn a_page_that_is_delivered_twice_changes_nothing_more(lines in prop::collection::vec(any_reading(), 0..24), size in 1..9_usize) {
        let mut once = World::new();
        let mut twice = World::new();
        for page in lines.chunks(size) {
            once.page(readings(page));
            twice.page(readings(page));
            twice.page(readings(page));
        }
        once.end();
        twice.end();
        prop_assert_eq!(told(&once.inventory), told(&twice.inventory));
    }

    #[test]
    fn the_order_of_different_records_does_not_matter(lines in prop::collection::vec(any_reading(), 0..12), seed in any::<u64>()) {
        // One word per record, so that there is no last word to move.
        let mut by_record = std::collections::BTreeMap::new();
        for line in lines {
            by_record.insert(line.split(' ').next().unwrap().to_owned(), line);
        }
        let forward: Vec<String> = by_record.into_values().collect();
        let mut shuffled = forward.clone();
        let len = shuffled.len().max(1);
        shuffled.rotate_left(usize::try_from(seed % 1024).unwrap() % len);
        shuffled.reverse();
        let mut one = World::new();
        let mut other = World::new();
        one.import(readings(&forward));
        other.import(readings(&shuffled));
        let people = |world: &World| {
            told(&world.inventory).into_iter().map(|a| (a.identities, a.fields, a.state)).collect::<Vec<_>>()
        };
        let (mut a, mut b) = (people(&one), people(&other));
        a.sort_by(|x, y| x.0[0].key.cmp(&y.0[0].key));
        b.sort_by(|x, y| x.0[0].key.cmp(&y.0[0].key));
        prop_assert_eq!(a, b);
    }

    #[test]
    fn a_record_is_in_one_account_and_nobody_vanishes(pages in history()) {
        let mut world = World::new();
        let mut known = 0;
        for page in &pages {
            world.import(readings(page));
            prop_assert!(world.inventory.accounts.len() >= known, "an account vanished");
            known = world.inventory.accounts.len();
            let mut keys: Vec<_> = world.inventory.accounts.values().flat_map(|a| &a.identities).map(|i| &i.key).collect();
            let all = keys.len();
            keys.sort();
            keys.dedup();
            prop_assert_eq!(keys.len(), all, "a record is in two accounts");
        }
    }
}
