//! From a tick of EventBridge Scheduler to a handler.

use domain::failure::Failure;
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;

use crate::app::App;
use crate::host::Error;

/// Serves a schedule until Lambda ends the process. A tick that fails is told to Lambda, which
/// tries again; the tick after it makes good what both missed.
///
/// # Errors
/// What the runtime ends with.
pub async fn schedule<T, H>(app: App, handle: H) -> Result<(), Error>
where
    H: AsyncFn(&App) -> Result<T, Failure>,
{
    let (app, handle) = (&app, &handle);
    lambda_runtime::run(service_fn(move |_tick: LambdaEvent<Value>| async move {
        match handle(app).await {
            Ok(_) => Ok::<_, Error>(()),
            Err(failure) => {
                let disposition = failure.disposition().as_str();
                tracing::error!(disposition, error = %failure.chain(), "a tick failed");
                Err(Error::from(failure.chain()))
            }
        }
    }))
    .await
}
