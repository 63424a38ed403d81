//! The one HTTP client: TLS on ring with Mozilla's roots built in, no redirects, no proxies from
//! the environment, time limits on everything.

use std::sync::Arc;
use std::time::Duration;

use domain::limits::VENDOR_CALL_SECONDS_MAX;

/// The longest a connection may take to come about, in seconds.
const CONNECT_SECONDS_MAX: u64 = 10;
/// How long a connection without work is kept, in seconds. Vendors close theirs after a minute or
/// more, and a connection that the other side just closed costs a failed call.
const IDLE_SECONDS_MAX: u64 = 45;
/// Connections without work that are kept per host.
const IDLE_PER_HOST_MAX: usize = 8;

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
#[error("failed to set up TLS for calls to vendors")]
pub struct ClientError(#[source] Box<dyn std::error::Error + Send + Sync>);

/// A client for all vendors. Expensive to make and cheap to clone: one per process.
pub(crate) fn client() -> Result<reqwest::Client, ClientError> {
    let roots: rustls::RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
    // The provider is named here, so that nothing depends on a process-wide default.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ClientError(error.into()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        // A redirect could carry a token to another host.
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .gzip(true)
        .referer(false)
        .user_agent(concat!("muster/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(Duration::from_secs(CONNECT_SECONDS_MAX))
        .timeout(Duration::from_secs(VENDOR_CALL_SECONDS_MAX))
        .pool_idle_timeout(Duration::from_secs(IDLE_SECONDS_MAX))
        .pool_max_idle_per_host(IDLE_PER_HOST_MAX)
        .build()
        .map_err(|error| ClientError(error.into()))
}
