//! The bus: EventBridge, or a queue in this process. Events are hints, so one that is published
//! twice does no harm; one customer's event that the bus does not take never costs another's.

use std::time::Duration;

use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use domain::event::{EVENT_SOURCE, Envelope};
use domain::failure::Failure;
use domain::id::CustomerId;
use domain::limits::{EVENT_BYTES_MAX, EVENTS_PER_CALL_MAX};
use tokio::sync::mpsc::UnboundedSender;

/// How often an entry that the bus did not take is sent again.
const TRIES: usize = 4;

/// Where events go.
#[derive(Debug, Clone)]
pub enum Bus {
    /// EventBridge.
    EventBridge {
        /// The client.
        client: aws_sdk_eventbridge::Client,
        /// The name of our bus.
        name: String,
    },
    /// A queue in this process.
    Local(UnboundedSender<Envelope>),
}

/// Why events are not on the bus.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// The bus did not take these customers' events; all others are on it.
    #[error("the bus did not take the events of {} customers: {}", .0.len(), names(.0))]
    NotTaken(Vec<CustomerId>),
    /// An event is larger than an event may be.
    #[error("an event of {0} bytes was to be published; events carry ids only")]
    TooLarge(usize),
    /// Nobody listens in this process any more.
    #[error("the local queue is closed")]
    Closed,
}

impl From<BusError> for Failure {
    fn from(error: BusError) -> Self {
        match error {
            BusError::NotTaken(_) | BusError::Closed => Self::retry(error),
            BusError::TooLarge(_) => Self::defect(error),
        }
    }
}

fn names(customers: &[CustomerId]) -> String {
    let shown: Vec<&str> = customers.iter().take(10).map(CustomerId::as_str).collect();
    shown.join(", ")
}

impl Bus {
    /// Publishes events, in calls of at most `EVENTS_PER_CALL_MAX`.
    ///
    /// # Errors
    /// Whose events are not on the bus after all tries; the others' are.
    pub async fn publish(&self, envelopes: Vec<Envelope>) -> Result<(), BusError> {
        match self {
            Self::Local(sender) => {
                for envelope in envelopes {
                    sender.send(envelope).map_err(|_| BusError::Closed)?;
                }
                Ok(())
            }
            Self::EventBridge { client, name } => {
                let mut left = Vec::new();
                for chunk in envelopes.chunks(EVENTS_PER_CALL_MAX) {
                    left.extend(put(client, name, chunk.to_vec()).await?);
                }
                if left.is_empty() {
                    Ok(())
                } else {
                    Err(BusError::NotTaken(left))
                }
            }
        }
    }
}

/// Sends one chunk until all of it is taken or the tries are over; returns whose events are not.
#[expect(
    clippy::disallowed_methods,
    reason = "a moment between tries, while the bus recovers"
)]
async fn put(
    client: &aws_sdk_eventbridge::Client,
    bus: &str,
    mut envelopes: Vec<Envelope>,
) -> Result<Vec<CustomerId>, BusError> {
    for attempt in 0..TRIES {
        let mut entries = Vec::new();
        for envelope in &envelopes {
            entries.push(entry(bus, envelope)?);
        }
        match client.put_events().set_entries(Some(entries)).send().await {
            Ok(answer) => {
                let refused: Vec<bool> = answer
                    .entries()
                    .iter()
                    .map(|entry| entry.error_code().is_some())
                    .collect();
                envelopes = still_to_send(envelopes, &refused);
            }
            Err(error) => {
                tracing::warn!(error = %aws_sdk_eventbridge::error::DisplayErrorContext(&error), "PutEvents failed");
            }
        }
        if envelopes.is_empty() {
            break;
        }
        let pause = u64::try_from(attempt).unwrap_or(0) * 100 + 50;
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }
    Ok(envelopes
        .into_iter()
        .map(|envelope| envelope.customer)
        .collect())
}

/// The events whose entries were refused. An entry without an answer counts as refused.
fn still_to_send(envelopes: Vec<Envelope>, refused: &[bool]) -> Vec<Envelope> {
    let answers = refused.iter().copied().chain(std::iter::repeat(true));
    envelopes
        .into_iter()
        .zip(answers)
        .filter(|(_, refused)| *refused)
        .map(|(e, _)| e)
        .collect()
}

fn entry(bus: &str, envelope: &Envelope) -> Result<PutEventsRequestEntry, BusError> {
    let detail = serde_json::to_string(envelope).expect("an envelope has text keys only");
    if detail.len() > EVENT_BYTES_MAX {
        return Err(BusError::TooLarge(detail.len()));
    }
    Ok(PutEventsRequestEntry::builder()
        .event_bus_name(bus)
        .source(EVENT_SOURCE)
        .detail_type(envelope.event.detail_type())
        .detail(detail)
        .build())
}

#[cfg(test)]
mod tests {
    use domain::event::Event;
    use domain::id::EventId;
    use jiff::Timestamp;

    use super::*;

    fn envelope(customer: &str) -> Envelope {
        Envelope {
            id: EventId::parse("evt_1").unwrap(),
            at: Timestamp::UNIX_EPOCH,
            customer: CustomerId::parse(customer).unwrap(),
            run: None,
            event: Event::ImportFinished {},
        }
    }

    #[test]
    fn only_refused_entries_are_sent_again() {
        let all = vec![envelope("a"), envelope("b"), envelope("c")];
        let left = still_to_send(all.clone(), &[false, true, false]);
        assert_eq!(left, vec![envelope("b")]);
        assert_eq!(
            still_to_send(all.clone(), &[false]),
            all[1..],
            "no answer is no yes"
        );
        assert!(still_to_send(all, &[false; 3]).is_empty());
    }

    #[test]
    fn an_entry_says_what_happened_and_to_whom() {
        let entry = entry("muster", &envelope("northwind")).unwrap();
        assert_eq!(entry.detail_type(), Some("import.finished.v1"));
        let detail: Envelope = serde_json::from_str(entry.detail().unwrap()).unwrap();
        assert_eq!(detail, envelope("northwind"));
    }
}
