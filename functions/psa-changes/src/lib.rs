//! PSA changes: a PSA that sends nothing is asked which contacts changed.
//!
//! | | |
//! |---|---|
//! | woken by   | a schedule, every few minutes |
//! | reads      | the PSA's secret; how far its changes are known; the contacts that changed; whose they are |
//! | writes     | how far its changes are known |
//! | publishes  | `contact.changed`, for contacts that an account is linked to |
//! | decided by | `domain::changes` |
//!
//! A PSA that delivers, or cannot be asked, is not called. What is told is a hint, as a delivery is:
//! whoever is woken reads the contact. A look that fails is made good by the next, and what no look
//! sees, by the next run.

mod handler;

pub use handler::{Outcome, handle};
