//! Matching decisions.
