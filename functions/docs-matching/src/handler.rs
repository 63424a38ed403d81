//! The way to wake it: a customer's accounts may have changed, or a person chose.

use connectors::Vendors;
use domain::event::{Envelope, Event};
use domain::failure::{Disposition, Failure};
use platform::{App, Budget};

use crate::customer;
use crate::outcome::Outcome;

/// Matches the accounts of one customer with the entries of its organization, makes entries where the
/// policy says so, and tells linked ones what changed here.
///
/// # Errors
/// `Retry` and `Defect`. What the documentation system refuses for good is in the outcome, and
/// standings stay as they were.
pub async fn handle(
    app: &App,
    vendors: &Vendors,
    envelope: &Envelope,
    budget: &Budget,
) -> Result<Outcome, Failure> {
    let matched = match &envelope.event {
        Event::ImportFinished {} => customer::matched(app, vendors, envelope, budget).await,
        Event::ContactChanged { .. }
        | Event::ImportRequested { .. }
        | Event::UploadCompleted { .. }
        | Event::MatchingFinished {} => Err(Failure::defect(
            "docs matching was woken by an event that is not its own",
        )),
    };
    match matched {
        Ok(outcome) => Ok(outcome),
        Err(failure) => match failure.disposition() {
            Disposition::Retry { .. } | Disposition::Defect => Err(failure),
            Disposition::Reject | Disposition::Suspend => {
                app.count_suspension(&envelope.customer, &failure);
                let error = failure.chain();
                tracing::warn!(
                    customer.id = %envelope.customer, error, "docs matching is not possible"
                );
                Ok(Outcome {
                    error: Some(error),
                    ..Outcome::default()
                })
            }
        },
    }
}
