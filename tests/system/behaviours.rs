//! `tests/behaviours*.toml` say of every behaviour of the product which tests show it, or when it
//! comes. This keeps the list whole and honest.

use std::collections::{BTreeMap, BTreeSet};

use crate::tidy::{files, root};

#[derive(Debug)]
enum Standing {
    TestedBy(Vec<String>),
    Later(String),
}

fn list() -> BTreeMap<String, Standing> {
    // Read as one, so that none is listed in both.
    let part = |name: &str| std::fs::read_to_string(root().join("tests").join(name)).unwrap();
    let text = part("behaviours.toml") + &part("behaviours-sync.toml");
    let table: toml::Table = (text.parse())
        .unwrap_or_else(|error| panic!("tests/behaviours*.toml, read as one: {error}"));
    let text = |value: &toml::Value| value.as_str().unwrap().to_owned();
    let standing = |number: String, entry: toml::Value| {
        let entry = entry.as_table().unwrap();
        assert_eq!(entry.len(), 1, "{number} has either tested-by or later");
        let standing = match (entry.get("tested-by"), entry.get("later")) {
            (Some(tests), _) => {
                Standing::TestedBy(tests.as_array().unwrap().iter().map(text).collect())
            }
            (None, Some(why)) => Standing::Later(text(why)),
            (None, None) => panic!("{number} has neither tested-by nor later"),
        };
        (number, standing)
    };
    table
        .into_iter()
        .map(|(number, entry)| standing(number, entry))
        .collect()
}

/// Every test of the workspace by name. A case of a contract is one too: `contract!` makes a test
/// of its name for each vendor.
fn tests() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (file, text) in files(&[".rs"]) {
        let is_contract = file.starts_with("tests/system/contract/");
        let mut follows = false;
        for line in text.lines().map(str::trim) {
            let case = line.strip_prefix("pub(super) async fn ");
            let case = case.and_then(|case| case.split_once('<'));
            if let Some((case, _)) = case.filter(|_| is_contract) {
                names.insert(case.to_owned());
            }
            let name = line.trim_start_matches("async ").strip_prefix("fn ");
            if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
                follows = true;
            } else if let Some(name) = name.filter(|_| follows) {
                names.insert(name.split(['(', '<']).next().unwrap().to_owned());
                follows = false;
            }
        }
    }
    names
}

/// A behaviour in a part of a test's name: `b13`, `b137d`.
fn number(part: &str) -> Option<(u32, &str)> {
    let rest = part.strip_prefix('b')?;
    let letter = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
    let digits = rest.strip_suffix(letter)?;
    (letter.len() <= 1).then_some(())?;
    Some((digits.parse().ok()?, letter))
}

/// The behaviours that a test's name quotes, wherever in it they stand: `b13_b14_d7_...`,
/// `b1_to_b9_...`.
fn quoted(test: &str) -> Vec<String> {
    let parts: Vec<&str> = test.split('_').collect();
    let mut quoted = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let Some((last, letter)) = number(part) else {
            continue;
        };
        let ranges = at >= 2 && parts[at - 1] == "to";
        let first = ranges
            .then(|| number(parts[at - 2]))
            .flatten()
            .map_or(last, |(first, _)| first);
        quoted.extend((first..last).map(|number| format!("B{number}")));
        quoted.push(format!("B{last}{letter}"));
    }
    quoted
}

#[test]
fn numbers_in_names_are_understood() {
    for (test, expected) in [
        ("b13_b14_b16_a_changed_email", &["B13", "B14", "B16"][..]),
        ("b1_to_b3_d7_a_new_account", &["B1", "B1", "B2", "B3"]),
        ("b72_b137d_who_is_not_looked_for", &["B72", "B137d"]),
        ("d16_sections_and_b31_a_move_stands", &["B31"]),
        ("both_are_b_or_bus_4", &[]),
    ] {
        assert_eq!(quoted(test), expected, "{test}");
    }
}

#[test]
fn every_behaviour_has_a_test_or_a_time() {
    let list = list();
    let letters = "abcdef".chars().map(|letter| format!("B137{letter}"));
    let expected: BTreeSet<String> = (1..=181)
        .map(|number| format!("B{number}"))
        .chain(letters)
        .collect();
    let listed: BTreeSet<String> = list.keys().cloned().collect();
    let missing: Vec<_> = expected.difference(&listed).collect();
    let unknown: Vec<_> = listed.difference(&expected).collect();
    assert!(
        missing.is_empty() && unknown.is_empty(),
        "missing {missing:?}, unknown {unknown:?}"
    );
    for (number, standing) in &list {
        match standing {
            Standing::TestedBy(tests) => assert!(!tests.is_empty(), "{number} names no test"),
            Standing::Later(why) => assert!(why.len() > 10, "{number} must say when, or why not"),
        }
    }
}

#[test]
fn every_test_that_is_named_exists() {
    let tests = tests();
    assert!(tests.len() > 100, "the tests are found");
    let mut lost = Vec::new();
    for (number, standing) in list() {
        let Standing::TestedBy(named) = standing else {
            continue;
        };
        let unknown = named.into_iter().filter(|name| !tests.contains(name));
        lost.extend(unknown.map(|name| format!("{number} is tested by {name}, which is no test")));
    }
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}

#[test]
fn what_a_test_quotes_is_not_listed_as_later() {
    let list = list();
    let mut shown = Vec::new();
    for test in tests() {
        for number in quoted(&test) {
            if let Some(Standing::Later(_)) = list.get(&number) {
                shown.push(format!("{number} is shown by {test}: list it as tested"));
            }
        }
    }
    assert!(shown.is_empty(), "{}", shown.join("\n"));
}
