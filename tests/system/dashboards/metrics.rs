//! Metrics of ours in dashboards and alarms, against what the code emits.

use std::collections::{BTreeMap, BTreeSet};

use platform::Clock;
use platform::telemetry::{METRICS, Metrics, NAMESPACE};
use serde_json::Value;

use super::alarms::alarms;
use super::{DASHBOARDS, text, widgets};
use crate::tidy::files;

/// A metric as somebody names it: its name, its dimensions.
type Named = (String, BTreeMap<String, String>);

/// Every metric of ours that a dashboard shows.
fn shown() -> Vec<Named> {
    let mut found = Vec::new();
    for widget in DASHBOARDS.iter().flat_map(|dashboard| widgets(dashboard)) {
        let Some(metrics) = widget["properties"]["metrics"].as_array() else {
            continue;
        };
        for metric in metrics {
            let words: Vec<&str> = metric
                .as_array()
                .unwrap()
                .iter()
                .map_while(Value::as_str)
                .collect();
            if words.first() != Some(&NAMESPACE) {
                continue;
            }
            let dimensions = words[2..]
                .chunks(2)
                .map(|pair| (pair[0].to_owned(), pair[1].to_owned()));
            found.push((words[1].to_owned(), dimensions.collect()));
        }
    }
    found
}

/// The dimension sets of a line that the code writes.
fn emitted_sets() -> BTreeSet<BTreeSet<String>> {
    let metrics = Metrics::kept("import", "test");
    let measures = [(METRICS[0], 1.0)];
    metrics.emit(
        Clock::fixed(jiff::Timestamp::UNIX_EPOCH).now(),
        &measures,
        &[],
    );
    let line: Value = serde_json::from_str(&metrics.lines()[0]).unwrap();
    let sets = line["_aws"]["CloudWatchMetrics"][0]["Dimensions"].clone();
    serde_json::from_value(sets).unwrap()
}

/// The functions of the executable, as its handler setting names them.
fn functions() -> BTreeSet<String> {
    let main = text("functions/bootstrap/src/main.rs");
    let arms = main.lines().filter_map(|line| {
        let (name, _) = line.trim().strip_prefix('"')?.split_once("\" =>")?;
        Some(name.to_owned())
    });
    let functions: BTreeSet<String> = arms.collect();
    assert!(functions.contains("import"), "{functions:?}");
    functions
}

/// The metrics that code outside their declaration measures.
fn emitted() -> BTreeSet<String> {
    let declared = text("shared/platform/src/telemetry/metrics.rs");
    let by_constant: BTreeMap<&str, &str> = declared
        .lines()
        .filter_map(|line| {
            let (constant, rest) = line.trim().split_once(" = \"")?;
            let (name, _) = rest.split_once("\", \"Count\"")?;
            Some((constant, name))
        })
        .collect();
    assert_eq!(by_constant.len(), METRICS.len(), "every one is a line");
    let (code, _) = declared.split_once("#[cfg(test)]").unwrap();
    let mut code = code.to_owned();
    for (name, source) in files(&[".rs"]) {
        let is_ours = name.starts_with("functions/") || name.starts_with("shared/");
        if is_ours && !name.ends_with("tests.rs") && !name.ends_with("telemetry/metrics.rs") {
            code.push_str(source.split("#[cfg(test)]").next().unwrap());
        }
    }
    let is_measured = |constant: &str| {
        code.split("Measure::").skip(1).any(|after| {
            after
                .split(|c: char| !c.is_ascii_uppercase() && c != '_')
                .next()
                == Some(constant)
        })
    };
    by_constant
        .into_iter()
        .filter(|(constant, _)| is_measured(constant))
        .map(|(_, name)| name.to_owned())
        .collect()
}

#[test]
fn dashboards_and_alarms_name_metrics_and_dimensions_that_the_code_emits() {
    let (emitted, sets, functions) = (emitted(), emitted_sets(), functions());
    let mut named = shown();
    assert!(named.len() > METRICS.len() / 2);
    for alarm in alarms() {
        named.extend(alarm.own_metrics());
    }
    for (metric, dimensions) in named {
        assert!(emitted.contains(&metric), "no code emits {metric}");
        let set: BTreeSet<String> = dimensions.keys().cloned().collect();
        assert!(sets.contains(&set), "{metric} never has {set:?}");
        assert!(["${Stage}", "!Ref Stage"].contains(&dimensions["Stage"].as_str()));
        if let Some(function) = dimensions.get("Function") {
            assert!(functions.contains(function), "{metric}: {function}");
        }
    }
}

#[test]
fn every_metric_is_emitted_and_shown_or_explained() {
    let (emitted, runbook) = (emitted(), text("docs/runbook.md"));
    let shown: BTreeSet<String> = shown().into_iter().map(|(name, _)| name).collect();
    for metric in METRICS {
        let name = metric.name;
        assert!(
            emitted.contains(name),
            "{name} is declared and never measured"
        );
        assert!(
            shown.contains(name) || runbook.contains(&format!("`{name}`")),
            "{name}: show it in a dashboard, or explain it in docs/runbook.md"
        );
    }
}

#[test]
fn widgets_stand_beside_each_other_and_not_on_each_other() {
    for dashboard in DASHBOARDS {
        let mut taken = BTreeSet::new();
        for widget in widgets(dashboard) {
            let of = |name: &str| widget[name].as_u64().unwrap();
            assert!(of("x") + of("width") <= 24, "{dashboard}: {widget}");
            for x in of("x")..of("x") + of("width") {
                for y in of("y")..of("y") + of("height") {
                    assert!(taken.insert((x, y)), "{dashboard}: {widget}");
                }
            }
        }
    }
}
