//! Uploads part by part, marks, customers: every step may be repeated.

use bytes::Bytes;
use domain::customer::Customer;
use domain::id::{AgentId, UploadId};
use domain::identity::Source;

use super::{account, customer, now, table};
use crate::store::{PartStored, UploadFile, UploadRecord};

fn record() -> UploadRecord {
    UploadRecord {
        id: UploadId::parse("upl_1").unwrap(),
        customer: customer("c"),
        agent: AgentId::parse("agt_1").unwrap(),
        source: Source::ActiveDirectory,
        coverage: "auto".to_owned(),
        files: vec![
            UploadFile {
                name: "users.ldif".to_owned(),
                parts: 2,
            },
            UploadFile {
                name: "../groups".to_owned(),
                parts: 1,
            },
        ],
        bytes: 0,
        created_at: now(),
        completed_at: None,
        applied_at: None,
    }
}

#[tokio::test]
async fn parts_may_come_twice_and_in_any_order_but_never_change() {
    let store = table().await;
    let record = record();
    store.create_upload(&record).await.unwrap();
    store.create_upload(&record).await.unwrap();
    let put = async |file, part, text: &'static str| {
        let digest = format!("digest of {text}");
        let content = Bytes::from_static(text.as_bytes());
        store
            .put_part(&record, file, part, &digest, content)
            .await
            .unwrap()
    };
    assert_eq!(put(2, 1, "groups").await, PartStored::Stored);
    assert_eq!(put(1, 2, "second").await, PartStored::Stored);
    assert_eq!(put(1, 1, "first").await, PartStored::Stored);
    assert_eq!(put(1, 1, "first").await, PartStored::Same);
    assert_eq!(put(1, 1, "other").await, PartStored::Different);
    assert_eq!(
        store.part_list(&record.id).await.unwrap(),
        [(1, 1), (1, 2), (2, 1)]
    );
    let parts = store.parts(&record.id).await.unwrap();
    assert_eq!(
        parts,
        [
            vec![Bytes::from("first"), Bytes::from("second")],
            vec![Bytes::from("groups")]
        ]
    );
}

#[tokio::test]
async fn a_complete_upload_waits_until_it_is_applied() {
    let store = table().await;
    let record = record();
    store.create_upload(&record).await.unwrap();
    let waiting = async || {
        let waiting = store
            .completed_uploads(&customer("c"), Source::ActiveDirectory)
            .await;
        waiting.unwrap().len()
    };
    assert_eq!(waiting().await, 0);
    store.complete_upload(&record.id, now()).await.unwrap();
    store.complete_upload(&record.id, now()).await.unwrap();
    assert_eq!(waiting().await, 1);
    let other = store
        .completed_uploads(&customer("other"), Source::ActiveDirectory)
        .await
        .unwrap();
    assert!(other.is_empty());
    store.mark_applied(&record.id, now()).await.unwrap();
    store.mark_applied(&record.id, now()).await.unwrap();
    assert_eq!(waiting().await, 0);
}

#[tokio::test]
async fn marks_of_accounts_that_are_behind_come_and_go() {
    let store = table().await;
    let ids: Vec<_> = (0..300).map(|number| account("c", number).id).collect();
    store.put_push_marks(&customer("c"), &ids).await.unwrap();
    assert_eq!(store.push_marks(&customer("c")).await.unwrap().len(), 300);
    let before = store.meter().write_units();
    store.put_push_marks(&customer("c"), &ids).await.unwrap();
    assert!(
        (store.meter().write_units() - before).abs() < f64::EPSILON,
        "nothing new, no write"
    );
    store
        .remove_push_marks(&customer("c"), &ids[..299])
        .await
        .unwrap();
    assert_eq!(store.push_marks(&customer("c")).await.unwrap(), ids[299..]);
    store.put_push_marks(&customer("c"), &[]).await.unwrap();
    assert!(store.push_marks(&customer("c")).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_customer_keeps_the_time_it_was_added() {
    let store = table().await;
    let northwind = Customer {
        id: customer("northwind"),
        name: "Northwind".to_owned(),
        microsoft_tenant_id: None,
        psa_company_id: None,
        psa_site_id: None,
        docs_organization_id: None,
        docs_configuration_id: None,
        sources: vec![Source::Microsoft365],
        interval_minutes: None,
        licensed_only: None,
        paused: false,
        policies: Vec::new(),
    };
    store.put_customer(&northwind, now()).await.unwrap();
    let later = now() + jiff::SignedDuration::from_hours(5);
    let paused = Customer {
        paused: true,
        ..northwind
    };
    store.put_customer(&paused, later).await.unwrap();
    let held = store.customer(&paused.id).await.unwrap().unwrap();
    assert_eq!((held.customer, held.added_at), (paused, now()));
    assert_eq!(store.customers().await.unwrap().len(), 1);
    assert_eq!(store.last_tick().await.unwrap(), None);
    store.set_last_tick(now(), None).await.unwrap();
    assert_eq!(store.last_tick().await.unwrap(), Some(now()));
}
