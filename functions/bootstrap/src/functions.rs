//! The functions of this executable, once for itself, its tests and its bench.

/// Every setting of `_HANDLER`.
pub(crate) const FUNCTIONS: [&str; 9] = [
    "schedule",
    "import",
    "matching",
    "psa-push",
    "psa-webhook",
    "agent-upload",
    "admin-api",
    "review-widget",
    "review-decide",
];
