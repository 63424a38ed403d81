//! A server for unit tests: answers what it was told, in that order, and remembers what it was
//! asked. Raw bytes, so that answers can be as broken as they come.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A server on this machine; it ends with its test.
pub(crate) struct Scripted {
    /// Its address, without a slash at the end.
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Scripted {
    /// Answers each call with the next of the answers, and 599 when there are no more.
    pub(crate) async fn start(answers: Vec<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (seen, base) = (Arc::clone(&requests), url.clone());
        tokio::spawn(async move {
            let mut answers = answers.into_iter();
            while let Ok((mut stream, _)) = listener.accept().await {
                let Some(request) = read_request(&mut stream).await else {
                    continue;
                };
                seen.lock().unwrap().push(request);
                let answer = answers
                    .next()
                    .unwrap_or_else(|| reply(599, "", "no more answers"));
                let answer = answer.replace("{base}", &base);
                stream.write_all(answer.as_bytes()).await.ok();
                stream.shutdown().await.ok();
            }
        });
        Self { url, requests }
    }

    /// The requests so far, head and body, oldest first.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// An answer. `headers` are whole lines, each with its line end; `{base}` stands for the server.
pub(crate) fn reply(status: u16, headers: &str, body: &str) -> String {
    // Without a length: the end of the connection is the end of the body, so that `{base}` may
    // stand in it.
    format!("HTTP/1.1 {status} X\r\nconnection: close\r\n{headers}\r\n{body}")
}

/// A JSON answer.
pub(crate) fn json(status: u16, body: &str) -> String {
    reply(status, "content-type: application/json\r\n", body)
}

/// A JSON answer that promises more than it sends.
pub(crate) fn cut(body: &str) -> String {
    let length = body.len() + 10;
    let headers = format!("content-type: application/json\r\ncontent-length: {length}\r\n");
    reply(200, &headers, body)
}

/// The answer of a sign-in.
pub(crate) fn token(token: &str, expires_in: u64) -> String {
    let body = format!(
        "{{\"token_type\":\"Bearer\",\"expires_in\":{expires_in},\"access_token\":\"{token}\"}}"
    );
    json(200, &body)
}

async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let read = stream.read(&mut chunk).await.ok()?;
        bytes.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.to_ascii_lowercase();
            let length = length
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.trim().parse().unwrap()) {
                return Some(text);
            }
        }
        if read == 0 {
            return None;
        }
    }
}
