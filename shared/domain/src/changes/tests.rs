//! Positions against vendors that list and read times in any way.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

const START: i64 = 1_790_000_000_000;
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
/// Rows of a page.
const ROWS: usize = 3;
/// Pages of a look.
const PAGES: usize = 2;

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap()
}

/// In which order a vendor lists, which none documents.
#[derive(Debug, Clone, Copy)]
enum Order {
    Record,
    OldestFirst,
    NewestFirst,
}

/// A vendor with records, and who asks it.
struct Vendor {
    /// By record: when it changed.
    records: std::collections::BTreeMap<i64, i64>,
    now_ms: i64,
    order: Order,
    /// Times that it is asked with are read so much later than it writes its own.
    shift_ms: i64,
}

impl Vendor {
    fn new(order: Order, shift_ms: i64) -> Self {
        Self {
            records: std::collections::BTreeMap::new(),
            now_ms: START,
            order,
            shift_ms,
        }
    }

    fn edit(&mut self, record: i64) {
        self.records.insert(record, self.now_ms);
    }

    fn page(&self, question: &Question) -> (Vec<Stamp>, Option<String>) {
        let since = question.since.as_millisecond() + self.shift_ms;
        let rows = self
            .records
            .iter()
            .filter(|(_, changed)| **changed >= since);
        let mut rows: Vec<Stamp> = rows
            .map(|(record, changed)| Stamp::from((*changed, *record)))
            .collect();
        match self.order {
            Order::Record => {}
            Order::OldestFirst => rows.sort(),
            Order::NewestFirst => rows.sort_by(|one, other| other.cmp(one)),
        }
        let page: usize = question
            .page
            .as_ref()
            .map_or(0, |page| page.parse().unwrap());
        let is_last = rows.len() <= (page + 1) * ROWS;
        let rows = rows.into_iter().skip(page * ROWS).take(ROWS).collect();
        (rows, (!is_last).then(|| (page + 1).to_string()))
    }

    /// One look of a few pages, and how many it took.
    fn look(&self, position: &mut Position) -> (BTreeSet<i64>, usize) {
        let mut told = BTreeSet::new();
        for page in 1..=PAGES {
            let (rows, next) = self.page(&position.ask());
            let after = position.clone().after(&rows, next, Some(at(self.now_ms)));
            told.extend(after.records);
            *position = after.position;
            if !after.is_more {
                return (told, page);
            }
        }
        (told, PAGES)
    }
}

#[derive(Debug, Clone)]
enum Step {
    Edit(i64),
    Wait(i64),
    Look,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..12_i64).prop_map(Step::Edit),
        2 => (0..20_000_i64).prop_map(Step::Wait),
        2 => Just(Step::Look),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_history_of_edits_and_looks_tells_each_edit_and_then_comes_to_rest(
        steps in vec(step(), 0..80),
        order in prop_oneof![Just(Order::Record), Just(Order::OldestFirst), Just(Order::NewestFirst)],
        shift_hours in -14..=14_i64,
    ) {
        let mut vendor = Vendor::new(order, shift_hours * HOUR);
        for record in 0..6 {
            vendor.edit(record);
        }
        vendor.now_ms += MINUTE;
        let mut position = Position::begin(at(vendor.now_ms));
        let mut first = BTreeSet::new();
        while position.walk.is_some() {
            first.extend(vendor.look(&mut position).0);
        }
        prop_assert!(first.is_empty(), "the first look tells nothing");
        let mut waiting = BTreeSet::new();
        let tell = |told: BTreeSet<i64>, waiting: &mut BTreeSet<i64>| {
            waiting.retain(|record| !told.contains(record));
        };
        for step in steps {
            match step {
                Step::Edit(record) => {
                    vendor.now_ms += 1;
                    vendor.edit(record);
                    waiting.insert(record);
                }
                Step::Wait(ms) => vendor.now_ms += ms,
                Step::Look => tell(vendor.look(&mut position).0, &mut waiting),
            }
        }
        for _ in 0..20 {
            tell(vendor.look(&mut position).0, &mut waiting);
        }
        prop_assert_eq!(waiting, BTreeSet::new());
        // Nothing is told any more. Where all fits into a look, nothing moves either.
        let (told, _) = vendor.look(&mut position);
        prop_assert_eq!(told, BTreeSet::new());
        if vendor.records.len() <= ROWS {
            let before = position.clone();
            vendor.look(&mut position);
            prop_assert_eq!(before, position);
        }
    }

    #[test]
    fn a_position_is_read_back_as_it_was(stamps in vec((0..9_i64, 0..9_i64), 0..9), next in any::<Option<String>>()) {
        let page: Vec<Stamp> = stamps.into_iter().map(Stamp::from).collect();
        let position = Position::begin(at(9)).after(&page, next, None).position;
        let text = serde_json::to_string(&position).unwrap();
        prop_assert_eq!(serde_json::from_str::<Position>(&text).unwrap(), position);
    }
}

/// A vendor whose first look is over.
fn looked_at(shift_ms: i64, records: i64) -> (Vendor, Position) {
    let mut vendor = Vendor::new(Order::Record, shift_ms);
    for record in 0..records {
        vendor.edit(record);
    }
    let mut position = Position::begin(at(START));
    while position.walk.is_some() {
        vendor.look(&mut position);
    }
    (vendor, position)
}

#[test]
fn b132_a_quiet_look_is_one_page_and_moves_nothing() {
    for records in [0, 1, 3] {
        let (mut vendor, mut position) = looked_at(0, records);
        for _ in 0..3 {
            vendor.now_ms += 48 * HOUR;
            let before = position.clone();
            assert_eq!(vendor.look(&mut position), (BTreeSet::new(), 1));
            assert_eq!(position, before);
        }
    }
}

#[test]
fn b25_a_change_is_told_once_and_so_is_another_at_the_very_same_time() {
    let (mut vendor, mut position) = looked_at(0, 2);
    vendor.now_ms += 5 * MINUTE;
    vendor.edit(1);
    assert_eq!(vendor.look(&mut position).0, BTreeSet::from([1]));
    vendor.edit(7);
    assert_eq!(vendor.look(&mut position).0, BTreeSet::from([7]));
    assert_eq!(vendor.look(&mut position).0, BTreeSet::new());
    // One that shows late, with a time before the last.
    vendor.records.insert(8, vendor.now_ms - MINUTE);
    assert_eq!(vendor.look(&mut position).0, BTreeSet::from([8]));
}

#[test]
fn a_vendor_that_reads_times_in_another_zone_is_asked_from_a_day_before() {
    let (mut vendor, mut position) = looked_at(10 * HOUR, 1);
    vendor.now_ms += MINUTE;
    vendor.edit(0);
    let (told, pages) = vendor.look(&mut position);
    assert_eq!((told, pages), (BTreeSet::from([0]), 2));
    assert_eq!(vendor.look(&mut position), (BTreeSet::new(), 2));
}

#[test]
fn a_time_that_cannot_be_yet_hides_nothing() {
    let (mut vendor, mut position) = looked_at(0, 1);
    vendor.records.insert(5, START + 400 * 24 * HOUR);
    assert_eq!(vendor.look(&mut position).0, BTreeSet::new());
    vendor.now_ms += MINUTE;
    vendor.edit(0);
    assert_eq!(vendor.look(&mut position).0, BTreeSet::from([0]));
}

#[test]
fn more_changes_than_are_remembered_are_told_and_come_to_rest() {
    let (mut vendor, mut position) = looked_at(0, 1);
    let all = i64::try_from(CHANGES_REMEMBERED_MAX).unwrap() * 3;
    for is_one_time in [true, false] {
        vendor.now_ms += HOUR;
        for record in 0..all {
            vendor.now_ms += i64::from(!is_one_time);
            vendor.edit(record);
        }
        let mut told = BTreeSet::new();
        while told.len() < usize::try_from(all).unwrap() {
            let (some, _) = vendor.look(&mut position);
            assert!(!some.is_empty());
            told.extend(some);
            assert!(position.seen.len() <= CHANGES_REMEMBERED_MAX);
        }
        while position.walk.is_some() {
            assert_eq!(vendor.look(&mut position).0, BTreeSet::new());
        }
        // All later looks are quiet.
        for _ in 0..3 {
            let (told, _) = vendor.look(&mut position);
            assert_eq!(told, BTreeSet::new());
        }
    }
}

#[test]
fn paused_customers_and_those_without_a_company_are_not_followed() {
    let customer = |id: &str, company: Option<&str>, paused: bool| {
        let document = serde_json::json!({
            "id": id, "name": id, "psa_company_id": company, "sources": [], "paused": paused,
        });
        serde_json::from_value::<Customer>(document).unwrap()
    };
    let customers = [
        customer("a", Some("1"), false),
        customer("b", Some("2"), true),
        customer("c", None, false),
        customer("d", Some("1"), false),
    ];
    let found = followed(&customers);
    let ids: Vec<&str> = found
        .iter()
        .map(|(_, customer)| customer.as_str())
        .collect();
    assert_eq!(ids, ["a", "d"]);
}
