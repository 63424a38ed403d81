//! Asks, and passes on what changed. Where a look ends is kept once all of it is passed on.

use connectors::Vendors;
use connectors::error::ConnectorError;
use connectors::psa::{ChangedContact, PageToken, Psa};
use domain::changes::followed;
use domain::event::{Envelope, Event};
use domain::failure::{Disposition, Failure};
use domain::id::CustomerId;
use domain::limits::CHANGES_PAGES_PER_LOOK_MAX;
use domain::quota::Lane;
use platform::telemetry::Measure;
use platform::{App, SecretName};

/// What a look came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// Contacts that changed, of any company.
    pub changed: usize,
    /// Those of them that an account is linked to: another look at them was asked for.
    pub linked: usize,
    /// What went wrong at the PSA, without personal data.
    pub error: Option<String>,
}

/// What the PSA told.
#[derive(Default)]
struct Look {
    changed: Vec<ChangedContact>,
    /// Where the next look goes on; as it was, where nothing was told.
    position: Option<PageToken>,
    error: Option<ConnectorError>,
}

/// One look at what changed in the PSA, of a bounded number of pages: the next look goes on.
///
/// # Errors
/// `Retry` where the table or the bus fails, `Defect` where the PSA's answer cannot be understood. A PSA
/// that cannot be reached, asks for a pause or refuses is in the outcome: the next look asks again.
pub async fn handle(app: &App, vendors: &Vendors) -> Result<Outcome, Failure> {
    // Read.
    let psa = match connect(app, vendors).await {
        Ok(Some(psa)) if !psa.gaps().no_changes_since => psa,
        Ok(_) => return Ok(Outcome::default()),
        Err(failure) => return set_aside(app, failure, Outcome::default()),
    };
    let held = app.store.changes_position().await?;
    let look = look(psa.as_ref(), held.clone().map(PageToken::new)).await;
    let owned = owned(app, &look.changed).await?;
    let customers = match owned.is_empty() {
        true => Vec::new(),
        false => app.store.customers().await?,
    };

    // Decide.
    let followed = followed(customers.iter().map(|record| &record.customer));
    let is_followed = |(of, owner): &(ChangedContact, CustomerId)| {
        followed.contains(&(of.company.clone(), owner.clone()))
    };
    let events = (owned.into_iter().filter(is_followed)).map(|(of, owner)| {
        let contact = of.contact;
        app.envelope(owner, None, Event::ContactChanged { contact })
    });
    let events: Vec<Envelope> = events.collect();

    // Apply.
    let outcome = publish(app, &look, events).await?;
    if let Some(position) = &look.position {
        app.store
            .set_changes_position(position.as_str(), held.as_deref())
            .await?;
    }
    match look.error {
        Some(error) => set_aside(app, error.into(), outcome),
        None => Ok(outcome),
    }
}

/// The PSA of this deployment; `None` where it has none. Somebody who changed a contact looks for what
/// comes of it.
async fn connect(app: &App, vendors: &Vendors) -> Result<Option<Box<dyn Psa>>, Failure> {
    let secret = app.secrets.find(SecretName::Psa).await?;
    vendors.in_lane(Lane::Webhook).psa_of(secret.as_ref())
}

/// Pages from that position on. A page that fails leaves what those before it told.
async fn look(psa: &dyn Psa, position: Option<PageToken>) -> Look {
    let mut look = Look {
        position,
        ..Look::default()
    };
    for _ in 0..CHANGES_PAGES_PER_LOOK_MAX {
        match psa.contacts_changed(look.position.as_ref()).await {
            Ok(page) => {
                look.changed.extend(page.contacts);
                look.position = Some(page.next);
                if !page.is_more {
                    break;
                }
            }
            Err(error) => {
                look.error = Some(error);
                break;
            }
        }
    }
    // One that changed while it was read is looked at once.
    look.changed.sort();
    look.changed.dedup();
    look
}

/// Those of the contacts that an account is linked to, with whose it is.
async fn owned(
    app: &App,
    changed: &[ChangedContact],
) -> Result<Vec<(ChangedContact, CustomerId)>, Failure> {
    let mut owned = Vec::new();
    for of in changed {
        if let Some((owner, _)) = app.store.account_behind(&of.contact).await? {
            owned.push((of.clone(), owner));
        }
    }
    Ok(owned)
}

async fn publish(app: &App, look: &Look, events: Vec<Envelope>) -> Result<Outcome, Failure> {
    let outcome = Outcome {
        changed: look.changed.len(),
        linked: events.len(),
        error: None,
    };
    if outcome.changed > 0 {
        let (contacts, linked) = (outcome.changed, outcome.linked);
        tracing::info!(contacts, linked, "contacts changed in the PSA");
    }
    app.bus.publish(events).await?;
    Ok(outcome)
}

/// What the next look makes good, or a person, does not end this one as failed.
fn set_aside(app: &App, failure: Failure, outcome: Outcome) -> Result<Outcome, Failure> {
    match failure.disposition() {
        Disposition::Defect => return Err(failure),
        Disposition::Suspend => {
            let measures = [Measure::CONNECTIONS_SUSPENDED.of(1)];
            app.metrics.emit(app.clock.now(), &measures, &[]);
        }
        Disposition::Retry { .. } | Disposition::Reject => {}
    }
    let error = failure.chain();
    tracing::warn!(
        error,
        "the PSA cannot be asked what changed; the next look asks again"
    );
    Ok(Outcome {
        error: Some(error),
        ..outcome
    })
}
