//! New ids: time first, so that later ones sort later; then what makes them unique.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use domain::id::{EventId, RunId, UploadId};
use jiff::Timestamp;

use crate::clock::{Clock, FixedTime};

/// Where the part that makes an id unique comes from.
#[derive(Debug, Clone, Default)]
pub enum Ids {
    /// From chance: 60 bits of it per millisecond.
    #[default]
    Random,
    /// From a fixed clock's counter, for tests that want the same ids every time.
    Counted(Arc<FixedTime>),
}

impl Ids {
    /// The ids that go with a clock: counted under a fixed one, else from chance.
    pub fn under(clock: &Clock) -> Self {
        match clock {
            Clock::System => Self::Random,
            Clock::Fixed(fixed) => Self::Counted(Arc::clone(fixed)),
        }
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

    /// A support PIN: six digits, none of them foretold by another PIN.
    pub fn pin(&self) -> String {
        let number = match self {
            Self::Random => uuid::Uuid::new_v4().as_u64_pair().1,
            Self::Counted(fixed) => fixed.ids.fetch_add(1, Ordering::Relaxed),
        };
        format!("{:06}", number % 1_000_000)
    }

    fn text(&self, prefix: &str, now: Timestamp) -> String {
        // A time before 1970 is no time at which anything of ours happens.
        let ms = now.as_millisecond().max(0);
        let unique = match self {
            Self::Random => {
                let (high, _) = uuid::Uuid::new_v4().as_u64_pair();
                high
            }
            Self::Counted(fixed) => fixed.ids.fetch_add(1, Ordering::Relaxed),
        };
        format!("{prefix}_{ms:012x}{unique:016x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(ms).unwrap()
    }

    #[test]
    fn later_ids_sort_later_and_no_two_are_the_same() {
        let ids = Ids::under(&Clock::System);
        // Past the change of digits at which text would sort otherwise were it not padded.
        for (earlier, later) in [(15, 16), (255, 256), (1_790_000_000_000, 1_790_000_000_001)] {
            assert!(ids.run(at(later)) > ids.run(at(earlier)));
        }
        assert_ne!(ids.run(at(5)), ids.run(at(5)));
    }

    #[test]
    fn under_a_fixed_clock_a_test_makes_the_same_ids_every_time_and_none_twice() {
        let (one, other) = (Clock::fixed(at(5)), Clock::fixed(at(5)));
        let first = Ids::under(&one).event(at(5));
        assert_eq!(first, Ids::under(&other).event(at(5)));
        // The system starts again, and the clock still stands.
        assert!(Ids::under(&one).event(at(5)) > first);
    }

    #[test]
    fn b155_a_pin_has_six_digits_and_is_another_one_each_time() {
        let ids = Ids::under(&Clock::System);
        let pins: std::collections::BTreeSet<String> = (0..20).map(|_| ids.pin()).collect();
        assert!(pins.len() > 15);
        for pin in pins {
            assert!(pin.len() == 6 && pin.bytes().all(|b| b.is_ascii_digit()));
        }
    }

    #[test]
    fn each_kind_has_its_prefix() {
        let ids = Ids::under(&Clock::fixed(at(1)));
        assert_eq!(ids.run(at(1)).as_str(), "run_0000000000010000000000000000");
        assert!(ids.event(at(1)).as_str().starts_with("evt_"));
        assert!(ids.upload(at(1)).as_str().starts_with("upl_"));
    }
}
