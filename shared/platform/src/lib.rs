//! AWS, and the form of it that runs on a laptop. Read [`App`] first: it is all that a handler may
//! use. Then [`store`], whose module comment has the table's access patterns.
//!
//! Nothing here knows a vendor. What has a local form is an enum ([`Bus`], [`Secrets`], [`Clock`]);
//! the store is one concrete struct, and only its endpoint differs.

mod app;
mod aws_http;
mod budget;
mod bus;
mod clock;
mod config;
#[cfg(test)]
mod fake;
pub mod host;
mod ids;
pub mod meter;
mod on_use;
mod problem;
mod quota;
pub mod secrets;
pub mod store;
pub mod telemetry;

pub use app::{App, local_table};
pub use aws_http::HttpError;
pub use budget::Budget;
pub use bus::{Bus, BusError};
pub use clock::{Clock, FixedTime};
pub use config::{Config, ConfigError};
pub use ids::Ids;
pub use on_use::OnUse;
pub use problem::Problem;
pub use quota::StillToPush;
pub use secrets::{SecretName, Secrets};
