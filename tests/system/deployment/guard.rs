//! Stands before the emulated AWS, which refuses nothing, and refuses what the role of the function
//! at work does not allow. The shipped clients come here by `AWS_ENDPOINT_URL`.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::aws::{Aws, variable};
use super::roles::{Allowed, allowed};
use super::template::{Operators, Template};

/// Who is at work, and what was asked.
pub(crate) struct Guard {
    template: Template,
    at_work: Mutex<AtWork>,
}

#[derive(Default)]
struct AtWork {
    /// Nothing stands for the person who sets things up, and may do all.
    role: Option<Allowed>,
    asked: BTreeSet<String>,
    refused: Vec<String>,
}

impl Guard {
    /// Listens where `AWS_ENDPOINT_URL` says, until the test ends.
    pub(crate) async fn start(aws: Aws) -> Arc<Self> {
        let endpoint = variable("AWS_ENDPOINT_URL").expect("set with MUSTER_TEST_AWS_ENDPOINT");
        let address = endpoint.strip_prefix("http://").unwrap();
        let listener = TcpListener::bind(address).await.unwrap();
        let guard = Arc::new(Self {
            template: Template::read(Operators::Tokens),
            at_work: Mutex::default(),
        });
        let kept = Arc::clone(&guard);
        let router = Router::new().fallback(move |headers: HeaderMap, body: Bytes| {
            let (guard, aws) = (Arc::clone(&guard), aws.clone());
            async move { guard.pass(&aws, &headers, &body).await }
        });
        tokio::spawn(async move { axum::serve(listener, router).await });
        kept
    }

    /// From now on, that function is at work.
    pub(crate) fn watch(&self, handler: &str) {
        let role = allowed(&self.template, handler);
        self.at_work.lock().unwrap().role = Some(role);
    }

    /// What was refused so far; what was asked since the last look.
    pub(crate) fn seen(&self) -> (Vec<String>, BTreeSet<String>) {
        let mut at_work = self.at_work.lock().unwrap();
        (at_work.refused.clone(), std::mem::take(&mut at_work.asked))
    }

    async fn pass(&self, aws: &Aws, headers: &HeaderMap, body: &[u8]) -> Response {
        let text = |name: header::HeaderName| headers[name].to_str().unwrap();
        let target = headers["x-amz-target"].to_str().unwrap();
        let request: Value = serde_json::from_slice(body).unwrap();
        if let Err(refusal) = self.judge(target, &request) {
            let body = json!({ "__type": "AccessDeniedException", "Message": refusal });
            let kind = [(header::CONTENT_TYPE, "application/x-amz-json-1.0")];
            return (StatusCode::BAD_REQUEST, kind, body.to_string()).into_response();
        }
        let passed = format!(
            "authorization: {}\r\ncontent-type: {}\r\nx-amz-target: {target}\r\n",
            text(header::AUTHORIZATION),
            text(header::CONTENT_TYPE)
        );
        let (status, answer) = aws.send("POST", "/", &passed, body).await;
        let kind = [(header::CONTENT_TYPE, "application/x-amz-json-1.0")];
        (status, kind, answer).into_response()
    }

    /// Is that allowed? Actions by the role, resources by their names in the stage `test`.
    fn judge(&self, target: &str, request: &Value) -> Result<(), String> {
        let (service, action) = target.split_once('.').unwrap();
        let (action, resource) = match service {
            "DynamoDB_20120810" => (format!("dynamodb:{action}"), table_of(request)),
            "AWSEvents" => {
                let bus = request["Entries"][0]["EventBusName"].as_str();
                let ours = bus == Some("muster-test");
                (
                    format!("events:{action}"),
                    ours.then(|| "Bus.Arn".to_owned()),
                )
            }
            "secretsmanager" => (format!("secretsmanager:{action}"), self.secret_of(request)),
            _ => panic!("no function asks {target}"),
        };
        let mut at_work = self.at_work.lock().unwrap();
        at_work.asked.insert(action.clone());
        let Some(role) = &at_work.role else {
            return Ok(());
        };
        let resources = role.get(&action);
        let is_allowed = resources
            .zip(resource)
            .is_some_and(|(resources, it)| resources.contains(&it));
        if is_allowed {
            return Ok(());
        }
        at_work.refused.push(action.clone());
        Err(format!("the role does not allow {action} on that"))
    }

    /// The logical name of the secret that is asked for.
    fn secret_of(&self, request: &Value) -> Option<String> {
        let secrets = self.template.of_type("AWS::SecretsManager::Secret");
        let mut secrets = secrets.into_iter();
        let found = secrets.find(|(_, secret)| secret["Name"] == request["SecretId"]);
        found.map(|(name, _)| name.to_owned())
    }
}

fn table_of(request: &Value) -> Option<String> {
    let name = match request["RequestItems"].as_object() {
        Some(tables) => tables.keys().next().map(String::as_str),
        None => request["TableName"].as_str(),
    };
    (name == Some("muster-test")).then(|| "Table.Arn".to_owned())
}
