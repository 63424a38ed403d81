//! Keys that vendors sign their deliveries with, fetched from the vendor and kept for some minutes.
//!
//! Invariants: a key is kept under the whole address it came from; `Debug` shows none.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use secrecy::SecretString;

/// How long a key is used before it is fetched anew.
const KEPT: Duration = Duration::from_secs(600);
/// How long a key that proves nothing is believed to be the right one all the same: forged
/// deliveries are not to make a call each.
const TRUSTED: Duration = Duration::from_secs(60);
/// Keys that are kept; beyond it all are dropped and fetched again.
const KEYS_MAX: usize = 64;

/// The keys of a process; clones share them.
#[derive(Clone, Default)]
pub(crate) struct SigningKeys(Arc<Mutex<BTreeMap<String, Held>>>);

#[derive(Clone)]
struct Held {
    key: SecretString,
    since: Instant,
}

/// A key that was kept.
pub(crate) struct Kept {
    /// The key.
    pub(crate) key: SecretString,
    /// Is it too new for another one to be there by now?
    pub(crate) is_fresh: bool,
}

impl SigningKeys {
    /// The key that came from this address, if it is not too old.
    pub(crate) fn get(&self, address: &str) -> Option<Kept> {
        self.get_at(address, Instant::now())
    }

    fn get_at(&self, address: &str, now: Instant) -> Option<Kept> {
        let keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let held = keys.get(address)?.clone();
        let age = now.saturating_duration_since(held.since);
        (age < KEPT).then_some(Kept {
            key: held.key,
            is_fresh: age < TRUSTED,
        })
    }

    /// Keeps a key that was just fetched.
    pub(crate) fn put(&self, address: &str, key: SecretString) {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.len() >= KEYS_MAX && !keys.contains_key(address) {
            keys.clear();
        }
        let since = Instant::now();
        keys.insert(address.to_owned(), Held { key, since });
    }
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKeys").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_key_is_kept_for_minutes_and_shown_to_nobody() {
        let keys = SigningKeys::default();
        keys.put("https://a.example/key", SecretString::from("hush"));
        assert!(keys.get("https://a.example/other").is_none());
        let now = Instant::now();
        for (age, expected) in [(0, Some(true)), (70, Some(false)), (700, None)] {
            let kept = keys.get_at("https://a.example/key", now + Duration::from_secs(age));
            let found = kept.map(|kept| {
                assert_eq!(kept.key.expose_secret(), "hush");
                kept.is_fresh
            });
            assert_eq!(found, expected, "after {age} s");
        }
        assert!(!format!("{keys:?}").contains("hush"));
        for number in 0..=KEYS_MAX {
            keys.put(&number.to_string(), SecretString::from("hush"));
        }
        assert!(keys.get("https://a.example/key").is_none());
    }
}
