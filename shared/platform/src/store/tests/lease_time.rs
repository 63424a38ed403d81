//! The lease to the second, and what a repeated or a late write of its holder does.

use super::fixture::{at, northwind, run, table};
use crate::store::{Approval, HeldRun, ImportState, RoundPage, StoreError};

#[tokio::test]
async fn a_lease_is_taken_over_when_it_has_ended_and_not_before() {
    let store = table().await;
    let customer = northwind();
    let first = store
        .acquire_lease(&customer, &run("run_a"), at(0))
        .await
        .unwrap()
        .unwrap();
    for seconds in [1, 299, 300] {
        let other = store
            .acquire_lease(&customer, &run("run_b"), at(seconds))
            .await
            .unwrap();
        assert!(other.is_none(), "after {seconds} seconds");
    }
    let second = store
        .acquire_lease(&customer, &run("run_b"), at(301))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((first.generation, second.generation), (1, 2));

    // The first one wakes up: nothing it wants to keep is kept.
    let mut state = store.import_state(&customer).await.unwrap();
    state.last_error = Some("of the first run".to_owned());
    let saved = store.save_import_state(&first, &state, at(302)).await;
    assert!(matches!(saved, Err(StoreError::Stale)));
    let released = store.release_lease(&first, &state).await;
    assert!(matches!(released, Err(StoreError::Stale)));
    let held = store.import_state(&customer).await.unwrap();
    assert_eq!((held.holder, held.last_error), (Some(run("run_b")), None));
}

#[tokio::test]
async fn the_same_run_takes_its_lease_again_and_its_older_self_is_stale() {
    let store = table().await;
    let customer = northwind();
    let older = store
        .acquire_lease(&customer, &run("run_a"), at(0))
        .await
        .unwrap()
        .unwrap();
    let newer = store
        .acquire_lease(&customer, &run("run_a"), at(5))
        .await
        .unwrap()
        .unwrap();
    let state = ImportState::new(customer);
    let saved = store.save_import_state(&older, &state, at(6)).await;
    assert!(matches!(saved, Err(StoreError::Stale)));
    store
        .save_import_state(&newer, &state, at(6))
        .await
        .unwrap();
}

#[tokio::test]
async fn saving_renews_the_lease_and_giving_it_back_may_be_repeated() {
    let store = table().await;
    let customer = northwind();
    let fence = store
        .acquire_lease(&customer, &run("run_a"), at(0))
        .await
        .unwrap()
        .unwrap();
    let mut state = store.import_state(&customer).await.unwrap();
    let renewed = store
        .save_import_state(&fence, &state, at(200))
        .await
        .unwrap();
    assert_eq!(renewed.lease_until, at(500));
    assert!(
        store
            .acquire_lease(&customer, &run("run_b"), at(400))
            .await
            .unwrap()
            .is_none()
    );

    state.last_error = Some("kept with the lease".to_owned());
    store.release_lease(&renewed, &state).await.unwrap();
    store.release_lease(&renewed, &state).await.unwrap();
    let other = store
        .acquire_lease(&customer, &run("run_b"), at(401))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(other.generation, 2);
    let held = store.import_state(&customer).await.unwrap();
    assert_eq!(held.last_error.as_deref(), Some("kept with the lease"));
}

#[tokio::test]
async fn nothing_is_begun_when_little_is_left_of_the_lease() {
    let store = table().await;
    let customer = northwind();
    let fence = store
        .acquire_lease(&customer, &run("run_a"), at(0))
        .await
        .unwrap()
        .unwrap();
    assert!(fence.is_safe_at(at(240)));
    assert!(!fence.is_safe_at(at(241)));

    let page = RoundPage {
        seen: vec![[1; 16]],
        leaving: Vec::new(),
    };
    let over = fence.run_out();
    let put = store.put_round_page(&over, &run("run_a"), 1, &page).await;
    assert!(matches!(put, Err(StoreError::Stale)));
    let write = super::fixture::create(&super::fixture::account(&customer, 1));
    let written = store.write_accounts(Some(&over), vec![write]).await;
    assert!(matches!(written, Err(StoreError::Stale)));
    assert!(store.all_accounts(&customer).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_yes_counts_for_the_run_that_is_held_and_for_no_other() {
    let store = table().await;
    let customer = northwind();
    let approval = |run_id: &str| Approval {
        run: run(run_id),
        by_role: "operator".to_owned(),
        at: at(10),
    };
    assert!(
        !store
            .approve_held(&customer, &approval("run_a"))
            .await
            .unwrap(),
        "nothing is held"
    );

    let fence = store
        .acquire_lease(&customer, &run("run_a"), at(0))
        .await
        .unwrap()
        .unwrap();
    let mut state = store.import_state(&customer).await.unwrap();
    let held = |run_id: &str| HeldRun {
        run: run(run_id),
        at: at(1),
        leaving: 9,
        active: 10,
        reason: "too many".to_owned(),
        upload: None,
    };
    state.held = Some(held("run_a"));
    let fence = store
        .save_import_state(&fence, &state, at(1))
        .await
        .unwrap();
    assert!(
        !store
            .approve_held(&customer, &approval("run_z"))
            .await
            .unwrap()
    );
    assert!(
        store
            .approve_held(&customer, &approval("run_a"))
            .await
            .unwrap()
    );

    // The holder saves what it read before the yes: the yes stays.
    let fence = store
        .save_import_state(&fence, &state, at(2))
        .await
        .unwrap();
    let read = store.import_state(&customer).await.unwrap();
    assert_eq!(read.approved, Some(approval("run_a")));

    state.held = Some(held("run_b"));
    store
        .save_import_state(&fence, &state, at(3))
        .await
        .unwrap();
    assert_eq!(store.import_state(&customer).await.unwrap().approved, None);
}
