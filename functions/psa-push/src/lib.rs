//! PSA push: contacts made to agree with their accounts.
//!
//! | | |
//! |---|---|
//! | woken by   | `matching.finished` |
//! | reads      | the marks of accounts that are behind, each account, its contact |
//! | writes     | contacts in the PSA; the accounts' standings, contact claims |
//! | publishes  | nothing |
//! | decided by | `domain::push` |
//!
//! Read in this order: [`handle`], `create`, `update`. The intent to create is stored before the
//! call and the result after it: when an answer is lost, the next try looks before it creates.

mod case;
mod create;
mod handler;
mod outcome;
mod update;
mod write;

pub use handler::{go_on, handle};
pub use outcome::Outcome;
