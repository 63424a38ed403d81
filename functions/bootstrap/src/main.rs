//! The one Lambda executable: which function am I? The handler setting says.

use connectors::Vendors;
use connectors::http::CallCounts;
use platform::telemetry::Measure;
use platform::{App, Config, host, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), host::Error> {
    telemetry::log_to_stdout();
    let config = Config::from_env()?;
    let app = App::load(&config).await;
    let vendors = Vendors::new()?;
    let vendors = &vendors;
    match config.handler.as_str() {
        "schedule" => host::schedule(app, schedule::handle).await,
        "import" => {
            host::queue(app, async |app: &App, event: &_, budget: &_| {
                let before = vendors.calls();
                let done = import::handle(app, vendors, event, budget).await;
                count_calls(app, vendors, before);
                done
            })
            .await
        }
        "matching" => {
            host::queue(app, async |app: &App, event: &_, budget: &_| {
                let before = vendors.calls();
                let done = matching::handle(app, vendors, event, budget).await;
                count_calls(app, vendors, before);
                done
            })
            .await
        }
        "psa-push" => {
            host::queue(app, async |app: &App, event: &_, budget: &_| {
                let before = vendors.calls();
                let done = psa_push::handle(app, vendors, event, budget).await;
                count_calls(app, vendors, before);
                done
            })
            .await
        }
        "psa-webhook" => host::http(psa_webhook::router(app)).await,
        "agent-upload" => host::http(agent_upload::router(app)).await,
        "admin-api" => host::http(admin_api::router(app)).await,
        other => Err(format!("_HANDLER names no function of Muster: {other}").into()),
    }
}

/// Says how many calls to vendors an event cost.
fn count_calls(app: &App, vendors: &Vendors, before: CallCounts) {
    let calls = vendors.calls();
    let since = |now: u64, before: u64| f64::from(u32::try_from(now - before).unwrap_or(u32::MAX));
    let measures = [
        (Measure::GRAPH_CALLS, since(calls.graph, before.graph)),
        (Measure::PSA_CALLS, since(calls.psa, before.psa)),
    ];
    app.metrics.emit(app.clock.now(), &measures, &[]);
}
