//! Due customers in, `import.requested` out.

use domain::due::is_due;
use domain::event::{Envelope, Event};
use domain::failure::Failure;
use domain::id::CustomerId;
use domain::run::RunReason;
use jiff::Timestamp;
use platform::App;
use platform::telemetry::Measure;

/// What a tick came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// The customers that were due, by id.
    pub due: Vec<CustomerId>,
}

/// One tick of the schedule. The time of the tick is stored after the requests are out: a tick that
/// fails is made good by the next, and a request too many only means a look at which nothing is new.
///
/// # Errors
/// `Retry` where the table or the bus cannot be reached, or where the bus took only some of the
/// requests: it names whose are missing.
pub async fn handle(app: &App) -> Result<Outcome, Failure> {
    // Read.
    let until = app.clock.now();
    let last = app.store.last_tick().await?;
    let customers = app.store.customers().await?;
    let waiting = app.store.review_counts().await?;

    // Decide.
    let since = last.unwrap_or(Timestamp::UNIX_EPOCH);
    let all = customers.len();
    let paused = customers.iter().filter(|record| record.customer.paused);
    let paused = paused.count();
    let due: Vec<CustomerId> = customers
        .into_iter()
        .filter(|record| is_due(&record.customer, record.added_at, since, until))
        .map(|record| record.customer.id)
        .collect();

    // Apply.
    app.bus
        .publish(due.iter().map(|customer| request(app, customer)).collect())
        .await?;
    app.store.set_last_tick(until, last).await?;
    tracing::info!(customers_due = due.len(), "tick");
    let measures = [
        Measure::CUSTOMERS.of(all as u64),
        Measure::CUSTOMERS_DUE.of(due.len() as u64),
        Measure::CUSTOMERS_PAUSED.of(paused as u64),
        Measure::CUSTOMERS_HELD.of(waiting.held),
        Measure::CUSTOMERS_FAILED.of(waiting.failed),
        Measure::MATCHES_WAITING.of(waiting.matches),
        Measure::ENTRIES_WAITING.of(waiting.entries),
    ];
    app.metrics.emit(until, &measures, &[]);
    Ok(Outcome { due })
}

fn request(app: &App, customer: &CustomerId) -> Envelope {
    let event = Event::ImportRequested {
        reason: RunReason::Schedule,
    };
    app.envelope(customer.clone(), Some(app.new_run_id()), event)
}
