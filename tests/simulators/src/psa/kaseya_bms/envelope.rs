//! BMS's envelope around every answer, its failures, and its pages.

use serde_json::{Map, Value, json};

use super::Behaviour;
use crate::exchange::{Answer, Request};

/// Rows of a page where nobody says how many.
const PAGE_ROWS: usize = 25;
/// The number of a token that is not taken.
const SECURITY_ERROR: i64 = 978_001;

/// What was asked for.
pub(crate) fn success(behaviour: &Behaviour, result: Value) -> Answer {
    wrapped(behaviour, result, None)
}

/// One page of a list, with the count of all rows.
pub(crate) fn page(behaviour: &Behaviour, request: &Request, rows: Vec<Value>) -> Answer {
    let number = |name: &str| {
        let text = request.query(name)?;
        text.parse::<usize>().ok()
    };
    let size = number("PageSize").unwrap_or(PAGE_ROWS);
    let size = size.clamp(1, behaviour.page_cap);
    let page = number("PageNumber").unwrap_or(1).max(1);
    let before = if behaviour.repeat_page { 0 } else { page - 1 };
    let total = rows.len();
    let rows = rows
        .into_iter()
        .skip(size.saturating_mul(before))
        .take(size);
    wrapped(behaviour, rows.collect(), Some(total))
}

fn wrapped(behaviour: &Behaviour, result: Value, total: Option<usize>) -> Answer {
    let mut body = Map::new();
    body.insert("Success".to_owned(), json!(true));
    body.insert("Error".to_owned(), Value::Null);
    body.insert("Result".to_owned(), result);
    if let Some(total) = total {
        body.insert("TotalRecords".to_owned(), json!(total));
    }
    if behaviour.undocumented {
        body.insert("ServedBy".to_owned(), json!({"Node": 7, "Mode": "quantum"}));
    }
    Answer::json(200, &cased(behaviour, Value::Object(body)))
}

/// One object as the description has it: without an envelope where this tenant answers so.
pub(crate) fn one(behaviour: &Behaviour, object: Value) -> Answer {
    if behaviour.bare_objects {
        Answer::json(200, &cased(behaviour, object))
    } else {
        success(behaviour, object)
    }
}

/// What was not done, in words.
pub(crate) fn failure(behaviour: &Behaviour, status: u16, code: i64, words: &str) -> Answer {
    let body = json!({
        "Success": false,
        "Error": { "Code": code, "Message": words, "Details": null, "StackStrace": null,
            "SubErrors": [] },
        "Result": null,
    });
    Answer::json(status, &cased(behaviour, body))
}

/// A mistake in a request: told with status 200, or by a report on the member with status 400.
pub(crate) fn invalid(behaviour: &Behaviour, member: &str, words: &str) -> Answer {
    if !behaviour.problem_reports {
        return failure(behaviour, 200, 4, &format!("{member}: {words}"));
    }
    let body = json!({
        "title": "One or more validation errors occurred.", "status": 400,
        "errors": { member: [words] },
    });
    Answer::json(400, &body)
}

pub(crate) fn missing(behaviour: &Behaviour, thing: &str) -> Answer {
    let status = if behaviour.soft_missing { 200 } else { 404 };
    failure(behaviour, status, 3, &format!("{thing} not found"))
}

pub(crate) fn forbidden(behaviour: &Behaviour) -> Answer {
    let status = if behaviour.soft_denials { 200 } else { 403 };
    failure(
        behaviour,
        status,
        7,
        "You do not have the access rights for this module",
    )
}

pub(crate) fn unauthorized(behaviour: &Behaviour) -> Answer {
    let status = if behaviour.soft_denials { 200 } else { 401 };
    failure(behaviour, status, SECURITY_ERROR, "Security Error")
}

pub(crate) fn throttled(behaviour: &Behaviour) -> Answer {
    failure(
        behaviour,
        429,
        9,
        "Too many requests to this endpoint in one hour",
    )
}

/// An object with more members.
pub(crate) fn with(mut object: Value, more: Value) -> Value {
    if let (Value::Object(members), Value::Object(more)) = (&mut object, more) {
        members.extend(more);
    }
    object
}

/// Live answers begin members with a small letter, the description with a large one.
fn cased(behaviour: &Behaviour, value: Value) -> Value {
    if behaviour.pascal_case {
        return value;
    }
    match value {
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .map(|(name, member)| (lowered(&name), cased(behaviour, member)))
                .collect(),
        ),
        Value::Array(items) => Value::Array(
            items
                .into_iter()
                .map(|item| cased(behaviour, item))
                .collect(),
        ),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

fn lowered(name: &str) -> String {
    let mut letters = name.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => String::new(),
    }
}
