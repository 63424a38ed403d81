//! What operators see: logs as JSON, one object a line, and metrics in CloudWatch's embedded
//! format. Neither ever holds personal data or a secret.

mod metrics;

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

pub use metrics::{METRICS, Measure, Metrics, NAMESPACE, of_matches, of_run};

/// The variable that says how much is logged, as `info` or `import=debug,info`.
const LOG_VARIABLE: &str = "MUSTER_LOG";

/// Logs of a Lambda function: JSON on standard output, where CloudWatch takes them.
pub fn log_to_stdout() {
    let started = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_env_filter(filter("info"))
        .try_init();
    note(started);
}

/// Logs of the local program: JSON on standard error, so that standard output is for people and
/// programs; only warnings where a person watches.
pub fn log_to_stderr() {
    let least = if std::io::stderr().is_terminal() {
        "warn"
    } else {
        "info"
    };
    let started = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_writer(std::io::stderr)
        .with_env_filter(filter(least))
        .try_init();
    note(started);
}

fn filter(default: &str) -> EnvFilter {
    EnvFilter::builder()
        .with_default_directive(default.parse().expect("a level is a directive"))
        .with_env_var(LOG_VARIABLE)
        .from_env_lossy()
}

/// A second start in one process keeps the first one's settings.
fn note<E: std::fmt::Display>(started: Result<(), E>) {
    if let Err(error) = started {
        tracing::debug!(%error, "logging was started before");
    }
}
