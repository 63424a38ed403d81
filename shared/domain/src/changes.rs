//! Which records changed, asked of a vendor that sends nothing: "which were changed since then?". Pure.
//!
//! Invariants: what changed is told at least once, and nothing is told again while nothing changes.
//! Times are the vendor's own and compared with each other alone, never with a clock of ours. How a
//! vendor reads the time that it is asked with may differ from how it writes times, by as much as
//! clocks differ on earth: so the record that changed last has to be in the answer, and where it is not,
//! is asked again from a day before.
//!
//! [`Position::ask`] says what to ask for, [`Position::after`] what an answer means.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::customer::Customer;
use crate::id::{CompanyId, CustomerId};
use crate::limits::CHANGES_REMEMBERED_MAX;

/// How long before the last change is looked for others, in milliseconds. Covers clocks that are put
/// back by an hour, and changes that show later than those after them.
const SETTLED_AFTER_MS: i64 = 2 * 3600 * 1000;
/// How far the times of a vendor may lie from those that it is asked with, in milliseconds. Zones lie
/// 14 hours from UTC at most.
const ZONES_MS: i64 = 24 * 3600 * 1000;

/// That a record changed: when, by the vendor's clock in milliseconds since 1970, and which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "(i64, i64)", into = "(i64, i64)")]
pub struct Stamp {
    /// When.
    pub changed_ms: i64,
    /// The record's number at the vendor.
    pub record: i64,
}

impl From<(i64, i64)> for Stamp {
    fn from((changed_ms, record): (i64, i64)) -> Self {
        Self { changed_ms, record }
    }
}

impl From<Stamp> for (i64, i64) {
    fn from(stamp: Stamp) -> Self {
        (stamp.changed_ms, stamp.record)
    }
}

/// How far the changes of a vendor are known. Its size is bounded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// From when is asked as long as no change was seen, in milliseconds since 1970.
    start_ms: i64,
    /// Everything from before is known, in milliseconds by the vendor's clock.
    #[serde(default)]
    floor_ms: Option<i64>,
    /// The changes since, as far as they are known.
    #[serde(default)]
    seen: BTreeSet<Stamp>,
    /// A list that was not read to its end.
    #[serde(default)]
    walk: Option<Walk>,
}

/// A list of changes that is being read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Walk {
    since_ms: i64,
    /// It finds out what is there already: nobody is told.
    is_first: bool,
    /// It begins so early that zones do not matter.
    is_far: bool,
    /// The record that must be in it.
    witness: Option<i64>,
    is_witness_met: bool,
    /// It has several pages, between which records may have moved.
    is_long: bool,
    /// It had changes that were not known.
    has_news: bool,
    /// Changes up to then were not remembered, since there are too many.
    dropped_ms: Option<i64>,
    /// Where the list goes on; `None` at its beginning.
    page: Option<String>,
}

/// What to ask a vendor for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Records that changed at that time or later.
    pub since: Timestamp,
    /// The page, as [`Position::after`] was given it; `None` for the first.
    pub page: Option<String>,
}

/// What a page of changes means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The records that changed and were not told before.
    pub records: BTreeSet<i64>,
    /// How far the changes are known now.
    pub position: Position,
    /// There is more to read at once.
    pub is_more: bool,
}

impl Position {
    /// Before the first look, at a vendor whose clock shows that time. The first look tells nothing:
    /// what was there before is read by runs.
    pub fn begin(now: Timestamp) -> Self {
        let start_ms = now.as_millisecond().saturating_sub(ZONES_MS);
        Self {
            start_ms,
            floor_ms: None,
            seen: BTreeSet::new(),
            walk: Some(Walk::new(start_ms, None, true)),
        }
    }

    /// What to ask for next.
    pub fn ask(&self) -> Question {
        let walk = self.walk.clone().unwrap_or_else(|| self.walk_anew());
        Question {
            since: Timestamp::from_millisecond(walk.since_ms).unwrap_or(Timestamp::UNIX_EPOCH),
            page: walk.page,
        }
    }

    /// After an answer with these changes, of a list that goes on at `next`. `now` is the vendor's
    /// clock, where the answer told it: changes of another day than today or before are mistakes, which
    /// would hide all that come after.
    pub fn after(mut self, page: &[Stamp], next: Option<String>, now: Option<Timestamp>) -> Told {
        let mut walk = self.walk.take().unwrap_or_else(|| self.walk_anew());
        let latest_ms = now.map_or(i64::MAX, |now| {
            now.as_millisecond().saturating_add(ZONES_MS)
        });
        let mut records = BTreeSet::new();
        for stamp in page.iter().filter(|stamp| stamp.changed_ms <= latest_ms) {
            walk.is_witness_met |= walk.witness == Some(stamp.record);
            let is_known = self.floor_ms.is_some_and(|floor| stamp.changed_ms < floor);
            if !is_known && self.seen.insert(*stamp) {
                walk.has_news = true;
                records.insert(stamp.record);
            }
        }
        if walk.is_first {
            records.clear();
        }
        while self.seen.len() > CHANGES_REMEMBERED_MAX {
            let oldest = self.seen.pop_first().map(|stamp| stamp.changed_ms);
            walk.dropped_ms = walk.dropped_ms.max(oldest);
        }
        if next.is_some() {
            walk.page = next;
            walk.is_long = true;
            self.walk = Some(walk);
        } else if !walk.is_witness_met && !walk.is_far {
            self.walk = Some(walk.far());
        } else if !walk.is_long || !walk.has_news || walk.dropped_ms.is_some() {
            self.settle(walk.dropped_ms);
        }
        let is_more = self.walk.is_some();
        Told {
            records,
            position: self,
            is_more,
        }
    }

    /// A list is read to its end: what lies well before the last change need not be remembered. A list
    /// of several pages is believed once it was read without news: records move while it is read.
    fn settle(&mut self, dropped_ms: Option<i64>) {
        let newest = self.seen.last().map(|stamp| stamp.changed_ms);
        let settled_ms = newest.map(|newest| newest.saturating_sub(SETTLED_AFTER_MS));
        let dropped_ms = dropped_ms.map(|dropped| dropped.saturating_add(1));
        self.floor_ms = self.floor_ms.max(settled_ms).max(dropped_ms);
        let floor_ms = self.floor_ms;
        (self.seen).retain(|stamp| floor_ms.is_none_or(|floor| stamp.changed_ms >= floor));
    }

    fn walk_anew(&self) -> Walk {
        let witness = self.seen.last().map(|stamp| stamp.record);
        Walk::new(self.floor_ms.unwrap_or(self.start_ms), witness, false)
    }
}

impl Walk {
    fn new(since_ms: i64, witness: Option<i64>, is_first: bool) -> Self {
        Self {
            since_ms,
            is_first,
            is_far: false,
            witness,
            is_witness_met: witness.is_none(),
            is_long: false,
            has_news: false,
            dropped_ms: None,
            page: None,
        }
    }

    /// The same list from a day before.
    fn far(self) -> Self {
        Self {
            since_ms: self.since_ms.saturating_sub(ZONES_MS),
            is_far: true,
            page: None,
            ..self
        }
    }
}

/// The customers whose contacts are followed, each with its company: not those that are paused.
pub fn followed<'a>(
    customers: impl IntoIterator<Item = &'a Customer>,
) -> BTreeSet<(CompanyId, CustomerId)> {
    (customers.into_iter())
        .filter(|customer| !customer.paused)
        .filter_map(|customer| Some((customer.psa_company_id.clone()?, customer.id.clone())))
        .collect()
}

#[cfg(test)]
mod tests;
