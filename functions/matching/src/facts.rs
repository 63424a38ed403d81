//! What customer and company tell each other: the id of the tenant to the company (B159), its territory
//! and account manager to the customer (B144). Only where the policy for end users says so.
//!
//! None of it is worth a failed match: whatever the PSA answers instead is told in the log, and tried
//! again with the next matching.

use connectors::error::ConnectorError;
use connectors::psa::{Psa, TenantIdWrite};
use domain::customer::CompanyFacts;
use domain::failure::Failure;
use domain::id::CustomerId;
use domain::policy::Policy;
use platform::App;
use platform::store::CustomerRecord;

/// Tells the company the tenant's id, unless other customers share it, and takes over what it says.
///
/// # Errors
/// Those of the table.
pub(crate) async fn exchange(
    app: &App,
    psa: &dyn Psa,
    record: &CustomerRecord,
    is_shared: bool,
    policy: &Policy,
) -> Result<(), Failure> {
    let gaps = psa.gaps();
    let customer = &record.customer;
    let Some(company) = &customer.psa_company_id else {
        return Ok(());
    };
    // Of several tenants none is the company's: each run would write over the one before.
    if policy.psa_tenant_id
        && !gaps.no_company_fields
        && !is_shared
        && let Some(tenant_id) = customer
            .microsoft_tenant_id
            .as_deref()
            .filter(|id| is_id(id))
    {
        match psa.write_tenant_id(company, tenant_id).await {
            Ok(TenantIdWrite::Written) => {
                tracing::info!(customer.id = %customer.id, "the company was told its tenant's id");
            }
            Ok(TenantIdWrite::AlreadyThere) => {}
            Ok(TenantIdWrite::NoField) => {
                tracing::warn!(
                    customer.id = %customer.id,
                    "the PSA's companies have no custom field Tenant365Id; make one, of text"
                );
            }
            Err(error) => told(&customer.id, error),
        }
    }
    if policy.psa_territory && !gaps.no_territory {
        match psa.company(company).await {
            Ok(Some(told)) => {
                let facts = CompanyFacts {
                    territory: told.territory,
                    account_manager: told.account_manager,
                };
                app.store.put_company_facts(record, &facts).await?;
            }
            Ok(None) => {}
            Err(error) => told(&customer.id, error),
        }
    }
    Ok(())
}

/// A tenant may be named by a domain; the field takes an id.
fn is_id(tenant: &str) -> bool {
    let groups: Vec<usize> = tenant.trim().split('-').map(str::len).collect();
    let is_hex = tenant
        .trim()
        .bytes()
        .all(|b| b.is_ascii_hexdigit() || b == b'-');
    groups == [8, 4, 4, 4, 12] && is_hex
}

fn told(customer: &CustomerId, error: ConnectorError) {
    let error = Failure::from(error).chain();
    tracing::warn!(
        customer.id = %customer, error,
        "customer and company told each other nothing; the next matching tries again"
    );
}
