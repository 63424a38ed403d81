//! Professional services automation systems: one folder per vendor.

pub mod autotask;
pub mod halo;
pub mod syncro;
