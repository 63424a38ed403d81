//! Documentation systems, one folder each.

pub mod hudu;
pub mod it_glue;
