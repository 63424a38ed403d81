//! Professional services automation systems: one folder per vendor.

pub mod halo;
pub mod syncro;
