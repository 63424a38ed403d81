//! Lists: conditions, order, selection, pages, and the `Link` header.

use serde_json::Value;

use super::conditions::Condition;
use super::state::State;
use super::{answers, render};
use crate::exchange::{Answer, Request};

/// Rows of a page where nobody says how many.
const ROWS: usize = 25;
/// The most rows of a page.
const ROWS_MAX: usize = 1000;

/// What a list may be asked by and for.
pub(crate) struct Columns {
    /// Members of a row that conditions and order may name, by their first step.
    pub(crate) names: &'static [&'static str],
    /// Is it the list that may repeat its pages?
    pub(crate) is_contacts: bool,
}

/// The rows that were asked for.
pub(crate) fn answer(
    state: &State,
    request: &Request,
    columns: &Columns,
    rows: Vec<Value>,
) -> Answer {
    match found(state, request, columns, rows) {
        Ok(rows) => page(state, request, columns, &rows),
        Err(message) => answers::bad_query(&message),
    }
}

/// How many rows there are.
pub(crate) fn count(
    state: &State,
    request: &Request,
    columns: &Columns,
    rows: Vec<Value>,
) -> Answer {
    match found(state, request, columns, rows) {
        Ok(rows) => answers::ok(200, &serde_json::json!({ "count": rows.len() })),
        Err(message) => answers::bad_query(&message),
    }
}

fn found(
    state: &State,
    request: &Request,
    columns: &Columns,
    mut rows: Vec<Value>,
) -> Result<Vec<Value>, String> {
    if state.behaviour.hide_everything {
        return Ok(Vec::new());
    }
    let parse = |name: &str| {
        let text = request.query(name).filter(|text| !text.trim().is_empty());
        text.map(Condition::parse).transpose()
    };
    if let Some(condition) = parse("conditions")? {
        known(columns, &condition)?;
        let repeats = columns.is_contacts && state.behaviour.repeat_page;
        rows.retain(|row| {
            if repeats {
                condition.holds_but_for_ids(row)
            } else {
                condition.holds_for(row)
            }
        });
    }
    if let Some(condition) = parse("childConditions")? {
        known(columns, &condition)?;
        let is_loose = state.behaviour.loose_children;
        rows.retain(|row| condition.holds_for_child(row, is_loose));
    }
    if let Some(condition) = parse("customFieldConditions")? {
        rows.retain(|row| {
            let fields = row.get("customFields").and_then(Value::as_array);
            fields.is_some_and(|fields| fields.iter().any(|field| condition.holds_for(field)))
        });
    }
    order(request, columns, &mut rows)?;
    Ok(rows)
}

fn known(columns: &Columns, condition: &Condition) -> Result<(), String> {
    let is_known = |path: &&str| {
        let first = path.split('/').next().unwrap_or_default();
        columns.names.contains(&first)
    };
    match condition.paths().iter().find(|path| !is_known(path)) {
        None => Ok(()),
        Some(path) => Err(format!("The field {path} is not known.")),
    }
}

fn order(request: &Request, columns: &Columns, rows: &mut [Value]) -> Result<(), String> {
    let Some(text) = request.query("orderBy") else {
        return Ok(());
    };
    let mut words = text.split_whitespace();
    let column = words.next().unwrap_or_default().to_owned();
    if !columns.names.contains(&column.as_str()) {
        return Err(format!("The field {column} is not known."));
    }
    let key = |row: &Value| {
        let value = row.get(&column).cloned().unwrap_or_default();
        (value.as_i64(), value.as_str().map(str::to_lowercase))
    };
    rows.sort_by_key(key);
    if words
        .next()
        .is_some_and(|word| word.eq_ignore_ascii_case("desc"))
    {
        rows.reverse();
    }
    Ok(())
}

fn page(state: &State, request: &Request, columns: &Columns, rows: &[Value]) -> Answer {
    let number = |name: &str| {
        request
            .query(name)
            .and_then(|text| text.parse::<usize>().ok())
    };
    let cap = state.behaviour.page_cap.unwrap_or(ROWS_MAX).min(ROWS_MAX);
    let size = number("pageSize").unwrap_or(ROWS).clamp(1, cap);
    let is_forward = request.header("pagination-type") == Some("forward-only");
    let skip = if is_forward {
        let above = number("pageId").unwrap_or(0);
        let id = |row: &Value| row.get("id").and_then(Value::as_u64).unwrap_or(0);
        let is_seen = |row: &&Value| usize::try_from(id(row)).is_ok_and(|id| id <= above);
        rows.iter().filter(is_seen).count()
    } else {
        size.saturating_mul(number("page").unwrap_or(1).max(1) - 1)
    };
    let skip = if columns.is_contacts && state.behaviour.repeat_page {
        0
    } else {
        skip
    };
    let fields = request.query("fields").filter(|fields| !fields.is_empty());
    let chosen = rows.iter().skip(skip).take(size);
    let chosen: Vec<Value> = chosen
        .map(|row| match fields {
            None => row.clone(),
            Some(fields) => render::selected(row, fields),
        })
        .collect();
    let has_next = is_forward || skip + chosen.len() < rows.len();
    let answer = answers::ok(200, &Value::Array(chosen));
    if state.behaviour.no_links {
        return answer;
    }
    let first = "<https://api.example/list?page=1>; rel=\"first\"";
    let link = if has_next {
        format!("<https://api.example/list?page=2>; rel=\"next\", {first}")
    } else {
        first.to_owned()
    };
    answer.with_header("link", link)
}
