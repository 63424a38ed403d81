//! What the table costs: capacity units as DynamoDB bills them, and requests. A unit counts 4 KB
//! read or 1 KB written. Kept in thousandths, so that halves of units add up exactly.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts what is spent on the table. Clones count together.
#[derive(Debug, Clone, Default)]
pub struct Meter {
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    read_milli_units: AtomicU64,
    write_milli_units: AtomicU64,
    requests: AtomicU64,
}

/// What was spent so far.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Spent {
    /// Read units.
    pub read_units: f64,
    /// Write units.
    pub write_units: f64,
    /// Requests to the table, refused ones among them.
    pub requests: u64,
}

impl Meter {
    /// A meter at zero.
    pub fn new() -> Self {
        Self::default()
    }

    /// Read units so far.
    pub fn read_units(&self) -> f64 {
        units(self.counts.read_milli_units.load(Ordering::Relaxed))
    }

    /// Write units so far.
    pub fn write_units(&self) -> f64 {
        units(self.counts.write_milli_units.load(Ordering::Relaxed))
    }

    /// Requests so far.
    pub fn requests(&self) -> u64 {
        self.counts.requests.load(Ordering::Relaxed)
    }

    /// All of it.
    pub fn spent(&self) -> Spent {
        Spent {
            read_units: self.read_units(),
            write_units: self.write_units(),
            requests: self.requests(),
        }
    }

    /// Counts a request that read.
    pub(crate) fn read(&self, units: f64) {
        let counts = &self.counts;
        counts.requests.fetch_add(1, Ordering::Relaxed);
        counts
            .read_milli_units
            .fetch_add(milli(units), Ordering::Relaxed);
    }

    /// Counts a request that wrote.
    pub(crate) fn wrote(&self, units: f64) {
        let counts = &self.counts;
        counts.requests.fetch_add(1, Ordering::Relaxed);
        counts
            .write_milli_units
            .fetch_add(milli(units), Ordering::Relaxed);
    }
}

impl std::ops::Sub for Spent {
    type Output = Self;

    /// What was spent between two looks.
    fn sub(self, earlier: Self) -> Self {
        Self {
            read_units: self.read_units - earlier.read_units,
            write_units: self.write_units - earlier.write_units,
            requests: self.requests - earlier.requests,
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "units of one request are between 0 and some 100,000"
)]
fn milli(units: f64) -> u64 {
    (units * 1_000.0).round() as u64
}

#[expect(
    clippy::cast_precision_loss,
    reason = "exact up to 9 * 10^12 units, which nobody spends"
)]
fn units(milli: u64) -> f64 {
    milli as f64 / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_add_up_and_clones_count_together() {
        let meter = Meter::new();
        let clone = meter.clone();
        (0..3).for_each(|_| clone.read(0.5));
        meter.wrote(2.0);
        let spent = meter.spent();
        assert_eq!(
            (spent.read_units, spent.write_units, spent.requests),
            (1.5, 2.0, 4)
        );
    }
}
