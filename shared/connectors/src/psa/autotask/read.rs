//! Reading lists of Autotask's, and what a tenant tells of its fields.

use domain::id::CompanyId;
use domain::limits::CONTACTS_MAX;
use domain::push::contact::Contact;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::client::{Call, forbidden, lacking, unreadable};
use super::convert::{self, company_number};
use super::fields::UserFields;
use super::paging::{PAGE_SIZE, PagingError, Position};
use super::wire::{self, WireCompany, WireContact, WireEntity, WireError, WireField, WireList};
use super::{Autotask, refused};
use crate::error::ConnectorError;

/// Pages of a search that are read. A whole address finds no more than a few rows.
const SEARCH_PAGES_MAX: usize = 4;

/// An entity that is read by queries.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entity {
    pub(super) name: &'static str,
    pub(super) query: Call,
    pub(super) one: Call,
    pub(super) fields: Call,
}

pub(super) const CONTACTS: Entity = Entity {
    name: "Contacts",
    query: call("POST /Contacts/query", "the contacts", "read contacts"),
    one: call("GET /Contacts/{id}", "the contact", "read contacts"),
    fields: call(
        "GET /Contacts/entityInformation/userDefinedFields",
        "the fields of contacts",
        "read contacts",
    ),
};
pub(super) const COMPANIES: Entity = Entity {
    name: "Companies",
    query: call("POST /Companies/query", "the companies", "read companies"),
    one: call("GET /Companies/{id}", "the company", "read companies"),
    fields: call(
        "GET /Companies/entityInformation/userDefinedFields",
        "the fields of companies",
        "read companies",
    ),
};
pub(super) const CONTACT_RIGHTS: Call = call(
    "GET /Contacts/entityInformation",
    "the entity of contacts",
    "read contacts",
);

pub(super) const fn call(route: &'static str, thing: &'static str, right: &'static str) -> Call {
    Call {
        route,
        thing,
        right,
    }
}

impl Autotask {
    /// One page of an entity's rows for which all these terms hold.
    pub(super) async fn page<T: DeserializeOwned>(
        &self,
        entity: Entity,
        position: Position,
        terms: &[Value],
        columns: Option<&[&str]>,
    ) -> Result<WireList<T>, ConnectorError> {
        let behind = match position.after_id() {
            Some(id) => term("gt", "id", json!(id)),
            // The MSP's own company has the number 0.
            None => term("gte", "id", json!(0)),
        };
        let mut filter = vec![behind];
        filter.extend_from_slice(terms);
        let mut query = json!({ "MaxRecords": PAGE_SIZE, "filter": filter });
        if let (Some(columns), Some(query)) = (columns, query.as_object_mut()) {
            query.insert("IncludeFields".to_owned(), json!(columns));
        }
        let path = [entity.name, "query"];
        let body = self.client.query(entity.query, &path, &query).await?;
        Ok(wire::read_list(&body)?)
    }

    /// Every row of a list.
    pub(super) async fn all<T: DeserializeOwned>(
        &self,
        entity: Entity,
        columns: &[&str],
        id: fn(&T) -> Option<i64>,
    ) -> Result<Vec<T>, ConnectorError> {
        let mut all = Vec::new();
        let mut position = Some(Position::START);
        while let Some(here) = position {
            let page: WireList<T> = self.page(entity, here, &[], Some(columns)).await?;
            position = here.after(&ids_of(&page.rows, id)?, page.has_next)?;
            all.extend(page.rows);
            if all.len() > CONTACTS_MAX {
                return Err(PagingError::TooLong.into());
            }
        }
        Ok(all)
    }

    /// The contacts of a company that a search finds and `is_wanted` wants.
    pub(super) async fn search(
        &self,
        company: &CompanyId,
        wanted: Value,
        is_wanted: impl Fn(&Contact) -> bool + Send + Sync,
    ) -> Result<Vec<Contact>, ConnectorError> {
        let terms = [of_company(company)?, wanted];
        let user_fields = self.user_fields(CONTACTS).await?;
        let mut found = Vec::new();
        let mut position = Position::START;
        for _ in 0..SEARCH_PAGES_MAX {
            let page: WireList<WireContact> = self.page(CONTACTS, position, &terms, None).await?;
            let ids = ids_of(&page.rows, |row: &WireContact| row.id)?;
            let next = position.after(&ids, page.has_next)?;
            let contacts = contacts_of(page.rows, company, &user_fields)?;
            found.extend(contacts.into_iter().filter(&is_wanted));
            match next {
                Some(next) => position = next,
                None => return Ok(found),
            }
        }
        Err(unreadable("a search that finds far more than it should"))
    }

    /// One contact; `None` where there is none.
    pub(super) async fn row(&self, id: i64) -> Result<Option<WireContact>, ConnectorError> {
        let path = [CONTACTS.name, &id.to_string()];
        let body = match self.client.get(CONTACTS.one, &path).await {
            Ok(body) => body,
            Err(ConnectorError::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let row: Option<WireContact> = wire::read_one(&body)?;
        if row.as_ref().is_some_and(|row| row.id != Some(id)) {
            return Err(unreadable("an answer about another contact"));
        }
        Ok(row)
    }

    /// A company, with its user-defined fields.
    pub(super) async fn company_row(
        &self,
        company: &CompanyId,
    ) -> Result<WireCompany, ConnectorError> {
        let id = number_of(company)?.to_string();
        let path = [COMPANIES.name, id.as_str()];
        let body = self.client.get(COMPANIES.one, &path).await?;
        let row: Option<WireCompany> = wire::read_one(&body)?;
        row.ok_or_else(|| super::client::missing(COMPANIES.one))
    }

    /// The user-defined fields of an entity: asked once in a process.
    pub(super) async fn user_fields(&self, entity: Entity) -> Result<UserFields, ConnectorError> {
        let question = format!("fields of {}", entity.name);
        if let Some(told) = self.client.told(&question)
            && let Some(fields) = UserFields::parse(&told)
        {
            return Ok(fields);
        }
        let path = [entity.name, "entityInformation", "userDefinedFields"];
        let body = self.client.get(entity.fields, &path).await?;
        let described: Vec<WireField> = wire::read_under(&body, "fields")?;
        let fields = UserFields::of(&described);
        if let Some(text) = fields.to_text() {
            self.client.remember(&question, &text);
        }
        Ok(fields)
    }

    /// What the API user may do with contacts.
    pub(super) async fn contact_rights(&self) -> Result<WireEntity, ConnectorError> {
        let path = [CONTACTS.name, "entityInformation"];
        let body = self.client.get(CONTACT_RIGHTS, &path).await?;
        Ok(wire::read_under(&body, "info")?)
    }

    /// What keeps the API user from seeing what there is; nothing where it sees.
    pub(super) async fn blindness(&self) -> Result<Vec<String>, ConnectorError> {
        let query = json!({ "MaxRecords": 1, "IncludeFields": ["id"],
            "filter": [term("gte", "id", json!(0))] });
        let path = [COMPANIES.name, "query"];
        let body = self.client.query(COMPANIES.query, &path, &query).await?;
        let companies: WireList<WireCompany> = wire::read_list(&body)?;
        let mut missing = Vec::new();
        if companies.rows.is_empty() {
            missing.push(lacking("see any company"));
        }
        Ok(missing)
    }

    /// Fails unless the API user sees companies at all, and this one. A user that lost its rights
    /// may see empty lists, and taking those for the truth would make everybody a second time.
    pub(super) async fn require_sight(&self, company: &CompanyId) -> Result<(), ConnectorError> {
        if !self.blindness().await?.is_empty() {
            return Err(forbidden(call("", "", "see any company")));
        }
        if !may(&self.contact_rights().await?, Right::Query) {
            return Err(forbidden(CONTACTS.query));
        }
        self.company_row(company).await.map(|_| ())
    }
}

/// What somebody may do with an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Right {
    Query,
    Create,
    Update,
}

/// May the user do it? What is not said is not missing: the call itself will tell.
pub(super) fn may(entity: &WireEntity, right: Right) -> bool {
    let (can, access) = match right {
        Right::Query => (entity.can_query, &entity.user_access_for_query),
        Right::Create => (entity.can_create, &entity.user_access_for_create),
        Right::Update => (entity.can_update, &entity.user_access_for_update),
    };
    let is_none = |access: &String| access.trim().eq_ignore_ascii_case("none");
    can != Some(false) && !access.value().is_some_and(is_none)
}

/// The contacts of one page, without those of other companies.
pub(super) fn contacts_of(
    rows: Vec<WireContact>,
    company: &CompanyId,
    user_fields: &UserFields,
) -> Result<Vec<Contact>, WireError> {
    let contacts = rows
        .into_iter()
        .map(|row| convert::contact(row, Some(company), user_fields));
    let contacts: Vec<Contact> = contacts.collect::<Result<_, _>>()?;
    let own = contacts
        .into_iter()
        .filter(|contact| contact.company == *company);
    Ok(own.collect())
}

/// A term of a filter.
pub(super) fn term(op: &str, field: &str, value: Value) -> Value {
    json!({ "op": op, "field": field, "value": value })
}

/// Everybody of a company, in use or not.
pub(super) fn of_company(company: &CompanyId) -> Result<Value, ConnectorError> {
    Ok(term("eq", "companyID", json!(number_of(company)?)))
}

pub(super) fn number_of(company: &CompanyId) -> Result<i64, ConnectorError> {
    company_number(company.as_str())
        .ok_or_else(|| refused("company", "an id of Autotask is a whole number"))
}

pub(super) fn ids_of<T>(rows: &[T], id: fn(&T) -> Option<i64>) -> Result<Vec<i64>, ConnectorError> {
    let ids = rows.iter().map(|row| id(row).ok_or(WireError::BadRow));
    Ok(ids.collect::<Result<_, _>>()?)
}
