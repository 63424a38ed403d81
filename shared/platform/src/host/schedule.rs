//! From a tick of EventBridge Scheduler to a handler.

use domain::failure::Failure;
use lambda_runtime::{LambdaEvent, service_fn};
use serde::de::IgnoredAny;

use super::{Error, emit};
use crate::app::App;

/// Serves a schedule until Lambda ends the process. A tick that fails is told to Lambda, which
/// tries again; the tick after it makes good what both missed. What a tick carries is not looked
/// at: the time is the clock's.
///
/// # Errors
/// What the runtime ends with.
pub async fn schedule<T, H>(app: App, handle: H) -> Result<(), Error>
where
    H: AsyncFn(&App) -> Result<T, Failure>,
{
    let (app, handle) = (&app, &handle);
    lambda_runtime::run(service_fn(
        move |_tick: LambdaEvent<IgnoredAny>| async move {
            tick(app, handle).await.map_err(Error::from)
        },
    ))
    .await
}

/// One tick; the message of its failure.
pub(super) async fn tick<T, H>(app: &App, handle: &H) -> Result<(), String>
where
    H: AsyncFn(&App) -> Result<T, Failure>,
{
    let before = app.meter.spent();
    // In a box: see `queue`.
    let handled = Box::pin(handle(app)).await;
    emit(app, before, &[]);
    let Err(failure) = handled else { return Ok(()) };
    let disposition = failure.disposition().as_str();
    tracing::error!(disposition, error = %failure.chain(), "a tick failed");
    Err(failure.chain())
}
