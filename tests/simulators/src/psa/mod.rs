//! Professional services automation systems: one folder per vendor.

pub mod connectwise;
pub mod halo;
