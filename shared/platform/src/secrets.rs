//! Secrets: Secrets Manager with a cache, or memory. One secret per kind of connection, never one
//! per customer. AWS's caching client brings the SDK's default TLS with it, a second crypto library
//! in every package, so the cache is ours; see `cache`.
//!
//! Invariant: no error and no log line holds a value. An answer of the service is never printed
//! whole, since one that cannot be read may still carry the secret.

mod cache;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use domain::failure::{Disposition, Failure};
use secrecy::SecretString;

use cache::Cache;

use crate::on_use::OnUse;

/// Which secret. Its value is a JSON document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SecretName {
    /// How to reach Microsoft Graph.
    Graph,
    /// How to reach the PSA, and what its deliveries must carry.
    Psa,
    /// How to reach the documentation system.
    Docs,
    /// The operators' tokens with their roles.
    Operators,
}

impl SecretName {
    /// All secrets.
    pub const ALL: [Self; 4] = [Self::Graph, Self::Psa, Self::Docs, Self::Operators];

    /// The last part of the secret's name in Secrets Manager.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Graph => "graph",
            Self::Psa => "psa",
            Self::Docs => "docs",
            Self::Operators => "operators",
        }
    }
}

/// Why a secret cannot be had. Never holds a value.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// There is none of that name.
    #[error("there is no secret {0}; create it as docs/configuration.md says")]
    Missing(String),
    /// The function may not read it.
    #[error(
        "the secret {name} may not be read ({what}); allow the function's role \
         secretsmanager:GetSecretValue on it, and kms:Decrypt where it has a key of its own"
    )]
    Denied {
        /// Which.
        name: String,
        /// What the service said.
        what: String,
    },
    /// It cannot be read at the moment.
    #[error("the secret {name} cannot be read: {what}")]
    Unreadable {
        /// Which.
        name: String,
        /// What the service said.
        what: String,
    },
}

impl From<SecretError> for Failure {
    fn from(error: SecretError) -> Self {
        let disposition = match &error {
            SecretError::Missing(_) | SecretError::Denied { .. } => Disposition::Suspend,
            SecretError::Unreadable { .. } => Disposition::Retry { after: None },
        };
        Self::new(disposition, error)
    }
}

/// Where secrets come from.
#[derive(Clone)]
pub enum Secrets {
    /// Secrets Manager, with what was read lately.
    Aws(Arc<Manager>),
    /// Memory.
    Memory(Arc<BTreeMap<SecretName, SecretString>>),
}

/// Secrets Manager, with what was read lately.
pub struct Manager {
    client: OnUse<aws_sdk_secretsmanager::Client>,
    /// The first part of every secret's name, as `muster/production`.
    prefix: String,
    cache: Cache,
}

impl Secrets {
    /// Secrets Manager: the secrets `<prefix>/graph` and so on.
    pub fn aws(client: OnUse<aws_sdk_secretsmanager::Client>, prefix: impl Into<String>) -> Self {
        Self::Aws(Arc::new(Manager {
            client,
            prefix: prefix.into(),
            cache: Cache::default(),
        }))
    }

    /// Memory.
    pub fn memory(secrets: BTreeMap<SecretName, SecretString>) -> Self {
        Self::Memory(Arc::new(secrets))
    }

    /// A secret. Read again after five minutes; when Secrets Manager does not answer then, what was
    /// read last is used on.
    ///
    /// # Errors
    /// `Missing` where there is none of that name, `Denied` where we may not read it, `Unreadable`
    /// where it cannot be read and never was.
    pub async fn get(&self, name: SecretName) -> Result<SecretString, SecretError> {
        match self {
            Self::Memory(secrets) => secrets
                .get(&name)
                .cloned()
                .ok_or_else(|| SecretError::Missing(name.as_str().to_owned())),
            Self::Aws(manager) => {
                let read = manager.read(name);
                manager.cache.get(name, Instant::now(), read).await
            }
        }
    }

    /// A secret, or none where there is none of that name.
    ///
    /// # Errors
    /// Where it cannot be read, or may not.
    pub async fn find(&self, name: SecretName) -> Result<Option<SecretString>, SecretError> {
        match self.get(name).await {
            Ok(value) => Ok(Some(value)),
            Err(SecretError::Missing(_)) => Ok(None),
            Err(error @ (SecretError::Denied { .. } | SecretError::Unreadable { .. })) => {
                Err(error)
            }
        }
    }
}

impl Manager {
    async fn read(&self, name: SecretName) -> Result<SecretString, SecretError> {
        let full = format!("{}/{}", self.prefix, name.as_str());
        match self.client.get_secret_value().secret_id(&full).send().await {
            Ok(answer) => match answer.secret_string() {
                Some(text) => Ok(SecretString::from(text)),
                None => Err(SecretError::Unreadable {
                    name: full,
                    what: "it is binary, and a JSON document is expected".to_owned(),
                }),
            },
            Err(error) => Err(judge(full, &error)),
        }
    }
}

/// What an error means. Of the answer, only the code and the service's own words are kept.
fn judge<R>(name: String, error: &SdkError<GetSecretValueError, R>) -> SecretError {
    let what = match error {
        SdkError::TimeoutError(_) => "no answer in time".to_owned(),
        SdkError::DispatchFailure(_) => "Secrets Manager cannot be reached".to_owned(),
        SdkError::ResponseError(_) => "the answer cannot be understood".to_owned(),
        SdkError::ServiceError(service) => {
            let code = service.err().code().unwrap_or("no code");
            format!(
                "{code}: {}",
                service.err().message().unwrap_or("no message")
            )
        }
        // Of the SDK's own making: the request could not be built, as without credentials.
        SdkError::ConstructionFailure(_) | _ => {
            "the request cannot be made; are there credentials?".to_owned()
        }
    };
    match error
        .as_service_error()
        .and_then(ProvideErrorMetadata::code)
    {
        Some("ResourceNotFoundException") => SecretError::Missing(name),
        Some("AccessDeniedException" | "DecryptionFailure") => SecretError::Denied { name, what },
        Some(_) | None => SecretError::Unreadable { name, what },
    }
}
