//! All functions that queues wake, in one process: the same handlers that run on Lambda.

use connectors::Vendors;
use domain::event::Envelope;
use domain::failure::Failure;
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
}

/// What a function came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// An import.
    Import(import::Outcome),
    /// A matching.
    Matching(matching::Outcome),
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
            Function::PsaPush => psa_push::handle(app, vendors, envelope, &budget)
                .await
                .map(Done::PsaPush),
        }
    }
}
