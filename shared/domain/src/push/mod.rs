//! Push decisions: what must be written to a contact so that it says what its account says, and
//! what a contact says that the account must take over.

pub mod contact;
