//! Secrets Manager: values by name, and who may not read them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::{Value, json};

use super::{answer, error};
use crate::exchange::Answer;

#[derive(Default)]
pub(super) struct Secrets {
    values: BTreeMap<String, (String, u64)>,
    denied: BTreeSet<String>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

impl Secrets {
    pub(super) fn put(&mut self, name: &str, value: &str) {
        let version = self.values.get(name).map_or(1, |(_, version)| version + 1);
        let value = (value.to_owned(), version);
        self.values.insert(name.to_owned(), value);
        self.denied.remove(name);
    }

    pub(super) fn deny(&mut self, name: &str) {
        self.denied.insert(name.to_owned());
    }

    pub(super) fn get(&self, asked: &Value) -> Answer {
        let Some(name) = asked.get("SecretId").and_then(Value::as_str) else {
            return error(400, "InvalidParameterException", "SecretId is missing");
        };
        if self.denied.contains(name) {
            let words = "no identity-based policy allows the secretsmanager:GetSecretValue action";
            return error(400, "AccessDeniedException", words);
        }
        let Some((value, version)) = self.values.get(name) else {
            let words = "Secrets Manager can't find the specified secret.";
            return error(400, "ResourceNotFoundException", words);
        };
        let arn = format!("arn:aws:secretsmanager:eu-west-2:123456789012:secret:{name}-AbCdEf");
        let version = uuid::Uuid::from_u64_pair(0x5e11_0000_0000_4000, *version);
        answer(
            200,
            &json!({
                "ARN": arn, "Name": name, "VersionId": version.to_string(), "SecretString": value,
                "VersionStages": ["AWSCURRENT"], "CreatedDate": 1_795_507_200.0,
            }),
        )
    }
}
