//! How many calls went out, by kind of vendor.

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
    #[expect(
        dead_code,
        reason = "the connectors of documentation platforms will count here"
    )]
    Documentation,
}

/// Calls since the start, tries that failed included; sign-ins are not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CallCounts {
    /// Microsoft Graph.
    pub graph: u64,
    /// PSAs.
    pub psa: u64,
    /// Documentation platforms.
    pub documentation: u64,
}

/// The counters behind [`CallCounts`]; clones count together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Calls(Arc<Counters>);

#[derive(Debug, Default)]
struct Counters {
    graph: AtomicU64,
    psa: AtomicU64,
    documentation: AtomicU64,
}

impl Calls {
    /// Counts one call.
    pub(crate) fn count(&self, kind: VendorKind) {
        let counter = match kind {
            VendorKind::Graph => &self.0.graph,
            VendorKind::Psa => &self.0.psa,
            VendorKind::Documentation => &self.0.documentation,
            VendorKind::SignIn => return,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// The counts so far.
    pub(crate) fn counts(&self) -> CallCounts {
        CallCounts {
            graph: self.0.graph.load(Ordering::Relaxed),
            psa: self.0.psa.load(Ordering::Relaxed),
            documentation: self.0.documentation.load(Ordering::Relaxed),
        }
    }
}
