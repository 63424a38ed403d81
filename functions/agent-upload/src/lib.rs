//! Agent upload: an agent on a customer's network hands in what it saw (docs/uploads.md).
//!
//! | | |
//! |---|---|
//! | woken by   | `POST /v1/uploads`, `PUT …/parts/{part}`, `GET …`, `POST …/complete` |
//! | reads      | the agent by its token's hash, the upload |
//! | writes     | the upload and its parts, which expire |
//! | publishes  | `upload.completed` |
//!
//! An agent is bound to one customer: which customer an upload is for is read from the agent, never
//! from the request. What is inside is not looked at here.

mod auth;
mod handler;
mod opening;

pub use auth::hash_of;
pub use handler::router;
