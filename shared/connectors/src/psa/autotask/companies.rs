//! Companies: whose contacts there are, who looks after them, and the id of their tenant.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::CompanyId;
use domain::push::custom::TENANT_365_ID;
use http::Method;
use serde_json::json;

use super::client::{Call, unreadable};
use super::convert::{self, company_number};
use super::paging::PAGE_SIZE;
use super::read::{COMPANIES, call, number_of, term};
use super::wire::{self, WireCompany, WireField, WireList, WireResource};
use super::{Autotask, refused};
use crate::error::ConnectorError;
use crate::psa::{Company, TenantIdWrite};

/// What is read of a company.
const COLUMNS: [&str; 5] = [
    "id",
    "companyName",
    "isActive",
    "territoryID",
    "ownerResourceID",
];
const FIELDS: Call = call(
    "GET /Companies/entityInformation/fields",
    "the fields of companies",
    "read companies",
);
const RESOURCES: Call = call("POST /Resources/query", "the resources", "read resources");
const UPDATE: Call = call("PATCH /Companies", "the company", "edit companies");

impl Autotask {
    /// All companies, those out of use and the MSP itself among them.
    pub(super) async fn all_companies(&self) -> Result<Vec<Company>, ConnectorError> {
        let rows: Vec<WireCompany> = self
            .all(COMPANIES, &COLUMNS, |row: &WireCompany| row.id)
            .await?;
        self.named(rows).await
    }

    /// One company; `None` where there is none.
    pub(super) async fn one_company(
        &self,
        company: &CompanyId,
    ) -> Result<Option<Company>, ConnectorError> {
        if company_number(company.as_str()).is_none() {
            return Ok(None);
        }
        match self.company_row(company).await {
            Ok(row) => Ok(self.named(vec![row]).await?.pop()),
            Err(ConnectorError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Companies in our words, with the names of what they name by number.
    async fn named(&self, rows: Vec<WireCompany>) -> Result<Vec<Company>, ConnectorError> {
        let has_territory = rows.iter().any(|row| row.territory_id.is_some());
        let territories = match has_territory {
            true => self.territories().await?,
            false => BTreeMap::new(),
        };
        let managers: BTreeSet<i64> = rows
            .iter()
            .filter_map(|row| row.owner_resource_id)
            .collect();
        let managers = self.names_of(&managers).await?;
        let companies = rows
            .into_iter()
            .map(|row| convert::company(row, &territories, &managers));
        Ok(companies.collect::<Result<_, _>>()?)
    }

    /// The names of territories, which companies have by number (B144). Asked once in a process.
    async fn territories(&self) -> Result<BTreeMap<i64, String>, ConnectorError> {
        const QUESTION: &str = "territories";
        if let Some(told) = self.client.told(QUESTION)
            && let Ok(territories) = serde_json::from_str(&told)
        {
            return Ok(territories);
        }
        let path = [COMPANIES.name, "entityInformation", "fields"];
        let body = self.client.get(FIELDS, &path).await?;
        let fields: Vec<WireField> = wire::read_under(&body, "fields")?;
        let is_territory = |field: &&WireField| {
            (field.name.value()).is_some_and(|name| name.eq_ignore_ascii_case("territoryID"))
        };
        let items = fields
            .iter()
            .find(is_territory)
            .map(|field| &field.picklist_values);
        let named = items.into_iter().flatten().filter_map(|item| {
            let number = item.value.value()?.trim().parse().ok()?;
            Some((number, item.label.value()?.clone()))
        });
        let territories: BTreeMap<i64, String> = named.collect();
        if let Ok(text) = serde_json::to_string(&territories) {
            self.client.remember(QUESTION, &text);
        }
        Ok(territories)
    }

    /// The names of the MSP's people, which companies have by number (B144). Without the right to
    /// read them there are none.
    async fn names_of(
        &self,
        resources: &BTreeSet<i64>,
    ) -> Result<BTreeMap<i64, String>, ConnectorError> {
        let numbers: Vec<i64> = resources.iter().copied().collect();
        let mut names = BTreeMap::new();
        for chunk in numbers.chunks(PAGE_SIZE) {
            let query = json!({ "MaxRecords": PAGE_SIZE,
                "IncludeFields": ["id", "firstName", "lastName"],
                "filter": [term("in", "id", json!(chunk))] });
            let answer = self
                .client
                .query(RESOURCES, &["Resources", "query"], &query)
                .await;
            let body = match answer {
                Ok(body) => body,
                Err(ConnectorError::Forbidden { .. } | ConnectorError::NotFound { .. }) => {
                    tracing::warn!(
                        "Autotask tells no account managers: the API user may not read resources"
                    );
                    return Ok(names);
                }
                Err(error) => return Err(error),
            };
            let page: WireList<WireResource> = wire::read_list(&body)?;
            names.extend(page.rows.iter().filter_map(|row| {
                let parts = [row.first_name.value(), row.last_name.value()];
                let parts: Vec<&str> = parts
                    .into_iter()
                    .flatten()
                    .map(|part| part.trim())
                    .collect();
                (!parts.is_empty()).then_some(())?;
                Some((row.id?, parts.join(" ")))
            }));
        }
        Ok(names)
    }

    /// Writes the tenant's id to the company, unless it is there.
    pub(super) async fn put_tenant_id(
        &self,
        company: &CompanyId,
        tenant_id: &str,
    ) -> Result<TenantIdWrite, ConnectorError> {
        let fields = self.user_fields(COMPANIES).await?;
        if !fields.has(TENANT_365_ID) {
            return Ok(TenantIdWrite::NoField);
        }
        let row = self.company_row(company).await?;
        let told = row
            .user_defined_fields
            .iter()
            .find(|field| field.name == TENANT_365_ID);
        let is_there = told
            .and_then(|field| field.value.value())
            .is_some_and(|value| value.trim().eq_ignore_ascii_case(tenant_id));
        if is_there {
            return Ok(TenantIdWrite::AlreadyThere);
        }
        if tenant_id.chars().count() > fields.length_max(TENANT_365_ID) {
            let reason = "the company's field is too short for the id of a tenant: make it longer";
            return Err(refused(TENANT_365_ID, reason));
        }
        let id = number_of(company)?;
        let body = json!({ "id": id,
            "userDefinedFields": [{ "name": TENANT_365_ID, "value": tenant_id }] });
        let answer = (self.client)
            .send_json(UPDATE, Method::PATCH, &[COMPANIES.name], &body, &[])
            .await?;
        match wire::written_id(&answer)? {
            Some(other) if other != id => Err(unreadable(
                "an answer to a change that names another company",
            )),
            Some(_) | None => Ok(TenantIdWrite::Written),
        }
    }
}
