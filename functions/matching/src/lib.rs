//! Matching: which contact in the PSA is this account, and what does the contact say that the
//! account must take over?
//!
//! | | |
//! |---|---|
//! | woken by   | `import.finished`, `contact.changed` |
//! | reads      | accounts, policies, the contacts of the customer's company in the PSA |
//! | writes     | accounts, contact claims, marks of accounts that are behind in the PSA |
//! | publishes  | `matching.finished` |
//! | decided by | `domain::matching`, `domain::push` |
//!
//! Read in this order: [`handle`], `company` (all contacts of a company), `contact` (one that the
//! PSA says has changed).

mod company;
mod contact;
mod facts;
mod handler;
mod outcome;
mod write;

pub use handler::handle;
pub use outcome::Outcome;
