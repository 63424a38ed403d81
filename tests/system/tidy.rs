//! Rules of the house that a program can check. Each failure says what to do.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const LINES_MAX: usize = 500;
/// Words that mark something unfinished, in two halves so that this file does not hold them.
const UNFINISHED: [(&str, &str); 5] =
    [("todo", "!("), ("unimplemented", "!("), ("FIX", "ME"), ("X", "XX"), ("#[ig", "nore")];

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Every file of the repository that a person wrote, with its path from the root.
pub(crate) fn files(endings: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    walk(&root(), &mut |path| {
        let name = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
        if endings.iter().any(|ending| name.ends_with(ending)) {
            found.push((name, std::fs::read_to_string(path).unwrap()));
        }
    });
    assert!(!found.is_empty(), "the repository is here");
    found
}

fn walk(folder: &Path, each: &mut dyn FnMut(&Path)) {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != ".git" && !name.starts_with("target") && name != "fixtures" {
                walk(&path, each);
            }
        } else {
            each(&path);
        }
    }
}

#[test]
fn no_source_file_has_more_than_500_lines() {
    for (name, text) in files(&[".rs"]) {
        let lines = text.lines().count();
        assert!(lines <= LINES_MAX, "{name} has {lines} lines: split it by concern");
    }
}

#[test]
fn nothing_is_left_unfinished_or_ignored() {
    for (name, text) in files(&[".rs", ".toml", ".sh", ".yml", ".yaml"]) {
        for (one, two) in UNFINISHED {
            let word = format!("{one}{two}");
            assert!(!text.contains(&word), "{name} holds {word}: finish it, or say it in an issue");
        }
    }
}

#[test]
fn every_source_file_says_what_it_is_for() {
    for (name, text) in files(&[".rs"]) {
        assert!(text.starts_with("//!"), "{name} must begin with a //! comment: purpose, invariants");
    }
}

#[test]
fn no_path_of_a_machine_and_no_registry_is_named() {
    let words = [["/ro", "ot/"], ["/wo", "rk/"], ["crates", ".io/"], ["index.cra", "tes"]];
    for (name, text) in files(&[".rs", ".md", ".toml", ".yml", ".yaml", "run"]) {
        for word in words.map(|halves| halves.concat()) {
            assert!(!text.contains(&word), "{name} names {word}");
        }
    }
}

/// Who may use whom, in a crate's ordinary dependencies. An arrow that is not here needs a reason in
/// ARCHITECTURE.md first.
fn arrows() -> BTreeMap<&'static str, &'static [&'static str]> {
    const FUNCTION: &[&str] = &["domain", "platform", "connectors"];
    BTreeMap::from([
        ("shared/domain", &[][..]),
        ("shared/connectors", &["domain"][..]),
        ("shared/platform", &["domain"][..]),
        ("functions/schedule", FUNCTION),
        ("functions/import", FUNCTION),
        ("functions/matching", FUNCTION),
        ("functions/psa-push", FUNCTION),
        ("functions/psa-webhook", FUNCTION),
        ("functions/agent-upload", FUNCTION),
        ("functions/admin-api", FUNCTION),
        (
            "functions/bootstrap",
            &[
                "connectors", "platform", "schedule", "import", "matching", "psa-push",
                "psa-webhook", "agent-upload", "admin-api",
            ][..],
        ),
        (
            "infra/local",
            &[
                "domain", "connectors", "platform", "schedule", "import", "matching", "psa-push",
                "psa-webhook", "agent-upload", "admin-api", "simulators",
            ][..],
        ),
        ("tests/simulators", &[][..]),
        ("tests/system", &[][..]),
    ])
}

#[test]
fn crates_use_whom_they_may_and_no_others() {
    let arrows = arrows();
    let ours: BTreeSet<&str> = [
        "domain", "connectors", "platform", "schedule", "import", "matching", "psa-push",
        "psa-webhook", "agent-upload", "admin-api", "bootstrap", "muster", "simulators",
        "system-tests",
    ]
    .into();
    for (name, text) in files(&["Cargo.toml"]) {
        let Some(folder) = name.strip_suffix("/Cargo.toml") else { continue };
        let allowed = arrows.get(folder).unwrap_or_else(|| panic!("{folder} is not in the table"));
        let manifest: toml::Table = text.parse().unwrap();
        let empty = toml::Table::new();
        let used = manifest.get("dependencies").map_or(&empty, |table| table.as_table().unwrap());
        for used in used.keys().filter(|used| ours.contains(used.as_str())) {
            assert!(
                allowed.contains(&used.as_str()),
                "{folder} uses {used}: say why in ARCHITECTURE.md, then add the arrow here"
            );
        }
    }
}

#[test]
fn a_crate_whose_tests_are_switched_off_holds_none() {
    let sources = files(&[".rs"]);
    for (name, text) in files(&["Cargo.toml"]) {
        if !text.contains("test = false") {
            continue;
        }
        let folder = name.trim_end_matches("Cargo.toml").to_owned() + "src/";
        for (source, text) in sources.iter().filter(|(source, _)| source.starts_with(&folder)) {
            assert!(!text.contains("#[test]"), "{source}: this test would never run; move it");
            assert!(!text.contains("#[tokio::test]"), "{source}: this test would never run; move it");
        }
    }
}

#[test]
fn decisions_are_pure() {
    for (name, text) in files(&[".rs"]) {
        if !name.starts_with("shared/domain/src") {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap();
        for word in ["async fn", "tokio::", "SystemTime", "std::fs", "std::env", "rand::"] {
            assert!(!code.contains(word), "{name} holds {word}: decisions are functions of values");
        }
    }
}

#[test]
fn links_in_the_documents_lead_somewhere() {
    for (name, text) in files(&[".md"]) {
        let folder = root().join(&name);
        let folder = folder.parent().unwrap();
        for link in text.split("](").skip(1) {
            let target = link.split(')').next().unwrap().split('#').next().unwrap();
            if target.is_empty() || target.contains("://") {
                continue;
            }
            assert!(folder.join(target).exists(), "{name} links to {target}, which is not there");
        }
    }
}
