//! How many leavers need a person's yes: a run that would take an improbable share of a customer's
//! accounts out of use is held.

use serde::{Deserialize, Serialize};

/// The threshold of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Removal {
    /// Held when more than this share of the active accounts would go, in percent.
    pub hold_percent: u8,
    /// ... but never for fewer than this many accounts, unless everybody would go.
    pub hold_min: u32,
}

impl Default for Removal {
    fn default() -> Self {
        Self {
            hold_percent: 20,
            hold_min: 5,
        }
    }
}

impl Removal {
    /// Must a person say yes before `leaving` of `active` accounts go out of use?
    /// One leaver is never held; a source that suddenly holds nobody always is (W4).
    pub fn needs_a_yes(self, leaving: u64, active: u64) -> bool {
        if leaving < 2 || active == 0 {
            return false;
        }
        let everybody = leaving >= active;
        let improbable = leaving >= u64::from(self.hold_min)
            && leaving * 100 > u64::from(self.hold_percent) * active;
        everybody || improbable
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_customers_are_not_held_for_one_leaver() {
        let removal = Removal::default();
        for (leaving, active, held) in [
            (1, 1, false),
            (1, 3, false),
            (2, 5, false),
            (4, 9, false),
            (2, 2, true),
            (5, 10, true),
            (20, 100, false),
            (21, 100, true),
            (366, 366, true),
        ] {
            assert_eq!(
                removal.needs_a_yes(leaving, active),
                held,
                "{leaving} of {active}"
            );
        }
    }
}
