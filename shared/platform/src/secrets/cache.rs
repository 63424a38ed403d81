//! What was read lately. A value serves for five minutes and is then read again; that is how a
//! rotated secret arrives without a restart. A service that does not answer costs nobody anything
//! while there is a value, and is asked again only after a rest.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use secrecy::SecretString;
use tokio::sync::Mutex;

use super::{SecretError, SecretName};

/// How long a secret is used before it is read again.
pub(super) const KEPT: Duration = Duration::from_secs(300);
/// How long the service is left alone after it did not answer.
pub(super) const REST: Duration = Duration::from_secs(30);

/// What was read lately.
#[derive(Default)]
pub(super) struct Cache {
    held: Mutex<BTreeMap<SecretName, Held>>,
}

struct Held {
    value: SecretString,
    good_until: Instant,
}

impl Cache {
    /// A value that is held and still good, or what `read` says.
    ///
    /// # Errors
    /// What `read` ended with, unless it is that the service did not answer and a value is held.
    pub(super) async fn get(
        &self,
        name: SecretName,
        now: Instant,
        read: impl Future<Output = Result<SecretString, SecretError>>,
    ) -> Result<SecretString, SecretError> {
        // The lock is held over the call: callers wait for one reading, not for many.
        let mut all = self.held.lock().await;
        if let Some(held) = all.get(&name)
            && now < held.good_until
        {
            return Ok(held.value.clone());
        }
        match (read.await, all.get_mut(&name)) {
            (Ok(value), _) => {
                all.insert(
                    name,
                    Held {
                        value: value.clone(),
                        good_until: now + KEPT,
                    },
                );
                Ok(value)
            }
            (Err(error @ SecretError::Unreadable { .. }), Some(held)) => {
                tracing::warn!(%error, "a secret is used on as it was read last");
                held.good_until = now + REST;
                Ok(held.value.clone())
            }
            (Err(error), _) => {
                // A secret that was deleted, or taken from us, is not to be used on.
                all.remove(&name);
                Err(error)
            }
        }
    }
}
