//! The intent to create something at a vendor, stored before the call: how long it counts.
//!
//! Two invocations may push the same account at one moment, since queues deliver twice. The second one
//! finds the intent of the first, and what it finds at the vendor says nothing yet: the create may be on
//! its way. Only after the longest time that a create can take does it conclude from not finding it.

use jiff::{SignedDuration, Timestamp};

use crate::limits::{CREATE_SECONDS_MAX, INTENT_SECONDS_MAX};

/// What is known of a create.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// None was sent.
    None,
    /// It is sent now.
    OnItsWay,
    /// It was sent and has ended, and nobody knows how: nobody waits for it, everybody looks for it.
    Ended,
}

impl Intent {
    /// The time to store for it.
    pub fn since(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::None => None,
            Self::OnItsWay => Some(now),
            Self::Ended => Some(now - SignedDuration::from_secs(CREATE_SECONDS_MAX)),
        }
    }
}

/// May the create still be on its way? Then it is somebody else's to end.
pub fn is_under_way(since: Timestamp, now: Timestamp) -> bool {
    now.duration_since(since) < SignedDuration::from_secs(CREATE_SECONDS_MAX)
}

/// Is the intent too old to send its create under it? Then it is stored anew, which only one can.
pub fn is_stale(since: Timestamp, now: Timestamp) -> bool {
    now.duration_since(since) >= SignedDuration::from_secs(INTENT_SECONDS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_create_is_waited_for_as_long_as_it_can_take_and_sent_only_while_that_holds() {
        let since = Timestamp::UNIX_EPOCH;
        for (seconds, under_way, stale) in [
            (0, true, false),
            (59, true, false),
            (60, true, true),
            (299, true, true),
            (300, false, true),
        ] {
            let now = since + SignedDuration::from_secs(seconds);
            assert_eq!(is_under_way(since, now), under_way, "{seconds}");
            assert_eq!(is_stale(since, now), stale, "{seconds}");
            let ended = Intent::Ended.since(now).unwrap();
            assert!(!is_under_way(ended, now));
        }
    }
}
