//! Pace: how fast a vendor lets us call, learned from its refusals and kept by everybody who calls
//! it. Not being told to slow down is better than being told.
//!
//! Invariant: before anything is learned nothing waits; afterwards no window holds more calls than
//! were allowed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How many calls a vendor allows in which time.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Rate {
    /// Calls that may go out at once after a rest.
    burst: f64,
    /// Calls per second in the long run.
    per_second: f64,
}

impl Rate {
    fn of(requests: u32, window: Duration) -> Option<Self> {
        if requests == 0 || window.is_zero() {
            return None;
        }
        let requests = f64::from(requests);
        Some(Self {
            burst: (requests * 0.1).max(1.0),
            per_second: requests * 0.9 / window.as_secs_f64(),
        })
    }
}

#[derive(Debug)]
struct State {
    rate: Option<Rate>,
    /// Calls that may go out now; below zero, calls that were promised a later time.
    tokens: f64,
    /// When that was true.
    at: Instant,
    /// No call goes out before this.
    rest_until: Option<Instant>,
    /// When somebody last set out to ask the vendor how much is left.
    asked_at: Option<Instant>,
}

/// The pace of one vendor instance; clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Pace(Arc<Mutex<State>>);

impl Default for Pace {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(State {
            rate: None,
            tokens: 0.0,
            at: Instant::now(),
            rest_until: None,
            asked_at: None,
        })))
    }
}

impl Pace {
    /// Learns that a vendor allows so many calls in such a window, counted over all callers. A tenth
    /// may go out at once and nine tenths follow evenly, which together is what a window allows.
    pub(crate) fn learn(&self, requests: u32, window: Duration) {
        let Some(rate) = Rate::of(requests, window) else {
            return;
        };
        let mut state = self.lock();
        state.fill(Instant::now());
        // The refusal that taught us this says that nothing is left.
        if state.rate != Some(rate) {
            state.rate = Some(rate);
            state.tokens = state.tokens.min(0.0);
        }
    }

    /// Learns before anything was refused that so many more calls may go out in such a window. Those
    /// that may go out at once are ready the first time.
    pub(crate) fn allow(&self, requests: u32, window: Duration) {
        let Some(rate) = Rate::of(requests, window) else {
            return;
        };
        let mut state = self.lock();
        state.fill(Instant::now());
        if state.rate.is_none() {
            state.tokens = rate.burst;
        }
        state.rate = Some(rate);
        state.tokens = state.tokens.min(rate.burst);
    }

    /// No call goes out for so long.
    pub(crate) fn rest(&self, pause: Duration) {
        self.lock().rest_until = Instant::now().checked_add(pause);
    }

    /// Is it time to ask the vendor how much is left? Says so to one asker in such a time.
    pub(crate) fn is_time_to_ask(&self, every: Duration) -> bool {
        let now = Instant::now();
        let mut state = self.lock();
        let is_time = (state.asked_at).is_none_or(|at| now.saturating_duration_since(at) >= every);
        if is_time {
            state.asked_at = Some(now);
        }
        is_time
    }

    /// Promises one call and says how long it has to wait. `None` if that were longer than
    /// `wait_max`, with nothing promised; the wait comes as the error.
    pub(crate) fn reserve(&self, wait_max: Duration) -> Result<Duration, Duration> {
        self.reserve_at(Instant::now(), wait_max)
    }

    fn reserve_at(&self, now: Instant, wait_max: Duration) -> Result<Duration, Duration> {
        let mut state = self.lock();
        let rest = (state.rest_until).map_or(Duration::ZERO, |u| u.saturating_duration_since(now));
        if rest > wait_max {
            return Err(rest);
        }
        let Some(rate) = state.rate else {
            return Ok(rest);
        };
        state.fill(now);
        let missing = (1.0 - state.tokens).max(0.0);
        let wait = Duration::try_from_secs_f64(missing / rate.per_second).unwrap_or(Duration::MAX);
        let wait = wait.max(rest);
        if wait > wait_max {
            return Err(wait);
        }
        state.tokens -= 1.0;
        Ok(wait)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn fill(&mut self, now: Instant) {
        if let Some(rate) = self.rate {
            let passed = now.saturating_duration_since(self.at).as_secs_f64();
            self.tokens = (self.tokens + passed * rate.per_second).min(rate.burst);
        }
        self.at = self.at.max(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(3600);

    #[test]
    fn nothing_waits_before_anything_is_learned() {
        let pace = Pace::default();
        for _ in 0..1000 {
            assert_eq!(pace.reserve(Duration::ZERO), Ok(Duration::ZERO));
        }
    }

    #[test]
    fn no_window_holds_more_calls_than_were_allowed() {
        let window = Duration::from_secs(300);
        let pace = Pace::default();
        pace.clone().learn(500, window);
        let start = Instant::now() + window;
        let mut times = Vec::new();
        // After a rest of one window, everybody calls at once.
        for _ in 0..2000 {
            times.push(pace.reserve_at(start, LONG).unwrap());
        }
        for (at, first) in times.iter().enumerate() {
            let inside = times
                .iter()
                .skip(at)
                .filter(|time| **time - *first < window)
                .count();
            assert!(inside <= 501, "{inside} calls from {first:?}");
        }
        let took = times.last().unwrap().as_secs();
        assert!((1000..=1300).contains(&took), "{took}");
    }

    #[test]
    fn a_wait_that_is_too_long_promises_nothing() {
        let pace = Pace::default();
        pace.learn(1, Duration::from_secs(90));
        let now = Instant::now();
        let first = pace.reserve_at(now, Duration::from_secs(10));
        let second = pace.reserve_at(now, Duration::from_secs(10));
        assert_eq!(first, second);
        assert!(first.unwrap_err() > Duration::from_secs(90));
    }

    #[test]
    fn what_is_left_is_spent_at_once_and_then_evenly_and_a_rest_is_kept() {
        let pace = Pace::default();
        pace.allow(100, Duration::from_secs(90));
        let now = Instant::now();
        for _ in 0..10 {
            assert_eq!(pace.reserve_at(now, LONG), Ok(Duration::ZERO));
        }
        assert_eq!(pace.reserve_at(now, LONG), Ok(Duration::from_secs(1)));
        // Told again, nothing is ready that was not.
        pace.allow(100, Duration::from_secs(90));
        assert!(pace.reserve_at(now, LONG).unwrap() > Duration::from_millis(1_500));
        pace.rest(Duration::from_secs(60));
        let wait = pace.reserve(Duration::from_secs(10)).unwrap_err();
        assert!((59..=60).contains(&wait.as_secs()), "{wait:?}");
        let later = Instant::now() + Duration::from_secs(120);
        assert_eq!(pace.reserve_at(later, LONG), Ok(Duration::ZERO));
        assert!(pace.is_time_to_ask(LONG) && !pace.clone().is_time_to_ask(LONG));
        assert!(pace.is_time_to_ask(Duration::ZERO));
    }

    #[test]
    fn nonsense_teaches_nothing() {
        let pace = Pace::default();
        pace.learn(0, Duration::from_secs(1));
        pace.learn(1, Duration::ZERO);
        assert_eq!(pace.reserve(Duration::ZERO), Ok(Duration::ZERO));
    }
}
