//! What operators watch and search: dashboards, alarms and saved queries name what the code emits,
//! all that it emits is shown or explained, and each query finds what it promises in lines that the
//! functions really wrote.
//!
//! The stack's template carries copies of `infra/dashboards/*.json` and `queries/*.txt`, between
//! two marker comments; `MUSTER_UPDATE=1` writes them anew.

mod alarms;
mod copies;
mod insights;
mod lambda;
mod metrics;
mod queries;

use serde_json::Value;

use crate::tidy::root;

/// The dashboards, by the name that follows the stage's.
const DASHBOARDS: [&str; 2] = ["cost", "operators"];

/// A file of ours, by its path from the root.
fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every widget of a dashboard.
fn widgets(dashboard: &str) -> Vec<Value> {
    let body: Value =
        serde_json::from_str(&text(&format!("infra/dashboards/{dashboard}.json"))).unwrap();
    body["widgets"].as_array().unwrap().clone()
}

/// The saved queries by name.
fn saved() -> Vec<(String, String)> {
    let folder = root().join("infra/dashboards/queries");
    let mut found: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    found.sort();
    found
}
