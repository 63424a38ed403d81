//! Where a list of Syncro's goes on, and when it ends. Pure.
//!
//! The size of a page is the server's own: the documents and the servers disagree about it, so that
//! `meta` alone tells the end, or a page without rows. A page that repeats the one before would go on
//! for ever, and is an error. Lists have no order that is promised, and rows may move while they are
//! paged: a list that shows fewer rows than it counts is no whole one.

use domain::limits::CONTACTS_MAX;

use crate::psa::PageToken;

/// A place in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position {
    /// The page to ask for, from 1.
    pub(super) page: usize,
    /// Rows seen before it.
    seen: usize,
    /// The first and the last id of the page before; 0 on the first page.
    before: (i64, i64),
}

/// What an answer says of its list, where it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Meta {
    pub(super) total_pages: Option<usize>,
    pub(super) total_entries: Option<usize>,
}

impl Meta {
    /// Does the list count more rows than these?
    pub(super) fn counts_more_than(self, rows: usize) -> bool {
        self.total_entries.is_some_and(|total| total > rows)
    }
}

/// Why a list cannot be read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum PagingError {
    #[error("a page token that this connector did not make")]
    ForeignToken,
    #[error("the same page of a list twice")]
    Repeated,
    #[error("a list with more rows than are taken")]
    TooLong,
    #[error(
        "a list that counts more rows than it shows, as one does that changes while it is read"
    )]
    Short,
}

impl Position {
    /// The first page.
    pub(super) const START: Self = Self {
        page: 1,
        seen: 0,
        before: (0, 0),
    };

    /// Takes back a token.
    pub(super) fn from_token(token: Option<&PageToken>) -> Result<Self, PagingError> {
        let Some(token) = token else {
            return Ok(Self::START);
        };
        Self::parse(token.as_str()).ok_or(PagingError::ForeignToken)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let page = parts.next()?.parse().ok()?;
        let seen = parts.next()?.parse().ok()?;
        let before = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let is_whole = parts.next().is_none() && page > 0 && seen <= CONTACTS_MAX;
        is_whole.then_some(Self { page, seen, before })
    }

    /// The token for it: numbers only.
    pub(super) fn to_token(self) -> PageToken {
        let (first, last) = self.before;
        PageToken::new(format!("{}.{}.{first}.{last}", self.page, self.seen))
    }

    /// Where it goes on after a page with these ids; `None` where it was the last.
    pub(super) fn after(self, ids: &[i64], meta: Meta) -> Result<Option<Self>, PagingError> {
        let (Some(first), Some(last)) = (ids.first(), ids.last()) else {
            return Ok(None);
        };
        if (*first, *last) == self.before {
            return Err(PagingError::Repeated);
        }
        let seen = self.seen.saturating_add(ids.len());
        if seen > CONTACTS_MAX {
            return Err(PagingError::TooLong);
        }
        let is_last = meta.total_pages.is_some_and(|total| self.page >= total);
        Ok((!is_last).then_some(Self {
            page: self.page.saturating_add(1),
            seen,
            before: (*first, *last),
        }))
    }

    /// Rows seen up to the end of a page with so many.
    pub(super) fn seen_with(self, rows: usize) -> usize {
        self.seen.saturating_add(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meta(total_pages: usize) -> Meta {
        Meta {
            total_pages: Some(total_pages),
            total_entries: None,
        }
    }

    /// The pages asked for until a server ends, which gives out these rows by page from 1.
    fn walk(meta: Meta, rows: impl Fn(usize) -> Vec<i64>) -> Result<(usize, usize), PagingError> {
        let mut position = Position::START;
        let mut total = 0;
        loop {
            let ids = rows(position.page);
            total += ids.len();
            match position.after(&ids, meta)? {
                Some(next) => position = Position::from_token(Some(&next.to_token()))?,
                None => return Ok((position.page, total)),
            }
        }
    }

    fn paged(total: i64, size: usize) -> impl Fn(usize) -> Vec<i64> {
        move |page| (1..=total).skip((page - 1) * size).take(size).collect()
    }

    #[test]
    fn a_list_ends_where_it_says_or_where_a_page_is_empty() {
        for (total, size, said, pages) in [
            (0, 50, meta(0), 1),
            (1, 50, meta(1), 1),
            (50, 50, meta(1), 1),
            (51, 50, meta(2), 2),
            (60, 25, meta(3), 3),
            (60, 25, Meta::default(), 4),
            // Fewer pages than it says.
            (60, 25, meta(9), 4),
        ] {
            let rows = usize::try_from(total).unwrap();
            let walked = walk(said, paged(total, size));
            assert_eq!(walked, Ok((pages, rows)), "{total} by {size}, {said:?}");
        }
    }

    #[test]
    fn a_page_that_repeats_and_a_list_without_end_are_errors() {
        let same = |_| (1..=50).collect::<Vec<_>>();
        assert_eq!(walk(meta(3), same), Err(PagingError::Repeated));
        assert_eq!(
            walk(Meta::default(), |_| vec![7]),
            Err(PagingError::Repeated)
        );
        let endless = |page: usize| {
            let start = i64::try_from(page).unwrap() * 100;
            (start..start + 100).collect()
        };
        assert_eq!(walk(Meta::default(), endless), Err(PagingError::TooLong));
    }

    #[test]
    fn a_list_is_short_where_it_counts_more_than_it_showed() {
        let meta = Meta {
            total_pages: Some(1),
            total_entries: Some(3),
        };
        assert!(meta.counts_more_than(Position::START.seen_with(2)));
        assert!(!meta.counts_more_than(3) && !Meta::default().counts_more_than(0));
    }

    #[test]
    fn foreign_tokens_are_refused() {
        for text in [
            "",
            "2",
            "0.0.0.0",
            "2.100.1",
            "2.1.1.1.7",
            "2.x.1.1",
            "1.999999999.1.2",
        ] {
            let token = PageToken::new(text);
            let position = Position::from_token(Some(&token));
            assert_eq!(position, Err(PagingError::ForeignToken), "{text}");
        }
    }
}
