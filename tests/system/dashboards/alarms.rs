//! Alarms of the template: each tells somebody, says what silence means, and has its lines in the
//! runbook.

use std::collections::{BTreeMap, BTreeSet};

use platform::telemetry::NAMESPACE;

use super::copies::carried;
use super::text;

/// An alarm, as the lines of the template have it.
pub(super) struct Alarm {
    name: String,
    lines: Vec<String>,
}

impl Alarm {
    fn value(&self, key: &str) -> Option<&str> {
        let key = format!("{key}: ");
        self.lines.iter().find_map(|line| line.strip_prefix(&key))
    }

    /// The metrics of ours that it watches, with their dimensions.
    pub(super) fn own_metrics(&self) -> Vec<(String, BTreeMap<String, String>)> {
        let mut found = Vec::new();
        let namespace = format!("Namespace: {NAMESPACE}");
        for (at, _) in self
            .lines
            .iter()
            .enumerate()
            .filter(|(_, line)| **line == namespace)
        {
            let name = self.lines[at + 1].strip_prefix("MetricName: ").unwrap();
            let dimensions = self.lines[at + 2]
                .strip_prefix("Dimensions: [{ Name: ")
                .and_then(|rest| rest.strip_suffix(" }]"))
                .and_then(|pair| pair.split_once(", Value: "));
            let (dimension, value) = dimensions.expect("one dimension, in one line");
            let dimensions = [(dimension.to_owned(), value.to_owned())].into();
            found.push((name.to_owned(), dimensions));
        }
        found
    }
}

/// Every alarm there is.
pub(super) fn alarms() -> Vec<Alarm> {
    let mut resources: Vec<Vec<String>> = Vec::new();
    for line in carried().lines() {
        let is_resource = line.starts_with("  ") && !line.starts_with("   ");
        if is_resource {
            resources.push(Vec::new());
        }
        if let Some(last) = resources.last_mut() {
            last.push(line.trim().trim_start_matches("- ").to_owned());
        }
    }
    let alarms: Vec<Alarm> = resources
        .into_iter()
        .filter(|lines| lines.contains(&"Type: AWS::CloudWatch::Alarm".to_owned()))
        .map(|lines| {
            let name = lines
                .iter()
                .find_map(|line| line.strip_prefix("AlarmName: !Sub muster-${Stage}-"));
            Alarm {
                name: name.expect("an alarm is called after its stage").to_owned(),
                lines,
            }
        })
        .collect();
    assert!(alarms.len() >= 20, "only {}", alarms.len());
    alarms
}

#[test]
fn every_alarm_tells_somebody_and_says_what_silence_means() {
    for alarm in alarms() {
        assert_eq!(
            alarm.value("AlarmActions"),
            Some("[!Ref AlarmTopic]"),
            "{}",
            alarm.name
        );
        let missing = alarm.value("TreatMissingData");
        let at = alarm
            .lines
            .iter()
            .position(|line| line.starts_with("TreatMissingData"));
        let before = &alarm.lines[at.expect("TreatMissingData is said") - 1];
        assert!(before.starts_with("# "), "{}: why {missing:?}?", alarm.name);
        // Alarms on silence itself, and no others, ring when there is nothing.
        let is_on_silence = ["no-tick", "webhook-silence"].contains(&alarm.name.as_str());
        let expected = if is_on_silence {
            "breaching"
        } else {
            "notBreaching"
        };
        assert_eq!(missing, Some(expected), "{}", alarm.name);
    }
}

#[test]
fn every_alarm_has_its_lines_in_the_runbook_and_the_runbook_no_others() {
    let runbook = text("docs/runbook.md");
    let (_, part) = runbook.split_once("## Alarms").unwrap();
    let part = part.split("\n## ").next().unwrap();
    let mut told = BTreeSet::new();
    for section in part.split("\n### ").skip(1) {
        let (name, body) = section.split_once('\n').unwrap();
        for what in ["Means:", "Look at:", "Do:"] {
            assert!(body.contains(&format!("**{what}**")), "{name}: {what}");
        }
        told.insert(name.to_owned());
    }
    let there: BTreeSet<String> = alarms().into_iter().map(|alarm| alarm.name).collect();
    assert_eq!(there, told);
}

/// The parts that a deployment has from the beginning, each with somebody who watches it.
#[test]
fn what_the_issue_asks_to_be_watched_is_watched() {
    let there: BTreeSet<String> = alarms().into_iter().map(|alarm| alarm.name).collect();
    for name in [
        "nothing-complete",
        "runs-held",
        "connection-suspended",
        "webhook-silence",
        "function-errors",
        "defects",
        "vendor-throttles",
        "table-throttles",
        "dead-letters-import",
        "dead-letters-matching",
        "dead-letters-psa-push",
        "dead-letters-psa-changes",
        "dead-letters-schedule",
    ] {
        assert!(there.contains(name), "{name}");
    }
}
