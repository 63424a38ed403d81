//! New ids: time first, so that later ones sort later; then what makes them unique.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::id::{EventId, RunId, UploadId};
use jiff::Timestamp;

/// Where the part that makes an id unique comes from.
#[derive(Debug, Clone, Default)]
pub enum Ids {
    /// From chance.
    #[default]
    Random,
    /// From a counter, for tests that want the same ids every time.
    Counted(Arc<AtomicU64>),
}

impl Ids {
    /// Ids of a test.
    pub fn counted() -> Self {
        Self::Counted(Arc::new(AtomicU64::new(0)))
    }

    /// A run's id.
    pub fn run(&self, now: Timestamp) -> RunId {
        RunId::parse(self.text("run", now)).expect("made of a prefix and hexadecimal digits")
    }

    /// An event's id.
    pub fn event(&self, now: Timestamp) -> EventId {
        EventId::parse(self.text("evt", now)).expect("made of a prefix and hexadecimal digits")
    }

    /// An upload's id.
    pub fn upload(&self, now: Timestamp) -> UploadId {
        UploadId::parse(self.text("upl", now)).expect("made of a prefix and hexadecimal digits")
    }

    fn text(&self, prefix: &str, now: Timestamp) -> String {
        let ms = now.as_millisecond().max(0);
        let unique = match self {
            Self::Random => {
                let (high, _) = uuid::Uuid::new_v4().as_u64_pair();
                high
            }
            Self::Counted(count) => count.fetch_add(1, Ordering::Relaxed),
        };
        format!("{prefix}_{ms:012x}{unique:016x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_ids_sort_later_and_no_two_are_the_same() {
        let ids = Ids::default();
        let at = |ms| Timestamp::from_millisecond(ms).unwrap();
        assert!(ids.run(at(1_790_000_000_001)) > ids.run(at(1_790_000_000_000)));
        assert_ne!(ids.run(at(5)), ids.run(at(5)));
    }
}
