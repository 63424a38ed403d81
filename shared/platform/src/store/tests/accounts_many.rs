//! Accounts in numbers: outcomes in order, batches, pages, answers of more than one page.

use std::collections::BTreeSet;

use domain::account::AccountState;
use domain::id::AccountId;
use domain::identity::{Departure, Gone};
use futures::future::join_all;

use super::fixture::{account, at, change, create, fabrikam, northwind, run, table, write};
use crate::store::{StoreError, WriteOutcome};

#[tokio::test]
async fn of_32_writes_on_one_revision_one_passes() {
    let store = table().await;
    let first = account(&northwind(), 1);
    write(&store, create(&first)).await;
    let writes = (0..32).map(|number| {
        let mut second = first.clone();
        second.revision = 2;
        second.fields.job_title = Some(format!("Job {number}"));
        let store = &store;
        async move { write(store, change(&second)).await }
    });
    let outcomes = join_all(writes).await;
    let done = outcomes
        .iter()
        .filter(|outcome| **outcome == WriteOutcome::Done)
        .count();
    assert_eq!(done, 1);
}

#[tokio::test]
async fn outcomes_come_in_the_order_given_and_a_write_costs_a_unit() {
    let store = table().await;
    let customer = northwind();
    write(&store, create(&account(&customer, 7))).await;
    let fence = store
        .acquire_lease(&customer, &run("run_a"), at(0))
        .await
        .unwrap()
        .unwrap();
    let before = store.meter().spent();
    let mut writes: Vec<_> = (0..40).map(|n| create(&account(&customer, n))).collect();
    writes[7].account.fields.surname = Some("Other".to_owned());
    let outcomes = store.write_accounts(Some(&fence), writes).await.unwrap();
    for (number, outcome) in outcomes.iter().enumerate() {
        let expected = if number == 7 {
            WriteOutcome::Conflict
        } else {
            WriteOutcome::Done
        };
        assert_eq!(*outcome, expected, "{number}");
    }
    let spent = store.meter().spent() - before;
    assert_eq!((spent.requests, spent.write_units), (40, 40.0));
}

#[tokio::test]
async fn many_accounts_are_read_in_batches() {
    let store = table().await;
    let customer = northwind();
    let accounts: Vec<_> = (0..450).map(|n| account(&customer, n)).collect();
    let writes = accounts.iter().map(create).collect();
    store.write_accounts(None, writes).await.unwrap();

    let before = store.meter().spent();
    let mut ids: Vec<AccountId> = accounts.iter().map(|account| account.id.clone()).collect();
    ids.push(account(&customer, 9_999).id);
    ids.push(ids[0].clone());
    let read = store.accounts(&customer, &ids).await.unwrap();
    assert_eq!(read.len(), 450, "each once, those that are there");
    assert!(read.is_sorted_by_key(|account| &account.id));
    let wanted: BTreeSet<AccountId> = accounts.iter().map(|account| account.id.clone()).collect();
    assert!(read.iter().all(|account| wanted.contains(&account.id)));
    let spent = store.meter().spent() - before;
    assert_eq!(spent.requests, 5);
    assert!(store.accounts(&fabrikam(), &ids).await.unwrap().is_empty());
    assert!(store.accounts(&customer, &[]).await.unwrap().is_empty());
}

#[tokio::test]
async fn pages_follow_on_each_other_and_hold_one_customer() {
    let store = table().await;
    let writes = (0..25).map(|n| create(&account(&northwind(), n)));
    let others = (0..25).map(|n| create(&account(&fabrikam(), n)));
    store
        .write_accounts(None, writes.chain(others).collect())
        .await
        .unwrap();
    for limit in [1, 7, 25, 26, 500, u32::MAX] {
        let mut read = Vec::new();
        let mut cursor = None;
        loop {
            let page = store
                .accounts_page(&northwind(), cursor.as_deref(), limit)
                .await;
            let (accounts, next) = page.unwrap();
            assert!(!accounts.is_empty(), "no page is empty, limit {limit}");
            assert!(accounts.len() <= limit as usize);
            read.extend(accounts);
            match next {
                Some(next) => cursor = Some(next),
                None => break,
            }
        }
        assert_eq!(
            read,
            store.all_accounts(&northwind()).await.unwrap(),
            "limit {limit}"
        );
        assert_eq!(read.len(), 25);
    }
    let (none, next) = store.accounts_page(&northwind(), None, 0).await.unwrap();
    assert_eq!(
        (none.len(), next.is_some()),
        (1, true),
        "a page has at least one"
    );
}

#[tokio::test]
async fn a_cursor_of_another_customer_or_of_nobody_is_refused() {
    let store = table().await;
    for customer in [northwind(), fabrikam()] {
        let writes = (0..3).map(|n| create(&account(&customer, n))).collect();
        store.write_accounts(None, writes).await.unwrap();
    }
    let (_, cursor) = store.accounts_page(&fabrikam(), None, 1).await.unwrap();
    let foreign = cursor.unwrap();
    let own = store
        .accounts_page(&northwind(), None, 1)
        .await
        .unwrap()
        .1
        .unwrap();
    let bare = own.split_once('.').unwrap().1.to_owned();
    let mark = own.split_once('.').unwrap().0.to_owned();
    let long = format!("{mark}.{}", "a".repeat(5_000));
    let hash = format!("{mark}.acc#x");
    for cursor in [
        &foreign, &bare, &mark, &long, &hash, "", ".", "..", "{}", "%00", "ä.ö",
    ] {
        let page = store.accounts_page(&northwind(), Some(cursor), 1).await;
        assert!(matches!(page, Err(StoreError::BadCursor)), "{cursor}");
    }
}

#[tokio::test]
async fn the_index_holds_states_and_keys_of_all_accounts() {
    let store = table().await;
    let mut gone = account(&northwind(), 1);
    gone.state = AccountState::Removed;
    let how = Departure::NotInCompleteReading;
    gone.identities[0].gone = Some(Gone { at: at(5), how });
    let there = account(&northwind(), 2);
    let writes = vec![
        create(&gone),
        create(&there),
        create(&account(&fabrikam(), 3)),
    ];
    store.write_accounts(None, writes).await.unwrap();
    let index = store.identity_index(&northwind()).await.unwrap();
    assert_eq!(index.len(), 2);
    for (account, is_gone) in [(&gone, true), (&there, false)] {
        let entry = index
            .iter()
            .find(|entry| entry.account == account.id)
            .unwrap();
        assert_eq!(entry.state, account.state);
        assert_eq!(entry.identities.len(), 1);
        assert_eq!(entry.identities[0].key, account.identities[0].key);
        assert_eq!(entry.identities[0].gone, is_gone);
    }
}

#[tokio::test]
async fn more_than_one_answer_of_the_table_is_read_to_the_end() {
    let store = table().await;
    let mut large = account(&northwind(), 0);
    large.identities[0].alternate_emails =
        (0..1_000).map(|n| format!("{n:0>250}@x.example")).collect();
    let writes: Vec<_> = (0..8)
        .map(|n| {
            let mut one = large.clone();
            one.id = account(&northwind(), n).id;
            create(&one)
        })
        .collect();
    store.write_accounts(None, writes).await.unwrap();
    // 2 MB: no single answer holds more than one.
    assert_eq!(store.all_accounts(&northwind()).await.unwrap().len(), 8);
    let (page, next) = store.accounts_page(&northwind(), None, 8).await.unwrap();
    assert_eq!((page.len(), next), (8, None));
}
