//! Metrics in CloudWatch's embedded metric format: a log line that CloudWatch makes metrics of. No
//! call, no client; and never a customer as a dimension, which would cost more than all the rest of
//! the product. The published libraries for the format hang on a process-wide recorder, which tests
//! that run beside each other would share; the format itself is this one JSON object.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use domain::run::{EntryCounts, MatchCounts, RunCounts};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::meter::Spent;

/// The namespace of our metrics.
pub const NAMESPACE: &str = "Muster";

/// Something that is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Measure {
    /// The metric's name.
    pub name: &'static str,
    /// CloudWatch's unit.
    pub unit: &'static str,
}

impl Measure {
    /// So many of it.
    #[expect(
        clippy::cast_precision_loss,
        reason = "what is counted stays far below 2^52"
    )]
    pub fn of(self, count: u64) -> (Self, f64) {
        (self, count as f64)
    }
}

macro_rules! measures {
    ($($(#[$doc:meta])* $constant:ident = $name:literal, $unit:literal;)+) => {
        impl Measure {
            $($(#[$doc])* pub const $constant: Self = Self { name: $name, unit: $unit };)+
        }
        /// Every metric there is: dashboards and alarms name these and no others.
        pub const METRICS: &[Measure] = &[$(Measure::$constant),+];
    };
}

measures! {
    /// Accounts made.
    ACCOUNTS_CREATED = "AccountsCreated", "Count";
    /// Accounts changed.
    ACCOUNTS_UPDATED = "AccountsUpdated", "Count";
    /// Accounts seen and left as they were.
    ACCOUNTS_UNCHANGED = "AccountsUnchanged", "Count";
    /// Accounts that were disabled.
    ACCOUNTS_DISABLED = "AccountsDisabled", "Count";
    /// Accounts that left every source.
    ACCOUNTS_REMOVED = "AccountsRemoved", "Count";
    /// Runs that ended well.
    RUNS_SUCCEEDED = "RunsSucceeded", "Count";
    /// Runs that failed.
    RUNS_FAILED = "RunsFailed", "Count";
    /// Runs that wait for a person.
    RUNS_HELD = "RunsHeld", "Count";
    /// Customers of whom every source was read: Microsoft 365 to its end, of the others what their
    /// agents handed in. An agent that is silent makes a customer's reading incomplete.
    READINGS_COMPLETED = "ReadingsCompleted", "Count";
    /// Customers there are, at a tick.
    CUSTOMERS = "Customers", "Count";
    /// Customers that are paused, at a tick.
    CUSTOMERS_PAUSED = "CustomersPaused", "Count";
    /// Customers whose run waits for a person, at a tick.
    CUSTOMERS_HELD = "CustomersHeld", "Count";
    /// Customers whose last run failed, at a tick.
    CUSTOMERS_FAILED = "CustomersFailed", "Count";
    /// Accounts that wait for a person to choose a contact, at a tick.
    MATCHES_WAITING = "MatchesWaiting", "Count";
    /// Accounts that wait for a person to choose or confirm an entry, at a tick.
    ENTRIES_WAITING = "EntriesWaiting", "Count";
    /// Customers that a tick found due.
    CUSTOMERS_DUE = "CustomersDue", "Count";
    /// Accounts linked to a contact.
    MATCHES_MATCHED = "MatchesMatched", "Count";
    /// Accounts linked to a contact that we made.
    MATCHES_CREATED = "MatchesCreated", "Count";
    /// Accounts with several candidates.
    MATCHES_MORE_THAN_ONE = "MatchesMoreThanOne", "Count";
    /// Accounts without a contact.
    MATCHES_NO_MATCH = "MatchesNoMatch", "Count";
    /// Accounts whose contact may not be made.
    MATCHES_BLOCKED = "MatchesBlocked", "Count";
    /// Accounts whose contact the PSA refused.
    MATCHES_FAILED = "MatchesFailed", "Count";
    /// Accounts linked to an entry of the documentation system.
    ENTRIES_MATCHED = "EntriesMatched", "Count";
    /// Accounts linked to an entry that we made.
    ENTRIES_CREATED = "EntriesCreated", "Count";
    /// Accounts that one entry may be of, which a person confirms.
    ENTRIES_POSSIBLE = "EntriesPossible", "Count";
    /// Accounts with several entries to choose from.
    ENTRIES_MORE_THAN_ONE = "EntriesMoreThanOne", "Count";
    /// Accounts of whose user name there are entries of another source's category alone.
    ENTRIES_CATEGORY_DIFFERS = "EntriesCategoryDiffers", "Count";
    /// Accounts without an entry.
    ENTRIES_NO_MATCH = "EntriesNoMatch", "Count";
    /// Accounts whose entry is gone.
    ENTRIES_ORPHANED = "EntriesOrphaned", "Count";
    /// Accounts whose entry may not be made.
    ENTRIES_BLOCKED = "EntriesBlocked", "Count";
    /// Accounts whose entry the documentation system refused.
    ENTRIES_FAILED = "EntriesFailed", "Count";
    /// Calls to Microsoft Graph.
    GRAPH_CALLS = "GraphCalls", "Count";
    /// Calls that Microsoft Graph asked to make later.
    GRAPH_THROTTLES = "GraphThrottles", "Count";
    /// Calls to Microsoft Graph that went unanswered, or met a fault of its own.
    GRAPH_ERRORS = "GraphErrors", "Count";
    /// Calls to the PSA.
    PSA_CALLS = "PsaCalls", "Count";
    /// Calls that the PSA asked to make later.
    PSA_THROTTLES = "PsaThrottles", "Count";
    /// Calls to the PSA that went unanswered, or met a fault of its own.
    PSA_ERRORS = "PsaErrors", "Count";
    /// Calls to the documentation system.
    DOCS_CALLS = "DocsCalls", "Count";
    /// Calls that the documentation system asked to make later.
    DOCS_THROTTLES = "DocsThrottles", "Count";
    /// Calls to the documentation system that went unanswered, or met a fault of its own.
    DOCS_ERRORS = "DocsErrors", "Count";
    /// Read units of the table.
    READ_UNITS = "ReadUnits", "Count";
    /// Write units of the table.
    WRITE_UNITS = "WriteUnits", "Count";
    /// Requests to the table.
    TABLE_REQUESTS = "TableRequests", "Count";
    /// Deliveries of webhooks that were taken.
    DELIVERIES_TAKEN = "DeliveriesTaken", "Count";
    /// Deliveries of webhooks that were refused.
    DELIVERIES_REFUSED = "DeliveriesRefused", "Count";
    /// Messages given back because another side asked us to wait.
    THROTTLED = "Throttled", "Count";
    /// Messages that went back to the queue.
    MESSAGES_GIVEN_BACK = "MessagesGivenBack", "Count";
    /// Events that ended because a connection needs a person: a secret, a permission.
    CONNECTIONS_SUSPENDED = "ConnectionsSuspended", "Count";
    /// Failures of ours: each waits in a dead-letter queue in the end.
    DEFECTS = "Defects", "Count";
}

/// Where metrics go.
#[derive(Clone)]
pub struct Metrics {
    function: String,
    stage: String,
    sink: Sink,
}

#[derive(Clone)]
enum Sink {
    Stdout,
    Silent,
    Kept(Arc<Mutex<Vec<String>>>),
}

impl Metrics {
    /// Standard output, where CloudWatch takes them.
    pub fn stdout(function: &str, stage: &str) -> Self {
        Self {
            function: function.to_owned(),
            stage: stage.to_owned(),
            sink: Sink::Stdout,
        }
    }

    /// Nowhere: the local program prints a summary instead.
    pub fn silent() -> Self {
        Self {
            function: String::new(),
            stage: String::new(),
            sink: Sink::Silent,
        }
    }

    /// Memory, for tests; see [`Metrics::lines`].
    pub fn kept(function: &str, stage: &str) -> Self {
        Self {
            sink: Sink::Kept(Arc::default()),
            ..Self::stdout(function, stage)
        }
    }

    /// The lines that were kept.
    pub fn lines(&self) -> Vec<String> {
        match &self.sink {
            Sink::Stdout | Sink::Silent => Vec::new(),
            Sink::Kept(lines) => lines.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    /// Emits one line. `properties` can be searched for in the logs and are no dimensions: this is
    /// where a customer's id belongs.
    pub fn emit(&self, at: Timestamp, measures: &[(Measure, f64)], properties: &[(&str, &str)]) {
        let line = line(&self.function, &self.stage, at, measures, properties);
        tracing::trace!(line, "metrics are emitted");
        match &self.sink {
            Sink::Silent => {}
            Sink::Stdout => {
                if let Err(error) = writeln!(std::io::stdout(), "{line}") {
                    tracing::warn!(%error, "a line of metrics was lost");
                }
            }
            Sink::Kept(lines) => {
                lines
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(line);
            }
        }
    }
}

/// What a run counted, as measures.
pub fn of_run(counts: &RunCounts) -> Vec<(Measure, f64)> {
    [
        Measure::ACCOUNTS_CREATED.of(counts.created),
        Measure::ACCOUNTS_UPDATED.of(counts.updated),
        Measure::ACCOUNTS_UNCHANGED.of(counts.unchanged),
        Measure::ACCOUNTS_DISABLED.of(counts.disabled),
        Measure::ACCOUNTS_REMOVED.of(counts.removed),
    ]
    .to_vec()
}

/// What matching counted, as measures.
pub fn of_matches(counts: &MatchCounts) -> Vec<(Measure, f64)> {
    [
        Measure::MATCHES_MATCHED.of(counts.matched),
        Measure::MATCHES_CREATED.of(counts.created),
        Measure::MATCHES_MORE_THAN_ONE.of(counts.more_than_one_match),
        Measure::MATCHES_NO_MATCH.of(counts.no_match),
        Measure::MATCHES_BLOCKED.of(counts.blocked),
        Measure::MATCHES_FAILED.of(counts.failed),
    ]
    .to_vec()
}

/// What the matching of entries counted, as measures.
pub fn of_entries(counts: &EntryCounts) -> Vec<(Measure, f64)> {
    [
        Measure::ENTRIES_MATCHED.of(counts.matched),
        Measure::ENTRIES_CREATED.of(counts.created),
        Measure::ENTRIES_POSSIBLE.of(counts.possible_match),
        Measure::ENTRIES_MORE_THAN_ONE.of(counts.more_than_one_match),
        Measure::ENTRIES_CATEGORY_DIFFERS.of(counts.category_differs),
        Measure::ENTRIES_NO_MATCH.of(counts.no_match),
        Measure::ENTRIES_ORPHANED.of(counts.orphaned),
        Measure::ENTRIES_BLOCKED.of(counts.blocked),
        Measure::ENTRIES_FAILED.of(counts.failed),
    ]
    .to_vec()
}

/// What was spent on the table, as measures.
pub(crate) fn of_table(spent: Spent) -> Vec<(Measure, f64)> {
    vec![
        (Measure::READ_UNITS, spent.read_units),
        (Measure::WRITE_UNITS, spent.write_units),
        Measure::TABLE_REQUESTS.of(spent.requests),
    ]
}

fn line(
    function: &str,
    stage: &str,
    at: Timestamp,
    measures: &[(Measure, f64)],
    properties: &[(&str, &str)],
) -> String {
    let names: Vec<Value> = measures
        .iter()
        .map(|(measure, _)| json!({ "Name": measure.name, "Unit": measure.unit }))
        .collect();
    let mut line = Map::new();
    line.insert(
        "_aws".to_owned(),
        json!({
            "Timestamp": at.as_millisecond(),
            "CloudWatchMetrics": [{
                "Namespace": NAMESPACE,
                "Dimensions": [["Stage"], ["Stage", "Function"]],
                "Metrics": names,
            }],
        }),
    );
    line.insert("Stage".to_owned(), json!(stage));
    line.insert("Function".to_owned(), json!(function));
    for (name, value) in properties {
        line.insert((*name).to_owned(), json!(value));
    }
    for (measure, value) in measures {
        line.insert(measure.name.to_owned(), json!(value));
    }
    Value::Object(line).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_the_embedded_format_and_the_customer_is_no_dimension() {
        let metrics = Metrics::kept("import", "test");
        let counts = RunCounts {
            created: 3,
            ..RunCounts::default()
        };
        metrics.emit(
            Timestamp::UNIX_EPOCH,
            &of_run(&counts),
            &[("customer.id", "northwind")],
        );
        let line: Value = serde_json::from_str(&metrics.lines()[0]).unwrap();
        let set = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(set["Dimensions"], json!([["Stage"], ["Stage", "Function"]]));
        assert_eq!(set["Namespace"], "Muster");
        assert_eq!(
            set["Metrics"][0],
            json!({ "Name": "AccountsCreated", "Unit": "Count" })
        );
        assert_eq!(line["AccountsCreated"], 3.0);
        assert_eq!(line["customer.id"], "northwind");
    }

    #[test]
    fn every_metric_has_a_name_of_its_own() {
        let mut names: Vec<&str> = METRICS.iter().map(|measure| measure.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), METRICS.len());
    }
}
