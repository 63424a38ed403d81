//! The executable that ships, run as Lambda runs it: a process under a Runtime API, woken by the
//! events that AWS sends, against a table, a bus, secrets and vendors on this machine.
#![cfg(test)] // Clippy then takes helper functions for what they are: parts of tests

mod docs;
#[path = "../../src/functions.rs"]
mod functions;
mod http;
mod journey;
mod queues;
mod refusals;
mod world;
