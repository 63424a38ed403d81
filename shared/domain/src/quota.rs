//! What a vendor allows, shared fairly by everybody who calls it: every function, every invocation.
//!
//! A window is cut into slices, each with its own count. One slice more than the window has is counted
//! upon, so that no rolling window holds more calls than were allowed, wherever it begins. Lanes see to
//! it that a person does not wait for an import.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// The most slices of a window.
const SLICES_MAX: u32 = 10;
/// The least calls of a slice: below this, fewer slices.
const SLICE_CALLS_MIN: u32 = 5;

/// Who calls: whoever is waited for goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// A person waits for the answer.
    Person,
    /// A change in the vendor is followed.
    Webhook,
    /// A run: it has time.
    Import,
}

impl Lane {
    /// Up to which part of a slice it may use what is there, in percent of it.
    fn share_percent(self) -> u32 {
        match self {
            Self::Person => 100,
            Self::Webhook => 90,
            Self::Import => 75,
        }
    }
}

/// So many calls in so long a time, over all who call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowance {
    /// Calls.
    pub requests: u32,
    /// The time, in milliseconds.
    pub window_ms: i64,
}

impl Allowance {
    /// `None` for what is none.
    pub fn new(requests: u32, window: Duration) -> Option<Self> {
        let window_ms = i64::try_from(window.as_millis()).ok()?;
        (requests > 0 && window_ms > 0).then_some(Self {
            requests,
            window_ms,
        })
    }

    fn slices(self) -> u32 {
        (self.requests / SLICE_CALLS_MIN).clamp(1, SLICES_MAX)
    }

    /// How long a slice is, in milliseconds; at least one.
    fn slice_ms(self) -> i64 {
        (self.window_ms / i64::from(self.slices())).max(1)
    }

    /// Calls of a lane in a slice; at least one, or it would wait for ever.
    fn slice_calls(self, lane: Lane) -> u32 {
        let all = (self.requests / (self.slices() + 1)).max(1);
        (all * lane.share_percent() / 100).max(1)
    }

    /// How long that many calls of a lane take, where nobody else calls.
    pub fn time_for(self, calls: u64, lane: Lane) -> SignedDuration {
        let slices = calls.div_ceil(u64::from(self.slice_calls(lane)));
        let slices = i64::try_from(slices.saturating_sub(1)).unwrap_or(i64::MAX);
        SignedDuration::from_millis(slices.saturating_mul(self.slice_ms()))
    }
}

/// What is known of the calls to one vendor instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Quota {
    /// What the vendor allows; `None` while nobody was told.
    pub allowance: Option<Allowance>,
    /// When the slice began that is counted, in milliseconds since 1970.
    pub slice_start_ms: i64,
    /// Calls handed out of it.
    pub taken: u32,
    /// No call goes out before, in milliseconds since 1970.
    pub rest_until_ms: i64,
}

/// What somebody who calls a vendor instance has to say to those who share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// It wants to call.
    Calls(Lane),
    /// It was told what the vendor allows.
    Allows(Allowance),
    /// It was told to wait.
    Rests(Duration),
}

/// What somebody who wants to call gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// Nobody knows of a limit: call.
    Free,
    /// So many calls of the slice that begins there, which may have to be begun.
    Calls {
        /// How many.
        calls: u32,
        /// When its slice began, in milliseconds since 1970.
        slice_start_ms: i64,
        /// Of so many that were handed out at most.
        taken_max: u32,
        /// How long they may be made.
        valid: Duration,
    },
    /// None for so long.
    Wait(Duration),
}

/// Up to `wanted` calls for a lane.
pub fn take(quota: &Quota, lane: Lane, wanted: u32, now: Timestamp) -> Take {
    let now_ms = now.as_millisecond();
    if quota.rest_until_ms > now_ms {
        return wait(quota.rest_until_ms - now_ms);
    }
    let Some(allowance) = quota.allowance else {
        return Take::Free;
    };
    let slice_ms = allowance.slice_ms();
    let slice_start_ms = now_ms - now_ms.rem_euclid(slice_ms);
    let taken = if quota.slice_start_ms == slice_start_ms {
        quota.taken
    } else {
        0
    };
    let limit = allowance.slice_calls(lane);
    let calls = wanted.min(limit.saturating_sub(taken));
    if calls == 0 {
        return wait(slice_start_ms + slice_ms - now_ms);
    }
    Take::Calls {
        calls,
        slice_start_ms,
        taken_max: limit - calls,
        valid: millis(slice_start_ms + slice_ms - now_ms),
    }
}

/// How many calls are fetched at once: few enough to leave others theirs, enough that the count costs
/// little.
pub fn chunk(quota: &Quota, lane: Lane) -> u32 {
    quota.allowance.map_or(1, |allowance| {
        (allowance.slice_calls(lane) / 5).clamp(1, 20)
    })
}

fn wait(ms: i64) -> Take {
    Take::Wait(millis(ms))
}

/// At least one, so that nobody asks again at once.
fn millis(ms: i64) -> Duration {
    Duration::from_millis(u64::try_from(ms).unwrap_or_default().max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(ms).unwrap()
    }

    fn of(requests: u32, seconds: u64) -> Quota {
        Quota {
            allowance: Allowance::new(requests, Duration::from_secs(seconds)),
            ..Quota::default()
        }
    }

    /// Takes calls as a store does.
    fn carry_out(quota: &mut Quota, lane: Lane, wanted: u32, now: i64) -> u32 {
        match take(quota, lane, wanted, at(now)) {
            Take::Free => wanted,
            Take::Wait(_) => 0,
            Take::Calls {
                calls,
                slice_start_ms,
                taken_max,
                ..
            } => {
                let is_new = quota.slice_start_ms != slice_start_ms;
                quota.taken = if is_new { 0 } else { quota.taken };
                quota.slice_start_ms = slice_start_ms;
                assert!(quota.taken <= taken_max);
                quota.taken += calls;
                calls
            }
        }
    }

    #[test]
    fn no_rolling_window_holds_more_calls_than_were_allowed() {
        for (requests, seconds) in [(300, 300), (60, 60), (180, 60), (10, 1), (7, 60), (1, 3)] {
            let mut quota = of(requests, seconds);
            let window_ms = i64::try_from(seconds * 1000).unwrap();
            let mut calls = Vec::new();
            for step in 0..4000 {
                let now = 1_790_000_000_123 + step * window_ms / 997;
                for _ in 0..carry_out(&mut quota, Lane::Person, 3, now) {
                    calls.push(now);
                }
            }
            for (place, first) in calls.iter().enumerate() {
                let inside = (calls.iter().skip(place)).filter(|c| **c < first + window_ms);
                let inside = inside.count();
                // Of one call in a window the slices are windows: two may meet at their border.
                let most = usize::try_from(requests).unwrap().max(2);
                assert!(inside <= most, "{inside} of {requests} in {seconds} s");
            }
            let most = f64::from(requests) * 4000.0 / 997.0;
            let made = f64::from(u32::try_from(calls.len()).unwrap());
            assert!(made >= most * 0.4, "{made} of {most}: too little is used");
        }
    }

    #[test]
    fn a_person_gets_calls_where_imports_have_used_up_theirs() {
        let mut quota = of(300, 300);
        let now = 1_790_000_000_000;
        while carry_out(&mut quota, Lane::Import, 5, now) > 0 {}
        assert_eq!(
            take(&quota, Lane::Import, 1, at(now)),
            wait(30_000 - now % 30_000)
        );
        assert!(carry_out(&mut quota, Lane::Webhook, 1, now) > 0);
        while carry_out(&mut quota, Lane::Webhook, 1, now) > 0 {}
        assert!(carry_out(&mut quota, Lane::Person, 1, now) > 0);
    }

    #[test]
    fn a_rest_is_kept_by_all_and_without_a_limit_nobody_waits() {
        let now = 1_790_000_000_000;
        assert_eq!(
            take(&Quota::default(), Lane::Import, 9, at(now)),
            Take::Free
        );
        let quota = Quota {
            rest_until_ms: now + 5_000,
            ..Quota::default()
        };
        assert_eq!(take(&quota, Lane::Person, 1, at(now)), wait(5_000));
        assert_eq!(take(&quota, Lane::Person, 1, at(now + 5_000)), Take::Free);
    }

    #[test]
    fn the_time_to_the_end_is_told_from_the_rate() {
        let allowance = Allowance::new(300, Duration::from_secs(300)).unwrap();
        assert_eq!(allowance.time_for(1, Lane::Import), SignedDuration::ZERO);
        let minutes = allowance.time_for(1000, Lane::Import).as_secs() / 60;
        assert!((20..=30).contains(&minutes), "{minutes}");
        assert_eq!(Allowance::new(0, Duration::from_secs(1)), None);
        assert_eq!(Allowance::new(1, Duration::ZERO), None);
    }
}
