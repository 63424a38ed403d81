//! What a company is told.

use domain::id::CompanyId;
use domain::identity::Said;
use domain::push::custom::TENANT_365_ID;
use http::Method;

use super::ConnectWise;
use super::client::{Call, unreadable};
use super::custom;
use super::read::company_number;
use super::resource::Resource;
use super::wire::{Replace, WireCompany};
use super::write;
use crate::error::ConnectorError;
use crate::psa::TenantIdWrite;

impl ConnectWise {
    /// Writes the id of the tenant, unless the company says so already (B159, B160).
    pub(super) async fn tell_tenant_id(
        &self,
        company: &CompanyId,
        tenant_id: &str,
    ) -> Result<TenantIdWrite, ConnectorError> {
        let id = company_number(company)?;
        let wire = self.read_company(id).await?;
        let fields = wire.custom_fields.unwrap_or_default();
        let tenant_id = tenant_id.trim();
        match custom::said(&fields, TENANT_365_ID) {
            Said::Nothing => return Ok(TenantIdWrite::NoField),
            Said::Value(held) if held.eq_ignore_ascii_case(tenant_id) => {
                return Ok(TenantIdWrite::AlreadyThere);
            }
            Said::Value(_) | Said::Cleared => {}
        }
        let Some(list) = custom::list(&fields, &[(TENANT_365_ID, tenant_id)]) else {
            return Ok(TenantIdWrite::NoField);
        };
        let patch = [Replace::new("/customFields", list)];
        let call = Call::new(Method::PATCH, Resource::Company, &[id]);
        let call = call.body(&patch, &write::texts([tenant_id]))?;
        let now: WireCompany = self.client.send(call).await?.json()?;
        if now.id != Some(id) {
            let what = "an answer to a change that names another company";
            return Err(unreadable(what));
        }
        Ok(TenantIdWrite::Written)
    }
}
