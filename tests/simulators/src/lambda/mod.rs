//! AWS Lambda as a function's process sees it: the Runtime API on loopback, the environment that
//! Lambda sets, and the events that its sources send.
//!
//! Invariants: an invocation ends in exactly one [`Outcome`], also when the process dies or is late;
//! invocations go out one at a time, in the order asked for; nothing here knows what is in an event.
//! The Runtime API is described in AWS's developer guide, "Using the Lambda runtime API".

pub mod events;
mod process;
mod routes;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};

pub use process::Function;

/// The largest event and the largest answer of a synchronous invocation, in bytes (AWS, "Lambda
/// quotas": 6 MB).
pub const PAYLOAD_BYTES_MAX: usize = 6 * 1024 * 1024;

/// What became of an invocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The function answered.
    Answered(Bytes),
    /// The function said that it failed: the document with `errorType` and `errorMessage`.
    Failed(Value),
    /// No answer came before the deadline. Lambda would have killed the process.
    TimedOut,
    /// The event is larger than [`PAYLOAD_BYTES_MAX`]; the function never saw it.
    TooLarge,
}

impl Outcome {
    /// The answer as JSON. Null where there is no answer, or none of JSON.
    pub fn json(&self) -> Value {
        match self {
            Self::Answered(body) => serde_json::from_slice(body).unwrap_or_default(),
            Self::Failed(_) | Self::TimedOut | Self::TooLarge => Value::Null,
        }
    }
}

/// How far a process has come.
#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    /// It has asked for nothing yet.
    Starting,
    /// It asked for work, for the first time at that moment.
    Ready(Instant),
    /// It said that it cannot start, with this document.
    InitFailed(Value),
}

/// The Runtime API of one execution environment; it stops when dropped.
#[derive(Debug)]
pub struct RuntimeApi {
    address: String,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
}

#[derive(Debug)]
struct Shared {
    phase: watch::Sender<Phase>,
    events: mpsc::UnboundedSender<Invocation>,
    waiting: tokio::sync::Mutex<mpsc::UnboundedReceiver<Invocation>>,
    open: Mutex<Open>,
}

/// Invocations that the function has not answered yet.
#[derive(Debug, Default)]
struct Open {
    answers: BTreeMap<String, oneshot::Sender<Outcome>>,
    asked: u64,
    next_calls: usize,
}

/// One event on its way to the process.
#[derive(Debug)]
struct Invocation {
    id: String,
    deadline_ms: u128,
    body: Bytes,
}

impl Shared {
    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RuntimeApi {
    /// Listens on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// There is no port.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let (events, waiting) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            phase: watch::Sender::new(Phase::Starting),
            events,
            waiting: tokio::sync::Mutex::new(waiting),
            open: Mutex::default(),
        });
        let (stop, stopped) = oneshot::channel::<()>();
        let router = routes::router(Arc::clone(&shared));
        tokio::spawn(async move {
            // Whoever waits for work is cut off: it would keep a graceful end waiting for ever.
            tokio::select! {
                served = axum::serve(listener, router) => served.unwrap_or_default(),
                ended = stopped => ended.unwrap_or_default(),
            }
        });
        Ok(Self {
            address,
            shared,
            stop: Some(stop),
        })
    }

    /// Host and port, as `AWS_LAMBDA_RUNTIME_API` has it.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// How far the process has come.
    pub fn phase(&self) -> Phase {
        self.shared.phase.borrow().clone()
    }

    /// Waits until the process has asked for work or said that it cannot start, at most so long.
    pub async fn settled(&self, within: Duration) -> Phase {
        let mut phase = self.shared.phase.subscribe();
        let settled = phase.wait_for(|phase| *phase != Phase::Starting);
        match tokio::time::timeout(within, settled).await {
            Ok(Ok(phase)) => phase.clone(),
            Ok(Err(_)) | Err(_) => Phase::Starting,
        }
    }

    /// How often the process asked for work.
    pub fn next_calls(&self) -> usize {
        self.shared.open().next_calls
    }

    /// Gives the process an event, and so much time. Its outcome.
    pub async fn invoke(&self, event: impl Into<Bytes>, time: Duration) -> Outcome {
        let body = event.into();
        if body.len() > PAYLOAD_BYTES_MAX {
            return Outcome::TooLarge;
        }
        let (answer, answered) = oneshot::channel();
        let id = {
            let mut open = self.shared.open();
            open.asked += 1;
            let id = uuid::Uuid::from_u64_pair(0x7bf7_3129_1428_4cd3, open.asked).to_string();
            open.answers.insert(id.clone(), answer);
            id
        };
        let invocation = Invocation {
            id: id.clone(),
            deadline_ms: deadline_ms(time),
            body,
        };
        self.shared
            .events
            .send(invocation)
            .expect("the receiver lives as long as this handle");
        let outcome = tokio::time::timeout(time, answered).await;
        // An answer that comes later is refused, as Lambda does.
        self.shared.open().answers.remove(&id);
        match outcome {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) | Err(_) => Outcome::TimedOut,
        }
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            stop.send(()).unwrap_or_default();
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a deadline of Lambda is a time of the real clock"
)]
fn deadline_ms(time: Duration) -> u128 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let now = now.expect("the clock of this machine is past 1970");
    (now + time).as_millis()
}
