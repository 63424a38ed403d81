//! One event on its way to one function.

use domain::event::Envelope;
use domain::id::CustomerId;
use tokio::time::Instant;

use super::{End, Ended};
use crate::wiring::Function;

/// What makes two messages ask for the same.
pub(super) type Key = (Function, CustomerId, String);

/// One event on its way to one function.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) function: Function,
    pub(super) envelope: Envelope,
    /// How often it was delivered.
    pub(super) attempts: u32,
    /// Not before.
    pub(super) due: Instant,
}

impl Message {
    pub(super) fn new(function: Function, envelope: Envelope) -> Self {
        Self {
            function,
            envelope,
            attempts: 0,
            due: Instant::now(),
        }
    }

    /// The customer and what happened, without the event's id, its time and its run.
    pub(super) fn key(&self) -> Key {
        let event = serde_json::to_string(&self.envelope.event)
            .expect("an event is made of texts, which JSON has");
        (self.function, self.envelope.customer.clone(), event)
    }

    pub(super) fn ended<D>(self, end: End<D>) -> Ended<D> {
        Ended {
            function: self.function,
            envelope: self.envelope,
            attempts: self.attempts,
            end,
        }
    }
}
