//! Accounts: conditional on what they were decided on, read one by one, in batches and in pages.

use domain::id::AccountId;

use super::{account, customer, table, write};
use crate::store::{StoreError, WriteOutcome};

#[tokio::test]
async fn a_create_happens_once_and_a_change_on_the_revision_it_was_decided_on() {
    let store = table().await;
    let first = account("c", 1);
    let outcomes = store
        .write_accounts(None, vec![write(&first, None)])
        .await
        .unwrap();
    assert_eq!(outcomes, [WriteOutcome::Done]);
    // Sent again, as after a lost answer: the same. Another one: somebody was faster.
    let outcomes = store
        .write_accounts(None, vec![write(&first, None)])
        .await
        .unwrap();
    assert_eq!(outcomes, [WriteOutcome::Done]);
    let mut other = first.clone();
    other.fields.email = None;
    let outcomes = store
        .write_accounts(None, vec![write(&other, None)])
        .await
        .unwrap();
    assert_eq!(outcomes, [WriteOutcome::Conflict]);

    other.revision = 2;
    let outcomes = store
        .write_accounts(None, vec![write(&other, Some(1))])
        .await
        .unwrap();
    assert_eq!(outcomes, [WriteOutcome::Done]);
    let mut late = first.clone();
    late.revision = 2;
    late.fields.mobile = Some("+46 70 555 01 00".to_owned());
    let outcomes = store
        .write_accounts(None, vec![write(&late, Some(1))])
        .await
        .unwrap();
    assert_eq!(outcomes, [WriteOutcome::Conflict]);
    assert_eq!(
        store.account(&customer("c"), &first.id).await.unwrap(),
        Some(other)
    );
}

#[tokio::test]
async fn batches_and_pages_hold_every_account_once() {
    let store = table().await;
    let accounts: Vec<_> = (0..230).map(|number| account("c", number)).collect();
    let writes = accounts
        .iter()
        .map(|account| write(account, None))
        .collect();
    store.write_accounts(None, writes).await.unwrap();
    store
        .write_accounts(None, vec![write(&account("other", 1), None)])
        .await
        .unwrap();

    let mut ids: Vec<AccountId> = accounts.iter().map(|account| account.id.clone()).collect();
    ids.push(account("nobody", 7).id);
    let mut batch = store.accounts(&customer("c"), &ids).await.unwrap();
    batch.sort_by(|one, other| one.id.cmp(&other.id));
    let mut expected = accounts.clone();
    expected.sort_by(|one, other| one.id.cmp(&other.id));
    assert_eq!(batch, expected);
    assert_eq!(store.all_accounts(&customer("c")).await.unwrap(), expected);

    let mut paged = Vec::new();
    let mut cursor = None;
    loop {
        let page = store
            .accounts_page(&customer("c"), cursor.as_deref(), 50)
            .await
            .unwrap();
        assert!(page.0.len() <= 50);
        paged.extend(page.0);
        cursor = page.1;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(paged, expected);
    let index = store.identity_index(&customer("c")).await.unwrap();
    assert_eq!(index.len(), 230);
}

#[tokio::test]
async fn a_cursor_that_is_not_ours_is_refused() {
    let store = table().await;
    for number in 0..3 {
        store
            .write_accounts(None, vec![write(&account("c", number), None)])
            .await
            .unwrap();
    }
    let (_, cursor) = store.accounts_page(&customer("c"), None, 1).await.unwrap();
    let cursor = cursor.unwrap();
    for bad in ["", "x", "../..", "acc_0#CUSTOMER", &"9".repeat(5_000)] {
        let refused = store.accounts_page(&customer("c"), Some(bad), 1).await;
        assert!(matches!(refused, Err(StoreError::BadCursor)), "{bad:.20}");
    }
    let elsewhere = store
        .accounts_page(&customer("other"), Some(&cursor), 1)
        .await;
    assert!(
        !matches!(elsewhere, Ok((accounts, _)) if !accounts.is_empty()),
        "another customer's"
    );
}

#[tokio::test]
async fn what_a_write_costs() {
    let store = table().await;
    let before = store.meter().spent();
    let accounts: Vec<_> = (0..100).map(|number| account("c", number)).collect();
    let writes = accounts
        .iter()
        .map(|account| write(account, None))
        .collect();
    store.write_accounts(None, writes).await.unwrap();
    let spent = store.meter().spent() - before;
    assert!(
        (spent.write_units - 100.0).abs() < 0.5,
        "one unit per new account: {spent:?}"
    );
    assert_eq!(spent.requests, 100);
}
