//! From Lambda to a handler and back: queues, schedules, HTTP.

mod http;
mod queue;
mod schedule;

pub use http::http;
pub use queue::{Verdict, deliver, queue};
pub use schedule::schedule;

/// Why a function ended.
pub type Error = lambda_runtime::Error;
