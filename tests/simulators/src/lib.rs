//! The other side: stateful servers that behave like the vendors Muster talks to, for tests, the
//! demo and the benches.
//!
//! This crate imports nothing of ours, so that a mistake in our types is not made on both sides.
//! Each simulator listens on 127.0.0.1, keeps its state in memory, can be told to fail
//! ([`Faults`]), remembers every exchange ([`Journal`]) and stops when its handle is dropped.
//! People come from [`population`].

pub mod aws;
pub mod canary;
mod client;
pub mod docs;
mod exchange;
pub mod faults;
pub mod graph;
pub mod journal;
pub mod lambda;
pub mod population;
pub mod psa;
mod server;
mod simulator;

pub use aws::Aws;
pub use docs::hudu::Hudu;
pub use docs::it_glue::ItGlue;
pub use faults::{Fault, Faults, has_part};
pub use graph::Graph;
pub use journal::{Exchange, Journal};
pub use psa::autotask::Autotask;
pub use psa::connectwise::ConnectWise;
pub use psa::halo::Halo;
pub use psa::kaseya_bms::KaseyaBms;
pub use psa::syncro::Syncro;
pub use simulator::{Options, Simulator};
