//! BMS's rate limit: so many requests of each endpoint in an hour.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

/// A limit on the requests of each endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// Requests within the window; the vendor documents 1500.
    pub requests: usize,
    /// Length of the window; an hour.
    pub window: Duration,
}

/// The times of the requests that were let through, by endpoint.
#[derive(Debug, Default)]
pub(crate) struct Windows(BTreeMap<String, VecDeque<Instant>>);

impl Windows {
    /// Whether a request of an endpoint passes at `now`.
    pub(crate) fn admit(&mut self, endpoint: String, limit: RateLimit, now: Instant) -> bool {
        let passed = self.0.entry(endpoint).or_default();
        let is_old = |first: &Instant| now.duration_since(*first) >= limit.window;
        while passed.front().is_some_and(is_old) {
            passed.pop_front();
        }
        if passed.len() >= limit.requests {
            return false;
        }
        passed.push_back(now);
        true
    }
}

/// Method and path with every number in it left out.
pub(crate) fn endpoint(method: &str, path: &str) -> String {
    let segments = path.split('/');
    let segments = segments.map(|s| if s.parse::<i64>().is_ok() { "{id}" } else { s });
    format!("{method} {}", segments.collect::<Vec<_>>().join("/"))
}
