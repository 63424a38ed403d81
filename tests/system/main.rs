//! Whole-system tests, in one binary. Read `journey` first: one account from the directory to the
//! PSA and back. `world` is a whole system per test.

mod journey;
mod sources;
mod world;
mod behaviours;
mod tidy;
