//! Import: what do the sources of one customer say, and what follows for its accounts?
//!
//! | | |
//! |---|---|
//! | woken by   | `import.requested`, `upload.completed` |
//! | reads      | the customer, its policies, its sources, the accounts that a page names |
//! | writes     | accounts, their aliases, the import state with lease and positions, the run |
//! | publishes  | `import.finished`; `import.requested` when it runs out of time |
//! | decided by | `domain::import` |
//!
//! Read in this order: [`handle`], `graph` and `round` (Microsoft 365), `uploads`, `reading` and
//! `progress` (what agents handed in), `page` (readings to writes), `ending` (leavers). A run in which nothing
//! changed writes nothing.

mod digest;
mod ending;
mod graph;
mod handler;
mod licences;
mod outcome;
mod page;
mod progress;
mod reading;
mod role_groups;
mod roles;
mod round;
mod session;
mod uploads;

pub use handler::handle;
pub use outcome::Outcome;
