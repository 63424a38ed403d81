//! Reading lists of Hudu's, and single things.

use domain::docs::entry::{Entry, Organization};
use domain::id::{EntryId, OrganizationId};
use domain::limits::{ENTRIES_MAX, ORGANIZATIONS_MAX};

use super::wire::{self, CompanyList, PasswordList, WirePassword, no_id};
use super::{Hudu, SPEECH, VENDOR, convert};
use crate::docs::client::{Call, Query};
use crate::docs::judge::{Verdict, judge};
use crate::docs::pages::Pages;
use crate::error::ConnectorError;
use crate::http::Answer;

/// Rows asked for in a page.
const PAGE_SIZE: &str = "250";

/// A list of Hudu's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listed {
    Companies,
    Passwords,
}

impl Listed {
    fn segment(self) -> &'static str {
        match self {
            Self::Companies => "companies",
            Self::Passwords => "asset_passwords",
        }
    }

    fn route(self) -> &'static str {
        match self {
            Self::Companies => "GET /companies",
            Self::Passwords => "GET /asset_passwords",
        }
    }
}

impl Hudu {
    /// How many rows the smallest page of a list has; `None` where the list is denied. Of passwords, one
    /// of no company that could be: the answer carries no secret.
    pub(super) async fn probe(&self, list: Listed) -> Result<Option<usize>, ConnectorError> {
        let query: Query<'_> = match list {
            Listed::Companies => &[("page", "1"), ("page_size", "1")],
            Listed::Passwords => &[("company_id", "0"), ("page", "1"), ("page_size", "1")],
        };
        let answer = self.page_of(list, query).await?;
        match judge(&SPEECH, &answer, "the list", &[])? {
            Verdict::Denied => Ok(None),
            Verdict::Good => Ok(Some(match list {
                Listed::Companies => wire::read::<CompanyList>(answer)?.companies.len(),
                Listed::Passwords => wire::read::<PasswordList>(answer)?.asset_passwords.len(),
            })),
        }
    }

    async fn page_of(&self, list: Listed, query: Query<'_>) -> Result<Answer, ConnectorError> {
        let call = Call {
            route: list.route(),
            segments: &[list.segment()],
            query,
        };
        self.client.get(call).await
    }

    /// The companies that are not archived; archived ones leave the list.
    pub(super) async fn companies(&self) -> Result<Vec<Organization>, ConnectorError> {
        let mut pages = Pages::new(VENDOR, "companies", ORGANIZATIONS_MAX);
        for page in 1_u32.. {
            let page = page.to_string();
            let query = [("page", page.as_str()), ("page_size", PAGE_SIZE)];
            let answer = self.page_of(Listed::Companies, &query).await?;
            let answer = self.good(answer, "the list of companies", &[]).await?;
            let rows = wire::read::<CompanyList>(answer)?.companies.into_iter();
            let rows = rows.map(|row| {
                let company = convert::organization(row).ok_or_else(no_id)?;
                Ok((company.id.as_str().to_owned(), Some(company)))
            });
            let rows = rows.collect::<Result<Vec<_>, ConnectorError>>()?;
            let is_end = rows.is_empty();
            pages.take(rows)?;
            if is_end {
                break;
            }
        }
        Ok(pages.into_rows())
    }

    /// The passwords of a company, archived or not.
    pub(super) async fn passwords(
        &self,
        company: &OrganizationId,
        is_archived: bool,
    ) -> Result<Vec<Entry>, ConnectorError> {
        let mut pages = Pages::new(VENDOR, "entries", ENTRIES_MAX);
        let archived: Query<'_> = if is_archived {
            &[("archived", "true")]
        } else {
            &[]
        };
        for page in 1_u32.. {
            let page = page.to_string();
            let query = [
                ("company_id", company.as_str()),
                ("page", page.as_str()),
                ("page_size", PAGE_SIZE),
            ];
            let query = [&query, archived].concat();
            let answer = self.page_of(Listed::Passwords, &query).await?;
            let answer = self.good(answer, "the organization", &[]).await?;
            let rows = wire::read::<PasswordList>(answer)?
                .asset_passwords
                .into_iter();
            let rows = rows.map(|row| {
                let entry = convert::entry(row).ok_or_else(no_id)?;
                let is_wanted = entry.organization == *company;
                Ok((entry.id.as_str().to_owned(), is_wanted.then_some(entry)))
            });
            let rows = rows.collect::<Result<Vec<_>, ConnectorError>>()?;
            let is_end = rows.is_empty();
            pages.take(rows)?;
            if is_end {
                break;
            }
        }
        Ok(pages.into_rows())
    }

    /// One company, archived or not.
    pub(super) async fn company(
        &self,
        id: &OrganizationId,
    ) -> Result<Option<Organization>, ConnectorError> {
        let call = Call {
            route: "GET /companies/{id}",
            segments: &["companies", id.as_str()],
            query: &[],
        };
        let answer = self.client.get(call).await?;
        match self.good(answer, "the organization", &[]).await {
            Ok(answer) => wire::read_company(&answer)?
                .map(|row| convert::organization(row).ok_or_else(no_id))
                .transpose(),
            Err(ConnectorError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// One password.
    pub(super) async fn password(&self, id: &EntryId) -> Result<Option<Entry>, ConnectorError> {
        let call = Call {
            route: "GET /asset_passwords/{id}",
            segments: &["asset_passwords", id.as_str()],
            query: &[],
        };
        let answer = self.client.get(call).await?;
        let answer = match self.good(answer, "the entry", &[]).await {
            Ok(answer) => answer,
            Err(ConnectorError::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let Some(row) = wire::read_password::<WirePassword>(answer)? else {
            return Ok(None);
        };
        let entry = convert::entry(row).ok_or_else(no_id)?;
        if entry.id == *id {
            Ok(Some(entry))
        } else {
            let what = "an answer about another entry";
            Err(ConnectorError::shape(VENDOR, what))
        }
    }
}
