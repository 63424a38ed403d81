//! Rows of a list, page by page, each once.

use std::collections::BTreeSet;

use crate::error::ConnectorError;

/// What was collected of one list.
pub(super) struct Pages<T> {
    vendor: &'static str,
    /// What the rows are, for errors.
    what: &'static str,
    rows_max: usize,
    seen: BTreeSet<String>,
    rows: Vec<T>,
}

impl<T> Pages<T> {
    pub(super) fn new(vendor: &'static str, what: &'static str, rows_max: usize) -> Self {
        Self {
            vendor,
            what,
            rows_max,
            seen: BTreeSet::new(),
            rows: Vec::new(),
        }
    }

    /// Takes one page: ids, and the rows that are wanted. A page with rows that are all known is the
    /// same page over and over.
    pub(super) fn take(&mut self, page: Vec<(String, Option<T>)>) -> Result<(), ConnectorError> {
        let is_empty = page.is_empty();
        let before = self.seen.len();
        for (id, row) in page {
            if self.seen.insert(id) {
                self.rows.extend(row);
            }
        }
        if !is_empty && self.seen.len() == before {
            let what = format!("the same page of {} over and over", self.what);
            return Err(ConnectorError::shape(self.vendor, what));
        }
        if self.seen.len() > self.rows_max {
            let what = format!("more than {} {}", self.rows_max, self.what);
            return Err(ConnectorError::shape(self.vendor, what));
        }
        Ok(())
    }

    pub(super) fn into_rows(self) -> Vec<T> {
        self.rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(ids: &[u32]) -> Vec<(String, Option<u32>)> {
        ids.iter()
            .map(|id| (id.to_string(), Some(*id).filter(|id| id % 2 == 0)))
            .collect()
    }

    #[test]
    fn each_row_is_taken_once_and_a_page_that_repeats_is_an_error() {
        let mut pages = Pages::new("Acme", "entries", 5);
        pages.take(page(&[1, 2])).unwrap();
        pages.take(page(&[2, 3, 4])).unwrap();
        pages.take(page(&[])).unwrap();
        let error = pages.take(page(&[3, 4])).unwrap_err();
        assert!(error.to_string().contains("the same page of entries"));
        let error = pages.take(page(&[5, 6])).unwrap_err();
        assert!(error.to_string().contains("more than 5 entries"));
        assert_eq!(pages.into_rows(), [2, 4, 6]);
    }
}
