//! From an SQS batch to a handler and back: a message that may pass later is given back, so that
//! one bad message never costs the others of its batch.

use std::panic::AssertUnwindSafe;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use domain::event::Envelope;
use domain::failure::{Disposition, Failure};
use futures::FutureExt;
use jiff::Timestamp;
use lambda_runtime::{LambdaEvent, service_fn};
use serde::Deserialize;

use crate::app::App;
use crate::budget::Budget;
use crate::host::Error;
use crate::telemetry::Measure;

/// What the queue does with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is done with, or never passes and is recorded where it belongs.
    Done,
    /// It comes again; the queue counts, and dead-letters in the end.
    Again,
}

/// What EventBridge puts into a queue.
#[derive(Deserialize)]
struct BusEvent {
    detail: Envelope,
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
    lambda_runtime::run(service_fn(move |batch: LambdaEvent<SqsEvent>| async move {
        let deadline = i64::try_from(batch.context.deadline).unwrap_or(i64::MAX);
        let deadline = Timestamp::from_millisecond(deadline).unwrap_or(Timestamp::MAX);
        let budget = Budget::until(deadline);
        let spent = app.meter.spent();
        let mut response = SqsBatchResponse::default();
        for message in batch.payload.records {
            let body = message.body.unwrap_or_default();
            if deliver(app, handle, &body, &budget).await == Verdict::Again {
                let mut failure = BatchItemFailure::default();
                failure.item_identifier = message.message_id.unwrap_or_default();
                response.batch_item_failures.push(failure);
            }
        }
        let spent = app.meter.spent() - spent;
        let requests = u32::try_from(spent.requests).unwrap_or(u32::MAX);
        let measures = [
            (Measure::READ_UNITS, spent.read_units),
            (Measure::WRITE_UNITS, spent.write_units),
            (Measure::TABLE_REQUESTS, f64::from(requests)),
        ];
        app.metrics.emit(app.clock.now(), &measures, &[]);
        Ok::<_, Error>(response)
    }))
    .await
}

/// Delivers one message. A panic is a defect of ours and costs its own message only.
pub async fn deliver<T, H>(app: &App, handle: &H, body: &str, budget: &Budget) -> Verdict
where
    H: AsyncFn(&App, &Envelope, &Budget) -> Result<T, Failure>,
{
    let envelope = match serde_json::from_str::<BusEvent>(body) {
        Ok(event) => event.detail,
        Err(error) => {
            tracing::error!(%error, "a message is no event of ours; it ends as a dead letter");
            return given_back(app, Disposition::Defect);
        }
    };
    let handled = AssertUnwindSafe(handle(app, &envelope, budget))
        .catch_unwind()
        .await;
    let result = handled.unwrap_or_else(|_| Err(Failure::defect("the handler panicked")));
    let Err(failure) = result else {
        return Verdict::Done;
    };
    let disposition = failure.disposition();
    tracing::warn!(
        customer.id = %envelope.customer, event = envelope.event.detail_type(),
        disposition = disposition.as_str(), error = %failure.chain(), "an event was not handled"
    );
    match disposition {
        Disposition::Reject | Disposition::Suspend => Verdict::Done,
        Disposition::Retry { .. } | Disposition::Defect => given_back(app, disposition),
    }
}

fn given_back(app: &App, disposition: Disposition) -> Verdict {
    let mut measures = vec![(Measure::MESSAGES_GIVEN_BACK, 1.0)];
    if disposition == Disposition::Defect {
        measures.push((Measure::DEFECTS, 1.0));
    }
    app.metrics.emit(app.clock.now(), &measures, &[]);
    Verdict::Again
}
