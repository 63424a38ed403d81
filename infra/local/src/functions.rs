//! All functions that queues wake, in one process: the same handlers that run on Lambda.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use connectors::Vendors;
use domain::event::Envelope;
use domain::failure::Failure;
use domain::id::EventId;
use platform::{App, Budget};

use crate::queue::Work;
use crate::wiring::Function;

/// The functions, with what they use.
#[derive(Clone)]
pub struct Functions {
    /// Table, bus, secrets, clock.
    pub app: App,
    /// The way to the vendors.
    pub vendors: Vendors,
    /// What pushes did that have to be repeated, by their event: the summary counts it too.
    pushed: Arc<Mutex<BTreeMap<EventId, psa_push::Outcome>>>,
}

impl Functions {
    /// The functions, with what they use.
    pub fn new(app: App, vendors: Vendors) -> Self {
        Self {
            app,
            vendors,
            pushed: Arc::default(),
        }
    }

    async fn push(
        &self,
        envelope: &Envelope,
        budget: &Budget,
    ) -> Result<psa_push::Outcome, Failure> {
        let mut outcome = self.kept().remove(&envelope.id).unwrap_or_default();
        let push = psa_push::go_on(&self.app, &self.vendors, envelope, budget, &mut outcome);
        match push.await {
            Ok(()) => Ok(outcome),
            Err(failure) => {
                self.kept().insert(envelope.id.clone(), outcome);
                Err(failure)
            }
        }
    }

    fn kept(&self) -> MutexGuard<'_, BTreeMap<EventId, psa_push::Outcome>> {
        // A map of outcomes is whole even if a thread died holding it.
        self.pushed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a function came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// An import.
    Import(import::Outcome),
    /// A matching.
    Matching(matching::Outcome),
    /// A matching of entries.
    DocsMatching(docs_matching::Outcome),
    /// A push.
    PsaPush(psa_push::Outcome),
}

impl Work for Functions {
    type Done = Done;

    /// Nothing ends an invocation here but its work.
    async fn handle(&self, function: Function, envelope: &Envelope) -> Result<Done, Failure> {
        let (app, vendors, budget) = (&self.app, &self.vendors, Budget::endless());
        match function {
            Function::Import => import::handle(app, vendors, envelope, &budget)
                .await
                .map(Done::Import),
            Function::Matching => matching::handle(app, vendors, envelope, &budget)
                .await
                .map(Done::Matching),
            Function::DocsMatching => docs_matching::handle(app, vendors, envelope, &budget)
                .await
                .map(Done::DocsMatching),
            Function::PsaPush => self.push(envelope, &budget).await.map(Done::PsaPush),
        }
    }
}
