//! Decisions, and the words they are made in. Read in this order: [`identity`], [`account`],
//! [`policy`], [`import`], [`matching`], [`push`], [`docs`].
//!
//! Never here: I/O, the clock, randomness, async, the AWS SDK, a vendor's wire format. What leaves
//! a function is ordered: the same values in, the same values out, byte for byte.

pub mod account;
pub mod changes;
pub mod customer;
pub mod docs;
pub mod due;
pub mod event;
pub mod failure;
pub mod fields;
pub mod gaps;
pub mod id;
pub mod identity;
pub mod import;
pub mod intent;
pub mod limits;
pub mod matching;
pub mod policy;
pub mod push;
pub mod quota;
pub mod run;
pub mod values;
