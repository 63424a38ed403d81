//! Waiting: who waits, how long a vendor asks for, and how much an invocation has waited in all.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::limits::WAIT_IN_PLACE_SECONDS_MAX;
use http::header::{DATE, HeaderMap, RETRY_AFTER};
use jiff::fmt::rfc2822;

/// The longest pause that is believed, in seconds; a vendor that asks for more is asked again then.
const RETRY_AFTER_SECONDS_MAX: u64 = 24 * 3600;
/// The shortest pause after a refusal, in milliseconds: refused calls count too.
const RETRY_AFTER_MS_MIN: u64 = 100;

/// Who waits.
#[derive(Debug, Clone, Default)]
pub enum Pause {
    /// The clock.
    #[default]
    Clock,
    /// Nobody: pauses are written down, for tests.
    Recorded(Arc<Mutex<Vec<Duration>>>),
}

impl Pause {
    /// A pause that only writes down how long it would have been.
    pub fn recorded() -> Self {
        Self::Recorded(Arc::default())
    }

    /// The pauses written down so far, in order; none of a real one.
    pub fn pauses(&self) -> Vec<Duration> {
        match self {
            Self::Clock => Vec::new(),
            Self::Recorded(pauses) => pauses
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone(),
        }
    }

    /// Waits.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that waits, and briefly: callers keep to the limits of their budget"
    )]
    pub(crate) async fn wait(&self, duration: Duration) {
        match self {
            Self::Clock => tokio::time::sleep(duration).await,
            Self::Recorded(pauses) => {
                pauses
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(duration);
            }
        }
    }
}

/// What is left of [`WAIT_IN_PLACE_SECONDS_MAX`]; clones spend together.
#[derive(Debug, Clone)]
pub(crate) struct Budget(Arc<AtomicU64>);

impl Default for Budget {
    fn default() -> Self {
        Self(Arc::new(AtomicU64::new(WAIT_IN_PLACE_SECONDS_MAX * 1000)))
    }
}

impl Budget {
    /// Takes a pause out of the budget, if there is enough left of it.
    pub(crate) fn spend(&self, pause: Duration) -> bool {
        let Ok(pause_ms) = u64::try_from(pause.as_millis()) else {
            return false;
        };
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(pause_ms)
            })
            .is_ok()
    }
}

/// The pause that an answer asks for: whole or broken seconds, a date, or nothing. A date is
/// compared with the answer's own `Date`, so that no clock of ours has to agree with it.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let seconds = match text.parse::<f64>() {
        Ok(seconds) => seconds,
        Err(_) => {
            let until = rfc2822::parse(text).ok()?.timestamp();
            let now = rfc2822::parse(headers.get(DATE)?.to_str().ok()?)
                .ok()?
                .timestamp();
            until.duration_since(now).as_secs_f64()
        }
    };
    let pause = Duration::try_from_secs_f64(seconds.max(0.0)).ok()?;
    Some(pause.clamp(
        Duration::from_millis(RETRY_AFTER_MS_MIN),
        Duration::from_secs(RETRY_AFTER_SECONDS_MAX),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_understood_in_its_spellings() {
        let now = Some("Fri, 20 Nov 2026 08:00:00 GMT");
        for (text, date, expected_ms) in [
            (Some("10"), None, Some(10_000)),
            (Some(" 7 "), now, Some(7_000)),
            (Some("1.5"), None, Some(1_500)),
            (Some("0"), None, Some(100)),
            (Some("-3"), None, Some(100)),
            (Some("99999999999"), None, Some(24 * 3_600_000)),
            (Some("Fri, 20 Nov 2026 08:00:30 GMT"), now, Some(30_000)),
            (Some("Fri, 20 Nov 2026 07:00:00 GMT"), now, Some(100)),
            (Some("Fri, 20 Nov 2026 08:00:30 GMT"), None, None),
            (Some("soon"), now, None),
            (Some("NaN"), now, Some(100)),
            (Some("inf"), now, None),
            (None, now, None),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in [(RETRY_AFTER, text), (DATE, date)] {
                if let Some(value) = value {
                    headers.insert(name, value.parse().unwrap());
                }
            }
            assert_eq!(
                retry_after(&headers),
                expected_ms.map(Duration::from_millis),
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_budget_is_spent_together_and_once() {
        let budget = Budget::default();
        let clone = budget.clone();
        assert!(budget.spend(Duration::from_secs(6)));
        assert!(!clone.spend(Duration::from_secs(5)));
        assert!(clone.spend(Duration::from_secs(4)));
        assert!(!budget.spend(Duration::from_millis(1)));
    }
}
