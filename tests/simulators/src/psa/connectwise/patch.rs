//! The steps of a JSON Patch: an array of `{op, path, value}`; path names are case-sensitive, the first
//! slash is optional.

use serde_json::Value;

use super::answers::Refusal;

/// One step.
#[derive(Debug)]
pub(crate) struct Step<'a> {
    pub(crate) op: &'a str,
    pub(crate) path: Vec<&'a str>,
    pub(crate) value: &'a Value,
}

/// Reads the steps of a body.
pub(crate) fn steps(body: &Value) -> Result<Vec<Step<'_>>, Refusal> {
    let refuse = |message: &str| Refusal::new("InvalidPatch", message);
    let steps = body
        .as_array()
        .ok_or_else(|| refuse("The patch is not an array."))?;
    steps
        .iter()
        .map(|step| {
            let op = step.get("op").and_then(Value::as_str);
            let path = step.get("path").and_then(Value::as_str);
            let (Some(op @ ("add" | "replace" | "remove")), Some(path)) = (op, path) else {
                return Err(refuse("A step has an op and a path."));
            };
            Ok(Step {
                op,
                path: path.split('/').filter(|part| !part.is_empty()).collect(),
                value: step.get("value").unwrap_or(&Value::Null),
            })
        })
        .collect()
}

/// A text or null, which empties.
pub(crate) fn text(value: &Value) -> Result<String, Refusal> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Null => Ok(String::new()),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Err(mistyped("System.String"))
        }
    }
}

/// Yes or no.
pub(crate) fn flag(value: &Value) -> Result<bool, Refusal> {
    value.as_bool().ok_or_else(|| mistyped("System.Boolean"))
}

/// The id of a reference, or none where it is null.
pub(crate) fn reference(value: &Value) -> Result<Option<i64>, Refusal> {
    if value.is_null() {
        return Ok(None);
    }
    let id = value.get("id").and_then(Value::as_i64);
    id.map(Some).ok_or_else(|| mistyped("a reference"))
}

fn mistyped(kind: &str) -> Refusal {
    let message = format!("Could not cast or convert the value to {kind}.");
    Refusal::new("InvalidPatch", &message)
}
