//! Calls that are shared with other processes: fetched a few at a time from whoever counts them, so that
//! all functions together keep to what a vendor allows.
//!
//! Invariant: a fetched call is made in its time or not at all. Without anybody who counts, nothing is
//! shared and nothing waits.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use domain::quota::{Lane, Take, Word};
use futures::future::BoxFuture;

/// Who counts calls over all processes: given an instance and a word, what the caller may do.
pub type Counter = Arc<dyn Fn(String, Word) -> BoxFuture<'static, Take> + Send + Sync>;

/// How long it is believed that nobody limits an instance.
const FREE_FOR: Duration = Duration::from_secs(30);

/// What this process has of an instance's calls.
#[derive(Debug, Default)]
struct Held {
    /// Calls that were fetched.
    calls: u32,
    /// Until when they may be made, or none need be fetched.
    until: Option<Instant>,
    /// Nobody limits the instance.
    is_free: bool,
}

/// The share of one process in the calls to one instance; clones have it together.
#[derive(Clone)]
pub(crate) struct Share {
    counter: Counter,
    instance: String,
    held: Arc<Mutex<Held>>,
}

impl Share {
    pub(crate) fn new(counter: Counter, instance: &str) -> Self {
        Self {
            counter,
            instance: instance.to_owned(),
            held: Arc::default(),
        }
    }

    /// A turn to call, or how long there is none.
    pub(crate) async fn turn(&self, lane: Lane) -> Result<(), Duration> {
        if self.take_held(Instant::now()) {
            return Ok(());
        }
        match self.say(Word::Calls(lane)).await {
            Take::Free => {
                let mut held = self.lock();
                held.is_free = true;
                held.until = Instant::now().checked_add(FREE_FOR);
                Ok(())
            }
            Take::Calls { calls, valid, .. } => {
                let mut held = self.lock();
                held.is_free = false;
                held.calls = calls.saturating_sub(1);
                held.until = Instant::now().checked_add(valid);
                Ok(())
            }
            Take::Wait(pause) => Err(pause),
        }
    }

    /// Tells the others what the vendor said of its limits.
    pub(crate) async fn tell(&self, word: Word) {
        *self.lock() = Held::default();
        self.say(word).await;
    }

    async fn say(&self, word: Word) -> Take {
        (self.counter)(self.instance.clone(), word).await
    }

    fn take_held(&self, now: Instant) -> bool {
        let mut held = self.lock();
        let is_valid = held.until.is_some_and(|until| now < until);
        if !is_valid || !(held.is_free || held.calls > 0) {
            return false;
        }
        held.calls = held.calls.saturating_sub(1);
        true
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Share")
            .field("held", &self.held)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    fn share(answer: Take) -> (Share, Arc<AtomicU32>) {
        let asked = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&asked);
        let counter: Counter = Arc::new(move |instance, _| {
            assert_eq!(instance, "acme");
            count.fetch_add(1, Ordering::Relaxed);
            Box::pin(async move { answer })
        });
        (Share::new(counter, "acme"), asked)
    }

    fn calls(calls: u32, valid: Duration) -> Take {
        Take::Calls {
            calls,
            slice_start_ms: 0,
            taken_max: 0,
            valid,
        }
    }

    #[tokio::test]
    async fn calls_are_fetched_a_few_at_a_time_and_told_limits_end_what_is_held() {
        let (share, asked) = share(calls(3, Duration::from_secs(3600)));
        for _ in 0..6 {
            share.clone().turn(Lane::Import).await.unwrap();
        }
        assert_eq!(asked.load(Ordering::Relaxed), 2);
        share.turn(Lane::Import).await.unwrap();
        share.tell(Word::Rests(Duration::from_secs(1))).await;
        share.turn(Lane::Import).await.unwrap();
        assert_eq!(asked.load(Ordering::Relaxed), 5);
    }

    #[tokio::test]
    async fn calls_of_a_time_that_is_over_are_not_made() {
        let (share, asked) = share(calls(100, Duration::ZERO));
        for _ in 0..3 {
            share.turn(Lane::Person).await.unwrap();
        }
        assert_eq!(asked.load(Ordering::Relaxed), 3);
    }

    #[tokio::test]
    async fn where_nobody_limits_nobody_is_asked_again_and_a_wait_is_told() {
        let (free, asked) = share(Take::Free);
        for _ in 0..50 {
            free.turn(Lane::Webhook).await.unwrap();
        }
        assert_eq!(asked.load(Ordering::Relaxed), 1);
        let pause = Duration::from_secs(7);
        let (waiting, _) = share(Take::Wait(pause));
        assert_eq!(waiting.turn(Lane::Import).await, Err(pause));
    }
}
