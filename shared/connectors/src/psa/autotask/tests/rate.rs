//! The threshold that is shared, and calls that are turned away.

use std::time::Duration;

use super::*;
use crate::http::scripted::reply;

fn info() -> String {
    json(200, r#"{"info":{}}"#)
}

fn some() -> String {
    list(&value!([{"id": 0}]), false)
}

#[tokio::test]
async fn the_threshold_is_asked_once_in_a_while_and_a_reserve_is_left() {
    let answers = vec![zone(), some(), threshold(100), info(), some(), info()];
    let bench = Bench::start_with(answers).await;
    for _ in 0..2 {
        bench.psa.check().await.unwrap();
    }
    assert_eq!(bench.server.requests().len(), 6, "asked once");
    assert!(bench.pause.pauses().is_empty(), "there is enough");
    // With three quarters used by whomever, the rest is theirs.
    let bench = Bench::start_with(vec![zone(), some(), threshold(7_500), info()]).await;
    let error = bench.psa.check().await.unwrap_err();
    let ConnectorError::RateLimited { after, .. } = error else {
        panic!("{error}")
    };
    assert!(after > Some(Duration::from_secs(290)), "{after:?}");
    assert_eq!(bench.server.requests().len(), 3);
    let again = psa_at(&bench.vendors, &bench.server.url);
    assert!(again.check().await.is_err(), "for all who call");
    assert_eq!(bench.server.requests().len(), 3);
}

#[tokio::test]
async fn a_threshold_that_is_not_told_stops_nothing() {
    for answer in [
        errors(500, "oops"),
        reply(403, "", ""),
        json(200, "{}"),
        String::new(),
    ] {
        let bench = Bench::start_with(vec![zone(), some(), answer, info()]).await;
        assert!(bench.psa.check().await.unwrap().is_complete());
        assert_eq!(bench.server.requests().len(), 4);
    }
}

#[tokio::test]
async fn calls_that_are_turned_away_wait_whatever_the_status() {
    let minute = Some(Duration::from_secs(60));
    for answer in [
        reply(429, "", ""),
        errors(500, "Thread Threshold Exceeded"),
        errors(403, "Itgenatr005"),
    ] {
        let bench = Bench::start_with(vec![zone(), answer]).await;
        let error = bench.psa.check().await.unwrap_err();
        let vendor = VENDOR;
        assert_eq!(
            error,
            ConnectorError::RateLimited {
                vendor,
                after: minute
            }
        );
    }
    let wait = reply(429, "retry-after: 7\r\n", "");
    let bench = Bench::start_with(vec![zone(), wait, some(), threshold(0), info()]).await;
    assert!(bench.psa.check().await.unwrap().is_complete());
    assert_eq!(bench.pause.pauses(), [Duration::from_secs(7)]);
}

#[tokio::test]
async fn an_unknown_fault_is_repeated_for_reads() {
    let oops = || errors(500, "Something went wrong");
    let bench = Bench::start_with(vec![zone(), oops(), oops(), some(), threshold(0), info()]).await;
    assert!(bench.psa.check().await.unwrap().is_complete());
    let bench = Bench::start_with(vec![zone(), oops(), oops(), oops()]).await;
    let error = bench.psa.check().await.unwrap_err();
    assert!(
        matches!(error, ConnectorError::Server { status: 500, .. }),
        "{error}"
    );
}
