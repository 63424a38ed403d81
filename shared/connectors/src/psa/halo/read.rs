//! Reading lists of Halo's, and finding out whose a user is.

use std::collections::BTreeMap;
use std::sync::{MutexGuard, PoisonError};

use domain::id::CompanyId;
use domain::push::contact::Contact;
use serde::de::DeserializeOwned;

use super::client::{Query, Resource, VENDOR, unreadable};
use super::convert::{self, number};
use super::wire::{self, WireError, WireList, WireSite, WireUser};
use super::{Halo, refused};
use crate::error::ConnectorError;
use crate::psa::paging::{PAGE_SIZE, Position};

/// Pages of a search that are read. A whole address finds no more than a few rows.
const SEARCH_PAGES_MAX: usize = 10;
/// Sites whose client is remembered.
const SITES_REMEMBERED_MAX: usize = 10_000;

/// A list of Halo's, and the key of its rows.
#[derive(Clone, Copy)]
pub(super) struct List {
    resource: Resource,
    pub(super) key: &'static str,
}

pub(super) const USERS: List = List {
    resource: Resource::Users,
    key: "users",
};
pub(super) const CLIENTS: List = List {
    resource: Resource::Clients,
    key: "clients",
};
pub(super) const SITES: List = List {
    resource: Resource::Sites,
    key: "sites",
};

impl Halo {
    /// One page of a list.
    pub(super) async fn page<T: DeserializeOwned>(
        &self,
        list: List,
        position: Position,
        query: &Query,
    ) -> Result<WireList<T>, ConnectorError> {
        let mut query = query.clone();
        query.extend([
            ("pageinate", "true".to_owned()),
            ("page_size", PAGE_SIZE.to_string()),
            ("page_no", position.page.to_string()),
            ("order", "id".to_owned()),
        ]);
        let body = self.client.list(list.resource, &query).await?;
        Ok(wire::read_list(&body, list.key)?)
    }

    /// Every row of a short list.
    pub(super) async fn all<T: DeserializeOwned>(
        &self,
        list: List,
        query: &Query,
        id: impl Fn(&T) -> Option<i64> + Send + Sync,
    ) -> Result<Vec<T>, ConnectorError> {
        let mut all = Vec::new();
        let mut position = Some(Position::START);
        while let Some(here) = position {
            let page: WireList<T> = self.page(list, here, query).await?;
            let ids = ids_of(&page.rows, &id)?;
            let next = here.after(&ids, page.record_count);
            position = next.map_err(|error| error.of(VENDOR))?;
            all.extend(page.rows);
        }
        Ok(all)
    }

    /// The contacts of one page of users, without those of other companies.
    pub(super) async fn contacts_of(
        &self,
        rows: Vec<WireUser>,
        company: &CompanyId,
    ) -> Result<Vec<Contact>, ConnectorError> {
        let mut contacts = Vec::with_capacity(rows.len());
        for row in rows {
            let own = self.company_of(&row).await?;
            // A row that does not say is believed to be what was asked for.
            if own.is_none_or(|own| own == *company) {
                contacts.push(convert::contact(row, company.clone())?);
            }
        }
        Ok(contacts)
    }

    /// The company of a user: what the row says, else what its site says.
    pub(super) async fn company_of(
        &self,
        user: &WireUser,
    ) -> Result<Option<CompanyId>, ConnectorError> {
        if let Some(company) = user.client_id.and_then(convert::company_id) {
            return Ok(Some(company));
        }
        let Some(site) = user.site_id.filter(|site| *site > 0) else {
            return Ok(None);
        };
        let remembered = self.sites().get(&site).copied();
        let client = match remembered {
            Some(client) => Some(client),
            None => {
                let body = self.client.one(Resource::Sites, site).await?;
                wire::read_one::<WireSite>(&body)?.client_id
            }
        };
        if let (Some(client), None) = (client, remembered) {
            let mut sites = self.sites();
            if sites.len() >= SITES_REMEMBERED_MAX {
                sites.clear();
            }
            sites.insert(site, client);
        }
        Ok(client.and_then(convert::company_id))
    }

    fn sites(&self) -> MutexGuard<'_, BTreeMap<i64, i64>> {
        // A map of numbers is whole even if a thread died holding it.
        self.client_of_site
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The contacts of a company that a search finds and `is_wanted` wants.
    pub(super) async fn search(
        &self,
        company: &CompanyId,
        text: &str,
        is_wanted: impl Fn(&Contact) -> bool + Send + Sync,
    ) -> Result<Vec<Contact>, ConnectorError> {
        let mut query = everybody(company)?;
        query.push(("search", text.to_owned()));
        let mut found = Vec::new();
        let mut position = Position::START;
        loop {
            let page: WireList<WireUser> = self.page(USERS, position, &query).await?;
            let ids = ids_of(&page.rows, |user: &WireUser| user.id)?;
            let next = position.after(&ids, page.record_count);
            let next = next.map_err(|error| error.of(VENDOR))?;
            let contacts = self.contacts_of(page.rows, company).await?;
            found.extend(contacts.into_iter().filter(&is_wanted));
            match next {
                None => return Ok(found),
                Some(next) if next.page > SEARCH_PAGES_MAX => {
                    return Err(unreadable("a search that finds far more than it should"));
                }
                Some(next) => position = next,
            }
        }
    }
}

/// Active or not. Without both words, some versions show the active ones only.
pub(super) fn everything() -> Query {
    vec![
        ("includeactive", "true".to_owned()),
        ("includeinactive", "true".to_owned()),
    ]
}

/// Everybody of a company.
pub(super) fn everybody(company: &CompanyId) -> Result<Query, ConnectorError> {
    let mut query = everything();
    query.push(("client_id", company_number(company)?.to_string()));
    Ok(query)
}

pub(super) fn company_number(company: &CompanyId) -> Result<i64, ConnectorError> {
    number(company.as_str())
        .ok_or_else(|| refused("company", "an id of HaloPSA is a whole number above zero"))
}

pub(super) fn ids_of<T>(
    rows: &[T],
    id: impl Fn(&T) -> Option<i64>,
) -> Result<Vec<i64>, ConnectorError> {
    let ids = rows.iter().map(|row| id(row).ok_or(WireError::BadRow));
    Ok(ids.collect::<Result<_, _>>()?)
}
