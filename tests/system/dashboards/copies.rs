//! The template carries dashboards and queries as they are in their files.

use super::{DASHBOARDS, saved, text};
use crate::tidy::root;

const BEGIN: &str = "# dashboards: begin";
const END: &str = "# dashboards: end";
/// How far a copy stands in.
const INDENT: &str = "        ";

/// Where the resources are.
const TEMPLATE: &str = "infra/template.yaml";

/// The lines between the markers.
pub(super) fn carried() -> String {
    let whole = text(TEMPLATE);
    let (_, rest) = whole.split_once(BEGIN).unwrap();
    let (resources, _) = rest.split_once(END).unwrap();
    resources.to_owned()
}

/// What a resource of that name carries.
fn original(name: &str) -> Option<String> {
    let name = name.strip_prefix("muster-${Stage}")?;
    if let Some(query) = name.strip_prefix('/') {
        let found = saved().into_iter().find(|(name, _)| name == query);
        return found.map(|(_, text)| text);
    }
    let dashboard = name.strip_prefix('-')?;
    DASHBOARDS
        .contains(&dashboard)
        .then(|| text(&format!("infra/dashboards/{dashboard}.json")))
}

/// The text with every copy made anew, and how many there are.
fn renewed(whole: &str) -> (String, usize) {
    let (mut out, mut name, mut copies) = (Vec::new(), String::new(), 0);
    let mut lines = whole.lines().peekable();
    while let Some(line) = lines.next() {
        out.push(line.to_owned());
        let trimmed = line.trim();
        for key in ["DashboardName: !Sub ", "Name: !Sub "] {
            if let Some(value) = trimmed.strip_prefix(key) {
                value.trim_matches('"').clone_into(&mut name);
            }
        }
        let is_copy = ["DashboardBody: !Sub |", "QueryString: |"].contains(&trimmed);
        let Some(original) = original(&name).filter(|_| is_copy) else {
            assert!(!is_copy, "nothing is called {name}");
            continue;
        };
        while lines.next_if(|line| line.starts_with(INDENT)).is_some() {}
        out.extend(original.lines().map(|line| format!("{INDENT}{line}")));
        copies += 1;
    }
    (out.join("\n") + "\n", copies)
}

#[test]
fn the_template_carries_the_dashboards_and_queries_as_they_are() {
    let whole = text(TEMPLATE);
    let (renewed, copies) = renewed(&whole);
    assert_eq!(copies, DASHBOARDS.len() + saved().len(), "each has a copy");
    #[expect(clippy::disallowed_methods, reason = "says what this test is to do")]
    let is_update = std::env::var("MUSTER_UPDATE").is_ok();
    if is_update {
        std::fs::write(root().join(TEMPLATE), renewed).unwrap();
        return;
    }
    let pairs = whole.lines().zip(renewed.lines());
    let first = pairs.enumerate().find(|(_, (is, ought))| is != ought);
    assert!(
        whole == renewed,
        "{TEMPLATE} is not as infra/dashboards; MUSTER_UPDATE=1 writes it anew: {first:?}"
    );
}

/// In a copy of Fn::Sub everything that looks like a variable is one.
#[test]
fn dashboards_name_only_what_the_template_knows() {
    for dashboard in DASHBOARDS {
        let body = text(&format!("infra/dashboards/{dashboard}.json"));
        for piece in body.split("${").skip(1) {
            let (name, _) = piece.split_once('}').unwrap();
            let is_known = name == "Stage"
                || name == "Table"
                || name == "Api"
                || name.ends_with("Log")
                || ["AWS::Region", "AWS::Partition", "AWS::AccountId"].contains(&name);
            assert!(is_known, "{dashboard}: {name}");
        }
    }
}
