//! The time. Decisions get it as a value; only handlers ask for it, here. A time that a test sets
//! also numbers the ids that are made under it, so that the same test makes the same ids, and makes
//! none twice when it starts the system again on the same table.

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// Where the time comes from.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A time that a test sets. Clones stand at the same time.
    Fixed(Arc<FixedTime>),
}

/// A time that stands still until it is moved.
#[derive(Debug)]
pub struct FixedTime {
    at: Mutex<Timestamp>,
    /// How many ids were made under it.
    pub(crate) ids: AtomicU64,
}

impl FixedTime {
    fn change(&self, to: impl FnOnce(Timestamp) -> Timestamp) {
        let mut at = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        *at = to(*at);
    }
}

impl Clock {
    /// A clock that stands at that time until it is moved.
    pub fn fixed(at: Timestamp) -> Self {
        Self::Fixed(Arc::new(FixedTime {
            at: Mutex::new(at),
            ids: AtomicU64::new(0),
        }))
    }

    /// What time it is.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that asks the machine"
    )]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => Timestamp::now(),
            Self::Fixed(fixed) => *fixed.at.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Moves a fixed clock on. The machine's clock moves by itself.
    pub fn advance(&self, by: SignedDuration) {
        if let Self::Fixed(fixed) = self {
            fixed.change(|at| at + by);
        }
    }

    /// Puts a fixed clock to that time, which may be an earlier one. The machine's clock stays.
    pub fn set(&self, to: Timestamp) {
        if let Self::Fixed(fixed) = self {
            fixed.change(|_| to);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_clock_moves_only_when_it_is_moved() {
        let clock = Clock::fixed(Timestamp::UNIX_EPOCH);
        let copy = clock.clone();
        clock.advance(SignedDuration::from_secs(60));
        assert_eq!(copy.now().as_second(), 60);
        copy.set(Timestamp::from_second(5).unwrap());
        assert_eq!(clock.now().as_second(), 5);
    }
}
