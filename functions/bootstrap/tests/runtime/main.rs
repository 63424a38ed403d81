//! The executable that ships, run as Lambda runs it: a process under a Runtime API, woken by the
//! events that AWS sends, against a table, a bus, secrets and vendors on this machine.

mod http;
mod journey;
mod queues;
mod refusals;
mod world;
