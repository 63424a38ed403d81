//! The bus against an EventBridge whose answers the test makes up.

use domain::event::Event;
use domain::id::{ContactId, EventId, RunId, UploadId};
use domain::run::RunReason;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::fake::{Answer, Fake, Settings};

fn envelope(customer: &str) -> Envelope {
    Envelope {
        id: EventId::parse("evt_1").unwrap(),
        at: Timestamp::UNIX_EPOCH,
        customer: CustomerId::parse(customer).unwrap(),
        run: None,
        event: Event::ImportFinished {},
    }
}

fn envelopes(count: usize) -> Vec<Envelope> {
    (0..count)
        .map(|n| envelope(&format!("customer-{n:02}")))
        .collect()
}

fn bus(fake: &Fake) -> Bus {
    let settings = Settings::new();
    let config = aws_sdk_eventbridge::Config::builder()
        .behavior_version_latest()
        .endpoint_url(&fake.endpoint)
        .region(settings.region)
        .credentials_provider(settings.credentials)
        .http_client(settings.http)
        .retry_config(settings.retries)
        .build();
    Bus::EventBridge {
        client: OnUse::new(|| aws_sdk_eventbridge::Client::from_conf(config)),
        name: "ours".into(),
    }
}

fn entries(request: &Value) -> Vec<Envelope> {
    let entries = request["Entries"].as_array().unwrap().iter();
    entries
        .map(|entry| serde_json::from_str(entry["Detail"].as_str().unwrap()).unwrap())
        .collect()
}

fn customers(request: &Value) -> Vec<String> {
    entries(request)
        .iter()
        .map(|envelope| envelope.customer.to_string())
        .collect()
}

/// Takes every entry but those of these customers.
fn refusing(request: &Value, refused: &[&str]) -> Answer {
    let answers: Vec<Value> = customers(request)
        .iter()
        .map(|customer| {
            if refused.contains(&customer.as_str()) {
                json!({ "ErrorCode": "ThrottlingException", "ErrorMessage": "slow down" })
            } else {
                json!({ "EventId": "11710aed-b79e-4468-a20b-bb3c0c3b4860" })
            }
        })
        .collect();
    let failed = answers
        .iter()
        .filter(|answer| answer.get("ErrorCode").is_some())
        .count();
    (
        200,
        json!({ "FailedEntryCount": failed, "Entries": answers }),
    )
}

#[tokio::test]
async fn an_event_goes_out_with_its_source_its_type_and_the_envelope() {
    let fake = Fake::start(|_, request| refusing(request, &[])).await;
    bus(&fake)
        .publish(vec![envelope("northwind")])
        .await
        .unwrap();
    let asked = fake.asked();
    let entry = &asked[0]["Entries"][0];
    assert_eq!(entry["Source"], "muster");
    assert_eq!(entry["DetailType"], "import.finished.v1");
    assert_eq!(entry["EventBusName"], "ours");
    assert_eq!(entries(&asked[0]), [envelope("northwind")]);
}

#[tokio::test]
async fn a_call_carries_at_most_ten_events_and_nothing_calls_for_none() {
    let fake = Fake::start(|_, request| refusing(request, &[])).await;
    bus(&fake).publish(Vec::new()).await.unwrap();
    assert!(fake.asked().is_empty());
    bus(&fake).publish(envelopes(23)).await.unwrap();
    let sizes: Vec<usize> = fake
        .asked()
        .iter()
        .map(|request| entries(request).len())
        .collect();
    assert_eq!(sizes, [10, 10, 3]);
}

#[tokio::test]
async fn only_what_was_refused_is_sent_again() {
    let fake = Fake::start(|nth, request| {
        let refused = if nth == 0 {
            ["customer-01"].as_slice()
        } else {
            &[]
        };
        refusing(request, refused)
    });
    let fake = fake.await;
    bus(&fake).publish(envelopes(3)).await.unwrap();
    let asked: Vec<_> = fake.asked().iter().map(customers).collect();
    assert_eq!(
        asked,
        [
            vec!["customer-00", "customer-01", "customer-02"],
            vec!["customer-01"]
        ]
    );
}

#[tokio::test]
async fn one_customer_whose_event_is_never_taken_costs_no_other() {
    let fake = Fake::start(|_, request| refusing(request, &["customer-01"])).await;
    let error = bus(&fake).publish(envelopes(12)).await.unwrap_err();
    let BusError::NotTaken(left) = error else {
        panic!("{error}")
    };
    assert_eq!(left, [CustomerId::parse("customer-01").unwrap()]);
    let asked = fake.asked();
    assert_eq!(
        asked.len(),
        4 + 1,
        "four tries for the first ten, one for the last two"
    );
    assert_eq!(customers(&asked[4]), ["customer-10", "customer-11"]);
}

#[tokio::test]
async fn a_call_that_fails_costs_its_own_events_only() {
    let fake = Fake::start(|nth, request| {
        if nth == 0 {
            (400, json!({ "__type": "ValidationException" }))
        } else {
            refusing(request, &[])
        }
    });
    let fake = fake.await;
    let error = bus(&fake).publish(envelopes(12)).await.unwrap_err();
    let BusError::NotTaken(left) = error else {
        panic!("{error}")
    };
    assert_eq!(
        left.len(),
        10,
        "a failed call is the SDK's to repeat, not ours"
    );
    assert_eq!(customers(&fake.asked()[1]), ["customer-10", "customer-11"]);
}

#[tokio::test]
async fn a_bus_out_of_reach_is_not_called_for_every_customer() {
    let fake = Fake::start(|_, _| (500, json!({ "__type": "InternalException" }))).await;
    let error = bus(&fake).publish(envelopes(100)).await.unwrap_err();
    let BusError::NotTaken(left) = &error else {
        panic!("{error}")
    };
    assert_eq!((left.len(), fake.asked().len()), (100, 2));
    let text = error.to_string();
    assert!(
        text.contains("100 customers") && text.ends_with("customer-09, …"),
        "{text}"
    );
}

#[test]
fn an_entry_without_an_answer_counts_as_refused() {
    assert_eq!(still_to_send(vec![1, 2, 3], &[None]), [2, 3]);
    assert_eq!(
        still_to_send(vec![1, 2, 3], &[None, Some("InternalFailure"), None]),
        [2]
    );
    assert!(still_to_send(vec![1, 2, 3], &[None; 3]).is_empty());
}

#[tokio::test]
async fn the_local_queue_takes_the_same_events() {
    let (sender, mut inbox) = tokio::sync::mpsc::unbounded_channel();
    let bus = Bus::Local(sender);
    bus.publish(envelopes(2)).await.unwrap();
    assert_eq!(inbox.recv().await, Some(envelope("customer-00")));
    drop(inbox);
    assert!(matches!(
        bus.publish(envelopes(1)).await,
        Err(BusError::Closed)
    ));
}

/// Events are made of ids, and ids are short: no event comes near the limit.
#[test]
fn the_longest_event_there_can_be_is_no_event_too_large() {
    let longest = "x".repeat(128);
    let reason = RunReason::Upload(UploadId::parse(&longest).unwrap());
    let contact = ContactId::parse(&longest).unwrap();
    for event in [
        Event::ImportRequested { reason },
        Event::ContactChanged { contact },
    ] {
        let envelope = Envelope {
            id: EventId::parse(&longest).unwrap(),
            at: Timestamp::MAX,
            customer: CustomerId::parse(&longest).unwrap(),
            run: Some(RunId::parse(&longest).unwrap()),
            event,
        };
        assert!(serde_json::to_string(&envelope).unwrap().len() < EVENT_BYTES_MAX);
    }
}
