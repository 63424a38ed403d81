//! How many calls went out, by kind of vendor, and what became of them.

use std::ops::Sub;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The kinds of vendor that calls are counted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum VendorKind {
    /// Microsoft Graph.
    Graph,
    /// A PSA.
    Psa,
    /// A vendor's sign-in: seldom, since tokens are kept, and of nobody's quota.
    SignIn,
    /// A documentation platform.
    Documentation,
}

/// What became of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallEnd {
    /// It was answered.
    Answered,
    /// The vendor asked to make it later.
    Throttled,
    /// No answer that can be used: a fault of the vendor's, or of the way to it.
    Failed,
}

/// Calls since the start, tries that failed included; sign-ins are not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CallCounts {
    /// Microsoft Graph.
    pub graph: u64,
    /// Of those, calls that it asked to make later.
    pub graph_throttles: u64,
    /// Of those, calls without an answer that can be used.
    pub graph_errors: u64,
    /// PSAs.
    pub psa: u64,
    /// Of those, calls that it asked to make later.
    pub psa_throttles: u64,
    /// Of those, calls without an answer that can be used.
    pub psa_errors: u64,
    /// Documentation platforms.
    pub documentation: u64,
    /// Of those, calls that it asked to make later.
    pub documentation_throttles: u64,
    /// Of those, calls without an answer that can be used.
    pub documentation_errors: u64,
}

/// What was counted since an earlier count.
impl Sub for CallCounts {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            graph: self.graph - before.graph,
            graph_throttles: self.graph_throttles - before.graph_throttles,
            graph_errors: self.graph_errors - before.graph_errors,
            psa: self.psa - before.psa,
            psa_throttles: self.psa_throttles - before.psa_throttles,
            psa_errors: self.psa_errors - before.psa_errors,
            documentation: self.documentation - before.documentation,
            documentation_throttles: self.documentation_throttles - before.documentation_throttles,
            documentation_errors: self.documentation_errors - before.documentation_errors,
        }
    }
}

/// The counters behind [`CallCounts`]; clones count together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Calls(Arc<Counters>);

#[derive(Debug, Default)]
struct Counters {
    graph: Tally,
    psa: Tally,
    documentation: Tally,
}

#[derive(Debug, Default)]
struct Tally {
    all: AtomicU64,
    throttled: AtomicU64,
    failed: AtomicU64,
}

impl Calls {
    /// Counts one call.
    pub(crate) fn count(&self, kind: VendorKind, end: CallEnd) {
        let tally = match kind {
            VendorKind::Graph => &self.0.graph,
            VendorKind::Psa => &self.0.psa,
            VendorKind::Documentation => &self.0.documentation,
            VendorKind::SignIn => return,
        };
        tally.all.fetch_add(1, Ordering::Relaxed);
        match end {
            CallEnd::Answered => {}
            CallEnd::Throttled => {
                tally.throttled.fetch_add(1, Ordering::Relaxed);
            }
            CallEnd::Failed => {
                tally.failed.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// The counts so far.
    pub(crate) fn counts(&self) -> CallCounts {
        let now = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let Counters {
            graph,
            psa,
            documentation,
        } = &*self.0;
        CallCounts {
            graph: now(&graph.all),
            graph_throttles: now(&graph.throttled),
            graph_errors: now(&graph.failed),
            psa: now(&psa.all),
            psa_throttles: now(&psa.throttled),
            psa_errors: now(&psa.failed),
            documentation: now(&documentation.all),
            documentation_throttles: now(&documentation.throttled),
            documentation_errors: now(&documentation.failed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_vendor_has_its_own_counts_and_sign_ins_none() {
        let calls = Calls::default();
        calls.count(VendorKind::SignIn, CallEnd::Failed);
        assert_eq!(calls.counts(), CallCounts::default());
        calls.count(VendorKind::Psa, CallEnd::Answered);
        let before = calls.counts();
        for end in [CallEnd::Answered, CallEnd::Throttled, CallEnd::Failed] {
            calls.count(VendorKind::Documentation, end);
        }
        let expected = CallCounts {
            documentation: 3,
            documentation_throttles: 1,
            documentation_errors: 1,
            ..CallCounts::default()
        };
        assert_eq!(calls.counts() - before, expected);
    }
}
