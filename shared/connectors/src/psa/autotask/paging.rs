//! Where a list of Autotask's goes on, and when it ends. Pure.
//!
//! Lists are read by id: each page asks for the rows behind the last one, which the vendor
//! recommends over its page links, since nothing that changes meanwhile moves a row out of sight. A
//! page with fewer rows than were asked for ends the list only if it names no other page. Rows that
//! are not in the order of their ids, or not behind the last one, cannot be read to their end.

use crate::psa::PageToken;

/// Rows asked for in one page, the most there are.
pub(super) const PAGE_SIZE: usize = 500;

/// A place in a list: behind the row of that id. `None` at its start; ids count from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position(Option<i64>);

/// Why a list cannot be read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum PagingError {
    #[error("a page token that this connector did not make")]
    ForeignToken,
    #[error("the same rows of a list twice, or rows out of order")]
    Disordered,
    #[error("a list with more rows than are taken")]
    TooLong,
}

impl Position {
    /// The start of a list.
    pub(super) const START: Self = Self(None);

    /// Takes back a token.
    pub(super) fn from_token(token: Option<&PageToken>) -> Result<Self, PagingError> {
        let Some(token) = token else {
            return Ok(Self::START);
        };
        let id = token.as_str().parse().ok().filter(|id| *id >= 0);
        id.map(|id| Self(Some(id))).ok_or(PagingError::ForeignToken)
    }

    /// The token for it: a number. None for the start.
    pub(super) fn to_token(self) -> Option<PageToken> {
        self.0.map(|id| PageToken::new(id.to_string()))
    }

    /// The last row before it.
    pub(super) fn after_id(self) -> Option<i64> {
        self.0
    }

    /// Where it goes on after a page with these ids; `has_next` is what the page says of another.
    pub(super) fn after(
        self,
        ids: &[i64],
        has_next: Option<bool>,
    ) -> Result<Option<Self>, PagingError> {
        let Some(last) = ids.last() else {
            return Ok(None);
        };
        let is_behind = self
            .0
            .is_none_or(|before| ids.iter().all(|id| *id > before));
        let is_ordered = ids.windows(2).all(|pair| pair.first() < pair.last());
        let is_last = ids.len() < PAGE_SIZE && has_next == Some(false);
        if !is_behind || !(is_ordered || is_last) {
            return Err(PagingError::Disordered);
        }
        Ok((!is_last).then_some(Self(Some(*last))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pages asked for and rows seen, of so many rows, in pages of at most so many.
    fn walk(total: i64, size: usize, says: bool) -> Result<(usize, usize), PagingError> {
        let (mut position, mut pages, mut rows) = (Position::START, 0, 0);
        loop {
            let from = position.after_id().map_or(0, |id| id + 1);
            let ids: Vec<i64> = (from..total).take(size).collect();
            let has_next = from + i64::try_from(ids.len()).unwrap() < total;
            pages += 1;
            rows += ids.len();
            match position.after(&ids, says.then_some(has_next))? {
                Some(next) => position = Position::from_token(next.to_token().as_ref())?,
                None => return Ok((pages, rows)),
            }
        }
    }

    #[test]
    fn a_list_ends_where_no_more_rows_are_behind_the_last() {
        for (total, size, says, pages) in [
            (0, 500, true, 1),
            (1, 500, true, 1),
            (499, 500, true, 1),
            // A full page may have something behind it, whatever it says.
            (500, 500, true, 2),
            (1200, 500, true, 3),
            // A silent cap at 40, and pages that say nothing of others.
            (100, 40, true, 3),
            (100, 40, false, 4),
        ] {
            let rows = usize::try_from(total).unwrap();
            assert_eq!(walk(total, size, says), Ok((pages, rows)), "{total} {size}");
        }
    }

    #[test]
    fn rows_that_repeat_or_are_out_of_order_are_an_error() {
        let behind = Position(Some(9));
        assert_eq!(
            behind.after(&[9, 10], Some(true)),
            Err(PagingError::Disordered)
        );
        assert_eq!(
            behind.after(&[3], Some(false)),
            Err(PagingError::Disordered)
        );
        assert_eq!(behind.after(&[12, 11], None), Err(PagingError::Disordered));
        assert_eq!(
            behind.after(&[11, 11], Some(true)),
            Err(PagingError::Disordered)
        );
        // All of it is there: their order is no matter.
        assert_eq!(behind.after(&[12, 11], Some(false)), Ok(None));
    }

    #[test]
    fn foreign_tokens_are_refused() {
        for text in ["", "-1", "x", "1.2", "99999999999999999999"] {
            let token = PageToken::new(text);
            let read = Position::from_token(Some(&token));
            assert_eq!(read, Err(PagingError::ForeignToken), "{text}");
        }
        assert_eq!(Position::START.to_token(), None);
    }
}
