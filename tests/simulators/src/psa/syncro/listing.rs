//! Syncro's lists: one page of rows under a key, and `meta` with what there is in all.

use serde_json::{Map, Value, json};

use super::Behaviour;
use crate::exchange::{Answer, Request};

/// Wraps a page of rows under `key`. The size of a page is the server's own.
pub(crate) fn envelope<T>(
    request: &Request,
    key: &str,
    found: &[T],
    per_page: usize,
    behaviour: &Behaviour,
    row: impl Fn(&T) -> Value,
) -> Answer {
    let page = request.query("page").and_then(|text| text.parse().ok());
    let page: usize = page.unwrap_or(1).max(1);
    let before = if behaviour.repeat_page { 0 } else { page - 1 };
    let rows = found
        .iter()
        .skip(before.saturating_mul(per_page))
        .take(per_page);
    let mut meta = Map::new();
    for (name, number) in [
        ("total_pages", found.len().div_ceil(per_page)),
        ("total_entries", found.len()),
        ("per_page", per_page),
        ("page", page),
    ] {
        meta.insert(name.to_owned(), json!(number));
    }
    let mut body = Map::new();
    if behaviour.undocumented {
        meta.insert("next_cursor".to_owned(), json!({ "of": "tomorrow" }));
        body.insert("warnings".to_owned(), json!([{ "code": "E-17" }]));
    }
    body.insert(key.to_owned(), rows.map(row).collect());
    body.insert("meta".to_owned(), Value::Object(meta));
    Answer::json(200, &Value::Object(body))
}
