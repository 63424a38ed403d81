//! The little of CloudWatch Logs Insights that our queries use, so that they can be tried here:
//! `parse` with one star, `filter` with `=`, `like "..."` and `ispresent` joined by `and`, `fields`
//! and `display`, `stats ... by`, `sort` and `limit`. Whatever else a query says fails its test: it
//! is never passed over.
//!
//! Fields as Insights finds them: a JSON object's members, those of objects in it behind a dot.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde_json::{Value, json};

/// A line with its fields, or a row of an answer.
pub(super) type Row = BTreeMap<String, Value>;

/// A line of a log group.
pub(super) fn row(at_ms: i64, line: &str) -> Row {
    let mut row = Row::new();
    if let Ok(value @ Value::Object(_)) = serde_json::from_str(line) {
        flatten("", &value, &mut row);
    }
    row.insert("@timestamp".to_owned(), json!(at_ms));
    row.insert("@message".to_owned(), json!(line));
    row
}

fn flatten(prefix: &str, value: &Value, row: &mut Row) {
    let Value::Object(members) = value else {
        row.insert(prefix.to_owned(), value.clone());
        return;
    };
    for (name, value) in members {
        let dot = if prefix.is_empty() { "" } else { "." };
        flatten(&format!("{prefix}{dot}{name}"), value, row);
    }
}

/// What a query answers about these lines at that time.
pub(super) fn ask(query: &str, lines: &[Row], now_ms: i64) -> Vec<Row> {
    let text: Vec<&str> = query
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .collect();
    let mut rows = lines.to_vec();
    let mut limit = 10_000;
    for command in split(&text.join("\n"), "|") {
        let (verb, rest) = command
            .split_once(' ')
            .unwrap_or_else(|| panic!("{command}"));
        match verb {
            "SOURCE" => {}
            "parse" => rows.iter_mut().for_each(|row| parse(rest, row)),
            "filter" => rows.retain(|row| split(rest, " and ").iter().all(|one| holds(one, row))),
            "fields" => rows.iter_mut().for_each(|row| compute(rest, row, now_ms)),
            "display" => rows = rows.iter().map(|row| picked(rest, row)).collect(),
            "stats" => rows = stats(rest, &rows, now_ms),
            "sort" => sort(rest, &mut rows),
            "limit" => limit = rest.parse().unwrap(),
            other => panic!("{other}: not a command that is known here"),
        }
    }
    rows.truncate(limit);
    rows
}

/// Splits where it is neither quoted nor in parentheses.
fn split<'t>(text: &'t str, at: &str) -> Vec<&'t str> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while let Some((part, after)) = rest
        .match_indices(at)
        .map(|(place, _)| rest.split_at(place))
        .find(|(before, _)| is_closed(before))
    {
        parts.push(part.trim());
        rest = after.strip_prefix(at).unwrap();
    }
    parts.push(rest.trim());
    parts
}

/// Is every quote and parenthesis closed?
fn is_closed(text: &str) -> bool {
    let (mut depth, mut quote) = (0, None);
    for c in text.chars() {
        match (quote, c) {
            (Some(open), _) => quote = quote.filter(|_| c != open),
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            (None, _) => {}
        }
    }
    depth == 0 && quote.is_none()
}

fn unquoted(text: &str) -> &str {
    let text = text.trim();
    let inner = ['\'', '"'].into_iter().find_map(|quote| {
        let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
        (!inner.contains(quote)).then_some(inner)
    });
    inner.unwrap_or_else(|| panic!("{text} is not quoted"))
}

/// `@message 'before*after' as name`
fn parse(rest: &str, row: &mut Row) {
    let (source, name) = rest.rsplit_once(" as ").unwrap();
    let (field, pattern) = source.split_once(' ').unwrap();
    let (before, after) = unquoted(pattern).split_once('*').unwrap();
    assert!(!after.is_empty() && !after.contains('*'), "{pattern}");
    let Some(text) = row.get(field).and_then(Value::as_str) else {
        return;
    };
    let found = text
        .split_once(before)
        .and_then(|(_, rest)| rest.split_once(after));
    if let Some(found) = found.map(|(found, _)| json!(found)) {
        row.insert(name.trim().to_owned(), found);
    }
}

fn holds(condition: &str, row: &Row) -> bool {
    if let Some(field) = condition.strip_prefix("ispresent(") {
        return row.contains_key(field.strip_suffix(')').unwrap());
    }
    let says = |field: &str| row.get(field.trim()).and_then(Value::as_str);
    if let Some((field, part)) = condition.split_once(" like ") {
        return says(field).is_some_and(|text| text.contains(unquoted(part)));
    }
    let (field, value) = condition
        .split_once('=')
        .unwrap_or_else(|| panic!("{condition}"));
    says(field) == Some(unquoted(value))
}

fn compute(rest: &str, row: &mut Row, now_ms: i64) {
    for one in split(rest, ",") {
        // A field that is only named is there already.
        if let Some((expression, name)) = one.rsplit_once(" as ")
            && let Some(value) = number(expression, row, now_ms)
        {
            row.insert(name.trim().to_owned(), json!(value));
        }
    }
}

fn picked(rest: &str, row: &Row) -> Row {
    let names = split(rest, ",");
    let pairs = names.iter().filter_map(|name| row.get_key_value(*name));
    pairs
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// A number out of numbers: the last operator of the lowest rank splits it.
fn number(expression: &str, row: &Row, now_ms: i64) -> Option<f64> {
    let text = expression.trim();
    for operators in [["+", "-"], ["*", "/"]] {
        for operator in operators {
            let spaced = format!(" {operator} ");
            let parts = split(text, &spaced);
            let Some((last, first)) = parts.split_last().filter(|(_, first)| !first.is_empty())
            else {
                continue;
            };
            let left = number(&first.join(&spaced), row, now_ms)?;
            let right = number(last, row, now_ms)?;
            return Some(match operator {
                "+" => left + right,
                "-" => left - right,
                "*" => left * right,
                _ => left / right,
            });
        }
    }
    let inner = |begin: &str| {
        text.strip_prefix(begin)
            .and_then(|rest| rest.strip_suffix(')'))
    };
    if text == "now()" {
        // Whole seconds, as Insights has it.
        return Some(f64::from(i32::try_from(now_ms / 1000).unwrap()));
    }
    if let Some(field) = inner("toMillis(") {
        return row.get(field).and_then(Value::as_f64);
    }
    if let Some(inner) = inner("(") {
        return number(inner, row, now_ms);
    }
    text.parse()
        .ok()
        .or_else(|| row.get(text).and_then(Value::as_f64))
}

fn stats(rest: &str, rows: &[Row], now_ms: i64) -> Vec<Row> {
    let (functions, by) = match rest.rsplit_once(" by ") {
        Some((functions, by)) => (functions, split(by, ",")),
        None => (rest, Vec::new()),
    };
    let mut groups: BTreeMap<Vec<String>, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        let key = by
            .iter()
            .map(|name| row.get(*name).unwrap_or(&Value::Null).to_string());
        groups.entry(key.collect()).or_default().push(row);
    }
    let answer = |group: &Vec<&Row>| {
        let mut row = Row::new();
        for name in &by {
            let value = group[0].get(*name).cloned().unwrap_or_default();
            row.insert((*name).to_owned(), value);
        }
        for one in split(functions, ",") {
            let (function, name) = one.rsplit_once(" as ").unwrap();
            row.insert(name.trim().to_owned(), aggregate(function, group, now_ms));
        }
        row
    };
    groups.values().map(answer).collect()
}

fn aggregate(function: &str, rows: &[&Row], now_ms: i64) -> Value {
    let (name, rest) = function.trim().split_once('(').unwrap();
    let arguments = split(rest.strip_suffix(')').unwrap(), ",");
    if (name, arguments[0]) == ("count", "*") {
        return json!(rows.len());
    }
    let mut numbers: Vec<f64> = rows
        .iter()
        .filter_map(|row| number(arguments[0], row, now_ms))
        .collect();
    numbers.sort_by(f64::total_cmp);
    match name {
        "min" => json!(numbers.first()),
        "max" => json!(numbers.last()),
        "sum" => json!(numbers.iter().sum::<f64>()),
        // By the nearest rank; Insights comes close to it.
        "pct" => {
            let percent: usize = arguments[1].parse().unwrap();
            let rank = (numbers.len() * percent).div_ceil(100).max(1);
            json!(numbers.get(rank - 1))
        }
        other => panic!("{other}: not a function that is known here"),
    }
}

fn sort(rest: &str, rows: &mut [Row]) {
    let (field, order) = rest.split_once(' ').unwrap();
    let key = |row: &Row| row.get(field).and_then(Value::as_f64);
    let by = |one: &Row, other: &Row| key(one).partial_cmp(&key(other)).unwrap_or(Ordering::Equal);
    match order {
        "asc" => rows.sort_by(by),
        "desc" => rows.sort_by(|one, other| by(other, one)),
        other => panic!("{other}: not an order"),
    }
}

#[test]
fn the_interpreter_does_what_insights_says_of_itself() {
    let lines: Vec<Row> = [
        (1_000, r#"{"a":{"b.c":"x"},"n":4}"#),
        (2_000, r#"{"a":{"b.c":"y"},"n":6}"#),
        (3_000, "no JSON, \"b.c\":\"x\""),
    ]
    .map(|(at, line)| row(at, line))
    .to_vec();
    let count = |query: &str| ask(query, &lines, 10_000).len();
    assert_eq!(count("# a comment | limit 0\nfilter a.b.c = \"x\""), 1);
    assert_eq!(count("filter @message like 'b.c' and ispresent(n)"), 2);
    assert_eq!(
        count("parse @message '\"b.c\":\"*\"' as q | filter q = \"x\""),
        2
    );
    let query = "fields (now() - toMillis(@timestamp) / 1000) * 2 as age | sort age asc | limit 1";
    assert_eq!(ask(query, &lines, 10_000)[0]["age"], 14.0);
    let query = "stats count(*) as lines, max(n / 2) as most, pct(n, 50) as half, min(n) as least";
    let answer = ask(query, &lines, 0);
    let expected = [("half", 4.0), ("least", 4.0), ("most", 3.0)];
    assert!(
        expected
            .iter()
            .all(|(name, value)| answer[0][*name] == *value),
        "{answer:?}"
    );
    assert_eq!(answer[0]["lines"], 3);
}

#[test]
#[should_panic(expected = "not a command")]
fn what_the_interpreter_does_not_know_it_does_not_pass_over() {
    ask("dedup a", &[], 0);
}
