//! The program from outside, as people and programs use it: its commands, its exit codes, what it
//! prints. And what remains of it when it is killed.
#![cfg(test)] // Clippy then takes helper functions for what they are: parts of tests

mod bench;
mod contract;
mod crash;
mod demo;
mod up;
