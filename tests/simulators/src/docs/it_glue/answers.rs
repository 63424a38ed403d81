//! IT Glue's envelopes: one thing, a page of a list, errors.

use serde_json::{Map, Value, json};

use super::Behaviour;
use crate::exchange::{Answer, Request};

const MEDIA_TYPE: &str = "application/vnd.api+json";
/// Rows of a page if nobody asks for more or fewer.
const PAGE_SIZE: usize = 50;
/// The most rows of a page.
const PAGE_SIZE_MAX: usize = 1000;

pub(crate) fn document(status: u16, body: &Value) -> Answer {
    Answer {
        content_type: MEDIA_TYPE,
        ..Answer::json(status, body)
    }
}

/// One thing of a type.
pub(crate) fn resource(kind: &str, id: u64, attributes: Map<String, Value>) -> Value {
    json!({ "id": id.to_string(), "type": kind, "attributes": attributes })
}

/// An error as IT Glue words it; the pointer names an attribute.
pub(crate) fn error(status: u16, title: &str, pointer: Option<&str>) -> Answer {
    let error = match pointer {
        Some(attribute) => json!({ "status": status, "title": title,
            "source": { "pointer": format!("/data/attributes/{attribute}") } }),
        None => json!({ "status": status, "title": title }),
    };
    document(status, &json!({ "errors": [error] }))
}

pub(crate) fn unauthorized(status: u16) -> Answer {
    let detail = "Unauthorized resource access";
    let error = json!({ "status": status, "title": "Unauthorized", "detail": detail });
    document(status, &json!({ "errors": [error] }))
}

pub(crate) fn not_found() -> Answer {
    error(404, "Record not found", None)
}

/// A page of rows. `shown` makes a row of what is on the page only.
pub(crate) fn page<T>(
    request: &Request,
    base: &str,
    found: &[T],
    behaviour: &Behaviour,
    shown: impl Fn(&T) -> Value,
) -> Answer {
    let number = |name: &str| {
        request
            .query(name)
            .and_then(|text| text.parse::<usize>().ok())
    };
    let asked = number("page[size]").unwrap_or(PAGE_SIZE);
    if behaviour.slow_above.is_some_and(|most| asked > most) {
        return Answer::html(504, "<html><title>Gateway timeout</title></html>");
    }
    let size = asked.clamp(1, PAGE_SIZE_MAX.min(behaviour.page_cap));
    let page = number("page[number]").unwrap_or(1).max(1);
    let found = if behaviour.hide_everything {
        &[]
    } else {
        found
    };
    let pages = found.len().div_ceil(size);
    let has_more = page < pages || behaviour.repeat_page;
    let skip = if behaviour.repeat_page {
        0
    } else {
        (page - 1) * size
    };
    let rows: Vec<Value> = found.iter().skip(skip).take(size).map(shown).collect();
    let mut body = json!({
        "data": rows,
        "meta": {
            "current-page": page, "next-page": has_more.then_some(page + 1),
            "prev-page": (page > 1).then(|| page - 1), "total-pages": pages,
            "total-count": found.len(), "filters": {},
        },
        "links": { "self": format!("{base}{}", request.target) },
    });
    if let Some(body) = body.as_object_mut().filter(|_| behaviour.undocumented) {
        body.insert("jsonapi".to_owned(), json!({ "version": "9.1" }));
    }
    document(200, &body)
}
