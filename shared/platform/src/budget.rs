//! How much time an invocation has left: a run hands over before it runs out.

use domain::limits::HAND_OVER_SECONDS;
use jiff::{SignedDuration, Timestamp};

/// The time of one invocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    deadline: Timestamp,
}

impl Budget {
    /// Until that time.
    pub fn until(deadline: Timestamp) -> Self {
        Self { deadline }
    }

    /// All the time in the world, as on a laptop.
    pub fn endless() -> Self {
        Self {
            deadline: Timestamp::MAX,
        }
    }

    /// What is left.
    pub fn left(&self, now: Timestamp) -> SignedDuration {
        self.deadline.duration_since(now)
    }

    /// Is it time to hand over?
    pub fn is_short(&self, now: Timestamp) -> bool {
        self.left(now) < SignedDuration::from_secs(HAND_OVER_SECONDS)
    }
}
