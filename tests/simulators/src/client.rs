//! A tiny HTTP/1.1 client: one request per connection. It posts webhooks, and the tests of this
//! crate speak to the simulators with it.
//!
//! Plain `http://host:port/path` only; answers are read to the end of the connection, up to a cap.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// The longest that a call may take.
const CALL_TIME_MAX: Duration = Duration::from_secs(10);
/// The largest answer read, in bytes.
const ANSWER_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "webhook deliveries need the status only")
    )]
    /// Status line and headers in lower case.
    pub(crate) head: String,
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "webhook deliveries need the status only")
    )]
    pub(crate) body: Vec<u8>,
}

/// Sends one request. A connection that closes early is an error of kind `UnexpectedEof`.
pub(crate) async fn send(
    method: &str,
    url: &str,
    headers: &[(&str, String)],
    body: &[u8],
) -> io::Result<Reply> {
    timeout(CALL_TIME_MAX, exchange(method, url, headers, body))
        .await
        .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
}

async fn exchange(
    method: &str,
    url: &str,
    headers: &[(&str, String)],
    body: &[u8],
) -> io::Result<Reply> {
    let invalid = || {
        io::Error::new(
            io::ErrorKind::InvalidInput,
            "expected http://host:port/path",
        )
    };
    let rest = url.strip_prefix("http://").ok_or_else(invalid)?;
    let slash = rest.find('/').unwrap_or(rest.len());
    let (host, path) = rest.split_at(slash);
    let path = if path.is_empty() { "/" } else { path };
    let mut stream = TcpStream::connect(host).await?;
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if !body.is_empty() {
        head.push_str(&format!("content-length: {}\r\n", body.len()));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body).await?;
    let mut answer = Vec::new();
    stream
        .take(ANSWER_BYTES_MAX)
        .read_to_end(&mut answer)
        .await?;
    parse(&answer)
}

fn parse(answer: &[u8]) -> io::Result<Reply> {
    let early = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let end = answer
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .ok_or_else(early)?;
    let (head, body) = answer.split_at(end);
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let body = body.get(4..).unwrap_or_default();
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|text| text.parse().ok())
        .ok_or_else(early)?;
    let promised = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .and_then(|text| text.trim().parse::<usize>().ok());
    if promised.is_some_and(|length| body.len() < length) {
        return Err(early());
    }
    Ok(Reply {
        status,
        head,
        body: body.to_vec(),
    })
}
