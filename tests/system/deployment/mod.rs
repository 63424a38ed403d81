//! The infrastructure template against the code: what it declares is what the code expects, and the
//! other way round. Most of it reads the template as text and always runs; the rest needs an
//! emulated AWS, to which `.ci/run` has deployed it, and runs only there.
//!
//! What the emulator cannot do, so that only the template is looked at: queue policies, the schedule,
//! the HTTP API, secrets as resources, the topic's policy, where failed invocations go, the table's
//! time to live (dropped on creation), event source mappings (stored, nothing is polled), and roles
//! (stored, nothing is refused). For the last two, the journey has stand-ins: it receives from the
//! queues itself, and `guard` refuses what a role does not allow.

mod api;
mod aws;
mod callers;
mod emulated;
mod functions;
mod guard;
mod journey;
mod queues;
mod roles;
mod table;
mod template;
