//! Calls to our own HTTP functions without a network: a command does what a caller would, by the
//! same rules.

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tower::ServiceExt;

use domain::failure::Failure;
use platform::{App, SecretName, Secrets};
use secrecy::SecretString;

use crate::local::LocalError;

/// The largest answer taken, in bytes.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;

/// A caller with a token.
pub(crate) struct Caller {
    router: Router,
    token: String,
}

impl Caller {
    pub(crate) fn new(router: Router, token: String) -> Self {
        Self { router, token }
    }

    /// An operator in the role `super`, known to this one router only: whoever may start the
    /// program on its data directory may do all.
    pub(crate) fn operator(app: &App) -> Result<Self, Failure> {
        let token = token()?;
        let document = json!([{ "token": token, "role": "super" }]).to_string();
        let secrets = [(SecretName::Operators, SecretString::from(document))].into();
        let app = App {
            secrets: Secrets::memory(secrets),
            ..app.clone()
        };
        Ok(Self::new(admin_api::router(app), token))
    }

    /// Calls a route; a refusal is told with the function's own words.
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<Value, LocalError> {
        let digest: String = Sha256::digest(&body)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, "application/json")
            .header("x-content-sha256", digest)
            .body(Body::from(body))
            .map_err(|_| LocalError::Asked("an id has a character that no id has".to_owned()))?;
        let Ok(response) = self.router.clone().oneshot(request).await;
        let status = response.status();
        let body = to_bytes(response.into_body(), ANSWER_BYTES_MAX)
            .await
            .unwrap_or_default();
        let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
        if status.is_success() {
            return Ok(answer);
        }
        let detail = answer
            .get("detail")
            .and_then(Value::as_str)
            .unwrap_or("no reason was given");
        Err(refused(status, detail))
    }
}

fn refused(status: StatusCode, detail: &str) -> LocalError {
    if status.is_server_error() {
        return LocalError::Failure(Failure::defect(detail.to_owned()));
    }
    LocalError::Asked(format!("refused ({}): {detail}", status.as_u16()))
}

/// 256 random bits in hexadecimal.
pub(crate) fn token() -> Result<String, Failure> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| Failure::defect(error.to_string()))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
