//! One name leads to one account, one contact belongs to one account: the table sees to it.

use domain::account::{PsaStanding, PsaStatus};
use domain::id::ContactId;
use domain::identity::{Anchor, JoinKey};

use super::{account, customer, now, table, write};
use crate::store::{AccountWrite, Claimable, WriteOutcome};

fn contact(text: &str) -> ContactId {
    ContactId::parse(text).unwrap()
}

/// A write that links an account, which is there in its first revision, with a contact.
fn link(number: u32, to: &ContactId) -> AccountWrite {
    let mut linked = account("c", number);
    linked.revision = 2;
    linked.psa = PsaStanding {
        status: PsaStatus::Matched,
        contact: Some(to.clone()),
        ..PsaStanding::default()
    };
    AccountWrite {
        claim: Some(Claimable::Contact(to.clone())),
        ..write(&linked, Some(1))
    }
}

#[tokio::test]
async fn b191_of_many_accounts_one_gets_the_contact() {
    let store = table().await;
    let writes = (0..16)
        .map(|number| write(&account("c", number), None))
        .collect();
    store.write_accounts(None, writes).await.unwrap();
    let racers = (0..16).map(|number| {
        let store = store.clone();
        async move {
            let write = link(number, &contact("1187"));
            store
                .write_accounts(None, vec![write])
                .await
                .unwrap()
                .remove(0)
        }
    });
    let outcomes = futures::future::join_all(racers).await;
    let done = outcomes
        .iter()
        .filter(|outcome| **outcome == WriteOutcome::Done)
        .count();
    assert_eq!(done, 1, "{outcomes:?}");
    let linked = store.all_accounts(&customer("c")).await.unwrap();
    assert_eq!(
        linked
            .iter()
            .filter(|account| account.contact().is_some())
            .count(),
        1
    );
    let (owner, _) = store
        .account_behind(&contact("1187"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(owner, customer("c"));
}

#[tokio::test]
async fn a_claim_whose_account_does_not_bear_it_out_is_taken_over() {
    let store = table().await;
    let writes = vec![write(&account("c", 1), None), write(&account("c", 2), None)];
    store.write_accounts(None, writes).await.unwrap();
    // The claim is made, and then the write of the account meets somebody who was faster.
    let broken = AccountWrite {
        expected: Some(7),
        ..link(1, &contact("1187"))
    };
    let outcomes = store.write_accounts(None, vec![broken]).await.unwrap();
    assert_eq!(outcomes, [WriteOutcome::Conflict]);
    let outcomes = store
        .write_accounts(None, vec![link(2, &contact("1187"))])
        .await
        .unwrap();
    assert_eq!(outcomes, [WriteOutcome::Done]);
}

#[tokio::test]
async fn a_contact_that_is_given_back_is_free() {
    let store = table().await;
    let writes = vec![write(&account("c", 1), None), write(&account("c", 2), None)];
    store.write_accounts(None, writes).await.unwrap();
    store
        .write_accounts(None, vec![link(1, &contact("5"))])
        .await
        .unwrap();
    let taken = store
        .write_accounts(None, vec![link(2, &contact("5"))])
        .await
        .unwrap();
    assert_eq!(taken, [WriteOutcome::Taken(account("c", 1).id)]);
    let mut unlinked = account("c", 1);
    unlinked.revision = 3;
    let back = AccountWrite {
        release: Some(Claimable::Contact(contact("5"))),
        ..write(&unlinked, Some(2))
    };
    store.write_accounts(None, vec![back]).await.unwrap();
    let outcomes = store
        .write_accounts(None, vec![link(2, &contact("5"))])
        .await
        .unwrap();
    assert_eq!(outcomes, [WriteOutcome::Done]);
}

#[tokio::test]
async fn a_name_leads_to_one_account() {
    let store = table().await;
    let names = [
        JoinKey::ObjectGuid("93334e47-49a2-46f0-bc1e-b72c8b447f00".to_owned()),
        JoinKey::Sid("S-1-5-21-1-2-3-1102".to_owned()),
    ];
    let bearing = |number| {
        let mut account = account("c", number);
        account.identities[0].anchor = Anchor {
            guid: Some("93334e47-49a2-46f0-bc1e-b72c8b447f00".to_owned()),
            sid: Some("S-1-5-21-1-2-3-1102".to_owned()),
        };
        AccountWrite {
            aliases: names.to_vec(),
            ..write(&account, None)
        }
    };
    assert_eq!(
        store.write_accounts(None, vec![bearing(1)]).await.unwrap(),
        [WriteOutcome::Done]
    );
    let taken = store.write_accounts(None, vec![bearing(2)]).await.unwrap();
    let expected = WriteOutcome::AliasTaken(names[0].clone(), account("c", 1).id);
    assert_eq!(taken, [expected]);
    assert_eq!(
        store
            .account(&customer("c"), &account("c", 2).id)
            .await
            .unwrap(),
        None
    );
    let found = store.aliases(&customer("c"), &names).await.unwrap();
    assert!(found.values().all(|id| *id == account("c", 1).id) && found.len() == 2);
    assert!(
        store
            .aliases(&customer("other"), &names)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn a_delivery_is_new_once_until_it_is_forgotten() {
    let store = table().await;
    assert!(store.remember_delivery("d1", now()).await.unwrap());
    assert!(!store.remember_delivery("d1", now()).await.unwrap());
    store.forget_delivery("d1").await.unwrap();
    assert!(store.remember_delivery("d1", now()).await.unwrap());
    // The table drops expired items when it gets to it; until then they count as gone.
    let later = now() + jiff::SignedDuration::from_hours(25);
    assert!(store.remember_delivery("d1", later).await.unwrap());
}
