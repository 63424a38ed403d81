//! Secrets: Secrets Manager with a cache, or memory. One secret per kind of connection, never one
//! per customer. AWS's caching client brings the SDK's default TLS with it, a second crypto library
//! in every package, so the cache is these few lines.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_sdk_secretsmanager::error::DisplayErrorContext;
use domain::failure::{Disposition, Failure};
use secrecy::SecretString;
use tokio::sync::Mutex;

/// How long a secret is used before it is read again.
const KEPT: Duration = Duration::from_secs(300);

/// Which secret. Its value is a JSON document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SecretName {
    /// How to reach Microsoft Graph.
    Graph,
    /// How to reach the PSA, and what its deliveries must carry.
    Psa,
    /// The operators' tokens with their roles.
    Operators,
}

impl SecretName {
    /// All secrets.
    pub const ALL: [Self; 3] = [Self::Graph, Self::Psa, Self::Operators];

    /// The last part of the secret's name in Secrets Manager.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Graph => "graph",
            Self::Psa => "psa",
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
    /// It cannot be read.
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
            SecretError::Missing(_) => Disposition::Suspend,
            SecretError::Unreadable { .. } => Disposition::Retry { after: None },
        };
        Self::new(disposition, error)
    }
}

/// Where secrets come from.
#[derive(Clone)]
pub enum Secrets {
    /// Secrets Manager, with what was read lately.
    Aws {
        /// The client.
        client: aws_sdk_secretsmanager::Client,
        /// The first part of every secret's name, as `muster/production`.
        prefix: String,
        /// What was read, and when.
        cache: Arc<Mutex<BTreeMap<SecretName, (Instant, SecretString)>>>,
    },
    /// Memory.
    Memory(Arc<BTreeMap<SecretName, SecretString>>),
}

impl Secrets {
    /// Secrets Manager.
    pub fn aws(client: aws_sdk_secretsmanager::Client, prefix: impl Into<String>) -> Self {
        Self::Aws {
            client,
            prefix: prefix.into(),
            cache: Arc::default(),
        }
    }

    /// Memory.
    pub fn memory(secrets: BTreeMap<SecretName, SecretString>) -> Self {
        Self::Memory(Arc::new(secrets))
    }

    /// A secret. When Secrets Manager does not answer, what was read last is used on.
    ///
    /// # Errors
    /// `Missing` where there is none of that name, `Unreadable` where it cannot be read and never
    /// was.
    pub async fn get(&self, name: SecretName) -> Result<SecretString, SecretError> {
        match self {
            Self::Memory(secrets) => secrets
                .get(&name)
                .cloned()
                .ok_or_else(|| SecretError::Missing(name.as_str().to_owned())),
            Self::Aws {
                client,
                prefix,
                cache,
            } => {
                // The lock is held over the call: callers wait for one reading, not for many.
                let mut cache = cache.lock().await;
                let held = cache.get(&name).cloned();
                if let Some((read_at, value)) = &held
                    && read_at.elapsed() < KEPT
                {
                    return Ok(value.clone());
                }
                match (read(client, prefix, name).await, held) {
                    (Ok(value), _) => {
                        cache.insert(name, (Instant::now(), value.clone()));
                        Ok(value)
                    }
                    (Err(error @ SecretError::Unreadable { .. }), Some((_, value))) => {
                        tracing::warn!(%error, "a secret is used on as it was read last");
                        Ok(value)
                    }
                    (Err(error), _) => Err(error),
                }
            }
        }
    }

    /// A secret, or none where there is none of that name.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub async fn find(&self, name: SecretName) -> Result<Option<SecretString>, SecretError> {
        match self.get(name).await {
            Ok(value) => Ok(Some(value)),
            Err(SecretError::Missing(_)) => Ok(None),
            Err(error @ SecretError::Unreadable { .. }) => Err(error),
        }
    }
}

async fn read(
    client: &aws_sdk_secretsmanager::Client,
    prefix: &str,
    name: SecretName,
) -> Result<SecretString, SecretError> {
    let full = format!("{prefix}/{}", name.as_str());
    let unreadable = |what: String| SecretError::Unreadable {
        name: full.clone(),
        what,
    };
    match client.get_secret_value().secret_id(&full).send().await {
        Ok(answer) => match answer.secret_string() {
            Some(text) => Ok(SecretString::from(text)),
            None => Err(unreadable(
                "it is binary, and a JSON document is expected".to_owned(),
            )),
        },
        Err(error) => {
            let is_missing = error
                .as_service_error()
                .is_some_and(|e| e.is_resource_not_found_exception());
            if is_missing {
                return Err(SecretError::Missing(full));
            }
            Err(unreadable(DisplayErrorContext(&error).to_string()))
        }
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[tokio::test]
    async fn memory_gives_what_it_was_given_and_names_what_it_lacks() {
        let held = [(SecretName::Graph, SecretString::from("{}"))].into();
        let secrets = Secrets::memory(held);
        assert_eq!(
            secrets
                .get(SecretName::Graph)
                .await
                .unwrap()
                .expose_secret(),
            "{}"
        );
        let missing = secrets.get(SecretName::Psa).await.unwrap_err();
        assert!(missing.to_string().contains("psa"));
        assert!(secrets.find(SecretName::Psa).await.unwrap().is_none());
    }
}
