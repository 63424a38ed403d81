//! Docs matching: which entry of the documentation system is this account, and which is to be made?
//!
//! | | |
//! |---|---|
//! | woken by   | `import.finished` |
//! | reads      | accounts, policies, the entries of the customer's organization |
//! | writes     | accounts, entry claims, the review of its customer; entries in the documentation system |
//! | publishes  | nothing |
//! | decided by | `domain::docs` |
//!
//! Read in this order: [`handle`], `customer` (all entries of an organization), `make` (what is then
//! written to the documentation system) and `tell` (how). It shares nothing with the matching of contacts but the
//! accounts, so that the failure of one undoes nothing of the other (B137).

mod case;
mod customer;
mod handler;
mod make;
mod outcome;
mod tell;
mod write;

pub use handler::handle;
pub use outcome::Outcome;
