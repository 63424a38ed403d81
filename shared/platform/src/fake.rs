//! For tests: a service of AWS whose answers a test makes up, on a socket of its own, so that the
//! real client is what is tested.

use std::sync::{Arc, Mutex};

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::{Region, SharedHttpClient};
use aws_smithy_types::retry::RetryConfig;
use axum::Router;
use axum::body::Bytes;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde_json::Value;

use crate::aws_http;

/// What a test answers: a status and a body.
pub(crate) type Answer = (u16, Value);

/// A service that answers what a test says and keeps what it was asked.
pub(crate) struct Fake {
    pub(crate) endpoint: String,
    asked: Arc<Mutex<Vec<Value>>>,
}

impl Fake {
    /// Answers the nth request, counted from 0, by this function.
    pub(crate) async fn start(
        answer: impl Fn(usize, &Value) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (kept, answer) = (Arc::clone(&asked), Arc::new(answer));
        let router = Router::new().fallback(move |body: Bytes| {
            let request: Value = serde_json::from_slice(&body).unwrap();
            let mut kept = kept.lock().unwrap();
            let (status, body) = answer(kept.len(), &request);
            kept.push(request);
            let kind = [(header::CONTENT_TYPE, "application/x-amz-json-1.1")];
            let response = (
                StatusCode::from_u16(status).unwrap(),
                kind,
                body.to_string(),
            );
            async move { response.into_response() }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { endpoint, asked }
    }

    /// What it was asked so far.
    pub(crate) fn asked(&self) -> Vec<Value> {
        self.asked.lock().unwrap().clone()
    }
}

/// What every client in a test is set to: no retries of its own, so that a test counts ours.
pub(crate) struct Settings {
    pub(crate) region: Region,
    pub(crate) credentials: Credentials,
    pub(crate) http: SharedHttpClient,
    pub(crate) retries: RetryConfig,
}

impl Settings {
    pub(crate) fn new() -> Self {
        Self {
            region: Region::new("us-east-1"),
            credentials: Credentials::from_keys("local", "local", None),
            http: aws_http::client(None).unwrap(),
            retries: RetryConfig::disabled(),
        }
    }
}
