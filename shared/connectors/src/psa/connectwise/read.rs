//! Reading lists, and the tables that an MSP keeps.

use domain::id::CompanyId;
use domain::push::contact::Contact;
use serde::de::DeserializeOwned;

use super::client::{Call, Query, VENDOR, unreadable};
use super::convert::{self, NoId, number_in};
use super::kinds::Kinds;
use super::paging::{PAGE_SIZE, Position, has_next};
use super::resource::Resource;
use super::wire::{WireCompany, WireContact, WireRow};
use super::{ConnectWise, refused};
use crate::error::ConnectorError;

/// The members of a contact that are read. All of them together are many times as much.
const CONTACT_FIELDS: &str = "id,firstName,lastName,title,department,company,site,inactiveFlag,\
                              communicationItems,customFields,types";
/// The members of a company that are read in lists.
const COMPANY_FIELDS: &str = "id,identifier,name,status,deletedFlag,territory,territoryManager";
/// The members of one company that are read.
const COMPANY_FIELDS_ALL: &str = "id,identifier,name,status,site,deletedFlag,territory,territoryManager,\
                                  customFields";
/// The longest address that the vendor holds, in characters.
const ADDRESS_LENGTH_MAX: usize = 250;

/// A list: what of, which members of its rows, and under which condition.
pub(super) struct List<'a> {
    resource: Resource,
    fields: Option<&'static str>,
    condition: Option<String>,
    child_condition: Option<String>,
    name: &'a str,
}

impl List<'_> {
    /// The companies, without those that were deleted and are there still, marked.
    pub(super) fn companies() -> Self {
        Self {
            resource: Resource::Companies,
            fields: Some(COMPANY_FIELDS),
            condition: Some("deletedFlag=false".to_owned()),
            child_condition: None,
            name: "companies",
        }
    }

    /// The contacts of a company, in use or not.
    pub(super) fn contacts(company: i64) -> Self {
        Self {
            resource: Resource::Contacts,
            fields: Some(CONTACT_FIELDS),
            condition: Some(format!("company/id={company}")),
            child_condition: None,
            name: "contacts",
        }
    }

    /// A table of the MSP's.
    pub(super) fn table(resource: Resource) -> Self {
        Self {
            resource,
            fields: None,
            condition: None,
            child_condition: None,
            name: "a table",
        }
    }

    /// Its query at a position.
    fn query(&self, position: Position, rows: usize) -> Query {
        let above = (position.above > 0).then(|| format!("id>{}", position.above));
        let conditions: Vec<String> = [self.condition.clone(), above]
            .into_iter()
            .flatten()
            .collect();
        let mut query = Vec::new();
        if !conditions.is_empty() {
            query.push(("conditions", conditions.join(" and ")));
        }
        if let Some(condition) = &self.child_condition {
            query.push(("childConditions", condition.clone()));
        }
        if let Some(fields) = self.fields {
            query.push(("fields", fields.to_owned()));
        }
        query.extend([
            ("orderBy", "id asc".to_owned()),
            ("page", "1".to_owned()),
            ("pageSize", rows.to_string()),
        ]);
        query
    }
}

impl ConnectWise {
    /// One page of a list, and where it goes on.
    pub(super) async fn page<T: DeserializeOwned>(
        &self,
        list: &List<'_>,
        position: Position,
        id: impl Fn(&T) -> Option<i64> + Send + Sync,
    ) -> Result<(Vec<T>, Option<Position>), ConnectorError> {
        let call = Call::get(list.resource, &[]).query(list.query(position, PAGE_SIZE));
        let answer = self.client.send(call).await?;
        let rows: Vec<T> = answer.json()?;
        let ids: Option<Vec<i64>> = rows.iter().map(id).collect();
        let ids = ids.ok_or(NoId)?;
        let next = position.after(&ids, has_next(&answer.headers));
        let next = next.map_err(|error| unreadable(&format!("{error} ({})", list.name)))?;
        Ok((rows, next))
    }

    /// Every row of a list.
    pub(super) async fn all<T: DeserializeOwned>(
        &self,
        list: &List<'_>,
        id: impl Fn(&T) -> Option<i64> + Send + Sync,
    ) -> Result<Vec<T>, ConnectorError> {
        let mut all = Vec::new();
        let mut position = Some(Position::START);
        while let Some(here) = position {
            let (rows, next) = self.page(list, here, &id).await?;
            all.extend(rows);
            position = next;
        }
        Ok(all)
    }

    /// Is there any row that we see? One row is asked for.
    pub(super) async fn sees_any(&self, list: &List<'_>) -> Result<bool, ConnectorError> {
        let call = Call::get(list.resource, &[]).query(list.query(Position::START, 1));
        let rows: Vec<WireRow> = self.client.send(call).await?.json()?;
        Ok(!rows.is_empty())
    }

    /// The rows that are contacts of that company.
    pub(super) fn contacts_of(
        rows: &[WireContact],
        company: &CompanyId,
        kinds: Kinds,
    ) -> Result<Vec<Contact>, ConnectorError> {
        let own = company_number(company)?;
        // A row that does not say is believed to be what was asked for.
        let is_own = |row: &&WireContact| {
            let id = row.company.as_ref().and_then(|company| company.id);
            id.is_none_or(|id| id == own)
        };
        let contacts = rows.iter().filter(is_own);
        contacts
            .map(|row| Ok(convert::contact(row, company.clone(), kinds)?))
            .collect()
    }

    /// Contacts of a company that may have that address: those that a search finds, or everybody
    /// where the address cannot be put into a condition safely.
    pub(super) async fn candidates(
        &self,
        company: i64,
        address: &str,
    ) -> Result<Vec<WireContact>, ConnectorError> {
        if address.chars().count() > ADDRESS_LENGTH_MAX {
            return Ok(Vec::new());
        }
        let mut list = List::contacts(company);
        if is_plain(address) {
            list.child_condition = Some(format!(
                "communicationItems/value=\"{address}\" AND \
                 communicationItems/communicationType=\"Email\""
            ));
        }
        self.all(&list, |row: &WireContact| row.id).await
    }

    /// One company; deleted ones are not there.
    pub(super) async fn read_company(&self, company: i64) -> Result<WireCompany, ConnectorError> {
        let query = vec![("fields", COMPANY_FIELDS_ALL.to_owned())];
        let call = Call::get(Resource::Company, &[company]).query(query);
        let wire: WireCompany = self.client.send(call).await?.json()?;
        if convert::is_gone(&wire) {
            return Err(ConnectorError::NotFound {
                vendor: VENDOR,
                what: Resource::Company.thing().to_owned(),
            });
        }
        Ok(wire)
    }

    /// The MSP's kinds of communication, read once per process.
    pub(super) async fn kinds(&self) -> Result<Kinds, ConnectorError> {
        let told = self.client.told("kinds");
        if let Some(kinds) = told.as_deref().and_then(Kinds::from_text) {
            return Ok(kinds);
        }
        self.read_kinds().await
    }

    /// The MSP's kinds of communication as they are now.
    pub(super) async fn read_kinds(&self) -> Result<Kinds, ConnectorError> {
        let list = List::table(Resource::CommunicationTypes);
        let rows = self.all(&list, |row: &WireRow| row.id).await?;
        let kinds = Kinds::of(&rows);
        self.client.remember("kinds", &kinds.to_text());
        Ok(kinds)
    }
}

/// Can an address stand in a condition as it is? Quotes, backslashes and brackets have meanings
/// there that no published text settles, and wildcards find too much: those are looked for here.
fn is_plain(address: &str) -> bool {
    let is_meant =
        |c: char| matches!(c, '"' | '\\' | '[' | ']' | '*' | '%' | '?') || c.is_control();
    !address.chars().any(is_meant)
}

pub(super) fn company_number(company: &CompanyId) -> Result<i64, ConnectorError> {
    number_in(company.as_str()).ok_or_else(|| {
        let reason = "an id of ConnectWise PSA is a whole number above zero";
        refused("company", reason)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_could_be_read_as_a_condition_is_not_put_into_one() {
        for plain in ["ann@x.example", "o'brien+a@x.example", "ä&b@x.example"] {
            assert!(is_plain(plain), "{plain}");
        }
        for meant in [
            "a\" or id>0 or \"@x.example",
            "a\\@x.example",
            "[a]@x.example",
            "a*@x.example",
            "a%@x.example",
            "a\n@x.example",
        ] {
            assert!(!is_plain(meant), "{meant}");
        }
    }

    #[test]
    fn a_list_goes_on_above_the_last_id() {
        let list = List::contacts(250);
        let first = list.query(Position::START, 5);
        assert_eq!(first[0], ("conditions", "company/id=250".to_owned()));
        let next = Position::START.after(&[7, 9], true).unwrap().unwrap();
        let second = list.query(next, 5);
        assert_eq!(
            second[0],
            ("conditions", "company/id=250 and id>9".to_owned())
        );
        let table = List::table(Resource::Departments).query(Position::START, 5);
        assert_eq!(table[0], ("orderBy", "id asc".to_owned()));
    }
}
