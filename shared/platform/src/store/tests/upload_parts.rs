//! Uploads in races, with holes, at their limits, and in the order in which they are applied.

use bytes::Bytes;
use domain::id::{AgentId, UploadId};
use domain::identity::Source;
use domain::limits::{UPLOAD_BYTES_MAX, UPLOAD_PART_BYTES_MAX};
use futures::future::join_all;

use super::fixture::{at, fabrikam, northwind, table};
use crate::store::{PartStored, Store, StoreError, UploadFile, UploadRecord};

fn upload(id: &str, parts: &[u32]) -> UploadRecord {
    let file = |parts: &u32| UploadFile {
        name: "users.ldf".to_owned(),
        parts: *parts,
    };
    UploadRecord {
        id: UploadId::parse(id).unwrap(),
        customer: northwind(),
        agent: AgentId::parse("agt_1").unwrap(),
        source: Source::ActiveDirectory,
        coverage: "auto".to_owned(),
        files: parts.iter().map(file).collect(),
        bytes: 0,
        created_at: at(0),
        completed_at: None,
        applied_at: None,
    }
}

async fn put(store: &Store, record: &UploadRecord, place: (u32, u32), text: &str) -> PartStored {
    let content = Bytes::from(text.to_owned());
    let digest = format!("digest of {text}");
    let (file, part) = place;
    let put = store.put_part(record, file, part, &digest, content);
    put.await.unwrap()
}

#[tokio::test]
async fn parts_come_in_any_order_and_are_read_in_theirs() {
    let store = table().await;
    let record = upload("upl_1", &[2, 11]);
    store.create_upload(&record).await.unwrap();
    store.create_upload(&record).await.unwrap();
    assert_eq!(
        store.upload(&record.id).await.unwrap(),
        Some(record.clone())
    );
    let mut places: Vec<(u32, u32)> = (1..=11).map(|part| (2, part)).collect();
    places.extend([(1, 2), (1, 1)]);
    for (file, part) in places.iter().rev() {
        let text = format!("{file}/{part}");
        assert_eq!(
            put(&store, &record, (*file, *part), &text).await,
            PartStored::Stored
        );
        assert_eq!(
            put(&store, &record, (*file, *part), &text).await,
            PartStored::Same
        );
    }
    places.sort_unstable();
    assert_eq!(store.part_list(&record.id).await.unwrap(), places);
    let files = store.parts(&record.id).await.unwrap();
    assert_eq!(files.iter().map(Vec::len).collect::<Vec<_>>(), [2, 11]);
    assert_eq!(files[1][9], "2/10");
}

#[tokio::test]
async fn a_part_keeps_the_content_it_came_with() {
    let store = table().await;
    let record = upload("upl_1", &[1]);
    store.create_upload(&record).await.unwrap();
    let racing = ["a", "b", "c", "d", "e", "f"].map(|text| put(&store, &record, (1, 1), text));
    let outcomes = join_all(racing).await;
    let stored = outcomes
        .iter()
        .filter(|outcome| **outcome == PartStored::Stored)
        .count();
    let different = outcomes
        .iter()
        .filter(|outcome| **outcome == PartStored::Different)
        .count();
    assert_eq!((stored, different), (1, 5));
    let files = store.parts(&record.id).await.unwrap();
    let winner = outcomes
        .iter()
        .position(|outcome| *outcome == PartStored::Stored)
        .unwrap();
    assert_eq!(files[0][0], ["a", "b", "c", "d", "e", "f"][winner]);
}

#[tokio::test]
async fn a_part_has_a_limit_and_the_largest_fits() {
    let store = table().await;
    let record = upload("upl_1", &[4]);
    store.create_upload(&record).await.unwrap();
    let content = Bytes::from(vec![7; UPLOAD_PART_BYTES_MAX + 1]);
    let put = store
        .put_part(&record, 1, 1, "digest", content.clone())
        .await;
    assert!(matches!(put, Err(StoreError::Refused { .. })));
    for part in 1..=4 {
        let content = content.slice(1..);
        let put = store.put_part(&record, 1, part, "digest", content).await;
        assert_eq!(put.unwrap(), PartStored::Stored);
    }
    let files = store.parts(&record.id).await.unwrap();
    assert!(
        files[0]
            .iter()
            .all(|part| part.len() == UPLOAD_PART_BYTES_MAX)
    );
}

#[tokio::test]
async fn the_parts_of_an_upload_have_a_limit_together() {
    let store = table().await;
    let record = UploadRecord {
        // As if all but so many bytes had been handed in.
        bytes: UPLOAD_BYTES_MAX as u64 - 10,
        ..upload("upl_1", &[4])
    };
    store.create_upload(&record).await.unwrap();
    let counted = async || store.upload(&record.id).await.unwrap().unwrap().bytes;
    let four = put(&store, &record, (1, 1), "four").await;
    assert_eq!(four, PartStored::Stored);
    for same in ["four", "four"] {
        assert_eq!(put(&store, &record, (1, 1), same).await, PartStored::Same);
    }
    assert_eq!(
        put(&store, &record, (1, 1), "other").await,
        PartStored::Different
    );
    assert_eq!(counted().await, UPLOAD_BYTES_MAX as u64 - 6);
    assert_eq!(
        put(&store, &record, (1, 2), "seven..").await,
        PartStored::UploadTooLarge
    );
    assert_eq!(store.part_list(&record.id).await.unwrap(), [(1, 1)]);
    assert_eq!(
        put(&store, &record, (1, 2), "six...").await,
        PartStored::Stored
    );
    assert_eq!(counted().await, UPLOAD_BYTES_MAX as u64);
    assert_eq!(
        put(&store, &record, (1, 3), "1").await,
        PartStored::UploadTooLarge
    );
}

#[tokio::test]
async fn parts_that_race_are_counted_once() {
    let store = table().await;
    let record = upload("upl_1", &[1]);
    store.create_upload(&record).await.unwrap();
    let racing = ["a", "b", "c", "d"].map(|text| put(&store, &record, (1, 1), text));
    join_all(racing).await;
    let held = store.upload(&record.id).await.unwrap().unwrap();
    assert_eq!(held.bytes, 1);
}

#[tokio::test]
async fn no_more_parts_are_read_than_fit() {
    let store = table().await;
    let record = upload("upl_1", &[2, 1]);
    store.create_upload(&record).await.unwrap();
    for place in [(1, 1), (1, 2), (2, 1)] {
        put(&store, &record, place, "four").await;
    }
    assert_eq!(
        store
            .parts_within(&record.id, 12)
            .await
            .unwrap()
            .concat()
            .len(),
        3
    );
    let refused = store.parts_within(&record.id, 11).await.unwrap_err();
    assert!(matches!(refused, StoreError::TooLarge { .. }), "{refused}");
    let disposition = domain::failure::Failure::from(refused).disposition();
    assert_eq!(disposition, domain::failure::Disposition::Reject);
}

#[tokio::test]
async fn an_upload_with_a_hole_is_not_read() {
    let store = table().await;
    let record = upload("upl_1", &[3]);
    store.create_upload(&record).await.unwrap();
    let unknown = UploadId::parse("upl_9").unwrap();
    assert!(matches!(
        store.parts(&unknown).await,
        Err(StoreError::Missing { .. })
    ));
    for part in [1, 3] {
        put(&store, &record, (1, part), "x").await;
        assert!(matches!(
            store.parts(&record.id).await,
            Err(StoreError::Missing { .. })
        ));
    }
    put(&store, &record, (1, 2), "x").await;
    assert_eq!(store.parts(&record.id).await.unwrap()[0].len(), 3);
}

#[tokio::test]
async fn complete_ones_wait_oldest_first_until_they_are_applied() {
    let store = table().await;
    let (one, two) = (upload("upl_1", &[1]), upload("upl_2", &[1]));
    let machines = UploadRecord {
        source: Source::LocalWindows,
        ..upload("upl_3", &[1])
    };
    for record in [&one, &two, &machines] {
        store.create_upload(record).await.unwrap();
        put(&store, record, (1, 1), "x").await;
    }
    let waiting = async |source| {
        let uploads = store.completed_uploads(&northwind(), source).await.unwrap();
        uploads
            .into_iter()
            .map(|upload| upload.id.to_string())
            .collect::<Vec<_>>()
    };
    assert!(waiting(Source::ActiveDirectory).await.is_empty());
    store.complete_upload(&two.id, at(5)).await.unwrap();
    store.complete_upload(&one.id, at(6)).await.unwrap();
    store.complete_upload(&two.id, at(7)).await.unwrap();
    store.complete_upload(&machines.id, at(7)).await.unwrap();
    assert_eq!(waiting(Source::ActiveDirectory).await, ["upl_2", "upl_1"]);
    assert_eq!(waiting(Source::LocalWindows).await, ["upl_3"]);
    let none = store
        .completed_uploads(&fabrikam(), Source::LocalWindows)
        .await
        .unwrap();
    assert!(none.is_empty());

    let closed = store.upload(&two.id).await.unwrap().unwrap();
    assert_eq!(closed.completed_at, Some(at(5)), "the first time counts");
    assert_eq!(put(&store, &closed, (1, 1), "x").await, PartStored::Same);
    assert_eq!(put(&store, &closed, (1, 2), "x").await, PartStored::Closed);

    for _ in 0..2 {
        store.mark_applied(&two.id, at(8)).await.unwrap();
        // The agent did not hear the answer, and says it again.
        store.complete_upload(&two.id, at(9)).await.unwrap();
        assert_eq!(waiting(Source::ActiveDirectory).await, ["upl_1"]);
    }
    assert!(
        store.part_list(&two.id).await.unwrap().is_empty(),
        "what it held is deleted"
    );
    assert!(matches!(
        store.parts(&two.id).await,
        Err(StoreError::Missing { .. })
    ));
    let unknown = UploadId::parse("upl_9").unwrap();
    let completed = store.complete_upload(&unknown, at(9)).await;
    assert!(matches!(completed, Err(StoreError::Missing { .. })));
    store.mark_applied(&unknown, at(9)).await.unwrap();
}
