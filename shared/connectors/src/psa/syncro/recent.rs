//! The contacts of a company as they were a moment ago. Nothing in Syncro searches contacts, so that
//! whoever is looked for before a create costs a reading of all; of many creates in a row, one reading
//! serves those of half a minute.
//!
//! Invariants: it is of this invocation alone; a write takes it away, and only one whose outcome is
//! known brings it back with what was made.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use domain::id::CompanyId;

use super::compared;
use super::wire::WireContact;

/// For how long it is relied on. Others may make a contact meanwhile, as they may between any look
/// and a create.
const RELIED_ON: Duration = Duration::from_secs(30);

/// What was read last.
#[derive(Default)]
pub(super) struct Recent(Mutex<Option<Reading>>);

/// All contacts of a company, as they came.
pub(super) struct Reading {
    company: CompanyId,
    at: Instant,
    rows: Vec<WireContact>,
}

impl Reading {
    /// Adds one that was made since.
    pub(super) fn with(mut self, row: WireContact) -> Self {
        self.rows.push(row);
        self
    }

    fn having(&self, address: &str) -> Vec<WireContact> {
        let has_it = |row: &&WireContact| row.email.value().is_some_and(|e| compared(e) == address);
        self.rows.iter().filter(has_it).cloned().collect()
    }
}

impl Recent {
    /// Who has that address, in the spelling that is compared; `None` where all are to be read anew.
    pub(super) fn having(&self, company: &CompanyId, address: &str) -> Option<Vec<WireContact>> {
        let reading = self.lock();
        let is_good =
            |reading: &&Reading| reading.company == *company && reading.at.elapsed() < RELIED_ON;
        let reading = reading.as_ref().filter(is_good)?;
        Some(reading.having(address))
    }

    /// Keeps what was read just now. Who has that address of it?
    pub(super) fn keep(
        &self,
        company: &CompanyId,
        rows: Vec<WireContact>,
        address: &str,
    ) -> Vec<WireContact> {
        let reading = Reading {
            company: company.clone(),
            at: Instant::now(),
            rows,
        };
        let found = reading.having(address);
        *self.lock() = Some(reading);
        found
    }

    /// Takes it away, before anything is written.
    pub(super) fn take(&self) -> Option<Reading> {
        self.lock().take()
    }

    /// Brings it back. It is no younger for that.
    pub(super) fn bring_back(&self, reading: Reading) {
        *self.lock() = Some(reading);
    }

    fn lock(&self) -> MutexGuard<'_, Option<Reading>> {
        // What is in it is whole even if a thread died holding it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_reading_is_of_one_company_and_of_a_moment() {
        let company = |id: &str| CompanyId::parse(id).unwrap();
        let row = |id: i64| -> WireContact {
            serde_json::from_value(json!({ "id": id, "email": "Ann@a.example" })).unwrap()
        };
        let recent = Recent::default();
        assert!(recent.having(&company("42"), "ann@a.example").is_none());
        let found = recent.keep(&company("42"), vec![row(1)], "joe@a.example");
        assert!(found.is_empty());
        let found = recent.having(&company("42"), "ann@a.example").unwrap();
        assert_eq!(found.len(), 1);
        assert!(recent.having(&company("43"), "ann@a.example").is_none());
        let reading = recent.take().unwrap();
        assert!(recent.having(&company("42"), "ann@a.example").is_none());
        recent.bring_back(reading.with(row(2)));
        let found = recent.having(&company("42"), "ann@a.example").unwrap();
        assert_eq!(found.len(), 2);
        let mut old = recent.take().unwrap();
        old.at = Instant::now().checked_sub(RELIED_ON).unwrap();
        recent.bring_back(old);
        assert!(recent.having(&company("42"), "ann@a.example").is_none());
    }
}
