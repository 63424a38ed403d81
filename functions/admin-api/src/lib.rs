//! Admin API: what the MSP's people see and set.
//!
//! | | |
//! |---|---|
//! | woken by   | `GET`, `PATCH`, `PUT`, `POST` under `/v1/customers`; a dashboard's widget |
//! | reads      | operators' tokens, customers, policies, accounts, runs, reviews |
//! | writes     | accounts that a person edits or links; the approval of a held run |
//! | publishes  | `import.requested`, `import.finished` |
//! | decided by | `domain::push::edit` |
//!
//! Read [`router`] first: every route on one screen. [`widget`] is the same for people in front of a
//! CloudWatch dashboard: two more functions, invoked with JSON.

mod actions;
mod auth;
mod router;
mod routes;
pub mod view;
pub mod widget;

pub use auth::Role;
pub use router::router;
