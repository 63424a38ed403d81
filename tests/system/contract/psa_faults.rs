//! The contract of a PSA, continued: what goes wrong, who is turned away, and what errors say.

use std::time::Duration;

use connectors::Vendors;
use connectors::error::ConnectorError;
use domain::failure::{Disposition, Failure};
use simulators::Fault;
use simulators::psa::halo::Behaviour;

use super::Bench;

fn disposition(error: ConnectorError) -> Disposition {
    Failure::from(error).disposition()
}

#[tokio::test]
async fn a_pause_that_is_asked_for_is_kept_and_the_call_repeated() {
    let bench = Bench::new().await;
    bench
        .halo
        .faults()
        .next("GET", "/Client", 1, Fault::throttled(Some(7)));
    assert!(bench.psa().check().await.unwrap().is_complete());
    assert!(
        bench.pauses().contains(&Duration::from_secs(7)),
        "{:?}",
        bench.pauses()
    );
    // One that is too long to wait for in place is the queue's to wait for.
    bench
        .halo
        .faults()
        .next("GET", "/Client", 1, Fault::throttled(Some(90)));
    let after = Some(Duration::from_secs(90));
    let error = bench.psa().check().await.unwrap_err();
    assert_eq!(disposition(error), Disposition::Retry { after });
}

#[tokio::test]
async fn a_rate_in_words_is_learned_and_kept_by_all_clients_of_a_process() {
    let bench = Bench::new().await;
    bench.psa().check().await.unwrap();
    assert!(bench.pauses().is_empty());
    bench
        .halo
        .faults()
        .next("GET", "/Client", 1, Fault::throttled(None));
    let error = bench.psa().check().await.unwrap_err();
    assert!(
        matches!(error, ConnectorError::RateLimited { after: Some(_), .. }),
        "{error}"
    );
    for _ in 0..2 {
        let before = bench.pauses().len();
        bench.psa().check().await.unwrap();
        let pauses = bench.pauses().split_off(before);
        // 300 in five minutes: nine tenths of one each second.
        assert!(
            pauses.iter().any(|pause| *pause > Duration::from_secs(1)),
            "{pauses:?}"
        );
    }
    // Another process has to learn it itself.
    let other = Bench {
        vendors: Vendors::new().unwrap().with_pause(bench.pause.clone()),
        ..bench
    };
    let before = other.pauses().len();
    other.psa().check().await.unwrap();
    assert_eq!(other.pauses().len(), before);
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_and_then_it_is_the_credentials() {
    let bench = Bench::new().await;
    let psa = bench.psa();
    psa.check().await.unwrap();
    bench.halo.expire_tokens();
    psa.check().await.unwrap();
    psa.check().await.unwrap();
    assert_eq!(bench.halo.token_calls(), 2);
    bench
        .halo
        .faults()
        .next("GET", "/Client", 10, Fault::Unauthorized);
    let error = psa.check().await.unwrap_err();
    assert!(
        matches!(error, ConnectorError::Unauthorized { .. }),
        "{error}"
    );
    assert_eq!(bench.halo.token_calls(), 3, "once more, and not again");
    assert_eq!(disposition(error), Disposition::Suspend);
    bench.halo.faults().clear();
    // Tokens are shared by all who sign in the same way.
    bench.psa().check().await.unwrap();
    assert_eq!(bench.halo.token_calls(), 3);
}

#[tokio::test]
async fn a_right_that_is_missing_is_named_and_waits_for_a_person() {
    let bench = Bench::new().await;
    bench.halo.set_behaviour(Behaviour {
        deny_writes: true,
        ..Behaviour::default()
    });
    let error = bench.create().await.unwrap_err();
    assert!(
        error.to_string().contains("the scope edit:customers"),
        "{error}"
    );
    assert!(!error.is_outcome_unknown());
    assert_eq!(disposition(error), Disposition::Suspend);
}

#[tokio::test]
async fn a_read_is_repeated_after_a_fault_and_a_write_never_is() {
    let later = Disposition::Retry { after: None };
    for fault in [
        Fault::ServerError(500),
        Fault::ServerError(503),
        Fault::CutBody,
        Fault::LostAfterWrite,
        Fault::LostBeforeWrite,
    ] {
        let bench = Bench::new().await;
        bench.halo.faults().next("GET", "/Client", 2, fault.clone());
        assert!(
            bench.psa().check().await.unwrap().is_complete(),
            "{}",
            fault.name()
        );
        bench.halo.faults().next("GET", "/Client", 3, fault.clone());
        let error = bench.psa().check().await.unwrap_err();
        assert_eq!(disposition(error), later, "{}", fault.name());
        bench.halo.faults().next("POST", "/Users", 1, fault.clone());
        let error = bench.create().await.unwrap_err();
        assert!(error.is_outcome_unknown(), "{}: {error}", fault.name());
        assert_eq!(disposition(error), later, "{}", fault.name());
        assert_eq!(bench.bodies().len(), 1, "{}", fault.name());
        // Whether it happened is found out by looking.
        let made = bench.halo.count_users(bench.company, true);
        let found = bench
            .psa()
            .find_by_email(&bench.company(), "IDA@northwind.example")
            .await;
        assert_eq!(found.unwrap().len(), made, "{}", fault.name());
    }
}

#[tokio::test]
async fn a_page_instead_of_data_is_told_with_the_address_to_correct() {
    let bench = Bench::new().await;
    for (member, ending) in [("api_url", "/api"), ("auth_url", "/auth")] {
        let wrong = format!("{}/helpdesk{ending}", bench.halo.base());
        let settings = bench.settings(member, &wrong);
        let psa = bench.vendors.psa(&settings).unwrap();
        let error = psa.check().await.unwrap_err().to_string();
        let remedy = format!("{member} must end in {ending}");
        assert!(error.contains(&remedy), "{error}");
    }
    // While a server starts, it may pass; a write may have happened.
    bench.halo.faults().next("POST", "/Users", 1, Fault::Html);
    let error = bench.create().await.unwrap_err();
    assert!(error.is_outcome_unknown(), "{error}");
    assert_eq!(disposition(error), Disposition::Retry { after: None });
}
