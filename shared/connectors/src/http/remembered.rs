//! Addresses that a vendor tells when it is asked where a customer of its lives, and their like: kept
//! for as long as the process lives, so that one call is enough for all invocations.
//!
//! Invariant: what is remembered belongs to the connection that asked, and is no secret.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many texts are remembered. A deployment has one PSA: a guard, not a limit to be met.
const ENTRIES_MAX: usize = 64;

/// What vendors told of themselves, by what was asked; clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Remembered(Arc<Mutex<BTreeMap<String, String>>>);

impl Remembered {
    /// What was told, where it was asked before. `key` names the vendor, the question and whose
    /// connection it is, without secrets.
    pub(crate) fn get(&self, key: &str) -> Option<String> {
        self.lock().get(key).cloned()
    }

    /// Remembers what was told. Where there is too much, all else is asked anew.
    pub(crate) fn put(&self, key: &str, told: &str) {
        let mut entries = self.lock();
        if entries.len() >= ENTRIES_MAX && !entries.contains_key(key) {
            entries.clear();
        }
        entries.insert(key.to_owned(), told.to_owned());
    }

    /// Forgets what turned out to be wrong, so that it is asked anew.
    pub(crate) fn forget(&self, key: &str) {
        self.lock().remove(key);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_told_is_kept_until_it_is_forgotten_or_there_is_too_much() {
        let remembered = Remembered::default();
        remembered.put("zone of a@example.com", "https://zone1.example");
        let clone = remembered.clone();
        assert_eq!(
            clone.get("zone of a@example.com").as_deref(),
            Some("https://zone1.example")
        );
        clone.forget("zone of a@example.com");
        assert_eq!(remembered.get("zone of a@example.com"), None);
        for number in 0..=ENTRIES_MAX {
            remembered.put(&number.to_string(), "told");
        }
        assert_eq!(remembered.lock().len(), 1);
    }
}
