//! Where a list that is read by page numbers goes on, and when it ends: for vendors that count their
//! pages from 1 and may say how many rows there are in all, or how many pages. Pure.
//!
//! A vendor may hand out fewer rows than were asked for, without a word, so the end is where as many
//! rows were seen as the answer counts, or where a page has none: never merely a short page. A page
//! that repeats the one before would go on for ever, and is an error.

use domain::limits::CONTACTS_MAX;

use super::PageToken;
use crate::error::ConnectorError;

/// Rows asked for in one page. Integrations report a silent cap at 100 of one vendor, and that 100
/// work with another.
pub(crate) const PAGE_SIZE: usize = 100;

/// A place in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    /// The page to ask for, from 1.
    pub(crate) page: usize,
    /// Rows seen before it.
    seen: usize,
    /// The first and the last id of the page before; 0 on the first page.
    before: (i64, i64),
}

/// Why a list cannot be read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PagingError {
    #[error("a page token that this connector did not make")]
    ForeignToken,
    #[error("the same page of a list twice")]
    Repeated,
    #[error("a list with more rows than are taken")]
    TooLong,
}

impl PagingError {
    /// The error of a list of that vendor's.
    pub(crate) fn of(self, vendor: &'static str) -> ConnectorError {
        ConnectorError::shape(vendor, self.to_string())
    }
}

impl Position {
    /// The first page.
    pub(crate) const START: Self = Self {
        page: 1,
        seen: 0,
        before: (0, 0),
    };

    /// Takes back a token.
    pub(crate) fn from_token(token: Option<&PageToken>) -> Result<Self, PagingError> {
        let Some(token) = token else {
            return Ok(Self::START);
        };
        Self::parse(token.as_str()).ok_or(PagingError::ForeignToken)
    }

    /// Takes back the text of a token.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let page = parts.next()?.parse().ok()?;
        let seen = parts.next()?.parse().ok()?;
        let before = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let is_whole = parts.next().is_none() && page > 0 && seen <= CONTACTS_MAX;
        is_whole.then_some(Self { page, seen, before })
    }

    /// The token for it: numbers only.
    pub(crate) fn to_token(self) -> PageToken {
        let (first, last) = self.before;
        PageToken::new(format!("{}.{}.{first}.{last}", self.page, self.seen))
    }

    /// Where it goes on after a page with these ids, of a list that is said to have that many rows.
    pub(crate) fn after(
        self,
        ids: &[i64],
        record_count: Option<i64>,
    ) -> Result<Option<Self>, PagingError> {
        // A count below what is in sight counts something else.
        let record_count = record_count
            .and_then(|count| usize::try_from(count).ok())
            .filter(|count| *count >= ids.len());
        let is_last = match record_count {
            Some(count) => self.seen_with(ids.len()) >= count,
            // More rows than were asked for: it does not page at all.
            None => ids.len() > PAGE_SIZE,
        };
        self.after_page(ids, is_last)
    }

    /// The same where the answer says itself whether it was the last page. A page without rows is.
    pub(crate) fn after_page(
        self,
        ids: &[i64],
        is_last: bool,
    ) -> Result<Option<Self>, PagingError> {
        let (Some(first), Some(last)) = (ids.first(), ids.last()) else {
            return Ok(None);
        };
        if (*first, *last) == self.before {
            return Err(PagingError::Repeated);
        }
        let seen = self.seen_with(ids.len());
        if seen > CONTACTS_MAX {
            return Err(PagingError::TooLong);
        }
        Ok((!is_last).then_some(Self {
            page: self.page.saturating_add(1),
            seen,
            before: (*first, *last),
        }))
    }

    /// Rows seen up to the end of a page with so many.
    pub(crate) fn seen_with(self, rows: usize) -> usize {
        self.seen.saturating_add(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pages asked for until a server ends, which gives out these rows by page from 1.
    fn walk(
        record_count: Option<i64>,
        rows: impl Fn(usize) -> Vec<i64>,
    ) -> Result<(usize, usize), PagingError> {
        let mut position = Position::START;
        let mut total = 0;
        loop {
            let ids = rows(position.page);
            total += ids.len();
            match position.after(&ids, record_count)? {
                Some(next) => position = Position::from_token(Some(&next.to_token()))?,
                None => return Ok((position.page, total)),
            }
        }
    }

    fn paged(total: i64, size: usize) -> impl Fn(usize) -> Vec<i64> {
        move |page| (1..=total).skip((page - 1) * size).take(size).collect()
    }

    #[test]
    fn a_list_ends_where_all_rows_were_seen() {
        for (total, size, said, pages) in [
            (0, 100, Some(0), 1),
            (1, 100, Some(1), 1),
            (100, 100, Some(100), 1),
            (101, 100, Some(101), 2),
            (250, 100, Some(250), 3),
            // A silent cap at 50.
            (120, 50, Some(120), 3),
            // Nothing said, or nonsense.
            (120, 100, None, 3),
            (120, 100, Some(0), 3),
            (120, 100, Some(-1), 3),
            // It does not page.
            (137, 1000, None, 1),
            (137, 1000, Some(137), 1),
            // Fewer rows than were counted.
            (120, 100, Some(130), 3),
        ] {
            let walked = walk(said, paged(total, size));
            let rows = usize::try_from(total).unwrap();
            assert_eq!(
                walked,
                Ok((pages, rows)),
                "{total} by {size}, said {said:?}"
            );
        }
    }

    #[test]
    fn a_page_that_repeats_ends_the_list_with_an_error() {
        let same = |_| (1..=100).collect::<Vec<_>>();
        assert_eq!(walk(Some(900), same), Err(PagingError::Repeated));
        assert_eq!(walk(None, |_| vec![7]), Err(PagingError::Repeated));
    }

    #[test]
    fn a_list_without_end_ends() {
        let endless = |page: usize| {
            let start = i64::try_from(page).unwrap() * 100;
            (start..start + 100).collect()
        };
        assert_eq!(walk(None, endless), Err(PagingError::TooLong));
    }

    #[test]
    fn foreign_tokens_are_refused() {
        for text in [
            "",
            "2",
            "0.0.0.0",
            "2.100.1",
            "2.100.1.100.7",
            "2.x.1.100",
            "1.999999999.1.2",
        ] {
            let token = PageToken::new(text);
            assert_eq!(
                Position::from_token(Some(&token)),
                Err(PagingError::ForeignToken),
                "{text}"
            );
        }
    }
}
