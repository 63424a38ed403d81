//! One pass: every customer now, with all that follows, until nothing is left to do.

use std::time::Instant;

use connectors::http::CallCounts;
use domain::event::{Envelope, Event};
use domain::failure::Failure;
use domain::id::CustomerId;
use domain::run::RunReason;

use crate::functions::Done;
use crate::local::{Local, LocalError};
use crate::queue::Ended;
use crate::summary::{CallsSummary, Collected, Summary, TableSummary};

/// Imports every customer, or one, that is not paused. `told` hears of each message as it ends.
///
/// # Errors
/// The requests cannot be published. What goes wrong for one customer is in the summary.
pub async fn pass(
    local: &mut Local,
    only: Option<&CustomerId>,
    mut told: impl FnMut(&Ended<Done>),
) -> Result<Summary, LocalError> {
    let begun = Begun::now(local);
    let mut collected = Collected::default();
    let mut requests = Vec::new();
    let all = local.config.customers.iter();
    for customer in all.filter(|customer| only.is_none_or(|only| *only == customer.id)) {
        collected.expect(&customer.id, customer.paused);
        if !customer.paused {
            requests.push(request(local, &customer.id));
        }
    }
    local
        .app
        .bus
        .publish(requests)
        .await
        .map_err(Failure::from)?;
    local
        .until_idle(|ended| {
            told(&ended);
            collected.add(ended);
        })
        .await;
    Ok(begun.summary(local, &collected))
}

fn request(local: &Local, customer: &CustomerId) -> Envelope {
    let event = Event::ImportRequested {
        reason: RunReason::Now,
    };
    local
        .app
        .envelope(customer.clone(), Some(local.app.new_run_id()), event)
}

/// The counters and the time at the beginning of something.
pub(crate) struct Begun {
    at: Instant,
    spent: platform::meter::Spent,
    calls: CallCounts,
}

impl Begun {
    pub(crate) fn now(local: &Local) -> Self {
        Self {
            at: Instant::now(),
            spent: local.app.meter.spent(),
            calls: local.vendors.calls(),
        }
    }

    pub(crate) fn summary(&self, local: &Local, collected: &Collected) -> Summary {
        let spent = local.app.meter.spent() - self.spent;
        let calls = local.vendors.calls() - self.calls;
        Summary {
            customers: collected.customers(),
            accounts: collected.accounts(),
            matches: collected.matches(),
            entries: collected.entries(),
            calls: CallsSummary {
                graph: calls.graph,
                psa: calls.psa,
                documentation: calls.documentation,
            },
            dynamodb: TableSummary {
                read_units: spent.read_units,
                write_units: spent.write_units,
                requests: spent.requests,
            },
            elapsed_ms: u64::try_from(self.at.elapsed().as_millis()).unwrap_or(u64::MAX),
        }
    }
}
