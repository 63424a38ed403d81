//! Halo's rate limit: so many requests per rolling window, refused with 429 and a sentence.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// A limit on API requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// Requests within the window; hosted tenants have been seen with 300.
    pub requests: usize,
    /// Length of the rolling window; five minutes on hosted tenants.
    pub window: Duration,
}

/// The times of the requests that were let through.
#[derive(Debug, Default)]
pub(crate) struct Window {
    passed: VecDeque<Instant>,
    pub(crate) refused: usize,
}

impl Window {
    /// Whether a request at `now` passes; refused requests do not count against the limit.
    pub(crate) fn admit(&mut self, limit: RateLimit, now: Instant) -> bool {
        while self
            .passed
            .front()
            .is_some_and(|first| now.duration_since(*first) >= limit.window)
        {
            self.passed.pop_front();
        }
        if self.passed.len() >= limit.requests {
            self.refused += 1;
            return false;
        }
        self.passed.push_back(now);
        true
    }
}

/// The words of a refusal, as seen on hosted tenants.
pub(crate) fn words(limit: Option<RateLimit>) -> String {
    let (requests, minutes) = limit.map_or((300, 5), |limit| {
        (limit.requests, limit.window.as_secs().div_ceil(60))
    });
    format!("Rate Limit Reached - {requests} Requests per rolling {minutes} minute window")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_rolls_and_refused_requests_do_not_count() {
        let limit = RateLimit {
            requests: 2,
            window: Duration::from_secs(300),
        };
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut window = Window::default();
        assert!(window.admit(limit, at(0)) && window.admit(limit, at(100)));
        assert!(!window.admit(limit, at(200)));
        assert!(window.admit(limit, at(300)));
        assert!(!window.admit(limit, at(301)));
        assert_eq!(window.refused, 2);
        let words = words(Some(RateLimit {
            requests: 300,
            window: limit.window,
        }));
        assert_eq!(
            words,
            "Rate Limit Reached - 300 Requests per rolling 5 minute window"
        );
    }
}
