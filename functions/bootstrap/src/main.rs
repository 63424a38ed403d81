//! The one Lambda executable: which function am I? The handler setting says.

use connectors::Vendors;
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
                import::handle(app, vendors, event, budget).await
            })
            .await
        }
        "matching" => {
            host::queue(app, async |app: &App, event: &_, budget: &_| {
                matching::handle(app, vendors, event, budget).await
            })
            .await
        }
        "psa-push" => {
            host::queue(app, async |app: &App, event: &_, budget: &_| {
                psa_push::handle(app, vendors, event, budget).await
            })
            .await
        }
        "psa-webhook" => host::http(psa_webhook::router(app)).await,
        "agent-upload" => host::http(agent_upload::router(app)).await,
        "admin-api" => host::http(admin_api::router(app)).await,
        other => Err(format!("_HANDLER names no function of Muster: {other}").into()),
    }
}
