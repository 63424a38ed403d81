//! Hudu's answers: pages without totals, errors in several shapes.

use serde_json::{Value, json};

use super::Behaviour;
use crate::exchange::{Answer, Request};

/// Rows of a page if nobody asks for more or fewer.
const PAGE_SIZE: usize = 25;

/// The rows of the page that was asked for; none after the last.
pub(crate) fn page<'a, T>(request: &Request, found: &'a [T], behaviour: &Behaviour) -> &'a [T] {
    let number = |name: &str| {
        let number = request
            .query(name)
            .and_then(|text| text.parse::<usize>().ok());
        number.filter(|number| *number > 0)
    };
    let size = number("page_size")
        .unwrap_or(PAGE_SIZE)
        .min(behaviour.page_cap);
    let page = if behaviour.repeat_page {
        1
    } else {
        number("page").unwrap_or(1)
    };
    if behaviour.hide_everything {
        return &[];
    }
    found.chunks(size.max(1)).nth(page - 1).unwrap_or_default()
}

pub(crate) fn unauthorized() -> Answer {
    Answer::json(401, &json!({ "error": "Bad credentials" }))
}

pub(crate) fn not_found() -> Answer {
    let body = json!({ "error": "Resource not found", "details": "There is no such record" });
    Answer::json(404, &body)
}

/// A refusal of one field.
pub(crate) fn invalid(field: &str, reason: &str) -> Answer {
    Answer::json(422, &json!({ "errors": { field: [reason] } }))
}

pub(crate) fn parameter_missing(name: &str) -> Answer {
    let details = format!("param is missing or the value is empty: {name}");
    Answer::json(
        400,
        &json!({ "error": "Parameter missing", "details": details }),
    )
}

pub(crate) fn nothing() -> Answer {
    Answer::json(200, &Value::Null)
}
