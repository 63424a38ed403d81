//! Professional services automation systems: one folder per vendor.

pub mod autotask;
pub mod connectwise;
pub mod halo;
pub mod kaseya_bms;
pub mod syncro;
