//! The bus: EventBridge, or a queue in this process. Events are hints, so one that is published
//! twice does no harm; one customer's event that the bus does not take never costs another's.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_eventbridge::error::DisplayErrorContext;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use domain::event::{EVENT_SOURCE, Envelope};
use domain::failure::Failure;
use domain::id::CustomerId;
use domain::limits::{EVENT_BYTES_MAX, EVENTS_PER_CALL_MAX};
use tokio::sync::mpsc::UnboundedSender;

use crate::on_use::OnUse;

#[cfg(test)]
mod tests;

/// How often an entry is sent that the bus refuses.
const TRIES: u64 = 4;
/// How many calls may fail in a row before the bus counts as out of reach. The SDK has tried each
/// of them several times by then, so going on would only burn the caller's time.
const FAILED_CALLS_MAX: u32 = 2;
/// The pause before an entry is sent again; it grows with every try. In milliseconds.
const PAUSE_MS: u64 = if cfg!(test) { 1 } else { 100 };

/// Where events go.
#[derive(Debug, Clone)]
pub enum Bus {
    /// EventBridge.
    EventBridge {
        /// The client.
        client: OnUse<aws_sdk_eventbridge::Client>,
        /// The name of our bus.
        name: String,
    },
    /// A queue in this process.
    Local(UnboundedSender<Envelope>),
}

/// Why events are not on the bus.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// The bus did not take these customers' events, each named once; all others are on it.
    #[error("the bus did not take the events of {} customers: {}", .0.len(), names(.0))]
    NotTaken(Vec<CustomerId>),
    /// An event is larger than an event may be; all others are on the bus.
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
    let more = if customers.len() > shown.len() {
        ", …"
    } else {
        ""
    };
    format!("{}{more}", shown.join(", "))
}

impl Bus {
    /// Publishes events, in calls of at most `EVENTS_PER_CALL_MAX`. Each is at most
    /// `EVENT_BYTES_MAX` long, in this process as on EventBridge.
    ///
    /// # Errors
    /// Whose events are not on the bus after all tries; the others' are.
    pub async fn publish(&self, envelopes: Vec<Envelope>) -> Result<(), BusError> {
        let (mut fitting, mut too_large) = (Vec::with_capacity(envelopes.len()), None);
        for envelope in envelopes {
            let detail = serde_json::to_string(&envelope).expect("an envelope has text keys only");
            tracing::trace!(event.detail = detail, "an event goes to the bus");
            if detail.len() <= EVENT_BYTES_MAX {
                fitting.push((envelope, detail));
            } else {
                too_large = Some(detail.len());
            }
        }
        match self {
            Self::Local(sender) => {
                for (envelope, _) in fitting {
                    sender.send(envelope).map_err(|_| BusError::Closed)?;
                }
            }
            Self::EventBridge { client, name } => {
                let entries = fitting.into_iter().map(|(envelope, detail)| Entry {
                    sent: entry(name, &envelope, detail),
                    customer: envelope.customer,
                });
                let not_taken = put_all(client, &entries.collect::<Vec<_>>()).await;
                if !not_taken.is_empty() {
                    return Err(BusError::NotTaken(not_taken.into_iter().collect()));
                }
            }
        }
        too_large.map_or(Ok(()), |bytes| Err(BusError::TooLarge(bytes)))
    }
}

/// One event on its way.
#[derive(Clone)]
struct Entry {
    customer: CustomerId,
    sent: PutEventsRequestEntry,
}

fn entry(bus: &str, envelope: &Envelope, detail: String) -> PutEventsRequestEntry {
    PutEventsRequestEntry::builder()
        .event_bus_name(bus)
        .source(EVENT_SOURCE)
        .detail_type(envelope.event.detail_type())
        .detail(detail)
        .build()
}

/// Sends everything; returns whose events are not on the bus.
async fn put_all(client: &aws_sdk_eventbridge::Client, entries: &[Entry]) -> BTreeSet<CustomerId> {
    let mut not_taken = BTreeSet::new();
    let mut failed_in_a_row = 0;
    for chunk in entries.chunks(EVENTS_PER_CALL_MAX) {
        let left = if failed_in_a_row < FAILED_CALLS_MAX {
            match put(client, chunk.to_vec()).await {
                Put::Answered(refused) => {
                    failed_in_a_row = 0;
                    refused
                }
                Put::Failed(left) => {
                    failed_in_a_row += 1;
                    left
                }
            }
        } else {
            chunk.to_vec()
        };
        not_taken.extend(left.into_iter().map(|entry| entry.customer));
    }
    not_taken
}

/// What became of a call: the entries that are not on the bus.
enum Put {
    /// The bus answered, and refused these in every try.
    Answered(Vec<Entry>),
    /// A call failed as a whole.
    Failed(Vec<Entry>),
}

/// Sends one chunk until all of it is taken or the tries are over. Only entries that were refused
/// are sent again.
#[expect(
    clippy::disallowed_methods,
    reason = "a moment between tries, while the bus recovers"
)]
async fn put(client: &aws_sdk_eventbridge::Client, mut entries: Vec<Entry>) -> Put {
    for attempt in 0..TRIES {
        if attempt > 0 {
            tokio::time::sleep(Duration::from_millis(PAUSE_MS * attempt)).await;
        }
        let sent = entries.iter().map(|entry| entry.sent.clone()).collect();
        let answer = match client.put_events().set_entries(Some(sent)).send().await {
            Ok(answer) => answer,
            Err(error) => {
                let (events, error) = (entries.len(), DisplayErrorContext(&error));
                tracing::warn!(events, %error, "a call of PutEvents failed");
                return Put::Failed(entries);
            }
        };
        let codes: Vec<Option<&str>> = answer
            .entries()
            .iter()
            .map(|entry| entry.error_code())
            .collect();
        entries = still_to_send(entries, &codes);
        if entries.is_empty() {
            break;
        }
        let code = codes.iter().flatten().next().unwrap_or(&"none");
        tracing::warn!(
            events = entries.len(),
            code,
            attempt,
            "the bus refused events"
        );
    }
    Put::Answered(entries)
}

/// The entries that were refused, by the error codes answered. One without an answer counts as
/// refused.
fn still_to_send<T>(entries: Vec<T>, codes: &[Option<&str>]) -> Vec<T> {
    let refused = codes
        .iter()
        .map(Option::is_some)
        .chain(std::iter::repeat(true));
    entries
        .into_iter()
        .zip(refused)
        .filter(|(_, refused)| *refused)
        .map(|(e, _)| e)
        .collect()
}
