//! One import per customer at a time; a slow holder cannot write into a newer one's lease.

use jiff::SignedDuration;

use super::{account, customer, now, run, table, write};
use crate::store::{Approval, HeldRun, ImportState, StoreError};

#[tokio::test]
async fn of_many_racers_one_gets_the_lease() {
    let store = table().await;
    let racers = (0..32).map(|number| {
        let store = store.clone();
        async move {
            store
                .acquire_lease(&customer("c"), &run(number), now())
                .await
                .unwrap()
        }
    });
    let winners = futures::future::join_all(racers)
        .await
        .into_iter()
        .flatten()
        .count();
    assert_eq!(winners, 1);
}

#[tokio::test]
async fn a_lease_that_ended_is_taken_over_and_its_first_holder_is_refused() {
    let store = table().await;
    let old = store
        .acquire_lease(&customer("c"), &run(1), now())
        .await
        .unwrap()
        .unwrap();
    assert!(
        store
            .acquire_lease(&customer("c"), &run(2), now())
            .await
            .unwrap()
            .is_none()
    );
    let again = store
        .acquire_lease(&customer("c"), &run(1), now())
        .await
        .unwrap()
        .unwrap();
    assert!(
        again.generation > old.generation,
        "the same run may take it again"
    );

    let later = now() + SignedDuration::from_mins(6);
    let new = store
        .acquire_lease(&customer("c"), &run(2), later)
        .await
        .unwrap()
        .unwrap();
    assert!(new.generation > again.generation);
    let state = ImportState::new(customer("c"));
    let stale = store
        .save_import_state(&again, &state, later)
        .await
        .unwrap_err();
    assert!(matches!(stale, StoreError::Stale), "{stale}");
    assert!(matches!(
        store.release_lease(&old, &state).await.unwrap_err(),
        StoreError::Stale
    ));
    store.save_import_state(&new, &state, later).await.unwrap();
}

#[tokio::test]
async fn nothing_is_written_once_the_lease_ran_out() {
    let store = table().await;
    let fence = store
        .acquire_lease(&customer("c"), &run(1), now())
        .await
        .unwrap()
        .unwrap();
    let over = fence.run_out();
    let account = account("c", 1);
    let refused = store
        .write_accounts(Some(&over), vec![write(&account, None)])
        .await;
    assert!(matches!(refused.unwrap_err(), StoreError::Stale));
    assert_eq!(
        store.account(&customer("c"), &account.id).await.unwrap(),
        None
    );
}

#[tokio::test]
async fn a_released_lease_is_free_and_the_state_is_kept() {
    let store = table().await;
    let fence = store
        .acquire_lease(&customer("c"), &run(1), now())
        .await
        .unwrap()
        .unwrap();
    let mut state = ImportState::new(customer("c"));
    state.held = Some(HeldRun {
        run: run(1),
        at: now(),
        leaving: 40,
        active: 100,
        reason: "too many".to_owned(),
        upload: None,
    });
    store.release_lease(&fence, &state).await.unwrap();
    assert!(
        store
            .acquire_lease(&customer("c"), &run(2), now())
            .await
            .unwrap()
            .is_some()
    );
    let kept = store.import_state(&customer("c")).await.unwrap();
    assert_eq!(kept.held, state.held);
}

#[tokio::test]
async fn a_yes_holds_for_the_run_it_was_given_to() {
    let store = table().await;
    let approval = |number| Approval {
        run: run(number),
        by_role: "manager".to_owned(),
        at: now(),
    };
    assert!(
        !store
            .approve_held(&customer("c"), &approval(1))
            .await
            .unwrap(),
        "nothing is held"
    );
    let fence = store
        .acquire_lease(&customer("c"), &run(1), now())
        .await
        .unwrap()
        .unwrap();
    let held = |number| HeldRun {
        run: run(number),
        at: now(),
        leaving: 9,
        active: 9,
        reason: "everybody".to_owned(),
        upload: None,
    };
    let mut state = ImportState::new(customer("c"));
    state.held = Some(held(1));
    let fence = store
        .save_import_state(&fence, &state, now())
        .await
        .unwrap();
    assert!(
        !store
            .approve_held(&customer("c"), &approval(2))
            .await
            .unwrap()
    );
    assert!(
        store
            .approve_held(&customer("c"), &approval(1))
            .await
            .unwrap()
    );
    let kept = store.import_state(&customer("c")).await.unwrap();
    assert_eq!(kept.approved.map(|approved| approved.run), Some(run(1)));
    state.held = Some(held(2));
    store
        .save_import_state(&fence, &state, now())
        .await
        .unwrap();
    assert_eq!(
        store.import_state(&customer("c")).await.unwrap().approved,
        None
    );
}
