//! The one Lambda executable: which function am I? The handler setting says.

// The futures of all functions, nested in the runtime's, are deeper than the compiler expects.
#![recursion_limit = "256"]

mod functions;

use std::sync::Arc;

use admin_api::widget;
use connectors::Vendors;
use connectors::http::CallCounts;
use functions::FUNCTIONS;
use platform::telemetry::Measure;
use platform::{App, Config, host, telemetry};

/// Serves a queue with a function that talks to vendors, and says what each event cost in calls.
macro_rules! queue {
    ($app:ident, $handle:path) => {{
        let vendors = counted(&$app)?;
        host::queue($app, async |app: &App, event: &_, budget: &_| {
            let before = vendors.calls();
            let done = $handle(app, &vendors, event, budget).await;
            count_calls(app, &vendors, before);
            done
        })
        .await
    }};
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), host::Error> {
    let config = Config::from_env(&FUNCTIONS);
    telemetry::log_to_stdout(config.as_ref().map_or("info", |config| &config.log));
    // As texts, since the process ends with the `Debug` of an error, which says less.
    let config = config.map_err(|error| error.to_string())?;
    let app = App::load(&config)
        .await
        .map_err(|error| error.to_string())?;
    match config.handler.as_str() {
        "schedule" => host::schedule(app, schedule::handle).await,
        "import" => queue!(app, import::handle),
        "matching" => queue!(app, matching::handle),
        "docs-matching" => queue!(app, docs_matching::handle),
        "psa-push" => queue!(app, psa_push::handle),
        "psa-changes" => {
            let vendors = counted(&app)?;
            host::schedule(app, async |app: &App| {
                let before = vendors.calls();
                let done = psa_changes::handle(app, &vendors).await;
                // Most PSAs are not asked, and a metric that says nothing costs as much as any.
                if vendors.calls() != before {
                    count_calls(app, &vendors, before);
                }
                done
            })
            .await
        }
        "psa-webhook" => host::http(app.clone(), psa_webhook::router(app, Vendors::new()?)).await,
        "agent-upload" => host::http(app.clone(), agent_upload::router(app)).await,
        "admin-api" => host::http(app.clone(), admin_api::router(app)).await,
        "review-widget" => {
            host::invoke(app, async |app: &App, call: &host::Call| {
                widget::show(app, &call.event, &call.function).await
            })
            .await
        }
        "review-decide" => {
            host::invoke(app, async |app: &App, call: &host::Call| {
                widget::decide(app, &call.event).await
            })
            .await
        }
        other => Err(format!("{other} is listed as a function and is none").into()),
    }
}

/// Vendors whose calls all functions count together, by way of the table.
fn counted(app: &App) -> Result<Vendors, host::Error> {
    let app = app.clone();
    Ok(Vendors::new()?.counted(Arc::new(move |instance, word| {
        let app = app.clone();
        Box::pin(async move { app.share_calls(&instance, word).await })
    })))
}

/// Says how many calls to vendors an event cost, and what became of them.
fn count_calls(app: &App, vendors: &Vendors, before: CallCounts) {
    let calls = vendors.calls() - before;
    let measures = [
        Measure::GRAPH_CALLS.of(calls.graph),
        Measure::GRAPH_THROTTLES.of(calls.graph_throttles),
        Measure::GRAPH_ERRORS.of(calls.graph_errors),
        Measure::PSA_CALLS.of(calls.psa),
        Measure::PSA_THROTTLES.of(calls.psa_throttles),
        Measure::PSA_ERRORS.of(calls.psa_errors),
        Measure::DOCS_CALLS.of(calls.documentation),
        Measure::DOCS_THROTTLES.of(calls.documentation_throttles),
        Measure::DOCS_ERRORS.of(calls.documentation_errors),
    ];
    app.metrics.emit(app.clock.now(), &measures, &[]);
}
