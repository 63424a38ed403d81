//! The program from outside, as people and programs use it: its commands, its exit codes, what it
//! prints. And what remains of it when it is killed.

mod bench;
mod contract;
mod crash;
mod up;
