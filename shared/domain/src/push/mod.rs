//! Push decisions: what must be written to a contact so that it says what its account says, and
//! what a contact says that the account must take over.
//!
//! What always holds:
//! - Only attributes over which the PSA has no say are written (D11), and only those over which it
//!   has it are taken over (B25): no value ever goes round in a circle.
//! - A value that is absent on one side never erases the other's (D12, B242); one that a person
//!   cleared does.
//! - Values are compared by their keys, so that a spelling the PSA prefers is not fought over.
//! - Records that are no person's are left alone.

pub mod contact;
pub mod custom;
mod decides;
mod echo;
mod edit;
mod plan;
mod takeover;
mod value;
mod wish;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_custom;
#[cfg(test)]
mod tests_echo;
#[cfg(test)]
mod tests_edits;
#[cfg(test)]
mod tests_properties;
#[cfg(test)]
mod tests_takeover;

pub use decides::decides;
pub use echo::{
    blocked, created, edited_in_psa, is_own_echo, left_alone, refused, settled, with_pushed,
};
pub(crate) use echo::{digest, is_answered};
pub use edit::{EditRefused, Refusal, edit};
pub use plan::{Push, Question, name_of, plan, wants_contact};
pub use takeover::take_over;
pub(crate) use value::valid;
pub use wish::{looked_at, missing_fields, needs_look, needs_look_once_made};
