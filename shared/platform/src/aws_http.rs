//! How the services of AWS are called: one connector for all of them, made once. The SDK's own
//! client makes one per service and another at the first request, and each reads the machine's root
//! certificates again: with them, a start takes several times as long.

use std::time::Duration;

use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::shared::IntoShared;

/// The longest a connection to a service may take to come about, in seconds.
const CONNECT_SECONDS_MAX: u64 = 3;

/// The one connector. What a service wants of it (the time to connect) is the same for all.
#[derive(Debug)]
struct OneConnector(SharedHttpConnector);

impl HttpClient for OneConnector {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        self.0.clone()
    }
}

/// One HTTP client for all services, on the one crypto library that we ship.
pub(crate) fn client() -> SharedHttpClient {
    let settings = HttpConnectorSettings::builder()
        .connect_timeout(Duration::from_secs(CONNECT_SECONDS_MAX))
        .build();
    let connector = Connector::builder()
        .connector_settings(settings)
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build();
    OneConnector(SharedHttpConnector::new(connector)).into_shared()
}
