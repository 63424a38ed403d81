//! Schedule: which customers are due?
//!
//! | | |
//! |---|---|
//! | woken by   | the schedule, every few minutes |
//! | reads      | the customers, the time of the last tick |
//! | writes     | the time of this tick |
//! | publishes  | `import.requested`, one per due customer |
//! | decided by | `domain::due` |

mod handler;

pub use handler::{Outcome, handle};
