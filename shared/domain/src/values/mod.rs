//! Values that people write in many ways, and how they compare.

pub mod email;
pub mod name;
pub mod phone;
