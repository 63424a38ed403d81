//! From an SQS batch to a handler and back: a message that may pass later is given back, so that
//! one bad message never costs the others of its batch.
//!
//! Invariant: every message is either done or given back before Lambda ends the invocation, since
//! what that cuts off comes again as a whole batch, with all that was done.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use domain::event::Envelope;
use domain::failure::{Disposition, Failure};
use domain::limits::{EVENT_BYTES_MAX, THROTTLED_RECEIVES_MAX};
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use lambda_runtime::{LambdaEvent, service_fn};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use tokio::time::timeout;
use tracing::Instrument;

use super::{Error, emit};
use crate::app::App;
use crate::budget::Budget;
use crate::telemetry::{Measure, span_of};

/// The largest message taken, in bytes: an event as text inside an event, with what EventBridge
/// says about it.
const MESSAGE_BYTES_MAX: usize = 4 * EVENT_BYTES_MAX;
/// A handler is cut off when this is left, in seconds: enough to answer.
const ANSWER_SECONDS: i64 = 1;
/// With less than this left, no further message of a batch is begun, in seconds.
const BEGIN_SECONDS_MIN: i64 = 10;

/// What the queue does with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is done with, or never passes and the handler has recorded that where it belongs.
    Done,
    /// It comes again; the queue counts, and dead-letters in the end. `Retry` or `Defect`.
    Again(Disposition),
}

/// What EventBridge puts into a queue.
#[derive(Deserialize)]
struct BusEvent {
    #[serde(rename = "detail-type")]
    detail_type: String,
    detail: Envelope,
}

/// What a queue hands over. The runtime logs why an event is not what was expected; what serde says
/// about that may quote the event, so it is left out.
struct Batch(SqsEvent);

impl<'de> Deserialize<'de> for Batch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let batch = SqsEvent::deserialize(deserializer);
        batch
            .map(Self)
            .map_err(|_| D::Error::custom("the event is no batch of a queue"))
    }
}

/// Serves a queue until Lambda ends the process.
///
/// # Errors
/// What the runtime ends with.
pub async fn queue<T, H>(app: App, handle: H) -> Result<(), Error>
where
    H: AsyncFn(&App, &Envelope, &Budget) -> Result<T, Failure>,
{
    let (app, handle) = (&app, &handle);
    lambda_runtime::run(service_fn(move |batch: LambdaEvent<Batch>| async move {
        let deadline = i64::try_from(batch.context.deadline).ok();
        let deadline = deadline.and_then(|ms| Timestamp::from_millisecond(ms).ok());
        let budget = deadline.map_or_else(Budget::endless, Budget::until);
        Ok::<_, Error>(deliver_all(app, handle, batch.payload.0, &budget).await)
    }))
    .await
}

/// Delivers a batch, message by message; answers which come again.
pub(super) async fn deliver_all<T, H>(
    app: &App,
    handle: &H,
    batch: SqsEvent,
    budget: &Budget,
) -> SqsBatchResponse
where
    H: AsyncFn(&App, &Envelope, &Budget) -> Result<T, Failure>,
{
    let before = app.meter.spent();
    let (mut given_back, mut throttled, mut defects) = (0, 0, 0);
    let mut response = SqsBatchResponse::default();
    for (place, message) in batch.records.into_iter().enumerate() {
        // The first is always begun: what else was the invocation for?
        let is_late = place > 0
            && budget.left(app.clock.now()) < SignedDuration::from_secs(BEGIN_SECONDS_MIN);
        let verdict = if is_late {
            Verdict::Again(Disposition::Retry { after: None })
        } else {
            deliver(
                app,
                handle,
                message.body.as_deref().unwrap_or_default(),
                budget,
            )
            .await
        };
        let Verdict::Again(why) = verdict else {
            continue;
        };
        let is_throttled = matches!(why, Disposition::Retry { after: Some(_) });
        throttled += u64::from(is_throttled);
        if is_throttled && receives(&message) >= THROTTLED_RECEIVES_MAX && anew(app, &message).await
        {
            continue;
        }
        given_back += 1;
        defects += u64::from(why == Disposition::Defect);
        let mut failure = BatchItemFailure::default();
        // SQS gives every message an id. Lambda takes an empty one as "all of the batch".
        failure.item_identifier = message.message_id.unwrap_or_default();
        response.batch_item_failures.push(failure);
    }
    let counted = [
        Measure::MESSAGES_GIVEN_BACK.of(given_back),
        Measure::THROTTLED.of(throttled),
        Measure::DEFECTS.of(defects),
    ];
    emit(app, before, &counted);
    response
}

/// How often the queue has handed a message over.
fn receives(message: &SqsMessage) -> u32 {
    let count = message.attributes.get("ApproximateReceiveCount");
    count.and_then(|count| count.parse().ok()).unwrap_or(1)
}

/// Publishes the event of a message once more, so that its receives are counted from the start. False
/// where that fails: the message then comes again as it is.
async fn anew(app: &App, message: &SqsMessage) -> bool {
    let Ok(envelope) = read(message.body.as_deref().unwrap_or_default()) else {
        return false;
    };
    match app.bus.publish(vec![envelope]).await {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!(%error, "an event that was throttled cannot be published anew");
            false
        }
    }
}

/// Delivers one message: `body` is the event as EventBridge puts it into a queue. A panic is a
/// defect of ours and costs its own message only, and so is a message that is no event of ours. A
/// handler that is still at work a second before the deadline is cut off, as a crash would, and its
/// message comes again.
pub async fn deliver<T, H>(app: &App, handle: &H, body: &str, budget: &Budget) -> Verdict
where
    H: AsyncFn(&App, &Envelope, &Budget) -> Result<T, Failure>,
{
    let envelope = match read(body) {
        Ok(envelope) => envelope,
        Err(what) => {
            tracing::error!(
                what,
                bytes = body.len(),
                "a message is no event of ours; it ends as a dead letter"
            );
            return Verdict::Again(Disposition::Defect);
        }
    };
    let span = span_of(&envelope);
    async {
        match run(app, handle, &envelope, budget).await {
            Ok(()) => Verdict::Done,
            Err(failure) => judge(&failure),
        }
    }
    .instrument(span)
    .await
}

/// The event in a message. Why there is none is said without what is in the message, which may be
/// anything.
fn read(body: &str) -> Result<Envelope, String> {
    if body.len() > MESSAGE_BYTES_MAX {
        return Err(format!("more than {MESSAGE_BYTES_MAX} bytes"));
    }
    let event: BusEvent = serde_json::from_str(body).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        format!(
            "{:?} error at line {line}, column {column}",
            error.classify()
        )
    })?;
    if event.detail_type != event.detail.event.detail_type() {
        return Err("its detail-type is not that of its detail".to_owned());
    }
    Ok(event.detail)
}

async fn run<T, H>(
    app: &App,
    handle: &H,
    envelope: &Envelope,
    budget: &Budget,
) -> Result<(), Failure>
where
    H: AsyncFn(&App, &Envelope, &Budget) -> Result<T, Failure>,
{
    let left = budget.left(app.clock.now()) - SignedDuration::from_secs(ANSWER_SECONDS);
    // Negative when it is too late already.
    let left = Duration::try_from(left).unwrap_or_default();
    // In a box: a handler's future with ours and the runtime's around it exceeds the depth to which
    // the compiler computes layouts.
    let handling = Box::pin(async { handle(app, envelope, budget).await });
    let handled = AssertUnwindSafe(handling).catch_unwind();
    match timeout(left, handled).await {
        Ok(Ok(result)) => result.map(|_| ()),
        Ok(Err(_)) => Err(Failure::defect("the handler panicked")),
        Err(_) => Err(Failure::retry("the invocation's time ran out")),
    }
}

fn judge(failure: &Failure) -> Verdict {
    let disposition = failure.disposition();
    let (what, error) = (disposition.as_str(), failure.chain());
    match disposition {
        Disposition::Reject | Disposition::Suspend => {
            tracing::warn!(disposition = what, %error, "an event was not handled; it does not come again");
            Verdict::Done
        }
        Disposition::Retry { .. } => {
            tracing::warn!(disposition = what, %error, "an event was not handled; it comes again");
            Verdict::Again(disposition)
        }
        Disposition::Defect => {
            tracing::error!(disposition = what, %error, "an event met a defect of ours");
            Verdict::Again(disposition)
        }
    }
}
