//! Import decisions.
