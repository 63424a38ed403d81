//! The functions of this executable, once for itself, its tests and its bench.

/// Every setting of `_HANDLER`.
pub(crate) const FUNCTIONS: [&str; 11] = [
    "schedule",
    "import",
    "matching",
    "docs-matching",
    "psa-push",
    "psa-changes",
    "psa-webhook",
    "agent-upload",
    "admin-api",
    "review-widget",
    "review-decide",
];
