//! What an import decides: readings against the inventory give a plan. Read in this order:
//! [`join`] (whose account is this record?), [`scope`] (is it imported at all?), [`values`] (what
//! the record says now), [`merge`] (what the account says then), [`section`] (end user,
//! administrator or service, with [`roles`]), [`mod@reconcile`] (all of it for one page), [`leavers`] (who would go,
//! and whether a person must say yes first).
//!
//! Invariants: a plan made again after it was applied is empty; the order and the repetition of
//! pages do not matter; nothing but a complete reading, or the source's own word, makes a leaver.

pub mod join;
pub mod leavers;
pub mod merge;
pub mod reconcile;
pub mod roles;
pub mod scope;
pub mod section;
pub mod values;

#[cfg(test)]
mod tests;

pub use join::{LookUps, aliases_of, look_ups, mark};
pub use leavers::{Verdict, check, missing, settle};
pub use reconcile::{Change, Inventory, Plan, Rules, ascribe, reconcile};
pub use roles::Administrators;
