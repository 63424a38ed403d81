//! Autotask's queries: a filter of terms, at most 500 rows in the order of their ids, and a link to
//! the next page that takes the same verb and body.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::members::{COMPANY, CONTACT, Kind, Member, RESOURCE, find};
use super::routes::failed;
use super::state::{Entity, Record, State};
use crate::exchange::Answer;

/// The most rows of a page, and the most terms of one query.
const ROWS_MAX: usize = 500;

/// Answers a query; `paging` is what the link to a next page carries.
pub(crate) fn answer(
    state: &State,
    base: &str,
    entity: Entity,
    query: &Value,
    paging: Option<&str>,
) -> Answer {
    match page(state, base, entity, query, paging) {
        Ok(page) => Answer::json(200, &page),
        Err(sentence) => failed(&sentence),
    }
}

/// Answers a count.
pub(crate) fn count(state: &State, entity: Entity, query: &Value) -> Answer {
    match found(state, entity, query, false) {
        Ok(found) => Answer::json(200, &json!({ "queryCount": found.len() })),
        Err(sentence) => failed(&sentence),
    }
}

fn page(
    state: &State,
    base: &str,
    entity: Entity,
    query: &Value,
    paging: Option<&str>,
) -> Result<Value, String> {
    let asked = match member(query, "MaxRecords") {
        None => ROWS_MAX,
        Some(asked) => asked
            .as_u64()
            .and_then(|asked| usize::try_from(asked).ok())
            .filter(|asked| (1..=ROWS_MAX).contains(asked))
            .ok_or("The value of MaxRecords must be between 1 and 500.")?,
    };
    let after = paging.map(place).transpose()?.unwrap_or(i64::MIN);
    let behaviour = &state.behaviour;
    let repeats = behaviour.repeat_page && entity == Entity::Contacts;
    let after = if repeats { i64::MIN } else { after };
    let size = asked.min(behaviour.page_cap);
    let found = found(state, entity, query, repeats)?;
    let mut behind = found.into_iter().filter(|(id, _)| **id > after);
    let rows: Vec<(&i64, &Record)> = behind.by_ref().take(size).collect();
    let has_more = repeats || behind.next().is_some();
    let next = rows.last().filter(|_| has_more).map(|(id, _)| {
        let paging = URL_SAFE_NO_PAD.encode(id.to_string());
        let entity = name_of(entity);
        format!("{base}/ATServicesRest/V1.0/{entity}/query/next?paging={paging}")
    });
    let columns = member(query, "IncludeFields").and_then(Value::as_array);
    let items: Vec<Value> = rows
        .iter()
        .map(|(_, record)| shown(state, entity, record, columns))
        .collect();
    let count = items.len();
    Ok(json!({
        "items": items,
        "pageDetails": {"count": count, "requestCount": asked, "prevPageUrl": null,
            "nextPageUrl": next},
    }))
}

fn place(paging: &str) -> Result<i64, String> {
    let id = URL_SAFE_NO_PAD.decode(paging).ok();
    let id = id.and_then(|bytes| String::from_utf8(bytes).ok()?.parse().ok());
    id.ok_or_else(|| "The paging token is invalid.".to_owned())
}

/// The row of a record, or of those columns of it.
pub(crate) fn shown(
    state: &State,
    entity: Entity,
    record: &Record,
    columns: Option<&Vec<Value>>,
) -> Value {
    let mut row = record.shown(state.fields(entity));
    if let Some(columns) = columns {
        let is_asked = |name: &str| {
            let mut asked = columns.iter().filter_map(Value::as_str);
            asked.any(|column| column.eq_ignore_ascii_case(name))
        };
        row.retain(|name, _| is_asked(name));
    }
    if state.behaviour.is_strange {
        row.insert("contactMood".to_owned(), json!({ "today": ["fine", 7] }));
        if entity == Entity::Contacts {
            row.insert("namePrefix".to_owned(), json!(987_654));
        }
    }
    Value::Object(row)
}

/// The records for which the filter holds. Where pages repeat, terms about ids do not count.
fn found<'a>(
    state: &'a State,
    entity: Entity,
    query: &Value,
    repeats: bool,
) -> Result<Vec<(&'a i64, &'a Record)>, String> {
    let terms = member(query, "filter").and_then(Value::as_array);
    let terms = terms.filter(|terms| !terms.is_empty());
    let terms = terms.ok_or("The filter must hold at least one term.")?;
    let counted = count_of(terms);
    if counted.terms > ROWS_MAX {
        return Err("A query takes at most 500 OR conditions.".to_owned());
    }
    if counted.user_defined > 1 {
        return Err("A query takes one user-defined field.".to_owned());
    }
    let is_about_ids = |term: &&Value| member(term, "field") == Some(&json!("id"));
    let terms: Vec<&Value> = (terms.iter())
        .filter(|term| !(repeats && is_about_ids(term)))
        .collect();
    let is_hidden = state.behaviour.hide_everything;
    let mut found = Vec::new();
    for (id, record) in state.records(entity).iter().filter(|_| !is_hidden) {
        let mut holds = true;
        for term in &terms {
            holds &= is_true(entity, record, term)?;
        }
        if holds {
            found.push((id, record));
        }
    }
    if state.records(entity).is_empty() {
        // A term that cannot be is refused all the same.
        let nobody = Record {
            members: Map::new(),
            values: std::collections::BTreeMap::new(),
        };
        for term in &terms {
            is_true(entity, &nobody, term)?;
        }
    }
    Ok(found)
}

#[derive(Default)]
struct Counted {
    terms: usize,
    user_defined: usize,
}

fn count_of(terms: &[Value]) -> Counted {
    let mut counted = Counted::default();
    for term in terms {
        let items = member(term, "items").and_then(Value::as_array);
        let inner = items.map(|items| count_of(items)).unwrap_or_default();
        let listed = member(term, "value")
            .and_then(Value::as_array)
            .map_or(1, Vec::len);
        counted.terms += if items.is_some() { inner.terms } else { listed };
        counted.user_defined += inner.user_defined;
        counted.user_defined += usize::from(member(term, "udf") == Some(&json!(true)));
    }
    counted
}

fn is_true(entity: Entity, record: &Record, term: &Value) -> Result<bool, String> {
    let op = member(term, "op")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if op == "and" || op == "or" {
        let items = member(term, "items").and_then(Value::as_array);
        let items = items.ok_or("A group needs items.")?;
        let each: Result<Vec<bool>, String> = (items.iter())
            .map(|item| is_true(entity, record, item))
            .collect();
        let each = each?;
        return Ok(if op == "and" {
            each.iter().all(|holds| *holds)
        } else {
            each.iter().any(|holds| *holds)
        });
    }
    let name = member(term, "field")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let wanted = member(term, "value").unwrap_or(&Value::Null);
    if member(term, "udf") == Some(&json!(true)) {
        let held = record
            .values
            .get(name)
            .map_or(Value::Null, |text| json!(text));
        return compare(op, &held, wanted);
    }
    let known = find(members_of(entity), name);
    let known = known.ok_or_else(|| {
        let entity = name_of(entity);
        format!("Unable to find {name} in the {entity} Entity.")
    })?;
    let is_odd = known.kind == Kind::Integer && wanted.is_boolean();
    if is_odd {
        return Err(format!("The value of {name} is not valid for the field."));
    }
    let held = record.members.get(known.name).unwrap_or(&Value::Null);
    compare(op, held, wanted)
}

fn compare(op: &str, held: &Value, wanted: &Value) -> Result<bool, String> {
    let text = |value: &Value| match value {
        Value::String(text) => text.to_lowercase(),
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    };
    let is_same = |other: &Value| match (held.as_i64(), other.as_i64()) {
        (Some(held), Some(other)) => held == other,
        _ => !held.is_null() && text(held) == text(other),
    };
    let order = match (held.as_i64(), wanted.as_i64()) {
        (Some(held), Some(wanted)) => held.cmp(&wanted),
        _ => text(held).cmp(&text(wanted)),
    };
    let among = || {
        let list = wanted.as_array().ok_or("A list of values is needed.")?;
        Ok::<bool, String>(list.iter().any(is_same))
    };
    Ok(match op {
        "eq" => is_same(wanted),
        "noteq" => !is_same(wanted),
        "gt" => order.is_gt(),
        "gte" => order.is_ge(),
        "lt" => order.is_lt(),
        "lte" => order.is_le(),
        "beginsWith" => text(held).starts_with(&text(wanted)),
        "endsWith" => text(held).ends_with(&text(wanted)),
        "contains" => text(held).contains(&text(wanted)),
        "exist" => !held.is_null(),
        "notExist" => held.is_null(),
        "in" => among()?,
        "notIn" => !among()?,
        _ => {
            return Err(format!(
                "Unable to find the operator {op} in the Query Entity."
            ));
        }
    })
}

/// A member of a query; letter case is free.
fn member<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    let members = object.as_object()?;
    let found = members
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value)
}

fn members_of(entity: Entity) -> &'static [Member] {
    match entity {
        Entity::Contacts => &CONTACT,
        Entity::Companies => &COMPANY,
        Entity::Resources => &RESOURCE,
    }
}

fn name_of(entity: Entity) -> &'static str {
    match entity {
        Entity::Contacts => "Contacts",
        Entity::Companies => "Companies",
        Entity::Resources => "Resources",
    }
}
