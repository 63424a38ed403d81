//! The two ways to wake matching: a customer's accounts changed, or one contact did.

use connectors::Vendors;
use domain::event::{Envelope, Event};
use domain::failure::{Disposition, Failure};
use domain::quota::Lane;
use domain::run::MatchCounts;
use platform::{App, Budget};

use crate::outcome::Outcome;
use crate::{company, contact};

/// Matches the accounts of one customer, or takes over what one contact says.
///
/// # Errors
/// `Retry` and `Defect`. What the PSA refuses for good is in the outcome, and standings stay as
/// they were.
pub async fn handle(
    app: &App,
    vendors: &Vendors,
    envelope: &Envelope,
    _budget: &Budget,
) -> Result<Outcome, Failure> {
    let matched = match &envelope.event {
        Event::ImportFinished {} => company::import(app, vendors, envelope).await,
        Event::ContactChanged { contact } => {
            // Somebody has just changed it, and looks for what comes of it.
            let vendors = vendors.in_lane(Lane::Webhook);
            contact::import(app, &vendors, &envelope.customer, contact).await
        }
        Event::ImportRequested { .. }
        | Event::UploadCompleted { .. }
        | Event::MatchingFinished {} => Err(Failure::defect(
            "matching was woken by an event that is not its own",
        )),
    };
    match matched {
        Ok(outcome) => Ok(outcome),
        Err(failure) => match failure.disposition() {
            Disposition::Retry { .. } | Disposition::Defect => Err(failure),
            Disposition::Reject | Disposition::Suspend => {
                app.count_suspension(&envelope.customer, &failure);
                let error = failure.chain();
                tracing::warn!(customer.id = %envelope.customer, error, "matching is not possible");
                Ok(Outcome {
                    counts: MatchCounts::default(),
                    error: Some(error),
                })
            }
        },
    }
}
