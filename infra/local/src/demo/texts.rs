//! Texts that simulated vendors are read from, and configured by.

use domain::push::custom::flag_text;
use serde_json::Value;

/// Lines of a configuration: keys with texts.
pub(super) fn lines(keys: &[(&str, &str)]) -> String {
    let lines = keys.iter().map(|(key, text)| format!("{key} = {text:?}\n"));
    lines.collect()
}

/// A member of a record as text; empty where there is none.
pub(super) fn text(record: &Value, member: &str) -> String {
    match record.get(member) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Bool(flag)) => flag_text(*flag).to_owned(),
        Some(Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_)) | None => {
            String::new()
        }
    }
}
