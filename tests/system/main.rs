//! Whole-system tests, in one binary. Read `journey` first: one account from the directory to the
//! PSA and back. `world` is a whole system per test.
#![cfg(test)] // Clippy then takes helper functions for what they are: parts of tests

mod behaviours;
mod canaries;
mod contract;
mod dashboards;
mod deployment;
mod entries;
mod journey;
mod psa;
mod sources;
mod tidy;
mod widget;
mod world;
