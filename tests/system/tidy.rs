//! Rules of the house that a program can check. Each failure says what to do.
//!
//! Looks at every text file that people wrote: not at what git ignores, not at fixtures, which are
//! recorded from other systems.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const LINES_MAX: usize = 500;
const SOURCES: &[&str] = &[".rs"];
const TEXTS: &[&str] = &[
    ".rs", ".md", ".toml", ".yml", ".yaml", ".txt", ".json", ".sh", "/run",
];
/// What is not ours to judge.
const SKIPPED: [&str; 5] = [".git", ".venv", "fixtures", "journal", "node_modules"];

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// Every file of the repository with one of these endings: its path from the root, its text.
pub(crate) fn files(endings: &[&str]) -> Vec<(String, String)> {
    let root = root();
    let mut found = Vec::new();
    walk(&root, &mut |path| {
        let name = path
            .strip_prefix(&root)
            .unwrap()
            .to_string_lossy()
            .replace('\\', "/");
        if endings.iter().any(|ending| name.ends_with(ending)) {
            let text = std::fs::read_to_string(path);
            found.push((
                name.clone(),
                text.unwrap_or_else(|error| panic!("{name}: {error}")),
            ));
        }
    });
    assert!(!found.is_empty(), "no file ends in one of {endings:?}");
    found
}

fn walk(folder: &Path, each: &mut dyn FnMut(&Path)) {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !path.is_dir() {
            each(&path);
        } else if !SKIPPED.contains(&name.as_str()) && !name.starts_with("target") {
            walk(&path, each);
        }
    }
}

/// Fails with all that is wrong at once.
fn assert_none(wrong: &[String], remedy: &str) {
    assert!(wrong.is_empty(), "{remedy}:\n  {}", wrong.join("\n  "));
}

/// Every line that holds one of these words, which come in halves so that this file does not.
fn lines_with(endings: &[&str], words: &[(&str, &str)]) -> Vec<String> {
    let words: Vec<String> = words
        .iter()
        .map(|(one, two)| format!("{one}{two}"))
        .collect();
    let mut found = Vec::new();
    for (name, text) in files(endings) {
        for (number, line) in (1..).zip(text.lines()) {
            for word in words.iter().filter(|word| line.contains(word.as_str())) {
                found.push(format!("{name}:{number}: {word}"));
            }
        }
    }
    found
}

#[test]
fn no_file_has_more_than_500_lines() {
    let endings = [".rs", ".md", ".toml", ".yml", ".sh", "/run"];
    let lines = |(name, text): (String, String)| (text.lines().count(), name);
    let long = files(&endings)
        .into_iter()
        .map(lines)
        .filter(|(lines, _)| *lines > LINES_MAX);
    let long: Vec<String> = long
        .map(|(lines, name)| format!("{name}: {lines} lines"))
        .collect();
    assert_none(&long, "split by concern");
}

#[test]
fn nothing_is_left_unfinished_or_ignored() {
    let words = [
        ("todo", "!("),
        ("unimplemented", "!("),
        ("FIX", "ME"),
        ("X", "XX"),
        ("#[ig", "nore"),
    ];
    assert_none(
        &lines_with(TEXTS, &words),
        "finish it, or say it in an issue",
    );
}

#[test]
fn no_path_of_a_machine_and_no_registry_is_named() {
    let words = [
        ("/ro", "ot/"),
        ("/wo", "rk/"),
        ("/ho", "me/"),
        ("crates", ".io"),
        ("pypi", ".org"),
        ("npmjs", ".org"),
        ("npmjs", ".com"),
        ("deb.deb", "ian.org"),
    ];
    assert_none(
        &lines_with(TEXTS, &words),
        "name it so that it holds on every machine",
    );
}

#[test]
fn every_source_file_says_what_it_is_for() {
    let silent = files(SOURCES)
        .into_iter()
        .filter(|(_, text)| !text.starts_with("//!"));
    let silent: Vec<String> = silent.map(|(name, _)| name).collect();
    assert_none(&silent, "begin with a //! comment: purpose, invariants");
}

/// The compiler passes over a file that no `mod` names, and with it over its tests.
#[test]
fn every_source_file_is_part_of_a_crate() {
    let sources: BTreeMap<String, String> = files(SOURCES).into_iter().collect();
    let mut lost = Vec::new();
    for name in sources.keys() {
        let module = name
            .strip_suffix("/mod.rs")
            .or(name.strip_suffix(".rs"))
            .unwrap();
        let (folder, module) = module.rsplit_once('/').unwrap();
        let is_root = ["/benches", "/examples"]
            .iter()
            .any(|of| folder.ends_with(of));
        if matches!(module, "lib" | "main") || is_root {
            continue;
        }
        let parents = ["/mod.rs", "/lib.rs", "/main.rs", ".rs"].map(|end| format!("{folder}{end}"));
        let parents = parents.iter().filter_map(|parent| sources.get(parent));
        let (plain, elsewhere) = (format!("mod {module};"), format!("\"{module}.rs\""));
        if !parents
            .clone()
            .any(|text| text.contains(&plain) || text.contains(&elsewhere))
        {
            lost.push(name.clone());
        }
    }
    assert_none(
        &lost,
        "name it with `mod` in the file above it, or remove it",
    );
}

const FUNCTIONS: &[&str] = &[
    "schedule",
    "import",
    "matching",
    "docs-matching",
    "psa-push",
    "psa-changes",
    "psa-webhook",
    "agent-upload",
    "admin-api",
];

/// Who may use whom, for tests as well. An arrow that is not here needs a reason in ARCHITECTURE.md
/// first.
fn arrows() -> BTreeMap<String, Vec<&'static str>> {
    let shared = ["domain", "platform", "connectors"];
    let mut arrows = BTreeMap::from([
        ("shared/domain".to_owned(), vec![]),
        ("shared/connectors".to_owned(), vec!["domain"]),
        ("shared/platform".to_owned(), vec!["domain"]),
        (
            "functions/bootstrap".to_owned(),
            // Its tests run it as Lambda does, against simulated vendors.
            [&shared, FUNCTIONS, &["simulators"]].concat(),
        ),
        (
            "infra/local".to_owned(),
            [&shared, FUNCTIONS, &["simulators"]].concat(),
        ),
        ("tests/simulators".to_owned(), vec![]),
        (
            "tests/system".to_owned(),
            [&shared, FUNCTIONS, &["muster", "simulators"]].concat(),
        ),
    ]);
    // Functions meet through events and the table only.
    arrows.extend(
        FUNCTIONS
            .iter()
            .map(|name| (format!("functions/{name}"), shared.to_vec())),
    );
    arrows
}

/// Every crate's folder and manifest.
fn manifests() -> BTreeMap<String, toml::Table> {
    let files = files(&["/Cargo.toml"]).into_iter();
    files
        .map(|(name, text)| {
            let folder = name.trim_end_matches("/Cargo.toml").to_owned();
            (
                folder,
                text.parse()
                    .unwrap_or_else(|error| panic!("{name}: {error}")),
            )
        })
        .collect()
}

/// The names of all that a crate uses, in its code, its tests and its build.
fn used(manifest: &toml::Table) -> Vec<&str> {
    let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
    let tables = kinds
        .iter()
        .filter_map(|kind| manifest.get(*kind)?.as_table());
    tables
        .flat_map(toml::Table::keys)
        .map(String::as_str)
        .collect()
}

#[test]
fn crates_use_whom_they_may_and_no_others() {
    let (arrows, manifests) = (arrows(), manifests());
    let folders: Vec<&String> = manifests.keys().collect();
    assert_eq!(
        folders,
        arrows.keys().collect::<Vec<_>>(),
        "keep the table of arrows whole"
    );
    let name = |manifest: &toml::Table| manifest["package"]["name"].as_str().unwrap().to_owned();
    let ours: Vec<String> = manifests.values().map(name).collect();
    let mut wrong = Vec::new();
    for (folder, manifest) in &manifests {
        let used = used(manifest)
            .into_iter()
            .filter(|used| ours.iter().any(|our| our == used));
        let foreign = used.filter(|used| !arrows[folder].contains(used));
        wrong.extend(foreign.map(|used| format!("{folder} uses {used}")));
    }
    assert_none(
        &wrong,
        "say why in ARCHITECTURE.md, then add the arrow to the table",
    );
}

/// deny.toml cannot tell what a crate uses from what its tests use.
#[test]
fn the_emulator_is_in_the_local_program_only() {
    let holds = |manifest: &toml::Table| {
        let used = manifest.get("dependencies");
        used.is_some_and(|used| used.get("dynoxide-rs").is_some())
    };
    let manifests = manifests();
    let folders = manifests
        .iter()
        .filter(|(_, manifest)| holds(manifest))
        .map(|(folder, _)| folder);
    assert_eq!(
        folders.collect::<Vec<_>>(),
        ["infra/local"],
        "elsewhere it is for tests"
    );
}

#[test]
fn a_crate_whose_tests_are_switched_off_holds_none() {
    let sources = files(SOURCES);
    let mut lost = Vec::new();
    for (folder, manifest) in manifests() {
        let switch = manifest.get("lib").and_then(|lib| lib.get("test"));
        if switch.and_then(toml::Value::as_bool) != Some(false) {
            continue;
        }
        let folder = format!("{folder}/src/");
        let inside = sources.iter().filter(|(name, _)| name.starts_with(&folder));
        let with_tests = inside.filter(|(_, text)| {
            ["#[test]", "#[tokio::test", "#[cfg(test)]"]
                .iter()
                .any(|word| text.contains(word))
        });
        lost.extend(with_tests.map(|(name, _)| name.clone()));
    }
    assert_none(
        &lost,
        "these tests would never run: move them to tests/system",
    );
}

#[test]
fn decisions_are_pure() {
    let words = [
        "async fn",
        "tokio",
        "SystemTime",
        "Timestamp::now",
        "Instant::now",
        "std::fs",
        "std::env",
        "std::net",
        "rand::",
        "new_v4",
        "now_v7",
    ];
    let mut wrong = Vec::new();
    for (name, text) in files(SOURCES) {
        if name.starts_with("shared/domain/src/") {
            let code = text.split("#[cfg(test)]").next().unwrap();
            let held = words.iter().filter(|word| code.contains(*word));
            wrong.extend(held.map(|word| format!("{name}: {word}")));
        }
    }
    let manifests = manifests();
    let used = used(&manifests["shared/domain"]).into_iter();
    let active = |name: &&str| {
        ["tokio", "rand", "reqwest", "axum", "tracing"].contains(name) || name.starts_with("aws")
    };
    wrong.extend(
        used.filter(active)
            .map(|name| format!("shared/domain uses {name}")),
    );
    assert_none(
        &wrong,
        "decisions are functions of values: no clock, no chance, no other system",
    );
}

#[test]
fn links_in_the_documents_lead_somewhere() {
    let mut lost = Vec::new();
    for (name, text) in files(&[".md"]) {
        let file = root().join(&name);
        for link in text.split("](").skip(1) {
            let target = link.split(')').next().unwrap().split('#').next().unwrap();
            let elsewhere = target.contains("://") || target.starts_with("mailto:");
            if !target.is_empty() && !elsewhere && !file.parent().unwrap().join(target).exists() {
                lost.push(format!("{name}: {target}"));
            }
        }
    }
    assert_none(&lost, "correct the link");
}
