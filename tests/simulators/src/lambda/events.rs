//! Events as the sources of a function send them. The shapes follow the samples in AWS's
//! documentation; what is inside is the caller's.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value, json};

/// A tick of EventBridge Scheduler, whose target sends `input`; the default is what a schedule sends
/// that sets none.
pub fn tick() -> String {
    json!({
        "version": "0", "id": "17793124-05d4-b198-2fde-7ededc63b103",
        "detail-type": "Scheduled Event", "source": "aws.scheduler", "account": "123456789012",
        "time": "2026-11-24T08:00:00Z", "region": "eu-west-2",
        "resources": ["arn:aws:scheduler:eu-west-2:123456789012:schedule/default/simulated"],
        "detail": "{}",
    })
    .to_string()
}

/// A batch of an SQS queue: message `number` (from 0) has the id `message-number`.
pub fn batch<T: AsRef<str>>(bodies: impl IntoIterator<Item = T>) -> String {
    let records = bodies.into_iter().enumerate().map(|(number, body)| {
        json!({
            "messageId": format!("message-{number}"), "receiptHandle": format!("handle-{number}"),
            "body": body.as_ref(),
            "attributes": {
                "ApproximateReceiveCount": "1", "SentTimestamp": "1795507200000",
                "SenderId": "AIDASIMULATED", "ApproximateFirstReceiveTimestamp": "1795507200001",
            },
            "messageAttributes": {}, "md5OfBody": "00000000000000000000000000000000",
            "eventSource": "aws:sqs", "awsRegion": "eu-west-2",
            "eventSourceARN": "arn:aws:sqs:eu-west-2:123456789012:simulated",
        })
    });
    json!({ "Records": records.collect::<Vec<_>>() }).to_string()
}

/// The messages of a batch that come again, by the function's answer: their `itemIdentifier`s. None
/// where the answer does not have the form that SQS understands: then all come again.
pub fn given_back(answer: &Value) -> Option<Vec<String>> {
    let failures = answer.get("batchItemFailures")?.as_array()?;
    let id = |failure: &Value| Some(failure.get("itemIdentifier")?.as_str()?.to_owned());
    failures.iter().map(id).collect()
}

/// A request through an HTTP API, payload format 2.0.
#[derive(Debug, Clone)]
pub struct HttpRequest {
    method: String,
    path: String,
    query: String,
    headers: Map<String, Value>,
    body: Vec<u8>,
}

impl HttpRequest {
    /// A request to a path, which may have a query.
    pub fn new(method: &str, target: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let host = json!("api.simulated.example");
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: Map::from_iter([("host".to_owned(), host)]),
            body: Vec::new(),
        }
    }

    /// With a header; API Gateway writes names in lower case.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_lowercase(), json!(value));
        self
    }

    /// With a bearer token.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// With a user name and a password.
    #[must_use]
    pub fn basic(self, user: &str, password: &str) -> Self {
        let packed = BASE64_STANDARD.encode(format!("{user}:{password}"));
        self.header("authorization", &format!("Basic {packed}"))
    }

    /// With a body of that media type.
    #[must_use]
    pub fn body(mut self, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        let length = self.body.len().to_string();
        self.header("content-type", kind)
            .header("content-length", &length)
    }

    /// The event. A body that is text goes as it is, any other in base64.
    pub fn event(&self) -> String {
        let text = std::str::from_utf8(&self.body).ok();
        let mut event = json!({
            "version": "2.0", "routeKey": "$default", "rawPath": self.path,
            "rawQueryString": self.query, "headers": self.headers,
            "requestContext": {
                "accountId": "123456789012", "apiId": "simulated",
                "domainName": "api.simulated.example", "domainPrefix": "api",
                "http": {
                    "method": self.method, "path": self.path, "protocol": "HTTP/1.1",
                    "sourceIp": "192.0.2.1", "userAgent": "simulated",
                },
                "requestId": "JKJaXmPLvHcESHA=", "routeKey": "$default", "stage": "$default",
                "time": "24/Nov/2026:08:00:00 +0000", "timeEpoch": 1_795_507_200_000_u64,
            },
            "isBase64Encoded": text.is_none(),
        });
        if let Some(members) = event.as_object_mut()
            && !self.body.is_empty()
        {
            let body = text.map_or_else(|| BASE64_STANDARD.encode(&self.body), str::to_owned);
            members.insert("body".to_owned(), json!(body));
        }
        event.to_string()
    }
}

/// What a function answered to a [`HttpRequest`], as API Gateway passes it on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpAnswer {
    /// The status.
    pub status: u16,
    /// The media type; empty without one.
    pub kind: String,
    /// The body, unpacked.
    pub body: Vec<u8>,
}

impl HttpAnswer {
    /// Reads an answer; none where it does not have the form of payload format 2.0.
    pub fn read(answer: &Value) -> Option<Self> {
        let status = u16::try_from(answer.get("statusCode")?.as_u64()?).ok()?;
        let single = answer.get("headers").and_then(Value::as_object);
        let kind = single
            .into_iter()
            .flatten()
            .find(|(name, _)| name.eq_ignore_ascii_case("content-type"))
            .and_then(|(_, value)| value.as_str())
            .unwrap_or_default()
            .to_owned();
        let body = answer
            .get("body")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let body = match answer.get("isBase64Encoded").and_then(Value::as_bool) {
            Some(true) => BASE64_STANDARD.decode(body).ok()?,
            Some(false) | None => body.as_bytes().to_vec(),
        };
        Some(Self { status, kind, body })
    }

    /// The body as JSON; null where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}
