//! Positions at the sources, and what the pages of a round noted.

use std::collections::BTreeMap;

use domain::id::{AccountId, UploadId};
use domain::identity::Source;
use domain::run::RunCounts;

use super::fixture::{account, at, fabrikam, northwind, run, table};
use crate::store::{GraphPosition, ImportState, Round, RoundPage, UploadPosition, UploadRound};

/// An upload that was handed over after three chunks.
fn half_read() -> UploadRound {
    UploadRound {
        chunks: 3,
        pages: 1,
        counts: RunCounts {
            updated: 2,
            ..RunCounts::default()
        },
        ..UploadRound::new(UploadId::parse("upl_2").unwrap())
    }
}

#[tokio::test]
async fn a_state_comes_back_as_it_was_saved() {
    let store = table().await;
    let customer = northwind();
    assert_eq!(
        store.import_state(&customer).await.unwrap(),
        ImportState::new(customer.clone()),
        "of a customer that was never imported"
    );
    let fence = store
        .acquire_lease(&customer, &run("run_a"), at(0))
        .await
        .unwrap()
        .unwrap();
    let upload = UploadPosition {
        cursor_usn: Some(u64::MAX),
        cursor_dsa: Some("dc1.northwind.example".to_owned()),
        last_applied: Some(UploadId::parse("upl_1").unwrap()),
        completed_at: Some(at(-5)),
        round: Some(half_read()),
    };
    let round = Round {
        run: run("run_a"),
        complete: true,
        infer_removals: true,
        next_link: Some("https://graph.example/next".to_owned()),
        pages: 3,
        counts: RunCounts {
            created: 7,
            ..RunCounts::default()
        },
        started_at: at(0),
    };
    let state = ImportState {
        graph: Some(GraphPosition {
            delta_link: Some("https://graph.example/delta".to_owned()),
            delta_stored_at: Some(at(-60)),
            select_version: 2,
            scope_digest: "digest".to_owned(),
            roles_digest: None,
            role_groups_digest: Some("digest of members".to_owned()),
            completed_at: Some(at(-60)),
            round: Some(round),
        }),
        uploads: BTreeMap::from([
            (Source::ActiveDirectory, upload),
            (Source::LocalWindows, UploadPosition::default()),
        ]),
        last_error: Some("the tenant could not be read".to_owned()),
        ..ImportState::new(customer.clone())
    };
    let fence = store
        .save_import_state(&fence, &state, at(9))
        .await
        .unwrap();
    let read = store.import_state(&customer).await.unwrap();
    let leased = ImportState {
        generation: 1,
        holder: Some(run("run_a")),
        lease_until: Some(fence.lease_until),
        ..state.clone()
    };
    assert_eq!(read, leased);
    store.release_lease(&fence, &state).await.unwrap();
    let read = store.import_state(&customer).await.unwrap();
    assert_eq!(
        read,
        ImportState {
            generation: 1,
            ..state
        }
    );
}

#[tokio::test]
async fn pages_come_back_in_order_and_twice_is_once() {
    let store = table().await;
    let customer = northwind();
    let fence = store
        .acquire_lease(&customer, &run("run_a"), at(0))
        .await
        .unwrap()
        .unwrap();
    let page = |number: u8, records: u32| RoundPage {
        seen: (0..records)
            .map(|n| u128::from(n).to_be_bytes().map(|b| b ^ number))
            .collect(),
        leaving: vec![
            account(&customer, u32::from(number)).id,
            AccountId::parse("of-another-form").unwrap(),
        ],
    };
    // The large one does not fit into one item.
    let (first, second, third) = (page(1, 999), page(2, 25_001), page(3, 0));
    for (number, noted) in [(10, &third), (2, &second), (1, &first), (2, &second)] {
        store
            .put_round_page(&fence, &run("run_a"), number, noted)
            .await
            .unwrap();
    }
    let read = store.round_pages(&customer, &run("run_a")).await.unwrap();
    assert_eq!(read, [first, second, third]);
    assert!(
        store
            .round_pages(&customer, &run("run_b"))
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        store
            .round_pages(&fabrikam(), &run("run_a"))
            .await
            .unwrap()
            .is_empty()
    );

    store
        .delete_round_pages(&customer, &run("run_a"))
        .await
        .unwrap();
    assert!(
        store
            .round_pages(&customer, &run("run_a"))
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn who_is_behind_is_kept_in_chunks_and_taken_off() {
    let store = table().await;
    let customer = northwind();
    let mut behind: Vec<AccountId> = (0..1_100).map(|n| account(&customer, n).id).collect();
    behind.push(AccountId::parse("of-another-form").unwrap());
    behind.sort();
    store.put_push_marks(&customer, &behind).await.unwrap();
    assert_eq!(store.push_marks(&customer).await.unwrap(), behind);

    let before = store.meter().write_units();
    store.put_push_marks(&customer, &behind).await.unwrap();
    assert_eq!(
        store.meter().write_units(),
        before,
        "the same again writes nothing"
    );

    let (done, left) = behind.split_at(600);
    store.remove_push_marks(&customer, done).await.unwrap();
    assert_eq!(store.push_marks(&customer).await.unwrap(), left);
    store.put_push_marks(&customer, &left[..3]).await.unwrap();
    assert_eq!(store.push_marks(&customer).await.unwrap(), &left[..3]);
    store.put_push_marks(&customer, &[]).await.unwrap();
    assert!(store.push_marks(&customer).await.unwrap().is_empty());
}
