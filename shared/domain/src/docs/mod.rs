//! Documentation systems (IT Glue, Hudu): the entries that hold the passwords of accounts, and which
//! entry belongs to which account.
//!
//! Never here: a password. Muster neither reads nor keeps one.

pub mod entry;
