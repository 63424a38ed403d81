//! The local program `muster`: the infrastructure in one process. Every function is the very same
//! code that runs on Lambda, over the same store; what stands in for AWS is here.
//!
//! | in AWS | here |
//! |---|---|
//! | DynamoDB | an embedded one, in the data directory: [`data`] |
//! | EventBridge, SQS | [`queue`], by the wiring of [`wiring`] |
//! | Secrets Manager, the table's customers and policies | the configuration file: [`config`] |
//! | EventBridge Scheduler, API Gateway | [`up`] |
//!
//! Read [`arguments`] and [`commands`] first. Invariants: one process per data directory; what is
//! published is worked on at least once, also across a stop; nothing but [`mod@print`] writes to the
//! terminal. Absent: anything a function could depend on; functions do not know where they run.

pub mod accounts;
pub mod agents;
pub mod arguments;
pub mod check;
pub mod commands;
pub mod config;
pub mod configured;
pub mod data;
pub mod demo;
pub mod explain;
pub mod functions;
mod in_process;
pub mod local;
#[cfg(test)]
mod local_tests;
pub mod print;
pub mod queue;
pub mod reviews;
pub mod run;
pub mod summary;
pub mod table;
pub mod up;
pub mod upload;
pub mod wiring;
