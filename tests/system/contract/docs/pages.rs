//! The contract of a documentation system, continued: lists of several pages.

use connectors::error::{ConnectorError, Garble};

use super::bench::Bench;
use super::vendor::{Call, Held, Simulated, Ways};

impl<S: Simulated> Bench<S> {
    fn add_many(&self, count: usize) {
        for number in 0..count {
            self.add(&Held {
                is_archived: number % 50 == 7,
                ..Held::new("Entry", &format!("user{number}"), "Cloud")
            });
        }
    }

    async fn usernames(&self) -> Vec<String> {
        let entries = self.entries().await.unwrap();
        let mut names: Vec<String> = entries.into_iter().filter_map(|e| e.username).collect();
        names.sort();
        names
    }
}

pub(super) async fn entries_come_over_three_pages_each_once<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let rows = bench.side.facts().page_rows;
    let count = 2 * rows + rows / 2;
    bench.add_many(count);
    let mut names = bench.usernames().await;
    assert_eq!(names.len(), count);
    names.dedup();
    assert_eq!(names.len(), count);
    assert!(
        bench.count(Call::List) >= 4,
        "three pages, and those archived"
    );
}

pub(super) async fn a_smaller_page_of_entries_than_asked_for_leaves_none_out<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    bench.add_many(95);
    bench.set(Ways {
        page_rows_max: Some(40),
        ..Ways::default()
    });
    let names = bench.usernames().await;
    assert_eq!(names.len(), 95);
    assert!(bench.count(Call::List) >= 4);
    bench.set(Ways::default());
    assert_eq!(bench.usernames().await, names);
}

pub(super) async fn a_page_of_entries_that_repeats_is_an_error<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    bench.add_many(95);
    bench.set(Ways {
        page_rows_max: Some(40),
        repeats_page: true,
        ..Ways::default()
    });
    let error = bench.entries().await.unwrap_err();
    let ConnectorError::Unreadable { garble, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!(*garble, Garble::Shape, "{error}");
    assert!(bench.count(Call::List) <= 2, "it is noticed soon");
}
