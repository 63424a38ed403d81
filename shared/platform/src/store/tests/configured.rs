//! What people configure and look at: customers, policies, agents, runs; and the small things that
//! are remembered.

use std::collections::BTreeMap;

use domain::account::AccountType;
use domain::customer::{CompanyFacts, Customer};
use domain::id::{AgentId, CompanyId, UploadId};
use domain::identity::Source;
use domain::policy::Policy;
use domain::run::{Run, RunCounts, RunReason, RunStatus};

use super::fixture::{at, fabrikam, northwind, run, table};
use crate::store::{Agent, CustomerRecord, Store, StoreError};

fn customer() -> Customer {
    Customer {
        id: northwind(),
        name: "Northwind Joinery".to_owned(),
        microsoft_tenant_id: Some("northwind.example".to_owned()),
        psa_company_id: Some(CompanyId::parse("17").unwrap()),
        psa_site_id: None,
        docs_organization_id: None,
        docs_configuration_id: None,
        sources: vec![Source::Microsoft365, Source::LocalWindows],
        interval_minutes: Some(60),
        licensed_only: Some(false),
        paused: false,
        policies: vec!["standard".to_owned()],
    }
}

pub(super) async fn write_units<T>(
    store: &Store,
    work: impl Future<Output = Result<T, StoreError>>,
) -> f64 {
    let before = store.meter().write_units();
    work.await.unwrap();
    store.meter().write_units() - before
}

#[tokio::test]
async fn a_customer_keeps_the_time_it_came_and_is_written_when_it_changes() {
    let store = table().await;
    assert_eq!(store.customer(&northwind()).await.unwrap(), None);
    assert_eq!(
        write_units(&store, store.put_customer(&customer(), at(0))).await,
        1.0
    );
    assert_eq!(
        write_units(&store, store.put_customer(&customer(), at(99))).await,
        0.0
    );
    let changed = Customer {
        paused: true,
        ..customer()
    };
    assert_eq!(
        write_units(&store, store.put_customer(&changed, at(99))).await,
        1.0
    );
    let other = Customer {
        id: fabrikam(),
        ..customer()
    };
    store.put_customer(&other, at(50)).await.unwrap();
    let records = [
        CustomerRecord {
            customer: other,
            added_at: at(50),
            company: CompanyFacts::default(),
        },
        CustomerRecord {
            customer: changed,
            added_at: at(0),
            company: CompanyFacts::default(),
        },
    ];
    assert_eq!(store.customers().await.unwrap(), records);
    assert_eq!(
        store.customer(&northwind()).await.unwrap().as_ref(),
        Some(&records[1])
    );
    store.remove_customer(&fabrikam()).await.unwrap();
    assert_eq!(store.customers().await.unwrap(), records[1..]);
}

#[tokio::test]
async fn b144_what_a_company_says_of_itself_outlives_a_change_of_the_customer() {
    let store = table().await;
    store.put_customer(&customer(), at(0)).await.unwrap();
    let held = store.customer(&northwind()).await.unwrap().unwrap();
    let facts = CompanyFacts {
        territory: Some("North".to_owned()),
        account_manager: None,
    };
    store.put_company_facts(&held, &facts).await.unwrap();
    let held = store.customer(&northwind()).await.unwrap().unwrap();
    assert_eq!(held.company, facts);
    let again = store.put_company_facts(&held, &facts);
    assert_eq!(write_units(&store, again).await, 0.0);
    let paused = Customer {
        paused: true,
        ..customer()
    };
    store.put_customer(&paused, at(9)).await.unwrap();
    let held = store.customer(&northwind()).await.unwrap().unwrap();
    assert!(held.customer.paused && held.company == facts);
    // One that was taken off the list is not made again.
    store.remove_customer(&northwind()).await.unwrap();
    let other = CompanyFacts::default();
    store.put_company_facts(&held, &other).await.unwrap();
    assert_eq!(store.customer(&northwind()).await.unwrap(), None);
}

#[tokio::test]
async fn policies_are_what_was_put_last() {
    let store = table().await;
    let policy = |name: &str| Policy {
        name: name.to_owned(),
        ..Policy::default()
    };
    let odd = policy("Büro #1 / 100%");
    let admins = Policy {
        create_psa_contact: true,
        ..Policy::built_in(AccountType::Administrator)
    };
    let first = [policy(""), odd.clone(), admins.clone()];
    // Not every server counts the items of a batch.
    assert!(write_units(&store, store.put_policies(&first)).await >= 1.0);
    assert_eq!(write_units(&store, store.put_policies(&first)).await, 0.0);
    assert_eq!(store.policies().await.unwrap().len(), 3);
    let changed = Policy {
        match_psa: false,
        ..odd
    };
    store
        .put_policies(&[changed.clone(), admins.clone()])
        .await
        .unwrap();
    assert_eq!(store.policies().await.unwrap(), [changed, admins]);
}

#[tokio::test]
async fn a_tick_follows_on_the_one_before() {
    let store = table().await;
    assert_eq!(store.last_tick().await.unwrap(), None);
    store.set_last_tick(at(0), None).await.unwrap();
    store.set_last_tick(at(0), None).await.unwrap();
    let raced = store.set_last_tick(at(60), None).await;
    assert!(matches!(raced, Err(StoreError::Conflict)));
    store.set_last_tick(at(60), Some(at(0))).await.unwrap();
    let raced = store.set_last_tick(at(61), Some(at(0))).await;
    assert!(matches!(raced, Err(StoreError::Conflict)));
    assert_eq!(store.last_tick().await.unwrap(), Some(at(60)));
}

#[tokio::test]
async fn the_position_in_the_changes_of_a_psa_follows_on_the_one_before() {
    let store = table().await;
    assert_eq!(store.changes_position().await.unwrap(), None);
    store.set_changes_position("one", None).await.unwrap();
    store.set_changes_position("one", None).await.unwrap();
    let raced = store.set_changes_position("two", None).await;
    assert!(matches!(raced, Err(StoreError::Conflict)));
    let next = store.set_changes_position("two", Some("one"));
    assert!(write_units(&store, next).await > 0.0);
    let same = store.set_changes_position("two", Some("two"));
    assert_eq!(write_units(&store, same).await, 0.0, "B132");
    let held = store.changes_position().await.unwrap();
    assert_eq!(held.as_deref(), Some("two"));
}

#[tokio::test]
async fn an_agent_is_found_by_its_token_until_it_is_unknown() {
    let store = table().await;
    let agent = |id: &str, hash: &str| Agent {
        id: AgentId::parse(id).unwrap(),
        customer: northwind(),
        token_sha256: hash.to_owned(),
        created_at: at(0),
        revoked_at: None,
    };
    let (one, two) = (agent("agt_1", "aa11"), agent("agt_2", "bb22"));
    store.put_agent(&one).await.unwrap();
    store.put_agent(&two).await.unwrap();
    store.put_agent(&one).await.unwrap();
    assert_eq!(
        store.agent_by_token_hash("aa11").await.unwrap(),
        Some(one.clone())
    );
    assert_eq!(store.agent_by_token_hash("cc33").await.unwrap(), None);
    assert_eq!(
        store.agents(&northwind()).await.unwrap(),
        [one.clone(), two]
    );
    assert!(store.agents(&fabrikam()).await.unwrap().is_empty());

    let thief = Agent {
        customer: fabrikam(),
        ..agent("agt_9", "aa11")
    };
    assert!(matches!(
        store.put_agent(&thief).await,
        Err(StoreError::Conflict)
    ));
    assert_eq!(
        store.agent_by_token_hash("aa11").await.unwrap(),
        Some(one.clone())
    );

    store
        .revoke_agent(&northwind(), &one.id, at(5))
        .await
        .unwrap();
    store
        .revoke_agent(&northwind(), &one.id, at(9))
        .await
        .unwrap();
    let revoked = store.agent_by_token_hash("aa11").await.unwrap().unwrap();
    assert_eq!(revoked.revoked_at, Some(at(5)));
    let unknown = store.revoke_agent(&fabrikam(), &one.id, at(5)).await;
    assert!(matches!(unknown, Err(StoreError::Missing { .. })));

    let renewed = Agent {
        token_sha256: "dd44".to_owned(),
        ..one
    };
    store.put_agent(&renewed).await.unwrap();
    assert_eq!(
        store.agent_by_token_hash("aa11").await.unwrap(),
        None,
        "the old token is over"
    );
}

#[tokio::test]
async fn runs_come_newest_first() {
    let store = table().await;
    let of = |number: i64| Run {
        id: run(&format!("run_{number:04}")),
        customer: northwind(),
        reason: RunReason::Upload(UploadId::parse("upl_1").unwrap()),
        started_at: at(number),
        ended_at: Some(at(number + 1)),
        status: RunStatus::Held,
        error: Some("too many leavers".to_owned()),
        counts: RunCounts {
            removed: 3,
            ..RunCounts::default()
        },
    };
    assert_eq!(store.latest_run(&northwind()).await.unwrap(), None);
    for number in [3, 1, 2] {
        store.put_run(&of(number)).await.unwrap();
    }
    let ended = Run {
        status: RunStatus::Succeeded,
        error: None,
        ..of(3)
    };
    store.put_run(&ended).await.unwrap();
    assert_eq!(
        store.latest_run(&northwind()).await.unwrap(),
        Some(ended.clone())
    );
    assert_eq!(
        store.runs(&northwind(), 2).await.unwrap(),
        [ended.clone(), of(2)]
    );
    assert_eq!(
        store.runs(&northwind(), 99).await.unwrap(),
        [ended, of(2), of(1)]
    );
    assert!(store.runs(&fabrikam(), 99).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_delivery_is_taken_once_until_it_is_forgotten_or_expires() {
    let store = table().await;
    let day = 24 * 3600;
    for (id, seconds, is_first) in [
        ("delivery-1", 0, true),
        ("delivery-1", 1, false),
        ("delivery-2", 1, true),
        ("delivery-1", day - 1, false),
        // The table still holds it: what expired counts as gone.
        ("delivery-1", day, true),
        ("delivery-1", day + 1, false),
    ] {
        let first = store.remember_delivery(id, at(seconds)).await.unwrap();
        assert_eq!(first, is_first, "{id} after {seconds} seconds");
    }
    store.forget_delivery("delivery-2").await.unwrap();
    assert!(store.remember_delivery("delivery-2", at(2)).await.unwrap());
    let racing = (0..16).map(|_| store.remember_delivery("delivery-3", at(3)));
    let firsts = futures::future::join_all(racing).await;
    assert_eq!(
        firsts
            .into_iter()
            .filter(|first| *first.as_ref().unwrap())
            .count(),
        1
    );
}

#[tokio::test]
async fn licences_are_what_was_put_last() {
    let store = table().await;
    assert!(store.licences(&northwind()).await.unwrap().is_empty());
    let names = BTreeMap::from([("sku-1".to_owned(), "SPE_E3".to_owned())]);
    store.put_licences(&northwind(), &names).await.unwrap();
    assert_eq!(store.licences(&northwind()).await.unwrap(), names);
    assert!(store.licences(&fabrikam()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_table_that_is_there_is_left_as_it_is() {
    let store = table().await;
    store.put_customer(&customer(), at(0)).await.unwrap();
    store.create_table_if_missing().await.unwrap();
    assert_eq!(store.customers().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_worth_another_try() {
    use crate::app::local_table;
    use crate::meter::Meter;
    use domain::failure::{Disposition, Failure};

    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let store = Store::new(local_table(&endpoint), "muster", Meter::new());
    let failure = Failure::from(store.customers().await.unwrap_err());
    assert_eq!(failure.disposition(), Disposition::Retry { after: None });
}

#[tokio::test]
async fn the_list_of_customers_is_read_once_a_minute_and_anew_after_a_change() {
    let store = table().await;
    store.put_customer(&customer(), at(0)).await.unwrap();
    let names = async || {
        let list = store.customers_lately().await.unwrap();
        let ids = list.iter().map(|record| record.customer.id.to_string());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(names().await, ["northwind"]);
    let before = store.meter().requests();
    assert_eq!(names().await, ["northwind"]);
    assert_eq!(store.meter().requests(), before, "it is not asked again");
    store.remove_customer(&customer().id).await.unwrap();
    assert!(names().await.is_empty());
}
