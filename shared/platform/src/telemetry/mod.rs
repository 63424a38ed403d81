//! What operators see: logs as JSON, one object a line, and metrics in CloudWatch's embedded
//! format. Neither ever holds personal data or a secret.

mod metrics;
mod panics;
#[cfg(test)]
mod tests;

use std::io::IsTerminal;

use domain::event::Envelope;
use tracing::{Span, Subscriber, field};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

pub(crate) use metrics::of_table;
pub use metrics::{METRICS, Measure, Metrics, NAMESPACE, of_entries, of_matches, of_run};

/// The variable that says how much is logged, as `info` or `import=debug,info`.
const LOG_VARIABLE: &str = "MUSTER_LOG";
/// How much is logged where nobody says.
pub(crate) const LOG_DEFAULT: &str = "info";

/// Logs of a Lambda function: JSON on standard output, where CloudWatch takes them. `filter` says
/// how much, as [`crate::Config::log`]; one that cannot be read counts as `info`.
pub fn log_to_stdout(filter: &str) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new(LOG_DEFAULT));
    note(tracing::subscriber::set_global_default(json(
        std::io::stdout,
        filter,
    )));
    panics::log_panics();
}

/// Logs of the local program: JSON on standard error, so that standard output is for people and
/// programs; only warnings where a person watches. `MUSTER_LOG` says otherwise.
pub fn log_to_stderr() {
    let least = if std::io::stderr().is_terminal() {
        "warn"
    } else {
        LOG_DEFAULT
    };
    let filter = EnvFilter::builder()
        .with_default_directive(least.parse().expect("a level is a directive"))
        .with_env_var(LOG_VARIABLE)
        .from_env_lossy();
    note(tracing::subscriber::set_global_default(json(
        std::io::stderr,
        filter,
    )));
}

/// What logs there, line by line as [`log_to_stdout`], until it is dropped: for tests that read the
/// lines. Where `filter` cannot be read it counts as `info`. Nothing is set for the process: the
/// caller chooses the threads that log there.
pub fn log_to<W>(writer: W, filter: &str) -> impl Subscriber + Send + Sync + use<W>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new(LOG_DEFAULT));
    json(writer, filter)
}

/// What is logged while an event is handled carries its ids.
pub fn span_of(envelope: &Envelope) -> Span {
    let span = tracing::info_span!(
        "event",
        event.id = %envelope.id,
        event.kind = envelope.event.detail_type(),
        customer.id = %envelope.customer,
        run.id = field::Empty,
    );
    if let Some(run) = &envelope.run {
        span.record("run.id", field::display(run));
    }
    span
}

/// Is that something that [`log_to_stdout`] understands?
pub(crate) fn is_filter(text: &str) -> bool {
    EnvFilter::try_new(text).is_ok()
}

fn json<W>(writer: W, filter: EnvFilter) -> impl Subscriber + Send + Sync + use<W>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_writer(writer)
        .with_env_filter(filter)
        .finish()
}

/// A second start in one process keeps the first one's settings.
fn note<E: std::fmt::Display>(started: Result<(), E>) {
    if let Err(error) = started {
        tracing::debug!(%error, "logging was started before");
    }
}
