//! From an invocation with JSON to a handler that answers HTML or JSON: the widgets of a CloudWatch
//! dashboard. Whoever calls sees the answer, so a failure is told as a short text that says nothing
//! of it; the log has the rest. What an event holds is never logged.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use domain::failure::{Disposition, Failure};
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;
use tokio::time::timeout;

use super::{Error, emit};
use crate::app::App;
use crate::budget::Budget;
use crate::telemetry::Measure;

/// The largest event taken, in bytes: a widget's parameters and its context are a few thousand.
const EVENT_BYTES_MAX: usize = 64 * 1024;
/// A handler is cut off when this is left, in seconds: enough to answer.
const ANSWER_SECONDS: i64 = 1;

/// What a person sees who asked for too much.
const TOO_LARGE: &str = "<p>That is more than this widget takes.</p>";
/// What a person sees when something may pass.
const LATER: &str = "<p>Not possible at the moment. Try again in a minute; the log says why.</p>";
/// What a person sees when something of ours is wrong.
const DEFECT: &str = "<p>Something of ours is wrong. It was logged.</p>";

/// A call.
#[derive(Clone)]
pub struct Call {
    /// What the caller sent.
    pub event: Value,
    /// The ARN by which this function was called, and can be called again.
    pub function: String,
}

/// Serves calls until Lambda ends the process.
///
/// # Errors
/// What the runtime ends with.
pub async fn invoke<H>(app: App, handle: H) -> Result<(), Error>
where
    H: AsyncFn(&App, &Call) -> Result<Value, Failure>,
{
    let (app, handle) = (&app, &handle);
    lambda_runtime::run(service_fn(move |asked: LambdaEvent<Value>| async move {
        let deadline = i64::try_from(asked.context.deadline).ok();
        let deadline = deadline.and_then(|ms| Timestamp::from_millisecond(ms).ok());
        let budget = deadline.map_or_else(Budget::endless, Budget::until);
        let call = Call {
            event: asked.payload,
            function: asked.context.invoked_function_arn,
        };
        Ok::<_, Error>(answer(app, handle, &call, &budget).await)
    }))
    .await
}

/// The answer to one call, a failure's included.
pub async fn answer<H>(app: &App, handle: &H, call: &Call, budget: &Budget) -> Value
where
    H: AsyncFn(&App, &Call) -> Result<Value, Failure>,
{
    let before = app.meter.spent();
    let answered = match run(app, handle, call, budget).await {
        Ok(answered) => {
            emit(app, before, &[]);
            return answered;
        }
        Err(failure) => failure,
    };
    let disposition = answered.disposition();
    tracing::error!(
        disposition = disposition.as_str(), error = %answered.chain(),
        "a call could not be answered"
    );
    let (told, defects) = match disposition {
        Disposition::Reject => (TOO_LARGE, 0.0),
        Disposition::Retry { .. } | Disposition::Suspend => (LATER, 0.0),
        Disposition::Defect => (DEFECT, 1.0),
    };
    emit(app, before, &[(Measure::DEFECTS, defects)]);
    told.into()
}

async fn run<H>(app: &App, handle: &H, call: &Call, budget: &Budget) -> Result<Value, Failure>
where
    H: AsyncFn(&App, &Call) -> Result<Value, Failure>,
{
    // Lambda has taken at most 6 MB, so that measuring is bounded too.
    if call.event.to_string().len() > EVENT_BYTES_MAX {
        return Err(Failure::reject(format!(
            "an event of more than {EVENT_BYTES_MAX} bytes"
        )));
    }
    let left = budget.left(app.clock.now()) - SignedDuration::from_secs(ANSWER_SECONDS);
    // Negative when it is too late already.
    let left = Duration::try_from(left).unwrap_or_default();
    // In a box: see `queue`.
    let handling = Box::pin(async { handle(app, call).await });
    let handled = AssertUnwindSafe(handling).catch_unwind();
    match timeout(left, handled).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(Failure::defect("the handler panicked")),
        Err(_) => Err(Failure::retry("the invocation's time ran out")),
    }
}
