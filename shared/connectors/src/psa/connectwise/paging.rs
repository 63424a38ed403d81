//! Where a list goes on, and when it ends. Pure.
//!
//! Lists are asked for by id, upwards, each page for what lies above the last id seen: what is made
//! or deleted meanwhile shifts nothing. The `Link` header says whether there is more; without one a
//! full page goes on too, so that a proxy that drops headers cuts nothing off.

use domain::limits::CONTACTS_MAX;
use http::HeaderMap;
use http::header::LINK;

use crate::psa::PageToken;

/// Rows asked for in one page; the vendor gives 1000 at most.
pub(super) const PAGE_SIZE: usize = 500;

/// A place in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position {
    /// The last id seen; 0 on the first page.
    pub(super) above: i64,
    /// Rows seen before it.
    seen: usize,
}

/// Why a list cannot be read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum PagingError {
    #[error("a page token that this connector did not make")]
    ForeignToken,
    #[error("a page of a list that repeats rows or is not in the order that was asked for")]
    Repeated,
    #[error("a list with more rows than are taken")]
    TooLong,
}

impl Position {
    /// The first page.
    pub(super) const START: Self = Self { above: 0, seen: 0 };

    /// Takes back a token.
    pub(super) fn from_token(token: Option<&PageToken>) -> Result<Self, PagingError> {
        let Some(token) = token else {
            return Ok(Self::START);
        };
        Self::parse(token.as_str()).ok_or(PagingError::ForeignToken)
    }

    fn parse(text: &str) -> Option<Self> {
        let (above, seen) = text.split_once('.')?;
        let (above, seen) = (above.parse().ok()?, seen.parse().ok()?);
        (above > 0 && seen <= CONTACTS_MAX).then_some(Self { above, seen })
    }

    /// The token for it: numbers only.
    pub(super) fn to_token(self) -> PageToken {
        PageToken::new(format!("{}.{}", self.above, self.seen))
    }

    /// Where it goes on after a page with these ids, which says or does not say that there is more.
    pub(super) fn after(self, ids: &[i64], has_next: bool) -> Result<Option<Self>, PagingError> {
        let mut above = self.above;
        for id in ids {
            if *id <= above {
                return Err(PagingError::Repeated);
            }
            above = *id;
        }
        let seen = self.seen.saturating_add(ids.len());
        if seen > CONTACTS_MAX {
            return Err(PagingError::TooLong);
        }
        let is_last = ids.is_empty() || (!has_next && ids.len() < PAGE_SIZE);
        Ok((!is_last).then_some(Self { above, seen }))
    }
}

/// Does the answer say that there is another page?
pub(super) fn has_next(headers: &HeaderMap) -> bool {
    let links = headers.get_all(LINK).into_iter();
    links
        .filter_map(|value| value.to_str().ok())
        .any(|links| links.replace(' ', "").contains("rel=\"next\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pages asked for and rows seen until a server ends, which has so many rows, hands out so many
    /// at a time, and says so or not.
    fn walk(total: i64, size: usize, says: bool) -> Result<(usize, usize), PagingError> {
        let mut position = Position::START;
        let (mut pages, mut rows) = (0, 0);
        loop {
            let left: Vec<i64> = (1..=total).filter(|id| *id > position.above).collect();
            let ids: Vec<i64> = left.iter().copied().take(size).collect();
            (pages, rows) = (pages + 1, rows + ids.len());
            match position.after(&ids, says && left.len() > ids.len())? {
                Some(next) => position = Position::from_token(Some(&next.to_token()))?,
                None => return Ok((pages, rows)),
            }
        }
    }

    #[test]
    fn a_list_ends_where_there_is_no_more() {
        for (total, size, says, pages) in [
            (0, 500, true, 1),
            (1, 500, true, 1),
            (500, 500, true, 2),
            (501, 500, true, 2),
            // Fewer rows than were asked for, and more to come.
            (120, 50, true, 3),
            // Nobody says whether there is more.
            (1200, 500, false, 3),
        ] {
            let rows = usize::try_from(total).unwrap();
            assert_eq!(
                walk(total, size, says),
                Ok((pages, rows)),
                "{total} by {size}"
            );
        }
    }

    #[test]
    fn rows_that_repeat_or_are_out_of_order_end_the_list_with_an_error() {
        let next = Position::START.after(&[1, 2], true).unwrap().unwrap();
        for ids in [&[1, 2][..], &[2, 3], &[4, 3], &[3, 3]] {
            assert_eq!(next.after(ids, true), Err(PagingError::Repeated), "{ids:?}");
        }
        let far = Position {
            above: 1,
            seen: CONTACTS_MAX,
        };
        assert_eq!(far.after(&[2], true), Err(PagingError::TooLong));
    }

    #[test]
    fn the_header_says_whether_there_is_more() {
        for (link, expected) in [
            (
                "<https://a.example/x?page=2>; rel=\"next\", <https://a.example/x?page=9>; rel=\"last\"",
                true,
            ),
            ("<https://a.example/x?page=1>; rel=\"first\"", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(LINK, link.parse().unwrap());
            assert_eq!(has_next(&headers), expected, "{link}");
        }
        assert!(!has_next(&HeaderMap::new()));
    }

    #[test]
    fn foreign_tokens_are_refused() {
        for text in ["", "2", "0.0", "-1.0", "1.1.1", "x.1", "1.999999999"] {
            let token = PageToken::new(text);
            assert_eq!(
                Position::from_token(Some(&token)),
                Err(PagingError::ForeignToken),
                "{text}"
            );
        }
    }
}
