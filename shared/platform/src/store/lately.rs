//! A list that need not be of this moment: kept by a process for a while.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use domain::limits::LIST_KEPT_SECONDS;

/// A list and when it was read.
type Held<T> = Option<(Instant, Arc<[T]>)>;

/// A list as it was read last; clones share it.
pub(super) struct Lately<T>(Arc<Mutex<Held<T>>>);

impl<T> Lately<T> {
    /// The list, unless it is too old.
    pub(super) fn get(&self) -> Option<Arc<[T]>> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (read_at, list) = held.as_ref()?;
        let is_fresh = read_at.elapsed() < Duration::from_secs(LIST_KEPT_SECONDS);
        is_fresh.then(|| list.clone())
    }

    /// Keeps what was read just now.
    pub(super) fn keep(&self, list: Arc<[T]>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), list));
    }

    /// It is another one from now on.
    pub(super) fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl<T> Default for Lately<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> Clone for Lately<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> fmt::Debug for Lately<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lately")
    }
}
