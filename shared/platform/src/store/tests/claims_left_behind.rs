//! Claims across customers, and claims that a crash or a late write left behind.

use std::collections::BTreeSet;

use domain::id::CustomerId;
use domain::identity::{IdentityKey, JoinKey, Source};
use futures::future::join_all;

use super::fixture::{account, contact, create, fabrikam, link, northwind, table, write};
use crate::store::{AccountWrite, Claimable, Store, WriteOutcome};

fn claimable(text: &str) -> Claimable {
    Claimable::Contact(contact(text))
}

fn guid() -> JoinKey {
    JoinKey::ObjectGuid("0b9c2f5e-8a54-4f3e-9d57-0a1b2c3d4e5f".to_owned())
}

/// An account that is known by the name.
fn named(customer: &CustomerId, number: u32) -> AccountWrite {
    let mut account = account(customer, number);
    account.identities[0].anchor.guid = Some("0b9c2f5e-8a54-4f3e-9d57-0a1b2c3d4e5f".to_owned());
    AccountWrite {
        aliases: vec![guid()],
        ..create(&account)
    }
}

async fn owner(store: &Store, id: &str) -> Option<CustomerId> {
    let behind = store.account_behind(&contact(id)).await.unwrap();
    behind.map(|(customer, _)| customer)
}

#[tokio::test]
async fn of_accounts_of_many_customers_that_want_one_contact_one_gets_it() {
    let store = table().await;
    let customers: Vec<CustomerId> = (0..24)
        .map(|n| CustomerId::parse(format!("customer-{n}")).unwrap())
        .collect();
    let accounts: Vec<_> = customers
        .iter()
        .map(|customer| account(customer, 1))
        .collect();
    let creates = accounts.iter().map(create).collect();
    store.write_accounts(None, creates).await.unwrap();
    let wanted = accounts.iter().map(|before| {
        let (_, linking) = link(before, &contact("501"));
        write(&store, linking)
    });
    let outcomes = join_all(wanted).await;
    // Whoever saw a claim before its account was written took it over: that account's write was a
    // conflict then. However it went, at most one is linked, and the claim is its own.
    let done: Vec<usize> = (0..24)
        .filter(|n| outcomes[*n] == WriteOutcome::Done)
        .collect();
    assert_eq!(done.len(), 1, "{outcomes:?}");
    for (number, before) in accounts.iter().enumerate() {
        let held = store
            .account(&before.customer, &before.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(held.contact().is_some(), number == done[0]);
    }
    let winner = &accounts[done[0]];
    assert_eq!(
        store.account_behind(&contact("501")).await.unwrap(),
        Some((winner.customer.clone(), winner.id.clone()))
    );
}

#[tokio::test]
async fn a_claim_that_a_crash_left_behind_is_taken_over() {
    let store = table().await;
    let (one, two) = (account(&northwind(), 1), account(&northwind(), 2));
    store
        .write_accounts(None, vec![create(&one), create(&two)])
        .await
        .unwrap();
    // The claim is made, and then nothing more comes.
    let (linked, late) = link(&one, &contact("501"));
    let nobody = |_: &_| false;
    let claimed = store
        .claim(&claimable("501"), &linked, nobody)
        .await
        .unwrap();
    assert_eq!(claimed, None);

    let (_, taking) = link(&two, &contact("501"));
    assert_eq!(write(&store, taking).await, WriteOutcome::Done);
    // What was thought lost comes after all: it must not make a second owner.
    let late = AccountWrite {
        claim: None,
        ..late
    };
    assert_eq!(write(&store, late).await, WriteOutcome::Conflict);
    let behind = store.account_behind(&contact("501")).await.unwrap();
    assert_eq!(behind, Some((northwind(), two.id)));
}

#[tokio::test]
async fn a_claim_is_taken_over_from_an_account_that_went_on_without_it() {
    let store = table().await;
    let (one, two) = (account(&northwind(), 1), account(&northwind(), 2));
    store
        .write_accounts(None, vec![create(&one), create(&two)])
        .await
        .unwrap();
    let (one, linking) = link(&one, &contact("501"));
    write(&store, linking).await;
    // It lets go of the contact; giving the claim back is what the crash cut off.
    let (moved, moving) = link(&one, &contact("502"));
    write(
        &store,
        AccountWrite {
            release: None,
            ..moving
        },
    )
    .await;
    assert_eq!(owner(&store, "501").await, Some(northwind()));
    let (two, taking) = link(&two, &contact("501"));
    assert_eq!(write(&store, taking).await, WriteOutcome::Done);
    assert_eq!(
        store.account(&northwind(), &moved.id).await.unwrap(),
        Some(moved)
    );

    // The release that comes late leaves the new owner alone.
    store.release(&claimable("501"), &one).await.unwrap();
    let behind = store.account_behind(&contact("501")).await.unwrap();
    assert_eq!(behind, Some((northwind(), two.id)));
}

#[tokio::test]
async fn a_late_release_does_not_end_a_claim_that_was_made_again_since() {
    let store = table().await;
    let one = account(&northwind(), 1);
    write(&store, create(&one)).await;
    let (linked, linking) = link(&one, &contact("501"));
    write(&store, linking).await;
    let (moved, moving) = link(&linked, &contact("502"));
    write(
        &store,
        AccountWrite {
            release: None,
            ..moving
        },
    )
    .await;
    let (back, again) = link(&moved, &contact("501"));
    write(&store, again).await;
    store.release(&claimable("501"), &moved).await.unwrap();
    let behind = store.account_behind(&contact("501")).await.unwrap();
    assert_eq!(behind, Some((northwind(), back.id)));
}

#[tokio::test]
async fn of_accounts_that_want_one_name_one_gets_it() {
    let store = table().await;
    let wanted = (0..16).map(|n| named(&northwind(), n)).collect();
    let outcomes = store.write_accounts(None, wanted).await.unwrap();
    let done: Vec<u32> = (0..16)
        .zip(&outcomes)
        .filter(|(_, o)| **o == WriteOutcome::Done)
        .map(|(n, _)| n)
        .collect();
    assert_eq!(done.len(), 1);
    let winner = account(&northwind(), done[0]).id;
    for outcome in outcomes
        .iter()
        .filter(|outcome| **outcome != WriteOutcome::Done)
    {
        assert_eq!(*outcome, WriteOutcome::AliasTaken(guid(), winner.clone()));
    }
    assert_eq!(store.all_accounts(&northwind()).await.unwrap().len(), 1);
    // Later, and alone: the account bears the name out.
    let late = write(&store, named(&northwind(), 99)).await;
    assert_eq!(late, WriteOutcome::AliasTaken(guid(), winner));
    // A name of one customer is nothing to another.
    assert_eq!(
        write(&store, named(&fabrikam(), 1)).await,
        WriteOutcome::Done
    );
}

#[tokio::test]
async fn a_name_whose_account_never_came_is_taken_over() {
    let store = table().await;
    let lost = account(&northwind(), 1);
    let claimed = store.claim_alias(&guid(), &lost, |_| false).await.unwrap();
    assert_eq!(claimed, None);
    assert_eq!(
        write(&store, named(&northwind(), 2)).await,
        WriteOutcome::Done
    );
    let found = store.aliases(&northwind(), &[guid()]).await.unwrap();
    assert_eq!(found.get(&guid()), Some(&account(&northwind(), 2).id));
}

#[tokio::test]
async fn names_of_any_form_and_number_are_found() {
    let store = table().await;
    let key = |id: String| {
        JoinKey::Identity(IdentityKey {
            source: Source::LocalWindows,
            id,
        })
    };
    let mut names: Vec<JoinKey> = (0..230)
        .map(|n| key(format!("pc-{n}/s-1-5-21-{n}")))
        .collect();
    names.push(key("x".repeat(3_000)));
    names.push(key("x".repeat(3_001)));
    names.push(key("#%23/\u{0}ä".to_owned()));
    names.push(JoinKey::Sid("s-1-5-21-1".to_owned()));
    let holder = account(&northwind(), 1);
    let all = AccountWrite {
        aliases: names.clone(),
        ..create(&holder)
    };
    assert_eq!(write(&store, all).await, WriteOutcome::Done);
    let unknown = JoinKey::ObjectGuid("nobody".to_owned());
    let asked: Vec<JoinKey> = names
        .iter()
        .cloned()
        .chain([unknown, names[0].clone()])
        .collect();
    let found = store.aliases(&northwind(), &asked).await.unwrap();
    assert_eq!(
        found.keys().cloned().collect::<BTreeSet<_>>(),
        names.into_iter().collect()
    );
    assert!(found.values().all(|id| *id == holder.id));
    assert!(store.aliases(&fabrikam(), &asked).await.unwrap().is_empty());
}
