//! Uploads against the captured directory and against what people and attackers hand in.

mod coverage;
mod formats;
mod hostile;
mod local;
mod own;
mod privileges;
mod selection;
mod support;
mod truth;
mod units;
