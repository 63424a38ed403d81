//! What several benches begin with.

use domain::customer::Customer;
use domain::id::CustomerId;
use domain::identity::Source;

/// A customer with Microsoft 365 and nothing else.
pub(crate) fn customer() -> Customer {
    Customer {
        id: CustomerId::parse("bench").expect("an id"),
        name: "Bench".to_owned(),
        microsoft_tenant_id: None,
        psa_company_id: None,
        psa_site_id: None,
        docs_organization_id: None,
        docs_configuration_id: None,
        sources: vec![Source::Microsoft365],
        interval_minutes: None,
        licensed_only: Some(false),
        paused: false,
        policies: Vec::new(),
    }
}
