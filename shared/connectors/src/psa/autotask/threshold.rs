//! The hourly threshold, which all integrations of a tenant's database share: how much of what is
//! left we take. Pure.
//!
//! Invariant: the last quarter is left to others; what runs in the background waits then.

use std::time::Duration;

use super::wire::WireThreshold;

/// How often is asked.
pub(super) const ASKED_EVERY: Duration = Duration::from_secs(300);
/// The share of the threshold, in percent, from which on we leave the rest to others. From there
/// Autotask itself makes each call a second slower.
const OURS_PERCENT: u64 = 75;
/// The longest timeframe that is believed, in minutes.
const TIMEFRAME_MINUTES_MAX: u64 = 24 * 60;

/// What may go out until it is asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Allowance {
    /// So many calls in so much time.
    Calls(u32, Duration),
    /// None for so long.
    Rest(Duration),
}

/// What is left for us; `None` where the answer does not tell.
pub(super) fn allowance(told: &WireThreshold) -> Option<Allowance> {
    let positive = |number: Option<i64>| number.and_then(|n| u64::try_from(n).ok());
    let threshold = positive(told.external_request_threshold).filter(|n| *n > 0)?;
    let used = positive(told.current_timeframe_request_count)?;
    let minutes = positive(told.request_threshold_timeframe)
        .filter(|minutes| (1..=TIMEFRAME_MINUTES_MAX).contains(minutes))?;
    let left = (threshold.saturating_mul(OURS_PERCENT) / 100).saturating_sub(used);
    let left = u32::try_from(left).unwrap_or(u32::MAX);
    Some(match left {
        0 => Allowance::Rest(ASKED_EVERY),
        left => Allowance::Calls(left, Duration::from_secs(minutes * 60)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(threshold: i64, minutes: i64, used: i64) -> Option<Allowance> {
        allowance(&WireThreshold {
            external_request_threshold: Some(threshold),
            request_threshold_timeframe: Some(minutes),
            current_timeframe_request_count: Some(used),
        })
    }

    #[test]
    fn the_last_quarter_is_left_to_others() {
        let hour = Duration::from_secs(3600);
        let rest = Some(Allowance::Rest(ASKED_EVERY));
        assert_eq!(told(10_000, 60, 0), Some(Allowance::Calls(7_500, hour)));
        assert_eq!(told(10_000, 60, 7_499), Some(Allowance::Calls(1, hour)));
        assert_eq!(told(10_000, 60, 7_500), rest);
        assert_eq!(told(10_000, 60, 12_000), rest);
    }

    #[test]
    fn nonsense_tells_nothing() {
        for (threshold, minutes, used) in [
            (0, 60, 0),
            (-1, 60, 0),
            (10, 0, 0),
            (10, 60, -1),
            (10, 99_999, 0),
        ] {
            assert_eq!(told(threshold, minutes, used), None);
        }
        assert_eq!(allowance(&WireThreshold::default()), None);
    }
}
