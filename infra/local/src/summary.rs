//! What a pass came to: the functions' outcomes, customer by customer, and the summary that is
//! printed. Its names are a contract.

use std::collections::BTreeMap;

use domain::event::Event;
use domain::id::CustomerId;
use domain::run::{MatchCounts, RunCounts, RunStatus};
use serde::Serialize;

use crate::functions::Done;
use crate::queue::{End, Ended};
use crate::wiring::Function;

/// The summary of a pass.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// Each customer that was looked at, by id.
    pub customers: Vec<CustomerSummary>,
    /// What became of the accounts of all of them.
    pub accounts: AccountsSummary,
    /// How their accounts stand with the PSA.
    pub matches: MatchCounts,
    /// Calls to vendors.
    pub calls: CallsSummary,
    /// What the table cost.
    pub dynamodb: TableSummary,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
}

/// What a pass came to for one customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CustomerSummary {
    /// Its id.
    pub id: String,
    /// `succeeded`, `failed`, `held` or `paused`.
    pub status: &'static str,
    /// What went wrong, why it is held, or what a person should know.
    pub error: Option<String>,
}

/// What became of accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct AccountsSummary {
    /// Made.
    pub created: u64,
    /// Changed, other than disabled or removed.
    pub updated: u64,
    /// Seen and left as they were.
    pub unchanged: u64,
    /// Went from active to disabled.
    pub disabled: u64,
    /// Left every source.
    pub removed: u64,
}

/// Calls to vendors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct CallsSummary {
    /// To Microsoft Graph; sign-ins are not counted.
    pub graph: u64,
    /// To the PSA; sign-ins are not counted.
    pub psa: u64,
    /// To documentation systems.
    pub documentation: u64,
}

/// What the table cost.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct TableSummary {
    /// Read units.
    pub read_units: f64,
    /// Write units.
    pub write_units: f64,
    /// Requests.
    pub requests: u64,
}

/// What the functions came to, customer by customer.
#[derive(Debug, Default)]
pub struct Collected {
    customers: BTreeMap<CustomerId, Customer>,
}

/// One customer so far.
#[derive(Debug)]
struct Customer {
    /// How its import ended last.
    import: RunStatus,
    /// What was told, and whether the function failed; a later outcome takes an earlier one's place.
    told: BTreeMap<Function, (bool, String)>,
    counts: RunCounts,
    matches: MatchCounts,
}

impl Default for Customer {
    fn default() -> Self {
        Self {
            import: RunStatus::Succeeded,
            told: BTreeMap::new(),
            counts: RunCounts::default(),
            matches: MatchCounts::default(),
        }
    }
}

impl Collected {
    /// Makes room for a customer; it shows as paused, or as succeeded until something else is told.
    pub fn expect(&mut self, customer: &CustomerId, paused: bool) {
        let entry = self.customers.entry(customer.clone()).or_default();
        if paused {
            entry.import = RunStatus::Paused;
        }
    }

    /// Adds what came of a message.
    pub fn add(&mut self, ended: Ended<Done>) {
        let customer = self.customers.entry(ended.envelope.customer).or_default();
        match ended.end {
            End::Done(done) => customer.done(done, &ended.envelope.event),
            End::Refused(failure) | End::Dead(failure) => {
                customer.told.insert(ended.function, (true, failure.chain()));
            }
        }
    }

    /// The accounts of all customers.
    pub fn accounts(&self) -> AccountsSummary {
        let mut all = RunCounts::default();
        for customer in self.customers.values() {
            all.add(customer.counts);
        }
        AccountsSummary {
            created: all.created,
            updated: all.updated,
            unchanged: all.unchanged,
            disabled: all.disabled,
            removed: all.removed,
        }
    }

    /// The standings of all customers' accounts.
    pub fn matches(&self) -> MatchCounts {
        let mut all = MatchCounts::default();
        for customer in self.customers.values() {
            all.add(customer.matches);
        }
        all
    }

    /// The customers, by id.
    pub fn customers(&self) -> Vec<CustomerSummary> {
        self.customers.iter().map(|(id, customer)| customer.summary(id)).collect()
    }
}

impl Customer {
    fn done(&mut self, done: Done, event: &Event) {
        let (function, failed, error) = match done {
            Done::Import(outcome) => {
                self.counts.add(outcome.counts);
                self.import = outcome.status;
                (Function::Import, false, outcome.error)
            }
            Done::Matching(outcome) => {
                // A look at one contact counts nobody.
                if matches!(event, Event::ImportFinished {}) {
                    self.matches = outcome.counts;
                }
                (Function::Matching, true, outcome.error)
            }
            Done::PsaPush(outcome) => {
                self.matches = after_push(self.matches, &outcome);
                (Function::PsaPush, true, outcome.error)
            }
        };
        match error {
            Some(error) => _ = self.told.insert(function, (failed, error)),
            None => _ = self.told.remove(&function),
        }
    }

    fn status(&self) -> RunStatus {
        if self.told.values().any(|(failed, _)| *failed) {
            return RunStatus::Failed;
        }
        match self.import {
            // A pass goes on until continuations are through, so nothing is left running.
            RunStatus::Running => RunStatus::Succeeded,
            RunStatus::Succeeded | RunStatus::Failed | RunStatus::Held | RunStatus::Paused => {
                self.import
            }
        }
    }

    fn summary(&self, id: &CustomerId) -> CustomerSummary {
        let told: Vec<&str> = self.told.values().map(|(_, error)| error.as_str()).collect();
        CustomerSummary {
            id: id.to_string(),
            status: self.status().as_str(),
            error: (!told.is_empty()).then(|| told.join("; ")),
        }
    }
}

/// How accounts stand after a push: what it made had matched nothing before.
fn after_push(before: MatchCounts, push: &psa_push::Outcome) -> MatchCounts {
    MatchCounts {
        created: before.created + push.created,
        failed: before.failed + push.failed,
        no_match: before.no_match.saturating_sub(push.created + push.failed),
        ..before
    }
}
