//! `[[operators]]`: who may use the operators' API, and in which role.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::reader::Reader;

const ROLES: [&str; 4] = ["super", "primary", "manager", "technician"];

/// The secret document of the operators: `[{"token", "role"}]`.
pub(crate) fn operators(readers: Vec<Reader<'_>>) -> SecretString {
    let mut tokens: BTreeMap<String, usize> = BTreeMap::new();
    let mut operators: Vec<Value> = Vec::new();
    for mut reader in readers {
        let token = reader.secret("token");
        let expected = "one of \"super\", \"primary\", \"manager\", \"technician\"";
        let role = reader.required_text("role", expected).and_then(|_| {
            reader.parsed("role", expected, |text| {
                ROLES.into_iter().find(|role| *role == text)
            })
        });
        if let Some(token) = &token
            && let Some(first) = tokens.insert(token.value.expose_secret().to_owned(), reader.line)
        {
            reader.wrong_at(
                token.line,
                "token",
                format!("the operator in line {first} has this token; each needs its own"),
            );
        }
        if let (Some(token), Some(role)) = (token, role) {
            operators.push(json!({"token": token.value.expose_secret(), "role": role.value}));
        }
        reader.finish();
    }
    SecretString::from(Value::from(operators).to_string())
}
