//! The HTTP side that all simulators share: listen, read, injure on request, record, answer.
//!
//! Invariants: every request ends in exactly one journal entry, also when the connection is cut;
//! the server stops when its handle is dropped.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{HeaderValue, Response, header};
use axum::routing::any;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures::stream;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::exchange::{Answer, Request};
use crate::faults::{Fault, Faults};
use crate::journal::{Journal, is_sign_in};
use crate::simulator::{Vendor, locked};

/// The largest request body taken, in bytes.
const REQUEST_BYTES_MAX: usize = 16 * 1024 * 1024;

/// What a request meets.
pub(crate) struct Shared<V> {
    pub(crate) base: String,
    pub(crate) vendor: Arc<Mutex<V>>,
    pub(crate) journal: Journal,
    pub(crate) faults: Faults,
}

/// Serves until `stopped` says so, or its other end is gone.
pub(crate) fn serve<V: Vendor>(
    listener: TcpListener,
    shared: Shared<V>,
    stopped: oneshot::Receiver<()>,
) {
    let router = axum::Router::new()
        .fallback(any(handle::<V>))
        .with_state(Arc::new(shared));
    let serving = axum::serve(listener, router).with_graceful_shutdown(async move {
        // An error means that the handle is gone, which is the signal.
        stopped.await.unwrap_or_default();
    });
    tokio::spawn(serving.into_future());
}

async fn handle<V: Vendor>(
    State(shared): State<Arc<Shared<V>>>,
    request: axum::extract::Request,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let target = parts
        .uri
        .path_and_query()
        .map_or("/", |target| target.as_str())
        .to_owned();
    let Ok(body) = to_bytes(body, REQUEST_BYTES_MAX).await else {
        return plain(Answer::text(413, "Request body too large"), false);
    };
    let request = Request::new(parts.method.as_str(), &target, parts.headers, body);
    let sign_in = is_sign_in(&request.path);
    let fault = shared
        .faults
        .take(&request.method, &request.target, sign_in);
    let (answer, gzip) = {
        let mut vendor = locked(&shared.vendor);
        let answer = carry_out(&mut *vendor, &shared.base, &request, fault.as_ref());
        (answer, vendor.gzip())
    };
    shared.journal.record(&request, &answer, fault.as_ref());
    let accepts = request
        .header("accept-encoding")
        .is_some_and(|value| value.contains("gzip"));
    let gzip = gzip && accepts;
    match fault {
        Some(Fault::CutBody) => cut(answer, true),
        Some(Fault::LostAfterWrite | Fault::LostBeforeWrite) => cut(answer, false),
        Some(Fault::Slow(delay_ms)) => {
            pause(delay_ms).await;
            plain(answer, gzip)
        }
        Some(
            Fault::Throttled { .. }
            | Fault::ServerError(_)
            | Fault::Html
            | Fault::Unauthorized
            | Fault::Refused { .. },
        )
        | None => plain(answer, gzip),
    }
}

fn carry_out<V: Vendor>(
    vendor: &mut V,
    base: &str,
    request: &Request,
    fault: Option<&Fault>,
) -> Answer {
    match fault {
        None | Some(Fault::CutBody | Fault::Slow(_) | Fault::LostAfterWrite) => {
            vendor.answer(base, request)
        }
        Some(Fault::Throttled { retry_after, body }) => {
            let mut answer = vendor.throttled();
            if let Some(body) = body {
                answer = Answer {
                    headers: answer.headers,
                    ..worded(answer.status, body)
                };
            }
            match retry_after {
                Some(seconds) => answer.with_header("retry-after", seconds.to_string()),
                None => answer,
            }
        }
        Some(Fault::ServerError(status)) => vendor.server_error(*status),
        Some(Fault::LostBeforeWrite) => vendor.server_error(503),
        Some(Fault::Html) => Answer::html(200, "<!doctype html><title>Please wait</title>"),
        Some(Fault::Unauthorized) => vendor.unauthorized(),
        Some(Fault::Refused { status, body }) => worded(*status, body),
    }
}

/// An answer in words that a test chose: JSON if they are, else text.
fn worded(status: u16, body: &str) -> Answer {
    match serde_json::from_str::<serde_json::Value>(body) {
        Ok(_) => Answer::json_bytes(status, Bytes::copy_from_slice(body.as_bytes())),
        Err(_) => Answer::text(status, body),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "being slow is the fault that was asked for"
)]
async fn pause(delay_ms: u64) {
    tokio::time::sleep(Duration::from_millis(delay_ms)).await;
}

fn plain(answer: Answer, gzip: bool) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    dress(&mut response, &answer);
    if gzip && !answer.body.is_empty() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        if encoder.write_all(&answer.body).is_ok()
            && let Ok(packed) = encoder.finish()
        {
            let gzip = HeaderValue::from_static("gzip");
            response
                .headers_mut()
                .insert(header::CONTENT_ENCODING, gzip);
            *response.body_mut() = Body::from(packed);
            return response;
        }
    }
    *response.body_mut() = Body::from(answer.body);
    response
}

/// An answer that ends early. With `begun`, head and half of the body go out; without, the body
/// fails before the head is flushed, and the caller sees a closed connection only.
fn cut(answer: Answer, begun: bool) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    dress(&mut response, &answer);
    let length = HeaderValue::from(answer.body.len() + 64);
    response
        .headers_mut()
        .insert(header::CONTENT_LENGTH, length);
    let half = answer.body.slice(..answer.body.len() / 2);
    let broken = || io::Error::other("the connection is cut on purpose");
    *response.body_mut() = if begun {
        Body::from_stream(stream::unfold(Some(half), move |state| async move {
            match state {
                Some(half) => Some((Ok(half), None)),
                None => {
                    // The first half leaves before the connection breaks.
                    pause(2).await;
                    Some((Err(broken()), None))
                }
            }
        }))
    } else {
        Body::from_stream(stream::iter([Err::<Bytes, _>(broken())]))
    };
    response
}

fn dress(response: &mut Response<Body>, answer: &Answer) {
    *response.status_mut() =
        axum::http::StatusCode::from_u16(answer.status).expect("simulators answer real statuses");
    let headers = response.headers_mut();
    if !answer.body.is_empty() {
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(answer.content_type),
        );
    }
    for (name, value) in &answer.headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(*name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::{Options, Simulator};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    #[derive(Debug, Default)]
    struct Echo;

    impl Vendor for Echo {
        const NAME: &'static str = "graph";
        fn answer(&mut self, _base: &str, request: &Request) -> Answer {
            Answer::text(200, &request.path)
        }
        fn throttled(&self) -> Answer {
            Answer::text(429, "slow down")
        }
        fn unauthorized(&self) -> Answer {
            Answer::text(401, "who are you")
        }
    }

    async fn echo() -> Simulator<Echo> {
        Simulator::start(Options::unrecorded()).await.unwrap()
    }

    /// Everything that arrives until the other side closes.
    async fn raw(base: &str, path: &str) -> String {
        let mut stream = TcpStream::connect(base.trim_start_matches("http://"))
            .await
            .unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        // A reset instead of a clean end still shows what came before.
        stream.read_to_string(&mut answer).await.unwrap_or_default();
        answer.to_lowercase()
    }

    #[tokio::test]
    async fn a_lost_answer_sends_nothing_and_a_cut_body_sends_less_than_promised() {
        let server = echo().await;
        server
            .faults()
            .next("GET", "/long", 1, Fault::LostAfterWrite);
        server.faults().next("GET", "/long", 1, Fault::CutBody);
        assert_eq!(raw(server.base(), "/long-path").await, "");
        let cut = raw(server.base(), "/long-path").await;
        assert!(
            cut.contains("content-length: 74") && cut.ends_with("\r\n\r\n/long"),
            "{cut}"
        );
        assert!(
            raw(server.base(), "/long-path")
                .await
                .ends_with("/long-path")
        );
        assert_eq!(server.journal().count("GET", "/long-path"), 3);
    }

    #[tokio::test]
    async fn the_words_of_a_refusal_can_be_chosen() {
        let server = echo().await;
        let body = Some("{\"a\":1}".to_owned());
        server.faults().next(
            "*",
            "/",
            1,
            Fault::Throttled {
                retry_after: Some(3),
                body,
            },
        );
        server.faults().next("*", "/", 1, Fault::throttled(None));
        let chosen = raw(server.base(), "/a").await;
        assert!(
            chosen.contains("429") && chosen.contains("retry-after: 3"),
            "{chosen}"
        );
        assert!(chosen.ends_with("{\"a\":1}"));
        let usual = raw(server.base(), "/a").await;
        assert!(usual.ends_with("slow down") && !usual.contains("retry-after"));
        let (status, body) = (422, "no such thing".to_owned());
        server
            .faults()
            .next("*", "/", 1, Fault::Refused { status, body });
        let refused = raw(server.base(), "/a").await;
        assert!(
            refused.contains(" 422 ") && refused.contains("text/plain"),
            "{refused}"
        );
        assert!(refused.ends_with("no such thing"), "{refused}");
    }

    #[tokio::test]
    async fn dropping_the_handle_stops_the_server() {
        let server = echo().await;
        assert!(raw(server.base(), "/a").await.contains("200"));
        let address = server.base().trim_start_matches("http://").to_owned();
        drop(server);
        for _ in 0..200 {
            if TcpStream::connect(&address).await.is_err() {
                return;
            }
            pause(1).await;
        }
        panic!("still listening");
    }
}
