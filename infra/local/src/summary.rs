//! What a pass came to: the functions' outcomes, customer by customer, and the summary that is
//! printed. Its names are a contract.

use std::collections::BTreeMap;

use domain::event::Event;
use domain::id::CustomerId;
use domain::run::{EntryCounts, MatchCounts, RunCounts, RunStatus};
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
    /// How they stand with the documentation system, where there is one.
    #[serde(skip_serializing_if = "EntryCounts::is_empty")]
    pub entries: EntryCounts,
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
    entries: EntryCounts,
}

impl Default for Customer {
    fn default() -> Self {
        Self {
            import: RunStatus::Succeeded,
            told: BTreeMap::new(),
            counts: RunCounts::default(),
            matches: MatchCounts::default(),
            entries: EntryCounts::default(),
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
                customer
                    .told
                    .insert(ended.function, (true, failure.chain()));
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

    /// The standings of all customers' accounts with the documentation system.
    pub fn entries(&self) -> EntryCounts {
        let mut all = EntryCounts::default();
        for customer in self.customers.values() {
            all.add(customer.entries);
        }
        all
    }

    /// The customers, by id.
    pub fn customers(&self) -> Vec<CustomerSummary> {
        self.customers
            .iter()
            .map(|(id, customer)| customer.summary(id))
            .collect()
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
            Done::DocsMatching(outcome) => {
                self.entries = outcome.counts;
                (Function::DocsMatching, true, outcome.error)
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
        let told: Vec<&str> = self
            .told
            .values()
            .map(|(_, error)| error.as_str())
            .collect();
        CustomerSummary {
            id: id.to_string(),
            status: self.status().as_str(),
            error: (!told.is_empty()).then(|| told.join("; ")),
        }
    }
}

/// How accounts stand after a push.
fn after_push(held: MatchCounts, push: &psa_push::Outcome) -> MatchCounts {
    let (before, after) = (push.before, push.after);
    let moved = |held: u64, before: u64, after: u64| (held + after).saturating_sub(before);
    MatchCounts {
        matched: moved(held.matched, before.matched, after.matched),
        created: moved(held.created, before.created, after.created),
        more_than_one_match: moved(
            held.more_than_one_match,
            before.more_than_one_match,
            after.more_than_one_match,
        ),
        no_match: moved(held.no_match, before.no_match, after.no_match),
        blocked: moved(held.blocked, before.blocked, after.blocked),
        failed: moved(held.failed, before.failed, after.failed),
    }
}

#[cfg(test)]
mod tests {
    use domain::event::Envelope;
    use domain::failure::Failure;
    use domain::id::EventId;
    use jiff::Timestamp;

    use super::*;

    fn ended(function: Function, event: Event, end: End<Done>) -> Ended<Done> {
        let envelope = Envelope {
            id: EventId::parse("evt_1").unwrap(),
            at: Timestamp::UNIX_EPOCH,
            customer: CustomerId::parse("kiln").unwrap(),
            run: None,
            event,
        };
        Ended {
            function,
            envelope,
            attempts: 1,
            end,
        }
    }

    fn imported(status: RunStatus, error: Option<&str>) -> Ended<Done> {
        let outcome = import::Outcome {
            status,
            error: error.map(str::to_owned),
            counts: RunCounts {
                created: 2,
                ..RunCounts::default()
            },
            continues: false,
            silent: false,
        };
        ended(
            Function::Import,
            Event::ImportFinished {},
            End::Done(Done::Import(outcome)),
        )
    }

    fn matched(event: Event, matched: u64, error: Option<&str>) -> Ended<Done> {
        let counts = MatchCounts {
            matched,
            ..MatchCounts::default()
        };
        let outcome = matching::Outcome {
            counts,
            error: error.map(str::to_owned),
        };
        ended(
            Function::Matching,
            event,
            End::Done(Done::Matching(outcome)),
        )
    }

    fn told(all: Vec<Ended<Done>>) -> (&'static str, Option<String>, Collected) {
        let mut collected = Collected::default();
        all.into_iter().for_each(|ended| collected.add(ended));
        let customer = collected.customers().remove(0);
        (customer.status, customer.error, collected)
    }

    #[test]
    fn the_worst_of_the_functions_stands_and_a_later_outcome_takes_an_earlier_ones_place() {
        let down = || matched(Event::ImportFinished {}, 0, Some("the PSA is down"));
        let up = || matched(Event::ImportFinished {}, 7, None);
        let well = || imported(RunStatus::Succeeded, None);
        let dead = ended(
            Function::Import,
            Event::ImportFinished {},
            End::Dead(Failure::retry("no answer")),
        );
        for (all, status, error) in [
            (vec![well(), up()], "succeeded", None),
            (vec![well(), down()], "failed", Some("the PSA is down")),
            (vec![well(), down(), up()], "succeeded", None),
            (
                vec![imported(RunStatus::Held, Some("half would go")), up()],
                "held",
                Some("half would go"),
            ),
            (vec![dead, up()], "failed", Some("no answer")),
            (
                vec![imported(RunStatus::Succeeded, Some("2 unreadable"))],
                "succeeded",
                Some("2 unreadable"),
            ),
        ] {
            let (found, why, _) = told(all);
            assert_eq!((found, why.as_deref()), (status, error));
        }
    }

    #[test]
    fn counts_add_up_and_a_look_at_one_contact_counts_nobody() {
        let contact = domain::id::ContactId::parse("12").unwrap();
        let (.., collected) = told(vec![
            imported(RunStatus::Running, None),
            imported(RunStatus::Succeeded, None),
            matched(Event::ImportFinished {}, 7, None),
            matched(Event::ContactChanged { contact }, 0, None),
        ]);
        assert_eq!(collected.accounts().created, 4);
        assert_eq!(collected.matches().matched, 7);
    }
}
