//! Reading lists of BMS's.
//!
//! Whether a list shows those out of use when it is not asked for either is not documented. So a list
//! is asked without a word on it first; where nobody out of use was in it, those are asked for by
//! name. A list that has shown one is believed from then on, as long as the process lives.

use domain::id::{CompanyId, SiteId};
use domain::push::contact::Contact;
use serde::de::DeserializeOwned;

use super::client::{Endpoint, Query, VENDOR, unreadable};
use super::convert::{self, number};
use super::wire::{WireAccount, WireContact, WireError, WireLocation};
use super::{KaseyaBms, refused};
use crate::error::ConnectorError;
use crate::psa::PageToken;
use crate::psa::paging::{PAGE_SIZE, PagingError, Position};

/// Pages of a search that are read. A whole address finds no more than a few rows.
const SEARCH_PAGES_MAX: usize = 10;

const VIEW_CONTACTS: &str = "CRM > Contacts: View";
const VIEW_ACCOUNTS: &str = "CRM > Accounts: View";

pub(super) const CONTACTS: Endpoint =
    Endpoint::new("GET /v2/crm/contacts/summary", "the company", VIEW_CONTACTS);
pub(super) const CONTACT: Endpoint = Endpoint::new(
    "GET /v2/crm/contacts/summary/{}",
    "the contact",
    VIEW_CONTACTS,
);
const ACCOUNTS: Endpoint = Endpoint::new(
    "GET /v2/crm/accounts/summary",
    "the list of companies",
    VIEW_ACCOUNTS,
);
const ACCOUNT: Endpoint = Endpoint::new(
    "GET /v2/crm/accounts/summary/{}",
    "the company",
    VIEW_ACCOUNTS,
);
const LOCATIONS: Endpoint = Endpoint::new(
    "GET /v2/crm/accounts/{}/locations/lookup",
    "the company",
    VIEW_ACCOUNTS,
);
pub(super) const LOOKUP: Endpoint =
    Endpoint::new("GET /v2/system/lookup/{}", "the table", VIEW_CONTACTS);

/// A row of a list.
pub(super) trait Row: DeserializeOwned {
    /// The list, and what is remembered of it.
    const LIST: (&'static Endpoint, &'static str);
    fn id(&self) -> Option<i64>;
    fn is_active(&self) -> Option<bool>;
}

impl Row for WireContact {
    const LIST: (&'static Endpoint, &'static str) = (&CONTACTS, "contacts show those out of use");

    fn id(&self) -> Option<i64> {
        self.id
    }

    fn is_active(&self) -> Option<bool> {
        self.is_active
    }
}

impl Row for WireAccount {
    const LIST: (&'static Endpoint, &'static str) = (&ACCOUNTS, "accounts show those out of use");

    fn id(&self) -> Option<i64> {
        self.id
    }

    fn is_active(&self) -> Option<bool> {
        self.is_active
    }
}

/// Which part of a list is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Everything that comes without asking; was one out of use among it?
    Everything { has_inactive: bool },
    /// Those out of use.
    Inactive,
}

/// A place in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    part: Part,
    position: Position,
}

impl Place {
    pub(super) const START: Self = Self {
        part: Part::Everything {
            has_inactive: false,
        },
        position: Position::START,
    };
    const INACTIVE: Self = Self {
        part: Part::Inactive,
        position: Position::START,
    };

    /// Takes back a token.
    pub(super) fn from_token(token: Option<&PageToken>) -> Result<Self, PagingError> {
        let Some(token) = token else {
            return Ok(Self::START);
        };
        let (part, position) = (token.as_str().split_once('/')).ok_or(PagingError::ForeignToken)?;
        let part = match part {
            "all" => Part::Everything {
                has_inactive: false,
            },
            "all-seen" => Part::Everything { has_inactive: true },
            "inactive" => Part::Inactive,
            _ => return Err(PagingError::ForeignToken),
        };
        let position = Position::parse(position).ok_or(PagingError::ForeignToken)?;
        Ok(Self { part, position })
    }

    /// The token for it: a word and numbers.
    pub(super) fn to_token(self) -> PageToken {
        let part = match self.part {
            Part::Everything {
                has_inactive: false,
            } => "all",
            Part::Everything { has_inactive: true } => "all-seen",
            Part::Inactive => "inactive",
        };
        PageToken::new(format!("{part}/{}", self.position.to_token().as_str()))
    }
}

impl KaseyaBms {
    /// One page of a list, and where it goes on.
    pub(super) async fn page<T: Row>(
        &self,
        place: Place,
        query: &Query,
    ) -> Result<(Vec<T>, Option<Place>), ConnectorError> {
        let (endpoint, what) = T::LIST;
        let mut query = query.clone();
        if place.part == Part::Inactive {
            query.push(("Filter.IsActive", "false".to_owned()));
        }
        query.extend([
            ("PageSize", PAGE_SIZE.to_string()),
            ("PageNumber", place.position.page.to_string()),
        ]);
        let told = self.client.get(endpoint, &[], &query).await?;
        let total = told.total;
        let rows: Vec<T> = told.rows()?;
        let ids = rows.iter().map(|row| row.id().ok_or(WireError::BadRow));
        let ids = ids.collect::<Result<Vec<i64>, _>>()?;
        let next = place.position.after(&ids, total);
        let next = next.map_err(|error| error.of(VENDOR))?;
        let part = match place.part {
            Part::Everything { has_inactive } => Part::Everything {
                has_inactive: has_inactive || rows.iter().any(|row| row.is_active() == Some(false)),
            },
            Part::Inactive => Part::Inactive,
        };
        let next = match (next, part) {
            (Some(position), part) => Some(Place { part, position }),
            (None, Part::Everything { has_inactive: true }) => {
                self.client.remember(what, "yes");
                None
            }
            (
                None,
                Part::Everything {
                    has_inactive: false,
                },
            ) => (self.client.told(what).is_none()).then_some(Place::INACTIVE),
            (None, Part::Inactive) => None,
        };
        Ok((rows, next))
    }

    /// Every row of a list, each once, in at most so many pages.
    async fn all<T: Row>(&self, query: &Query, pages_max: usize) -> Result<Vec<T>, ConnectorError> {
        let mut all: Vec<T> = Vec::new();
        let mut place = Some(Place::START);
        let mut pages = 0;
        while let Some(here) = place {
            pages += 1;
            if pages > pages_max {
                return Err(unreadable("a search that finds far more than it should"));
            }
            let (rows, next) = self.page::<T>(here, query).await?;
            let is_again = here.part == Part::Inactive;
            let new = (rows.into_iter())
                .filter(|row| !is_again || all.iter().all(|seen| seen.id() != row.id()));
            let new: Vec<T> = new.collect();
            all.extend(new);
            place = next;
        }
        Ok(all)
    }

    pub(super) async fn accounts(&self) -> Result<Vec<WireAccount>, ConnectorError> {
        self.all(&Query::new(), usize::MAX).await
    }

    /// The contacts of a company that an address finds, by BMS's own notion of it.
    pub(super) async fn search(
        &self,
        company: &CompanyId,
        address: &str,
    ) -> Result<Vec<Contact>, ConnectorError> {
        let mut query = everybody(company)?;
        query.push(("Filter.Email", address.to_owned()));
        let rows: Vec<WireContact> = self.all(&query, SEARCH_PAGES_MAX).await?;
        contacts_of(rows, company)
    }

    /// A contact, if it is there and may be seen.
    pub(super) async fn row(&self, id: i64) -> Result<Option<WireContact>, ConnectorError> {
        let told = match self
            .client
            .get(&CONTACT, &[&id.to_string()], &Query::new())
            .await
        {
            Ok(told) => told,
            Err(ConnectorError::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let contact: Option<WireContact> = told.one()?;
        match contact {
            Some(contact) if contact.id != Some(id) => {
                Err(unreadable("an answer about another contact"))
            }
            contact => Ok(contact),
        }
    }

    /// A company, if it is there and may be seen.
    pub(super) async fn account(
        &self,
        company: &CompanyId,
    ) -> Result<Option<WireAccount>, ConnectorError> {
        let id = company_number(company)?;
        let account: Option<WireAccount> = match self
            .client
            .get(&ACCOUNT, &[&id.to_string()], &Query::new())
            .await
        {
            Ok(told) => told.one()?,
            Err(ConnectorError::NotFound { .. }) => None,
            Err(error) => return Err(error),
        };
        match account {
            Some(account) if account.id != Some(id) => {
                Err(unreadable("an answer about another company"))
            }
            account => Ok(account),
        }
    }

    /// Fails unless there is such a company. An API user that lost its rights may see nothing at all
    /// instead of an error, and taking that for the truth would make everybody a second time.
    pub(super) async fn require_company(&self, company: &CompanyId) -> Result<(), ConnectorError> {
        if self.account(company).await?.is_some() {
            return Ok(());
        }
        match self.blindness().await? {
            Some(what) => Err(ConnectorError::Forbidden {
                vendor: VENDOR,
                what,
            }),
            None => Err(ACCOUNT.missing()),
        }
    }

    /// What is to be done where no company is shown at all.
    pub(super) async fn blindness(&self) -> Result<Option<String>, ConnectorError> {
        let told = self.client.get(&ACCOUNTS, &[], &first_row()).await?;
        let rows: Vec<WireAccount> = told.rows()?;
        Ok(rows.is_empty().then(|| {
            "it shows no account: let the security role of the API user see all of them (CRM > \
             Accounts: View)"
                .to_owned()
        }))
    }

    /// Fails unless contacts may be read.
    pub(super) async fn require_contacts(&self) -> Result<(), ConnectorError> {
        let told = self.client.get(&CONTACTS, &[], &first_row()).await?;
        told.rows::<WireContact>()?;
        Ok(())
    }

    /// The main location of a company, else its only one.
    pub(super) async fn main_location(
        &self,
        company: &CompanyId,
    ) -> Result<Option<SiteId>, ConnectorError> {
        let id = company_number(company)?;
        let told = self
            .client
            .get(&LOCATIONS, &[&id.to_string()], &Query::new())
            .await?;
        if told.result.is_null() {
            return Ok(None);
        }
        let locations: Vec<WireLocation> = told.rows()?;
        let main = locations
            .iter()
            .find(|location| location.is_main == Some(true));
        let only = match locations.as_slice() {
            [only] => Some(only),
            _ => None,
        };
        Ok(main
            .or(only)
            .and_then(|location| location.id)
            .and_then(convert::site_id))
    }
}

/// As little of a list as there can be.
pub(super) fn first_row() -> Query {
    vec![("PageSize", "1".to_owned()), ("PageNumber", "1".to_owned())]
}

/// The contacts of a page, without those of other companies. A row that does not say is believed to be
/// what was asked for.
pub(super) fn contacts_of(
    rows: Vec<WireContact>,
    company: &CompanyId,
) -> Result<Vec<Contact>, ConnectorError> {
    let own = company_number(company)?;
    let of_company = |row: &WireContact| row.account_id.is_none_or(|account| account == own);
    (rows.into_iter().filter(of_company))
        .map(|row| Ok(convert::contact(row, Some(company), None)?))
        .collect()
}

/// Everybody of a company.
pub(super) fn everybody(company: &CompanyId) -> Result<Query, ConnectorError> {
    let id = company_number(company)?;
    Ok(vec![("Filter.AccountId", id.to_string())])
}

pub(super) fn company_number(company: &CompanyId) -> Result<i64, ConnectorError> {
    number(company.as_str()).ok_or_else(|| {
        refused(
            "company",
            "an id of Kaseya BMS is a whole number above zero",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_kept_as_text_and_foreign_ones_refused() {
        let position = Position::parse("2.100.1.100").unwrap();
        for part in [
            Part::Everything {
                has_inactive: false,
            },
            Part::Everything { has_inactive: true },
            Part::Inactive,
        ] {
            let place = Place { part, position };
            assert_eq!(Place::from_token(Some(&place.to_token())), Ok(place));
        }
        assert_eq!(Place::from_token(None), Ok(Place::START));
        for text in [
            "",
            "2.100.1.100",
            "some/2.100.1.100",
            "all/x",
            "all/0.0.0.0",
        ] {
            let token = PageToken::new(text);
            assert_eq!(
                Place::from_token(Some(&token)),
                Err(PagingError::ForeignToken),
                "{text}"
            );
        }
    }
}
