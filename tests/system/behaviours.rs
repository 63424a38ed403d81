//! `tests/behaviours.toml` says of every behaviour of the product which test shows it, or when it
//! comes. This keeps the list whole and honest.

use std::collections::{BTreeMap, BTreeSet};

use crate::tidy::files;

#[derive(Debug)]
enum Standing {
    TestedBy(Vec<String>),
    Later(String),
}

fn list() -> BTreeMap<String, Standing> {
    let (_, text) = files(&["tests/behaviours.toml"]).remove(0);
    let table: toml::Table = text.parse().unwrap();
    table
        .into_iter()
        .map(|(number, entry)| {
            let entry = entry.as_table().unwrap();
            let tests = entry.get("tested-by").map(|tests| {
                let tests = tests.as_array().unwrap();
                tests.iter().map(|test| test.as_str().unwrap().to_owned()).collect()
            });
            let later = entry.get("later").map(|later| later.as_str().unwrap().to_owned());
            let standing = match (tests, later) {
                (Some(tests), None) => Standing::TestedBy(tests),
                (None, Some(later)) => Standing::Later(later),
                (Some(_), Some(_)) | (None, None) => {
                    panic!("{number} must have either tested-by or later")
                }
            };
            (number, standing)
        })
        .collect()
}

/// Every test of the workspace by name.
fn tests() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (_, text) in files(&[".rs"]) {
        let mut is_test = false;
        for line in text.lines().map(str::trim) {
            let name = line.trim_start_matches("async ").strip_prefix("fn ");
            if let Some(name) = name.filter(|_| is_test) {
                names.insert(name.split(['(', '<']).next().unwrap().to_owned());
                is_test = false;
            } else if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
                is_test = true;
            }
        }
    }
    names
}

#[test]
fn every_behaviour_has_a_test_or_a_time() {
    let list = list();
    let expected: BTreeSet<String> = (1..=181)
        .map(|number| format!("B{number}"))
        .chain("abcdef".chars().map(|letter| format!("B137{letter}")))
        .collect();
    let listed: BTreeSet<String> = list.keys().cloned().collect();
    assert_eq!(listed, expected, "the list holds B1 to B181 and B137a to f, and nothing else");
    for (number, standing) in &list {
        match standing {
            Standing::TestedBy(tests) => assert!(!tests.is_empty(), "{number} names no test"),
            Standing::Later(why) => assert!(why.len() > 10, "{number} must say when and why"),
        }
    }
}

#[test]
fn every_test_that_is_named_exists() {
    let tests = tests();
    assert!(tests.len() > 100, "the tests are found");
    for (number, standing) in list() {
        let Standing::TestedBy(named) = standing else { continue };
        for name in named {
            assert!(tests.contains(&name), "{number} is tested by {name}, which is no test");
        }
    }
}

#[test]
fn what_a_test_quotes_is_not_listed_as_later() {
    let list = list();
    for test in tests() {
        for part in test.split('_').take_while(|part| part.starts_with('b') && part.len() > 1) {
            let number = part.to_uppercase().replacen('B', "B", 1);
            let number = number
                .char_indices()
                .map(|(at, c)| if at > 0 && c.is_ascii_alphabetic() { c.to_ascii_lowercase() } else { c })
                .collect::<String>();
            if let Some(Standing::Later(_)) = list.get(&number) {
                panic!("{test} shows {number}: list it as tested");
            }
        }
    }
}
