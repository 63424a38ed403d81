//! Two services of AWS, as far as functions call them: EventBridge's `PutEvents` and Secrets
//! Manager's `GetSecretValue`, over the JSON protocol 1.1.
//!
//! Both answer on one address; which is meant says the header `X-Amz-Target`. Callers reach them
//! under paths of their own, so that faults can be told to one of them: `/events`, `/secrets`.
//! Signatures are not checked, their presence is. Shapes and error codes are those of the API
//! references "Amazon EventBridge" and "AWS Secrets Manager".

mod bus;
mod secrets;
#[cfg(test)]
mod tests;

use bytes::Bytes;
use serde_json::{Value, json};

pub use bus::Published;

use crate::exchange::{Answer, Request};
use crate::simulator::{Simulator, Vendor};

/// Both services, running, without a secret. Start them unrecorded: no description of these services
/// is held against a journal.
pub type Aws = Simulator<State>;

/// Everything behind both services.
#[derive(Debug, Default)]
pub struct State {
    bus: bus::Bus,
    secrets: secrets::Secrets,
}

impl Aws {
    /// Where EventBridge is, as `AWS_ENDPOINT_URL_EVENTBRIDGE` has it. Faults name `/events`.
    pub fn events_url(&self) -> String {
        format!("{}/events", self.base())
    }

    /// Where Secrets Manager is, as `AWS_ENDPOINT_URL_SECRETS_MANAGER` has it. Faults name
    /// `/secrets`.
    pub fn secrets_url(&self) -> String {
        format!("{}/secrets", self.base())
    }

    /// Everything that was published since the last look, oldest first.
    pub fn take_published(&self) -> Vec<Published> {
        self.state().bus.take()
    }

    /// The next `entries` entries are refused with this code, one by one within calls that succeed,
    /// as under load.
    pub fn refuse_entries(&self, entries: usize, code: &'static str) {
        self.state().bus.refuse(entries, code);
    }

    /// A secret has this value from now on.
    pub fn put_secret(&self, name: &str, value: &str) {
        self.state().secrets.put(name, value);
    }

    /// Whoever asks may not read this secret from now on.
    pub fn deny_secret(&self, name: &str) {
        self.state().secrets.deny(name);
    }
}

impl Vendor for State {
    const NAME: &'static str = "aws";

    fn answer(&mut self, _base: &str, request: &Request) -> Answer {
        let signed = request
            .header("authorization")
            .is_some_and(|value| value.starts_with("AWS4-HMAC-SHA256 Credential="));
        if !signed {
            return self.unauthorized();
        }
        let Some(asked) = request.json() else {
            return error(400, "SerializationException", "the body is no JSON");
        };
        match request.header("x-amz-target") {
            Some("AWSEvents.PutEvents") => self.bus.put_events(&asked),
            Some("secretsmanager.GetSecretValue") => self.secrets.get(&asked),
            Some(_) | None => error(400, "UnknownOperationException", ""),
        }
    }

    fn throttled(&self) -> Answer {
        error(400, "ThrottlingException", "Rate exceeded")
    }

    fn unauthorized(&self) -> Answer {
        let words = "Missing Authentication Token";
        error(400, "MissingAuthenticationTokenException", words)
    }

    fn server_error(&self, status: u16) -> Answer {
        error(status, "InternalFailure", "")
    }
}

fn answer(status: u16, body: &Value) -> Answer {
    Answer {
        status,
        content_type: "application/x-amz-json-1.1",
        headers: Vec::new(),
        body: Bytes::from(body.to_string()),
    }
}

fn error(status: u16, code: &str, message: &str) -> Answer {
    answer(status, &json!({ "__type": code, "message": message }))
}
