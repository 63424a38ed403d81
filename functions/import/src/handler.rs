//! One customer: each of its sources in turn. One source failing never stops another.

use connectors::Vendors;
use domain::customer::Customer;
use domain::event::{Envelope, Event};
use domain::failure::{Disposition, Failure};
use domain::id::RunId;
use domain::identity::Source;
use domain::policy::resolve;
use domain::run::{Run, RunCounts, RunReason, RunStatus};
use platform::store::RunReview;
use platform::telemetry::{Measure, of_run};
use platform::{App, Budget};

use crate::outcome::Outcome;
use crate::session::Session;
use crate::{graph, uploads};

/// Looks at one customer. A failure that may pass is returned, so that the queue keeps the event;
/// any other is recorded on the run.
///
/// # Errors
/// `Retry` and `Defect`, after what could be done for the other sources was done.
pub async fn handle(
    app: &App,
    vendors: &Vendors,
    envelope: &Envelope,
    budget: &Budget,
) -> Result<Outcome, Failure> {
    // Read.
    let Some(reason) = reason(&envelope.event) else {
        return Err(Failure::defect(
            "an import was woken by an event that is not its own",
        ));
    };
    let Some(record) = app.store.customer(&envelope.customer).await? else {
        return Err(Failure::reject(
            "the customer of an import is not configured any more",
        ));
    };
    let customer = record.customer;
    if customer.paused {
        return Ok(Outcome::paused());
    }
    let policies = resolve(&app.store.policies().await?, &customer);
    let run = envelope.run.clone().unwrap_or_else(|| run_of(envelope));
    let started_at = app.clock.now();
    let before = begun(app, &customer, &run, &reason).await?;
    let mut session = Session::new(app, vendors, &customer, &policies, run.clone(), budget);

    // Decide and apply, source by source.
    let mut outcome = Outcome::quiet();
    let mut again = None;
    for source in &customer.sources {
        // In a box: what reads a source is deep, and would be a part of every future around it.
        match Box::pin(look_at(&mut session, *source)).await {
            Ok(part) => outcome.add(part),
            Err(failure) => match failure.disposition() {
                Disposition::Retry { .. } | Disposition::Defect => {
                    outcome.add(failed(&customer, *source, &failure));
                    again = again.or(Some(failure));
                }
                Disposition::Reject | Disposition::Suspend => {
                    app.count_suspension(&customer.id, &failure);
                    outcome.add(failed(&customer, *source, &failure));
                }
            },
        }
    }
    let asked_about = match outcome.status {
        RunStatus::Held => session.peek().await?.held.map(|held| held.run),
        RunStatus::Running | RunStatus::Succeeded | RunStatus::Failed | RunStatus::Paused => None,
    };
    session.close().await?;

    keep_run(app, &session, &outcome, reason, started_at, before).await?;
    review(app, &session, &outcome, asked_about).await?;
    announce(app, envelope, run, &outcome).await?;
    match again {
        Some(failure) => Err(failure),
        None => Ok(outcome),
    }
}

/// The run that a continuation goes on with. A source that goes on has told nothing of what it did
/// so far, so what the run did is what it did before and what it does now.
async fn begun(
    app: &App,
    customer: &Customer,
    run: &RunId,
    reason: &RunReason,
) -> Result<Option<Run>, Failure> {
    if *reason != RunReason::Continuation {
        return Ok(None);
    }
    let before = app.store.run(&customer.id, run).await?;
    Ok(before.filter(|before| before.status == RunStatus::Running))
}

async fn look_at(session: &mut Session<'_>, source: Source) -> Result<Outcome, Failure> {
    match source {
        Source::Microsoft365 => graph::import(session).await,
        Source::ActiveDirectory | Source::LocalWindows => uploads::import(session, source).await,
    }
}

fn reason(event: &Event) -> Option<RunReason> {
    match event {
        Event::ImportRequested { reason } => Some(reason.clone()),
        Event::UploadCompleted { upload } => Some(RunReason::Upload(upload.clone())),
        Event::ImportFinished {} | Event::ContactChanged { .. } | Event::MatchingFinished {} => {
            None
        }
    }
}

/// An event without a run names one itself: delivered again, it is the same run.
fn run_of(envelope: &Envelope) -> RunId {
    let text = envelope.id.as_str().replacen("evt_", "run_", 1);
    RunId::parse(text).expect("an event's id has the characters of a run's id")
}

fn failed(customer: &Customer, source: Source, failure: &Failure) -> Outcome {
    let disposition = failure.disposition().as_str();
    tracing::warn!(
        customer.id = %customer.id, %source, disposition, error = %failure.chain(),
        "a source of the customer could not be imported"
    );
    Outcome {
        status: RunStatus::Failed,
        error: Some(format!("{source}: {}", failure.chain())),
        ..Outcome::quiet()
    }
}

/// Keeps the run, with what it did `before` this continuation of it, unless it was a look at which
/// nothing was new. A run that was begun ends even if another one did the rest.
async fn keep_run(
    app: &App,
    session: &Session<'_>,
    outcome: &Outcome,
    reason: RunReason,
    started_at: jiff::Timestamp,
    before: Option<Run>,
) -> Result<(), Failure> {
    let is_begun = before.is_some();
    let mut counts = outcome.counts;
    let mut begun_at = started_at;
    if let Some(before) = before {
        counts.add(before.counts);
        begun_at = before.started_at;
    }
    tracing::info!(
        customer.id = %session.customer.id, run.id = %session.run,
        status = outcome.status.as_str(), counts.created, counts.updated, counts.unchanged,
        counts.disabled, counts.removed, counts.out_of_scope, counts.unreadable,
        error = outcome.error.as_deref(), "import ended"
    );
    measure(app, session, outcome, &counts);
    let nothing_new = outcome.status == RunStatus::Succeeded && !session.has_written() && !is_begun;
    if nothing_new {
        return Ok(());
    }
    let run = Run {
        id: session.run.clone(),
        customer: session.customer.id.clone(),
        reason,
        started_at: begun_at,
        ended_at: (!outcome.continues).then(|| app.clock.now()),
        status: if outcome.continues {
            RunStatus::Running
        } else {
            outcome.status
        },
        error: outcome.error.clone(),
        counts,
    };
    app.store.put_run(&run).await?;
    Ok(())
}

/// A run that is held or failed waits for a person; one that ended well takes that back. A run that
/// is held again goes by the name of the one that a person is `asked_about`.
async fn review(
    app: &App,
    session: &Session<'_>,
    outcome: &Outcome,
    asked_about: Option<RunId>,
) -> Result<(), Failure> {
    if outcome.continues {
        return Ok(());
    }
    let waits = matches!(outcome.status, RunStatus::Held | RunStatus::Failed);
    let review = waits.then(|| RunReview {
        customer: session.customer.id.clone(),
        run: asked_about.unwrap_or_else(|| session.run.clone()),
        status: outcome.status,
        since: app.clock.now(),
        reason: outcome.error.clone().unwrap_or_default(),
    });
    let customer = &session.customer.id;
    app.store.review_run(customer, review).await?;
    Ok(())
}

/// What operators count. A run that goes on is counted when it ends.
fn measure(app: &App, session: &Session<'_>, outcome: &Outcome, counts: &RunCounts) {
    if outcome.continues {
        return;
    }
    let mut measures = of_run(counts);
    measures.extend(match outcome.status {
        RunStatus::Succeeded => Some(Measure::RUNS_SUCCEEDED.of(1)),
        RunStatus::Failed => Some(Measure::RUNS_FAILED.of(1)),
        RunStatus::Held => Some(Measure::RUNS_HELD.of(1)),
        RunStatus::Running | RunStatus::Paused => None,
    });
    // A held run has read everything too: it is what follows that waits.
    if !outcome.silent && matches!(outcome.status, RunStatus::Succeeded | RunStatus::Held) {
        measures.push(Measure::READINGS_COMPLETED.of(1));
    }
    let (customer, run) = (session.customer.id.as_str(), session.run.as_str());
    let properties = [("customer.id", customer), ("run.id", run)];
    app.metrics.emit(app.clock.now(), &measures, &properties);
}

async fn announce(
    app: &App,
    cause: &Envelope,
    run: RunId,
    outcome: &Outcome,
) -> Result<(), Failure> {
    let event = if outcome.continues {
        Event::ImportRequested {
            reason: RunReason::Continuation,
        }
    } else {
        Event::ImportFinished {}
    };
    let envelope = app.envelope(cause.customer.clone(), Some(run), event);
    app.bus.publish(vec![envelope]).await?;
    Ok(())
}
