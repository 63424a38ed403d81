//! Sources of accounts. Each yields readings ([`domain::identity::Reading`]): what it said of each
//! record, and of each value whether it was said, cleared or left out.

pub mod graph;
pub mod upload;
