//! Halo's list envelope: which rows of a result a caller gets, and how they are wrapped.

use serde_json::{Map, Value, json};

use super::Behaviour;
use crate::exchange::{Answer, Request};

/// Rows without paging and without a count; the vendor's own default is small and undocumented.
const UNPAGED_ROWS: usize = 50;

/// Wraps the rows under `key`. A page is at most `page_cap` rows, whatever was asked for, and the
/// first one where pages repeat.
pub(crate) fn envelope<T>(
    request: &Request,
    key: &str,
    found: &[T],
    behaviour: &Behaviour,
    row: impl Fn(&T) -> Value,
) -> Answer {
    let number = |name: &str| {
        request
            .query(name)
            .and_then(|text| text.parse::<usize>().ok())
    };
    let mut body = Map::new();
    body.insert("record_count".to_owned(), json!(found.len()));
    let (skip, take) = if request.flag("pageinate") {
        let size = number("page_size")
            .unwrap_or(UNPAGED_ROWS)
            .clamp(1, behaviour.page_cap);
        let page = number("page_no").unwrap_or(1).max(1);
        body.insert("page_no".to_owned(), json!(page));
        body.insert("page_size".to_owned(), json!(size));
        let before = if behaviour.repeat_page { 0 } else { page - 1 };
        (size.saturating_mul(before), size)
    } else {
        (0, number("count").unwrap_or(UNPAGED_ROWS))
    };
    if behaviour.undocumented {
        body.insert("next_generation_total".to_owned(), json!({"exact": "yes"}));
    }
    let rows: Vec<Value> = found.iter().skip(skip).take(take).map(row).collect();
    body.insert(key.to_owned(), Value::Array(rows));
    Answer::json(200, &Value::Object(body))
}

/// Active rows unless only inactive ones are asked for; both flags give everybody.
pub(crate) fn wanted(request: &Request, inactive: bool) -> bool {
    let (active_too, inactive_too) = (
        request.flag("includeactive"),
        request.flag("includeinactive"),
    );
    if inactive {
        inactive_too
    } else {
        active_too || !inactive_too
    }
}

/// A query value that must be an integer when given.
pub(crate) fn integer(request: &Request, name: &str) -> Result<Option<i64>, Box<Answer>> {
    match request.query(name).filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => match text.parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(Box::new(Answer::text(
                400,
                &format!("The value is not valid for {name}."),
            ))),
        },
    }
}
