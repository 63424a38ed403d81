//! How the services of AWS are called: one HTTP client for all of them, on the TLS that calls to
//! vendors have too. The SDK's own reads and checks the machine's root certificates at every start,
//! for each service again, which took longer than the rest of a start.
//!
//! Mozilla's roots are built in, among them those of Amazon. `SSL_CERT_FILE` replaces them, for
//! whoever reaches AWS through a proxy with a root of its own.
//!
//! Two things the SDK's client has are not here: a connection is used again after an answer with
//! status 500, and there is no HTTP/2, which none of our three services speaks.

use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// The longest a connection to a service may take to come about, in seconds.
const CONNECT_SECONDS_MAX: u64 = 3;

/// Why services of AWS cannot be called.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The file that `SSL_CERT_FILE` names is of no use.
    #[error("SSL_CERT_FILE must name a file with root certificates in PEM form: {0}")]
    Roots(String),
    /// TLS cannot be set up.
    #[error("failed to set up TLS for calls to AWS")]
    Tls(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// One HTTP client for all services. `roots` is the path of a file with the only root certificates
/// that are trusted.
///
/// # Errors
/// Where that file has none, or cannot be read.
pub(crate) fn client(roots: Option<&str>) -> Result<SharedHttpClient, HttpError> {
    // The provider is named here, so that nothing depends on a process-wide default.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| HttpError::Tls(error.into()))?
        .with_root_certificates(roots.map_or_else(|| Ok(built_in()), read)?)
        .with_no_client_auth();
    let http = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .http1_only()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        // The SDK checks what came against a checksum, as it came.
        .gzip(false)
        .referer(false)
        .connect_timeout(Duration::from_secs(CONNECT_SECONDS_MAX))
        .build()
        .map_err(|error| HttpError::Tls(error.into()))?;
    let connector = SharedHttpConnector::new(Connector(http));
    // What a service wants of a connector (the time to connect) is the same for all.
    Ok(http_client_fn(move |_, _| connector.clone()))
}

fn built_in() -> RootCertStore {
    webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect()
}

fn read(path: &str) -> Result<RootCertStore, HttpError> {
    let certificates = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    let certificates: Vec<_> = certificates.map_err(|error| HttpError::Roots(error.to_string()))?;
    let mut roots = RootCertStore::empty();
    let (taken, _) = roots.add_parsable_certificates(certificates);
    if taken == 0 {
        return Err(HttpError::Roots("there is none".to_owned()));
    }
    Ok(roots)
}

/// Hands the SDK's requests to the HTTP client.
#[derive(Debug)]
struct Connector(reqwest::Client);

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let http = self.0.clone();
        HttpConnectorFuture::new(async move {
            let request = request.try_into_http1x();
            let request = request.map_err(|error| ConnectorError::user(error.into()))?;
            let request = reqwest::Request::try_from(request.map(reqwest::Body::wrap));
            let answer = http.execute(request.map_err(failed)?).await;
            let answer = http::Response::<reqwest::Body>::from(answer.map_err(failed)?);
            HttpResponse::try_from(answer.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// What became of a request that was not answered, in the SDK's words: it tries again after all but
/// the last. The address is left out, since errors are logged.
fn failed(error: reqwest::Error) -> ConnectorError {
    let (is_timeout, is_ours) = (error.is_timeout(), error.is_builder());
    let source = error.without_url().into();
    if is_timeout {
        ConnectorError::timeout(source)
    } else if is_ours {
        ConnectorError::user(source)
    } else {
        ConnectorError::io(source)
    }
}

#[cfg(test)]
mod tests;
