//! Reading Syncro: lists of customers and contacts, single ones, and which custom fields there are.

use std::collections::BTreeSet;

use domain::id::CompanyId;
use domain::push::contact::Contact;
use serde::de::DeserializeOwned;

use super::Syncro;
use super::client::{Call, VENDOR, moved, refused, unreadable};
use super::convert::{self, number};
use super::paging::Meta;
use super::wire::{self, Properties, WireContact, WireCustomer, WireError, WireList};
use crate::error::ConnectorError;
use crate::psa::paging::{PagingError, Position};

const VIEW: &str = "Customers - View Detail";
/// What a token needs to write contacts; Syncro has no permission for contacts alone.
pub(super) const EDIT: &str = "Customers - Edit";

pub(super) const CUSTOMERS: Call =
    call("GET /customers", "the customers", "Customers - List/Search");
const CUSTOMER: Call = call("GET /customers/{id}", "the company", VIEW);
pub(super) const CONTACTS: Call = call("GET /contacts", "the company", VIEW);
pub(super) const CONTACT: Call = call("GET /contacts/{id}", "the contact", VIEW);
const SETTINGS: Call = call("GET /settings", "the settings", "to read settings");

pub(super) const fn call(route: &'static str, thing: &'static str, right: &'static str) -> Call {
    Call {
        route,
        thing,
        right,
    }
}

/// One page of contacts, and where it goes on.
pub(super) struct Page {
    pub(super) rows: Vec<WireContact>,
    pub(super) next: Option<Position>,
    pub(super) meta: Meta,
}

impl Syncro {
    /// One page of a list, by the path that is also the key of its rows.
    pub(super) async fn list<T: DeserializeOwned>(
        &self,
        call: Call,
        key: &str,
        page: usize,
        query: &[(&str, &str)],
    ) -> Result<WireList<T>, ConnectorError> {
        let page = page.to_string();
        let query = [query, &[("page", page.as_str())][..]].concat();
        let body = self.client.get(call, &[key], &query).await?;
        Ok(wire::read_list(&body, key)?)
    }

    /// Every customer, out of use or not.
    pub(super) async fn customers(&self) -> Result<Vec<WireCustomer>, ConnectorError> {
        let query = [("include_disabled", "true"), ("sort", "business_name ASC")];
        let (mut all, mut seen) = (Vec::new(), BTreeSet::new());
        let mut position = Some(Position::START);
        while let Some(here) = position {
            let list: WireList<WireCustomer> =
                self.list(CUSTOMERS, "customers", here.page, &query).await?;
            let ids = ids_of(&list.rows, |customer| customer.id)?;
            let next = here.after_page(&ids, list.meta.ends_with(here.page));
            position = next.map_err(|error| error.of(VENDOR))?;
            // Rows may move from page to page while they are read.
            let rows = list.rows.into_iter().zip(ids);
            all.extend(rows.filter_map(|(row, id)| seen.insert(id).then_some(row)));
        }
        Ok(all)
    }

    /// One page of a company's contacts, as they came.
    pub(super) async fn page(
        &self,
        company: &CompanyId,
        position: Position,
    ) -> Result<Page, ConnectorError> {
        let id = company_number(company)?.to_string();
        let query = [("customer_id", id.as_str())];
        let list: WireList<WireContact> = self
            .list(CONTACTS, "contacts", position.page, &query)
            .await?;
        let ids = ids_of(&list.rows, |row| row.id)?;
        let next = position.after_page(&ids, list.meta.ends_with(position.page));
        let next = next.map_err(|error| error.of(VENDOR))?;
        // A company that is gone, or that the token may not see, may look as an empty one does.
        // Taking that for the truth would make everybody a second time.
        if list.rows.is_empty() && position == Position::START {
            self.require_company(company).await?;
        }
        Ok(Page {
            rows: list.rows,
            next,
            meta: list.meta,
        })
    }

    /// Every contact of a company, as they came, each once. `None` where the list counts more than
    /// it showed: rows moved from page to page while they were read.
    pub(super) async fn sweep(
        &self,
        company: &CompanyId,
    ) -> Result<Option<Vec<WireContact>>, ConnectorError> {
        let (mut all, mut seen) = (Vec::new(), BTreeSet::new());
        let mut position = Position::START;
        loop {
            let page = self.page(company, position).await?;
            let (is_empty, before) = (page.rows.is_empty(), seen.len());
            let rows = page.rows.into_iter();
            all.extend(rows.filter(|row| row.id.is_some_and(|id| seen.insert(id))));
            if !is_empty && seen.len() == before {
                return Err(PagingError::Repeated.of(VENDOR));
            }
            match page.next {
                Some(next) => position = next,
                None => return Ok((!page.meta.counts_more_than(seen.len())).then_some(all)),
            }
        }
    }

    /// Every contact of a company, as they came; a list that moves is read once more.
    pub(super) async fn whole(
        &self,
        company: &CompanyId,
    ) -> Result<Vec<WireContact>, ConnectorError> {
        if let Some(whole) = self.sweep(company).await? {
            return Ok(whole);
        }
        let again = self.sweep(company).await?;
        again.ok_or_else(moved)
    }

    /// The contacts of these rows that belong to the company.
    pub(super) async fn contacts_of(
        &self,
        rows: Vec<WireContact>,
        company: &CompanyId,
    ) -> Result<Vec<Contact>, ConnectorError> {
        self.look_for_fields(&rows).await;
        let mut contacts = Vec::with_capacity(rows.len());
        for row in rows {
            let own = row.customer_id.and_then(convert::company_id);
            // A row that does not say is believed to be what was asked for.
            if own.is_none_or(|own| own == *company) {
                contacts.push(convert::contact(row, company.clone(), &self.known)?);
            }
        }
        Ok(contacts)
    }

    /// One contact as it came.
    pub(super) async fn row(&self, id: i64) -> Result<WireContact, ConnectorError> {
        let id_text = id.to_string();
        let body = self
            .client
            .get(CONTACT, &["contacts", &id_text], &[])
            .await?;
        let row: WireContact = wire::read_one(&body, "contact")?;
        if row.id == Some(id) {
            Ok(row)
        } else {
            Err(unreadable("an answer about another contact"))
        }
    }

    /// One customer.
    pub(super) async fn customer(
        &self,
        company: &CompanyId,
    ) -> Result<WireCustomer, ConnectorError> {
        let id = company_number(company)?;
        let id_text = id.to_string();
        let path = ["customers", id_text.as_str()];
        let body = self.client.get(CUSTOMER, &path, &[]).await?;
        let customer: WireCustomer = wire::read_one(&body, "customer")?;
        if customer.id == Some(id) {
            Ok(customer)
        } else {
            Err(unreadable("an answer about another company"))
        }
    }

    /// Fails unless the company is there and seen.
    async fn require_company(&self, company: &CompanyId) -> Result<(), ConnectorError> {
        let gone = match self.customer(company).await {
            Ok(_) => return Ok(()),
            Err(gone @ ConnectorError::NotFound { .. }) => gone,
            Err(error) => return Err(error),
        };
        match self.blindness().await? {
            None => Err(gone),
            Some(what) => Err(ConnectorError::Forbidden {
                vendor: VENDOR,
                what,
            }),
        }
    }

    /// What keeps the token from seeing customers that there are; `None` where it sees any.
    pub(super) async fn blindness(&self) -> Result<Option<String>, ConnectorError> {
        let list: WireList<WireCustomer> = self.list(CUSTOMERS, "customers", 1, &[]).await?;
        let is_blind = list.rows.is_empty();
        Ok(is_blind.then(|| {
            "it shows no customer: make the API token as a user who sees all customers, and not as \
             a Single-Customer user"
                .to_owned()
        }))
    }

    /// Takes note of the custom fields that these contacts show. Where they leave one open, the
    /// settings are asked, once in a process; without an answer they tell of none.
    pub(super) async fn look_for_fields(&self, rows: &[WireContact]) {
        let mut leaves_open = false;
        for properties in rows.iter().filter_map(|row| row.properties.as_ref()) {
            self.known.shown(properties);
            leaves_open |= is_bare(properties);
        }
        if !leaves_open || !self.known.wants_settings() {
            return;
        }
        let settings = match self.client.get(SETTINGS, &["settings"], &[]).await {
            Ok(body) => wire::read_json(&body).ok(),
            Err(error) => {
                tracing::debug!(%error, "the settings of Syncro tell of no custom fields");
                None
            }
        };
        self.known.settings_told(settings.as_ref());
    }
}

/// Does a contact show less than all of the fields?
fn is_bare(properties: &Properties) -> bool {
    let is_absent = |name: &&str| !properties.contains_key(*name);
    super::custom::WRITTEN.iter().any(is_absent)
}

pub(super) fn company_number(company: &CompanyId) -> Result<i64, ConnectorError> {
    number(company.as_str())
        .ok_or_else(|| refused("company", "an id of Syncro is a whole number above zero"))
}

fn ids_of<T>(rows: &[T], id: impl Fn(&T) -> Option<i64>) -> Result<Vec<i64>, ConnectorError> {
    let ids = rows.iter().map(|row| id(row).ok_or(WireError::BadRow));
    Ok(ids.collect::<Result<_, _>>()?)
}
