//! Verify, drop repeats, ask for another look. The answer does not wait for the look.

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use connectors::Vendors;
use connectors::psa::Settings;
use connectors::psa::webhook::{self, Delivery, DeliveryError, UnverifiedDelivery};
use domain::event::Event;
use domain::failure::Failure;
use domain::limits::DELIVERY_BYTES_MAX;
use platform::secrets::SecretName;
use platform::telemetry::Measure;
use platform::{App, Problem};

/// The route of the PSA's deliveries.
pub fn router(app: App, vendors: Vendors) -> Router {
    Router::new()
        .route("/webhooks/{system}/{path_token}", post(receive))
        .layer(DefaultBodyLimit::max(DELIVERY_BYTES_MAX))
        .with_state((app, vendors))
}

async fn receive(
    State((app, vendors)): State<(App, Vendors)>,
    Path((system, path_token)): Path<(String, String)>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, Problem> {
    let verified = match body {
        Ok(body) => {
            let unverified = UnverifiedDelivery {
                system: &system,
                path_token: &path_token,
                headers: &headers,
                body: &body,
            };
            verify(&app, &vendors, unverified).await
        }
        // Longer than is read, or cut off; which of them a sender knows.
        Err(rejection) => Err(Problem::unreadable_body(rejection.status(), "a delivery")),
    };
    let measure = match &verified {
        Ok(_) => Measure::DELIVERIES_TAKEN,
        Err(_) => Measure::DELIVERIES_REFUSED,
    };
    app.metrics.emit(app.clock.now(), &[measure.of(1)], &[]);
    let delivery = verified?;
    take(&app, &delivery)
        .await
        .map_err(|failure| Problem::unavailable(&failure))?;
    Ok(StatusCode::OK)
}

async fn verify(
    app: &App,
    vendors: &Vendors,
    unverified: UnverifiedDelivery<'_>,
) -> Result<Delivery, Problem> {
    let unknown = || Problem::not_found("no such webhook");
    let secret = app.secrets.get(SecretName::Psa).await.map_err(|error| {
        tracing::error!(%error, "a delivery came, and the PSA's secret cannot be read");
        unknown()
    })?;
    let settings = Settings::from_json(&secret).map_err(|error| {
        tracing::error!(%error, "a delivery came, and the PSA's secret cannot be used");
        unknown()
    })?;
    let verified = webhook::verify(vendors, &settings, unverified).await;
    verified.map_err(|error| {
        // Whoever sent it learns no more than that it was refused.
        tracing::warn!(%error, "a delivery was refused");
        match error {
            DeliveryError::NotFound => unknown(),
            DeliveryError::Unauthorized => Problem::unauthorized("the credentials do not fit"),
            DeliveryError::TooLarge => Problem::too_large("the body is too large"),
            DeliveryError::Unreadable => Problem::bad_request("the body is no delivery"),
            DeliveryError::NotNow => Problem::too_many("not possible at the moment; try again"),
        }
    })
}

/// Remembers the delivery and asks for another look at what it names.
async fn take(app: &App, delivery: &Delivery) -> Result<(), Failure> {
    let now = app.clock.now();
    if !app.store.remember_delivery(&delivery.id, now).await? {
        tracing::debug!("the delivery came before");
        return Ok(());
    }
    let mut events = Vec::new();
    for contact in &delivery.contacts {
        if let Some((customer, _)) = app.store.account_behind(contact).await? {
            let event = Event::ContactChanged {
                contact: contact.clone(),
            };
            events.push(app.envelope(customer, None, event));
        }
    }
    tracing::info!(
        contacts = delivery.contacts.len(),
        linked = events.len(),
        "delivery taken"
    );
    if let Err(error) = app.bus.publish(events).await {
        // It may come again: then it must not look like one that was taken.
        app.store.forget_delivery(&delivery.id).await?;
        return Err(error.into());
    }
    Ok(())
}
