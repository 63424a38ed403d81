//! Calls to vendors, counted over all who call.

use std::time::Duration;

use domain::quota::{Allowance, Lane, Quota, Take};
use jiff::{SignedDuration, Timestamp};

use super::configured::write_units;
use super::fixture::{at, table};
use crate::store::Store;

const INSTANCE: &str = "https://acme.halopsa.example/api";

fn allowance() -> Allowance {
    Allowance::new(300, Duration::from_secs(300)).unwrap()
}

async fn taken(store: &Store, lane: Lane, now: Timestamp) -> u32 {
    match store.take_calls(INSTANCE, lane, now).await.unwrap() {
        Take::Calls { calls, .. } => calls,
        Take::Free | Take::Wait(_) => 0,
    }
}

#[tokio::test]
async fn what_nobody_limits_costs_no_write() {
    let store = table().await;
    let free = store.take_calls(INSTANCE, Lane::Import, at(0));
    assert_eq!(write_units(&store, free).await, 0.0);
    let free = store
        .take_calls(INSTANCE, Lane::Import, at(0))
        .await
        .unwrap();
    assert_eq!(free, Take::Free);
    assert_eq!(store.quota(INSTANCE).await.unwrap(), Quota::default());
}

#[tokio::test]
async fn many_who_call_at_once_get_no_more_than_there_is() {
    let store = table().await;
    store.learn_allowance(INSTANCE, allowance()).await.unwrap();
    let again = store.learn_allowance(INSTANCE, allowance());
    assert_eq!(write_units(&store, again).await, 0.0);
    let callers = (0..12).map(|_| async {
        let mut calls = 0;
        loop {
            // Whoever is too slow again and again has got nothing.
            match store.take_calls(INSTANCE, Lane::Import, at(1000)).await {
                Ok(Take::Calls { calls: more, .. }) => calls += more,
                Ok(Take::Free | Take::Wait(_)) => break,
                Err(_) => {}
            }
        }
        calls
    });
    let all: u32 = futures::future::join_all(callers).await.into_iter().sum();
    // 300 in ten slices and one more to spare, of which imports get three quarters.
    assert_eq!(all, 20);
    assert!(taken(&store, Lane::Webhook, at(1000)).await > 0);
    assert!(
        taken(&store, Lane::Import, at(1030)).await > 0,
        "the next slice"
    );
    assert_eq!(
        store
            .take_calls("another", Lane::Import, at(1000))
            .await
            .unwrap(),
        Take::Free
    );
}

#[tokio::test]
async fn all_rest_when_one_was_told_to() {
    let store = table().await;
    store.rest_until(INSTANCE, at(60)).await.unwrap();
    let shorter = store.rest_until(INSTANCE, at(30));
    assert_eq!(write_units(&store, shorter).await, 0.0);
    let wait = store
        .take_calls(INSTANCE, Lane::Person, at(20))
        .await
        .unwrap();
    assert_eq!(wait, Take::Wait(Duration::from_secs(40)));
    let later = at(60) + SignedDuration::from_millis(1);
    let free = store
        .take_calls(INSTANCE, Lane::Person, later)
        .await
        .unwrap();
    assert_eq!(free, Take::Free);
}
