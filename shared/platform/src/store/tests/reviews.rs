//! What waits for a person.

use domain::id::AccountId;
use domain::limits::REVIEWED_ACCOUNTS_MAX;
use domain::run::RunStatus;

use super::fixture::{at, fabrikam, northwind, run, table};
use crate::store::attr::{new_item, number};
use crate::store::keys::Key;
use crate::store::{Review, ReviewCounts, RunReview, StoreError};

fn failed(number: i64, reason: &str) -> RunReview {
    RunReview {
        customer: northwind(),
        run: run(&format!("run_{number}")),
        status: RunStatus::Failed,
        since: at(number),
        reason: reason.to_owned(),
    }
}

fn accounts(count: usize) -> Vec<AccountId> {
    let id = |number| AccountId::parse(format!("acc_{number:032x}")).unwrap();
    (0..count).map(id).collect()
}

#[tokio::test]
async fn a_failure_waits_since_it_began_and_is_written_once() {
    let store = table().await;
    store.review_run(&northwind(), None).await.unwrap();
    assert_eq!(store.reviews(None, 10).await.unwrap(), (vec![], None));

    let first = failed(1, "refused");
    for number in 1..4 {
        let before = store.meter().spent().write_units;
        let again = Some(failed(number, "refused"));
        store.review_run(&northwind(), again).await.unwrap();
        let written = store.meter().spent().write_units - before;
        assert_eq!(written > 0.0, number == 1);
    }
    let (reviews, _) = store.reviews(None, 10).await.unwrap();
    assert_eq!(reviews, [Review::Run(first)]);

    let other = failed(5, "not reachable");
    store.review_run(&northwind(), Some(other)).await.unwrap();
    let held = RunReview {
        status: RunStatus::Held,
        ..failed(6, "many leave")
    };
    let (reviews, _) = store.reviews(None, 10).await.unwrap();
    assert!(matches!(&reviews[..], [Review::Run(run)] if run.since == at(1)));
    store
        .review_run(&northwind(), Some(held.clone()))
        .await
        .unwrap();
    let (reviews, _) = store.reviews(None, 10).await.unwrap();
    assert_eq!(reviews, [Review::Run(held)]);
    store.review_run(&northwind(), None).await.unwrap();
    let counts = store.review_counts().await.unwrap();
    assert_eq!(counts, ReviewCounts::default());
}

#[tokio::test]
async fn a_held_run_is_replaced_by_the_one_that_can_be_approved() {
    let store = table().await;
    for number in 1..3 {
        let held = RunReview {
            status: RunStatus::Held,
            ..failed(number, "many leave")
        };
        store.review_run(&northwind(), Some(held)).await.unwrap();
    }
    let (reviews, _) = store.reviews(None, 10).await.unwrap();
    let [Review::Run(review)] = &reviews[..] else {
        panic!("one run waits: {reviews:?}");
    };
    assert_eq!((&review.run, review.since), (&run("run_2"), at(1)));
}

#[tokio::test]
async fn d3_accounts_with_several_candidates_are_counted_and_the_first_are_named() {
    let store = table().await;
    let many = accounts(REVIEWED_ACCOUNTS_MAX + 5);
    let review = |accounts, seconds| {
        let store = &store;
        async move {
            store
                .review_matches(&northwind(), accounts, at(seconds))
                .await
        }
    };
    review(&many, 1).await.unwrap();
    review(&many[1..], 2).await.unwrap();
    let (reviews, _) = store.reviews(None, 10).await.unwrap();
    let [Review::Matches(matches)] = &reviews[..] else {
        panic!("accounts wait: {reviews:?}");
    };
    assert_eq!(matches.since, at(1));
    assert_eq!(matches.count, many.len() as u64 - 1);
    assert_eq!(matches.accounts, many[1..=REVIEWED_ACCOUNTS_MAX]);
    let before = store.meter().spent().write_units;
    review(&many[1..], 3).await.unwrap();
    assert!((store.meter().spent().write_units - before).abs() < f64::EPSILON);
    review(&[], 4).await.unwrap();
    assert_eq!(store.reviews(None, 10).await.unwrap(), (vec![], None));
}

#[tokio::test]
async fn a_customer_that_is_taken_off_the_list_waits_for_nobody() {
    let store = table().await;
    store
        .review_run(&northwind(), Some(failed(1, "refused")))
        .await
        .unwrap();
    store
        .review_matches(&northwind(), &accounts(1), at(1))
        .await
        .unwrap();
    store.remove_customer(&northwind()).await.unwrap();
    assert_eq!(store.reviews(None, 10).await.unwrap(), (vec![], None));
}

#[tokio::test]
async fn a_note_that_cannot_be_read_stops_nothing_and_is_written_anew() {
    let store = table().await;
    for key in [Key::RunReview(northwind()), Key::MatchReview(northwind())] {
        let mut later = new_item(&key, "review");
        later.insert("v".to_owned(), number(99));
        store.put(later).await.unwrap();
    }
    let counts = store.review_counts().await.unwrap();
    assert_eq!(counts, ReviewCounts::default());
    assert_eq!(store.reviews(None, 10).await.unwrap(), (vec![], None));
    assert_eq!(store.match_review(&northwind()).await.unwrap(), None);
    let review = failed(1, "refused");
    let wanted = Some(review.clone());
    store.review_run(&northwind(), wanted).await.unwrap();
    store
        .review_matches(&northwind(), &[], at(1))
        .await
        .unwrap();
    let (reviews, _) = store.reviews(None, 10).await.unwrap();
    assert_eq!(reviews, [Review::Run(review)]);
}

#[tokio::test]
async fn b125_entries_that_wait_are_a_list_of_their_own() {
    let store = table().await;
    let two = accounts(2);
    for customer in [northwind(), fabrikam()] {
        store.review_entries(&customer, &two, at(1)).await.unwrap();
    }
    let one = accounts(1);
    store
        .review_matches(&northwind(), &one, at(1))
        .await
        .unwrap();
    let (entries, next) = store.entry_reviews(None, 1).await.unwrap();
    assert_eq!(entries[0].customer, fabrikam());
    let (entries, next) = store.entry_reviews(next.as_deref(), 1).await.unwrap();
    assert_eq!((&entries[0].customer, next), (&northwind(), None));
    let noted = store.entry_review(&northwind()).await.unwrap();
    assert_eq!(noted.as_ref(), entries.first());
    let foreign = store.entry_reviews(Some("MATCHES#northwind"), 1).await;
    assert!(matches!(foreign, Err(StoreError::BadCursor)));
    store
        .review_entries(&northwind(), &[], at(2))
        .await
        .unwrap();
    assert_eq!(store.entry_review(&northwind()).await.unwrap(), None);
    let counts = store.review_counts().await.unwrap();
    assert_eq!((counts.entries, counts.matches), (2, 1));
}

#[tokio::test]
async fn reviews_come_in_pages_and_are_counted_over_all_customers() {
    let store = table().await;
    let two = accounts(2);
    for customer in [northwind(), fabrikam()] {
        store.review_matches(&customer, &two, at(1)).await.unwrap();
        let failed = RunReview {
            customer: customer.clone(),
            ..failed(1, "refused")
        };
        store.review_run(&customer, Some(failed)).await.unwrap();
    }
    let mut cursor: Option<String> = None;
    let mut pages = Vec::new();
    loop {
        let (page, next) = store.reviews(cursor.as_deref(), 3).await.unwrap();
        pages.push(page.len());
        match next {
            Some(next) => cursor = Some(next),
            None => break,
        }
    }
    assert_eq!(pages, [3, 1]);
    // Runs and matches can be paged through apart.
    let (runs, next) = store.run_reviews(None, 1).await.unwrap();
    assert_eq!(runs[0].customer, fabrikam());
    let (runs, next) = store.run_reviews(next.as_deref(), 1).await.unwrap();
    assert_eq!((&runs[0].customer, next), (&northwind(), None));
    let (matches, next) = store.match_reviews(None, 1).await.unwrap();
    assert_eq!(matches[0].customer, fabrikam());
    let foreign = store.run_reviews(next.as_deref(), 1).await;
    assert!(matches!(foreign, Err(StoreError::BadCursor)));
    let (matches, next) = store.match_reviews(next.as_deref(), 1).await.unwrap();
    assert_eq!((&matches[0].customer, next), (&northwind(), None));
    let one = store.match_review(&northwind()).await.unwrap();
    assert_eq!(one.as_ref(), matches.first());
    let counts = store.review_counts().await.unwrap();
    let expected = ReviewCounts {
        failed: 2,
        matches: 4,
        ..ReviewCounts::default()
    };
    assert_eq!(counts, expected);
    for bad in ["", "RUN#", "CUSTOMER#northwind", "x"] {
        let refused = store.reviews(Some(bad), 3).await;
        assert!(matches!(refused, Err(StoreError::BadCursor)), "{bad}");
    }
}
