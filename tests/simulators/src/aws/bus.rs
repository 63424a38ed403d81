//! EventBridge: what was put on which bus, and how it arrives in a queue behind a rule.

use serde_json::{Value, json};

use super::{answer, error};
use crate::exchange::Answer;

/// The most entries of one call.
const ENTRIES_MAX: usize = 10;
/// The most bytes that the entries of one call may have together.
const CALL_BYTES_MAX: usize = 1024 * 1024;

/// One event that a bus took.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    /// The id that the bus gave it.
    pub id: String,
    /// The bus.
    pub bus: String,
    /// Who published it.
    pub source: String,
    /// What happened, in the publisher's words.
    pub detail_type: String,
    /// The event itself.
    pub detail: Value,
}

impl Published {
    /// The body of the message that a rule puts into a queue.
    pub fn message(&self) -> String {
        json!({
            "version": "0", "id": self.id, "detail-type": self.detail_type, "source": self.source,
            "account": "123456789012", "time": "2026-11-24T08:00:00Z", "region": "eu-west-2",
            "resources": [], "detail": self.detail,
        })
        .to_string()
    }
}

#[derive(Debug, Default)]
pub(super) struct Bus {
    published: Vec<Published>,
    taken: u64,
    refusals: Vec<&'static str>,
}

impl Bus {
    pub(super) fn take(&mut self) -> Vec<Published> {
        std::mem::take(&mut self.published)
    }

    pub(super) fn refuse(&mut self, entries: usize, code: &'static str) {
        self.refusals.extend(std::iter::repeat_n(code, entries));
    }

    pub(super) fn put_events(&mut self, asked: &Value) -> Answer {
        let Some(entries) = asked.get("Entries").and_then(Value::as_array) else {
            return error(400, "ValidationException", "Entries must not be null");
        };
        if entries.is_empty() || entries.len() > ENTRIES_MAX {
            let words = "Member must have length between 1 and 10";
            return error(400, "ValidationException", words);
        }
        let bytes: usize = entries.iter().map(size).sum();
        if bytes > CALL_BYTES_MAX {
            let words = "Total size of the entries in the request is over the limit.";
            return error(400, "ValidationException", words);
        }
        let results: Vec<Result<String, (&str, &str)>> =
            entries.iter().map(|entry| self.put(entry)).collect();
        let failed = results.iter().filter(|result| result.is_err()).count();
        let rows = results.iter().map(|result| match result {
            Ok(id) => json!({ "EventId": id }),
            Err((code, message)) => json!({ "ErrorCode": code, "ErrorMessage": message }),
        });
        let rows: Vec<Value> = rows.collect();
        answer(200, &json!({ "FailedEntryCount": failed, "Entries": rows }))
    }

    fn put(&mut self, entry: &Value) -> Result<String, (&'static str, &'static str)> {
        let member = |name| text(entry, name);
        let (source, detail_type, detail) =
            (member("Source"), member("DetailType"), member("Detail"));
        if source.is_empty() || detail_type.is_empty() || detail.is_empty() {
            return Err(("InvalidArgument", "Parameter is not valid."));
        }
        let detail: Value = serde_json::from_str(detail)
            .ok()
            .filter(Value::is_object)
            .ok_or(("MalformedDetail", "Detail is malformed."))?;
        if !self.refusals.is_empty() {
            return Err((self.refusals.remove(0), "Try again."));
        }
        self.taken += 1;
        let id = uuid::Uuid::from_u64_pair(0x1779_3124_05d4_4198, self.taken).to_string();
        self.published.push(Published {
            id: id.clone(),
            bus: member("EventBusName").to_owned(),
            source: source.to_owned(),
            detail_type: detail_type.to_owned(),
            detail,
        });
        Ok(id)
    }
}

/// What an entry counts with: 14 for a time, and all of its texts in UTF-8.
fn size(entry: &Value) -> usize {
    let texts = ["Source", "DetailType", "Detail"];
    let time = if entry.get("Time").is_some() { 14 } else { 0 };
    time + texts
        .map(|name| text(entry, name).len())
        .iter()
        .sum::<usize>()
}

fn text<'a>(entry: &'a Value, name: &str) -> &'a str {
    entry.get(name).and_then(Value::as_str).unwrap_or_default()
}
