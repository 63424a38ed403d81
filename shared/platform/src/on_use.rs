//! A client that is made at its first use. The SDK reads its list of AWS's partitions, and compiles
//! the patterns in it, for each service anew; a function that never calls a service need not wait
//! for that at its start.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, LazyLock};

/// A value that is made at its first use, once for all clones.
#[derive(Clone)]
pub struct OnUse<T>(Arc<LazyLock<T, Make<T>>>);

type Make<T> = Box<dyn FnOnce() -> T + Send>;

impl<T> OnUse<T> {
    /// What to make at the first use.
    pub fn new(make: impl FnOnce() -> T + Send + 'static) -> Self {
        Self(Arc::new(LazyLock::new(Box::new(make))))
    }
}

impl<T> Deref for OnUse<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for OnUse<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnUse").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn it_is_made_at_the_first_use_and_once_for_all_clones() {
        let made = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&made);
        let value = OnUse::new(move || count.fetch_add(1, Ordering::Relaxed));
        let other = value.clone();
        assert_eq!(format!("{value:?}"), "OnUse { .. }");
        assert_eq!(made.load(Ordering::Relaxed), 0);
        assert_eq!((*value, *other), (0, 0));
        assert_eq!(made.load(Ordering::Relaxed), 1);
    }
}
