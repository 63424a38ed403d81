//! Reading lists of IT Glue's, and single things.

use domain::docs::entry::Entry;
use domain::id::OrganizationId;
use domain::limits::{CATEGORIES_MAX, ENTRIES_MAX, ORGANIZATIONS_MAX};
use serde::de::{DeserializeOwned, IgnoredAny};

use super::convert::{self, Category};
use super::wire::{WireCategory, WireList, WireOne, WirePassword, WireResource};
use super::{ItGlue, NO_CATEGORIES, NO_PASSWORD_ACCESS, SPEECH, VENDOR, WRONG_KEY, no_id};
use crate::docs::client::{Call, Query};
use crate::docs::judge::{Verdict, judge};
use crate::docs::pages::Pages;
use crate::error::ConnectorError;

/// Rows asked for in a page, and in the pages of a list that timed out.
const PAGE_SIZES: [&str; 3] = ["500", "250", "100"];

/// A list of IT Glue's.
#[derive(Clone, Copy)]
pub(super) struct List {
    segment: &'static str,
    route: &'static str,
    /// What its rows are, for errors.
    what: &'static str,
    rows_max: usize,
    /// What is missing where the key is good and the list is denied.
    pub(super) missing: &'static str,
}

pub(super) const ORGANIZATIONS: List = List {
    segment: "organizations",
    route: "GET /organizations",
    what: "organizations",
    rows_max: ORGANIZATIONS_MAX,
    missing: WRONG_KEY,
};
pub(super) const PASSWORDS: List = List {
    segment: "passwords",
    route: "GET /passwords",
    what: "entries",
    rows_max: ENTRIES_MAX,
    missing: NO_PASSWORD_ACCESS,
};
pub(super) const CATEGORIES: List = List {
    segment: "password_categories",
    route: "GET /password_categories",
    what: "password categories",
    rows_max: CATEGORIES_MAX,
    missing: NO_CATEGORIES,
};

impl ItGlue {
    /// How many rows the smallest page of a list has; `None` where the list is denied.
    pub(super) async fn probe(&self, list: List) -> Result<Option<usize>, ConnectorError> {
        let answer = self
            .client
            .get(Call {
                route: list.route,
                segments: &[list.segment],
                query: &[("page[size]", "1"), ("page[number]", "1")],
            })
            .await?;
        match judge(&SPEECH, &answer, list.what, &[])? {
            Verdict::Denied => Ok(None),
            Verdict::Good => {
                let page: WireList<IgnoredAny> = answer.json()?;
                Ok(Some(page.data.len()))
            }
        }
    }

    /// Every row of a list, as `keep` wants it; an error of its for rows that cannot be.
    pub(super) async fn all<A: DeserializeOwned, T>(
        &self,
        list: List,
        query: Query<'_>,
        keep: impl Fn(WireResource<A>) -> Result<Option<T>, ConnectorError> + Send + Sync,
    ) -> Result<Vec<T>, ConnectorError>
    where
        T: Send,
    {
        let mut sizes = PAGE_SIZES.into_iter();
        let mut size = sizes.next().unwrap_or("1");
        loop {
            match self.all_by(list, query, size, &keep).await {
                // Anew and not from there: pages of another size begin elsewhere.
                Err(ConnectorError::Server { status: 504, .. }) if sizes.len() > 0 => {
                    size = sizes.next().unwrap_or(size);
                }
                all => return all,
            }
        }
    }

    async fn all_by<A: DeserializeOwned, T: Send>(
        &self,
        list: List,
        query: Query<'_>,
        size: &str,
        keep: &(impl Fn(WireResource<A>) -> Result<Option<T>, ConnectorError> + Send + Sync),
    ) -> Result<Vec<T>, ConnectorError> {
        let mut pages = Pages::new(VENDOR, list.what, list.rows_max);
        for number in 1_u32.. {
            let number = number.to_string();
            let paging = [("page[number]", number.as_str()), ("page[size]", size)];
            let call = Call {
                route: list.route,
                segments: &[list.segment],
                query: &[query, &paging].concat(),
            };
            let answer = self.client.get(call).await?;
            if matches!(judge(&SPEECH, &answer, list.what, &[])?, Verdict::Denied) {
                return Err(self.denial(list.missing).await);
            }
            let page: WireList<A> = answer.json()?;
            let has_more = match &page.meta {
                Some(meta) => meta.next_page.is_some(),
                None => !page.data.is_empty(),
            };
            let rows = page.data.into_iter().map(|row| {
                let id = row.id.clone().ok_or_else(no_id)?;
                Ok((id, keep(row)?))
            });
            pages.take(rows.collect::<Result<_, ConnectorError>>()?)?;
            if !has_more {
                break;
            }
        }
        Ok(pages.into_rows())
    }

    /// One thing of the type; `None` where it is not there.
    pub(super) async fn one<A: DeserializeOwned>(
        &self,
        call: Call<'_>,
    ) -> Result<Option<WireResource<A>>, ConnectorError> {
        let answer = self.client.get(call).await?;
        match self.good(answer, "it", &[]).await {
            Ok(answer) => Ok(Some(answer.json::<WireOne<A>>()?.data)),
            Err(ConnectorError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn known_categories(&self) -> Result<&Vec<Category>, ConnectorError> {
        let read = || async {
            let keep = |row: WireResource<WireCategory>| {
                let id = row.id.and_then(|id| id.parse().ok()).ok_or_else(no_id)?;
                let named = row.attributes.name.map(|name| Category { id, name });
                Ok(named)
            };
            self.all(CATEGORIES, &[("sort", "name")], keep).await
        };
        self.categories.get_or_try_init(read).await
    }

    pub(super) async fn entry_of(
        &self,
        row: WireResource<WirePassword>,
        asked: Option<&OrganizationId>,
    ) -> Result<Entry, ConnectorError> {
        let says = &row.attributes;
        let is_unnamed =
            says.password_category_id.is_some() && says.password_category_name.is_none();
        let categories = if is_unnamed {
            self.known_categories().await?.as_slice()
        } else {
            &[]
        };
        convert::entry(row, asked, categories).ok_or_else(no_id)
    }
}

/// Is it an entry, and no earlier version of one?
pub(super) fn is_current(row: &WireResource<WirePassword>) -> bool {
    row.attributes.is_live != Some(false)
}
