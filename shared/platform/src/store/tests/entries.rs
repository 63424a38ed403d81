//! One entry of the documentation system belongs to one account, and an account's standing with it
//! comes back as it was.

use domain::docs::{DocsStanding, DocsStatus, EntryRule};
use domain::id::CustomerId;
use futures::future::join_all;

use super::fixture::{
    account, contact, create, entry, fabrikam, link, link_entry, northwind, table, write,
};
use crate::store::{AccountWrite, Claimable, Review, WriteOutcome};

#[tokio::test]
async fn b191_of_accounts_of_many_customers_that_want_one_entry_one_gets_it() {
    let store = table().await;
    let customers: Vec<CustomerId> = (0..16)
        .map(|n| CustomerId::parse(format!("customer-{n}")).unwrap())
        .collect();
    let accounts: Vec<_> = customers.iter().map(|one| account(one, 1)).collect();
    let creates = accounts.iter().map(create).collect();
    store.write_accounts(None, creates).await.unwrap();
    let wanted = accounts.iter().map(|before| {
        let (_, linking) = link_entry(before, &entry("501"));
        write(&store, linking)
    });
    let outcomes = join_all(wanted).await;
    let done: Vec<usize> = (0..16)
        .filter(|n| outcomes[*n] == WriteOutcome::Done)
        .collect();
    assert_eq!(done.len(), 1, "{outcomes:?}");
    let winner = &accounts[done[0]];
    assert_eq!(
        store.account_behind_entry(&entry("501")).await.unwrap(),
        Some((winner.customer.clone(), winner.id.clone()))
    );
}

#[tokio::test]
async fn an_entry_and_a_contact_of_one_id_are_two_things() {
    let store = table().await;
    let (one, two) = (account(&northwind(), 1), account(&northwind(), 2));
    let creates = vec![create(&one), create(&two)];
    store.write_accounts(None, creates).await.unwrap();
    let (one, linking) = link(&one, &contact("7"));
    assert_eq!(write(&store, linking).await, WriteOutcome::Done);
    let (two, linking) = link_entry(&two, &entry("7"));
    assert_eq!(write(&store, linking).await, WriteOutcome::Done);
    let behind = store.account_behind(&contact("7")).await.unwrap();
    assert_eq!(behind, Some((northwind(), one.id)));
    let behind = store.account_behind_entry(&entry("7")).await.unwrap();
    assert_eq!(behind, Some((northwind(), two.id)));
}

#[tokio::test]
async fn an_entry_is_taken_over_from_an_account_that_does_not_bear_the_claim_out() {
    let store = table().await;
    let (one, two) = (account(&northwind(), 1), account(&fabrikam(), 1));
    let creates = vec![create(&one), create(&two)];
    store.write_accounts(None, creates).await.unwrap();
    // The claim is made, and then nothing more comes.
    let (linked, late) = link_entry(&one, &entry("501"));
    let wanted = Claimable::Entry(entry("501"));
    let claimed = store.claim(&wanted, &linked, |_| false).await.unwrap();
    assert_eq!(claimed, None);
    let (two, taking) = link_entry(&two, &entry("501"));
    assert_eq!(write(&store, taking).await, WriteOutcome::Done);
    // What was thought lost comes after all: it must not make a second owner.
    let late = AccountWrite {
        claim: None,
        ..late
    };
    assert_eq!(write(&store, late).await, WriteOutcome::Conflict);
    // Held and borne out, it is refused; given back, it is free.
    let held = store.account(&northwind(), &one.id).await.unwrap().unwrap();
    let (_, wanting) = link_entry(&held, &entry("501"));
    assert_eq!(
        write(&store, wanting.clone()).await,
        WriteOutcome::Taken(two.id.clone())
    );
    let (_, moving) = link_entry(&two, &entry("502"));
    assert_eq!(write(&store, moving).await, WriteOutcome::Done);
    assert_eq!(write(&store, wanting).await, WriteOutcome::Done);
}

#[tokio::test]
async fn a_standing_comes_back_as_it_was() {
    let store = table().await;
    let mut one = account(&northwind(), 1);
    one.docs = DocsStanding {
        status: DocsStatus::Matched,
        entry: Some(entry("90417")),
        rule: Some(EntryRule::Manual),
        reason: Some("somebody chose".to_owned()),
        fills_category: true,
        ..DocsStanding::default()
    };
    assert_eq!(write(&store, create(&one)).await, WriteOutcome::Done);
    let read = store.account(&northwind(), &one.id).await.unwrap();
    assert_eq!(read.as_ref(), Some(&one));
    let all = store.all_accounts(&northwind()).await.unwrap();
    assert_eq!(all, [one]);
}

#[tokio::test]
async fn accounts_that_wait_for_an_entry_to_be_chosen_are_a_review_of_their_own() {
    let store = table().await;
    let (now, ids) = (super::now(), [account(&northwind(), 1).id]);
    store.review_entries(&northwind(), &ids, now).await.unwrap();
    store.review_matches(&northwind(), &ids, now).await.unwrap();
    let (reviews, _) = store.reviews(None, 10).await.unwrap();
    let [Review::Entries(entries), Review::Matches(matches)] = &reviews[..] else {
        panic!("{reviews:?}");
    };
    assert_eq!((&entries.accounts[..], entries.count), (&ids[..], 1));
    assert_eq!(entries, matches);
    let counts = store.review_counts().await.unwrap();
    assert_eq!((counts.entries, counts.matches), (1, 1));
    // Nobody waits for one any more; those who wait for the other still do.
    store.review_entries(&northwind(), &[], now).await.unwrap();
    let (reviews, _) = store.reviews(None, 10).await.unwrap();
    assert!(matches!(&reviews[..], [Review::Matches(_)]), "{reviews:?}");
    let (matches, _) = store.match_reviews(None, 10).await.unwrap();
    assert_eq!(matches.len(), 1);
}
