//! The emulated AWS, as the tests ask it themselves: what the shipped clients do not speak, such as
//! receiving from a queue, and what was deployed. Plain HTTP, one request per connection.

use axum::http::StatusCode;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The region of everything that the tests deploy.
const REGION: &str = "eu-central-1";

/// An emulated AWS to which `.ci/run` has deployed the template as the stage `test`.
#[derive(Debug, Clone)]
pub(crate) struct Aws {
    /// `127.0.0.1:5000`.
    address: String,
}

impl Aws {
    /// The one that `MUSTER_TEST_AWS_ENDPOINT` names, if any.
    pub(crate) fn there() -> Option<Self> {
        let endpoint = variable("MUSTER_TEST_AWS_ENDPOINT")?;
        let address = endpoint.strip_prefix("http://").unwrap().to_owned();
        Some(Self { address })
    }

    /// Calls one of the services that speak JSON, as `("sqs", "AmazonSQS.ReceiveMessage", …)`.
    pub(crate) async fn call(&self, service: &str, target: &str, body: Value) -> Value {
        let headers = format!(
            "authorization: AWS4-HMAC-SHA256 Credential=test/20260101/{REGION}/{service}/aws4_request, \
             SignedHeaders=host, Signature=none\r\n\
             content-type: application/x-amz-json-1.0\r\nx-amz-target: {target}\r\n"
        );
        let body = body.to_string();
        let (status, answer) = self.send("POST", "/", &headers, body.as_bytes()).await;
        let answer = String::from_utf8(answer).unwrap();
        assert_eq!(status, StatusCode::OK, "{target}: {answer}");
        serde_json::from_str(&answer).unwrap_or(Value::Null)
    }

    /// Reads from one of the services that speak REST.
    pub(crate) async fn get(&self, service: &str, path: &str) -> Value {
        let headers = format!(
            "authorization: AWS4-HMAC-SHA256 Credential=test/20260101/{REGION}/{service}/aws4_request, \
             SignedHeaders=host, Signature=none\r\n"
        );
        let (status, answer) = self.send("GET", path, &headers, b"").await;
        assert_eq!(status, StatusCode::OK, "{path}");
        serde_json::from_slice(&answer).unwrap()
    }

    /// Sends a request as it is. `headers` are lines of an HTTP request.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &str,
        body: &[u8],
    ) -> (StatusCode, Vec<u8>) {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: {}\r\n\
             {headers}\r\n",
            self.address,
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(body).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let end = answer.windows(4).position(|it| it == b"\r\n\r\n").unwrap();
        let head = String::from_utf8_lossy(&answer[..end]);
        assert!(
            !head.to_lowercase().contains("chunked"),
            "read to the end only"
        );
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer[end + 4..].to_vec())
    }

    /// The next message of a queue, taken off it: the body. `None` where there is none.
    pub(crate) async fn receive(&self, queue: &str) -> Option<String> {
        let url = self
            .call(
                "sqs",
                "AmazonSQS.GetQueueUrl",
                json!({ "QueueName": queue }),
            )
            .await;
        let url = &url["QueueUrl"];
        let ask = json!({ "QueueUrl": url, "MaxNumberOfMessages": 1, "WaitTimeSeconds": 0 });
        let answer = self.call("sqs", "AmazonSQS.ReceiveMessage", ask).await;
        let message = answer["Messages"].get(0)?;
        let done = json!({ "QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"] });
        self.call("sqs", "AmazonSQS.DeleteMessage", done).await;
        Some(message["Body"].as_str().unwrap().to_owned())
    }
}

#[expect(clippy::disallowed_methods, reason = "which AWS the tests run against")]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
