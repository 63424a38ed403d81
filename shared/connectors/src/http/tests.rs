//! The manners of calls, against a server that answers what it is told.

use super::scripted::{Scripted, cut, json, reply};
use super::*;

const BYTES_MAX: usize = 1000;

struct Bench {
    server: Scripted,
    vendor: Vendor,
    pause: Pause,
    calls: Calls,
}

async fn bench(answers: Vec<String>) -> Bench {
    let server = Scripted::start(answers).await;
    let (pause, calls) = (Pause::recorded(), Calls::default());
    let base = BaseUrl::parse(&server.url).unwrap();
    let vendor = Vendor::new(
        "Acme",
        VendorKind::Psa,
        base,
        client().unwrap(),
        calls.clone(),
        pause.clone(),
    );
    Bench {
        server,
        vendor,
        pause,
        calls,
    }
}

impl Bench {
    fn get(&self) -> RequestParts {
        RequestParts::get(
            self.vendor.base().join(["things"]),
            "GET /things",
            BYTES_MAX,
        )
    }

    fn post(&self) -> RequestParts {
        RequestParts::post(
            self.vendor.base().join(["things"]),
            "POST /things",
            BYTES_MAX,
        )
        .json(&["x"])
        .unwrap()
    }

    fn waited_ms(&self) -> Vec<u128> {
        self.pause
            .pauses()
            .iter()
            .map(Duration::as_millis)
            .collect()
    }
}

fn ok() -> String {
    json(200, "[1]")
}

#[tokio::test]
async fn an_answer_is_read_whole_and_a_call_counted() {
    let bench = bench(vec![json(404, "{\"error\":1}")]).await;
    let answer = bench
        .vendor
        .send(&bench.get().query([("q", "a b&c")]))
        .await
        .unwrap();
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(&answer.body[..], b"{\"error\":1}");
    assert!(bench.server.requests()[0].starts_with("GET /things?q=a+b%26c HTTP/1.1"));
    assert_eq!(
        bench.calls.counts(),
        CallCounts {
            psa: 1,
            ..CallCounts::default()
        }
    );
}

#[tokio::test]
async fn what_became_of_a_call_is_counted() {
    let bench = bench(vec![
        reply(500, "", "oops"),
        reply(429, "Retry-After: 0\r\n", ""),
        ok(),
    ])
    .await;
    bench.vendor.send(&bench.get()).await.unwrap();
    assert_eq!(
        bench.calls.counts(),
        CallCounts {
            psa: 3,
            psa_errors: 1,
            psa_throttles: 1,
            ..CallCounts::default()
        }
    );
}

#[tokio::test]
async fn reads_are_repeated_twice_after_a_fault_and_writes_never() {
    for fault in [
        reply(500, "", "oops"),
        reply(502, "", "<html>"),
        cut("[1"),
        String::new(),
    ] {
        let bench = bench(vec![fault.clone(), fault.clone(), ok()]).await;
        assert!(bench.vendor.send(&bench.get()).await.is_ok(), "{fault}");
        assert_eq!(bench.waited_ms(), [100, 400]);
        assert_eq!(bench.calls.counts().psa, 3);
    }
    for (fault, expected) in [
        (
            reply(500, "", ""),
            ConnectorError::Server {
                vendor: "Acme",
                status: 500,
            },
        ),
        (
            reply(504, "", ""),
            ConnectorError::Server {
                vendor: "Acme",
                status: 504,
            },
        ),
        (cut("[1"), ConnectorError::cut("Acme")),
        (
            String::new(),
            ConnectorError::Unreachable {
                vendor: "Acme",
                what: "the connection broke before an answer came".to_owned(),
            },
        ),
    ] {
        let repeated = bench(vec![fault.clone(), fault.clone(), fault.clone(), ok()]).await;
        let error = repeated.vendor.send(&repeated.get()).await.unwrap_err();
        assert_eq!(error, expected);
        let written = bench(vec![fault, ok()]).await;
        assert_eq!(
            written.vendor.send(&written.post()).await.unwrap_err(),
            expected
        );
        assert_eq!(written.server.requests().len(), 1);
        assert!(expected.is_outcome_unknown());
    }
}

#[tokio::test]
async fn a_short_pause_is_waited_in_place_and_a_long_one_reported() {
    let wait = |seconds: u32| reply(429, &format!("retry-after: {seconds}\r\n"), "slow down");
    let bench = bench(vec![wait(4), wait(5), ok(), wait(2)]).await;
    // A refused write did nothing, so it is repeated.
    assert!(bench.vendor.send(&bench.post()).await.is_ok());
    assert_eq!(bench.waited_ms(), [4000, 5000]);
    assert_eq!(bench.server.requests().len(), 3);
    // One second is left of the invocation's budget, also for a clone.
    let error = bench.vendor.clone().send(&bench.get()).await.unwrap_err();
    let after = Some(Duration::from_secs(2));
    assert_eq!(
        error,
        ConnectorError::RateLimited {
            vendor: "Acme",
            after
        }
    );
    assert_eq!(bench.waited_ms(), [4000, 5000]);
}

#[tokio::test]
async fn a_refusal_without_a_time_is_reported_at_once() {
    let throttled = bench(vec![reply(429, "", ""), ok()]).await;
    let error = throttled.vendor.send(&throttled.get()).await.unwrap_err();
    assert_eq!(
        error,
        ConnectorError::RateLimited {
            vendor: "Acme",
            after: None
        }
    );
    let busy = bench(vec![reply(503, "retry-after: 60\r\n", ""), ok()]).await;
    let error = busy.vendor.send(&busy.get()).await.unwrap_err();
    let after = Some(Duration::from_secs(60));
    assert_eq!(
        error,
        ConnectorError::RateLimited {
            vendor: "Acme",
            after
        }
    );
}

#[tokio::test]
async fn a_vendor_that_refuses_for_ever_is_not_asked_for_ever() {
    let soon = reply(429, "retry-after: 0\r\n", "");
    let bench = bench(vec![soon; 20]).await;
    let error = bench.vendor.send(&bench.get()).await.unwrap_err();
    assert!(matches!(
        error,
        ConnectorError::RateLimited { after: Some(_), .. }
    ));
    assert_eq!(bench.server.requests().len(), REFUSALS_MAX + 1);
}

#[tokio::test]
async fn the_pace_is_learned_from_a_refusal_and_kept() {
    let refusal = reply(429, "retry-after: 1\r\n", "60 in 60");
    let mut bench = bench(vec![refusal, ok(), ok(), ok()]).await;
    let pace = Pace::default();
    bench.vendor = bench.vendor.paced(
        pace.clone(),
        Some(|body| (body == b"60 in 60").then_some((60, Duration::from_secs(60)))),
    );
    assert!(bench.vendor.send(&bench.get()).await.is_ok());
    assert_eq!(bench.waited_ms().len(), 2, "the pause, then a turn");
    // Nobody really waited, so whoever shares the pace queues behind.
    let wait = pace.reserve(Duration::from_secs(100)).unwrap();
    assert!(wait > Duration::from_secs(1), "{wait:?}");
}

#[tokio::test]
async fn too_much_is_not_read() {
    let long = "x".repeat(BYTES_MAX + 1);
    let promised = format!("content-length: {}\r\n", long.len());
    for headers in ["", &promised] {
        let bench = bench(vec![reply(200, headers, &long), ok()]).await;
        let error = bench.vendor.send(&bench.get()).await.unwrap_err();
        assert_eq!(error, ConnectorError::too_large("Acme", BYTES_MAX));
        assert_eq!(bench.server.requests().len(), 1);
    }
}

#[tokio::test]
async fn redirects_are_answers_and_other_hosts_are_refused() {
    let bench = bench(vec![reply(302, "location: https://evil.example/\r\n", "")]).await;
    let answer = bench.vendor.send(&bench.get()).await.unwrap();
    assert_eq!(answer.status, StatusCode::FOUND);
    let foreign = url::Url::parse("http://127.0.0.1:1/things").unwrap();
    let error = bench
        .vendor
        .send(&RequestParts::get(foreign, "GET", 1))
        .await
        .unwrap_err();
    assert!(matches!(error, ConnectorError::Refused { .. }));
    assert_eq!(bench.server.requests().len(), 1);
}

#[tokio::test]
async fn nobody_there_is_unreachable() {
    let bench = bench(Vec::new()).await;
    // Bound and dropped: nobody listens on that port.
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let vendor = bench
        .vendor
        .at(BaseUrl::parse(&format!("http://{free}")).unwrap());
    let parts = RequestParts::get(vendor.base().join(["x"]), "GET /x", 1);
    let error = vendor.send(&parts).await.unwrap_err();
    let what = "no connection to its host".to_owned();
    assert_eq!(
        error,
        ConnectorError::Unreachable {
            vendor: "Acme",
            what
        }
    );
}

#[tokio::test]
async fn words_may_say_more_than_the_status() {
    fn listen(answer: &Answer) -> Option<Heard> {
        match answer.body.as_ref() {
            b"[\"no right\"]" => Some(Heard::Answer),
            b"[\"too many\"]" => Some(Heard::TurnedAway),
            _ => None,
        }
    }
    let say = |status, word: &str| json(status, &format!("[\"{word}\"]"));
    let mut bench = bench(vec![
        say(500, "no right"),
        say(403, "too many"),
        say(500, "oops"),
        // What went well is listened to by nobody.
        say(200, "too many"),
    ])
    .await;
    bench.vendor = bench.vendor.listening(listen);
    let answer = bench.vendor.send(&bench.post()).await.unwrap();
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    let limited = bench.vendor.send(&bench.post()).await.unwrap_err();
    assert!(matches!(limited, ConnectorError::RateLimited { .. }));
    let failed = bench.vendor.send(&bench.post()).await.unwrap_err();
    assert!(matches!(failed, ConnectorError::Server { .. }));
    assert!(bench.vendor.send(&bench.post()).await.is_ok());
}
