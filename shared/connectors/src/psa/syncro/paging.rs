//! When a list of Syncro's ends. Pure. Where it goes on is [`crate::psa::paging`]'s.
//!
//! The size of a page is the server's own: the documents and the servers disagree about it, so that
//! `meta` alone tells the end, or a page without rows. Lists have no order that is promised, and rows may move while they are
//! paged: a list that shows fewer rows than it counts is no whole one.

/// What an answer says of its list, where it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Meta {
    pub(super) total_pages: Option<usize>,
    pub(super) total_entries: Option<usize>,
}

impl Meta {
    /// Is that the last page, by its number from 1? No, where nothing is said.
    pub(super) fn ends_with(self, page: usize) -> bool {
        self.total_pages.is_some_and(|total| page >= total)
    }

    /// Does the list count more rows than these?
    pub(super) fn counts_more_than(self, rows: usize) -> bool {
        self.total_entries.is_some_and(|total| total > rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::psa::paging::{PagingError, Position};

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
            match position.after_page(&ids, meta.ends_with(position.page))? {
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
}
