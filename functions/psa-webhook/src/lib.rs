//! PSA webhook: the PSA says that a contact changed.
//!
//! | | |
//! |---|---|
//! | woken by   | `POST /webhooks/{system}/{path_token}` |
//! | reads      | the PSA's secret; which account is behind a contact |
//! | writes     | the delivery, to know it when it comes again |
//! | publishes  | `contact.changed`, for contacts that an account is linked to |
//!
//! A delivery is a hint: nothing of its content is believed or kept. What is lost, the next run
//! makes good.

mod handler;

pub use handler::router;
