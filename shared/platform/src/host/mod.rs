//! From Lambda to a handler and back: queues, schedules, HTTP.

mod claims;
mod http;
mod invoke;
mod queue;
mod schedule;
#[cfg(test)]
mod tests;

pub use claims::{Claim, claim};
pub use http::{answering_in_problems, http};
pub use invoke::{Call, answer, invoke};
pub use queue::{Verdict, deliver, queue};
pub use schedule::schedule;

use crate::app::App;
use crate::meter::Spent;
use crate::telemetry::{Measure, of_table};

/// Why a function ended.
pub type Error = lambda_runtime::Error;

/// One line of metrics for an invocation: what the table cost since `before`, and what else there
/// is to say.
fn emit(app: &App, before: Spent, more: &[(Measure, f64)]) {
    let mut measures = of_table(app.meter.spent() - before);
    measures.extend_from_slice(more);
    app.metrics.emit(app.clock.now(), &measures, &[]);
}
