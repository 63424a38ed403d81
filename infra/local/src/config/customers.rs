//! `[[customers]]`: the companies the MSP looks after, and what they refer to.

use std::collections::BTreeMap;

use domain::account::AccountType;
use domain::customer::Customer;
use domain::id::{CompanyId, ConfigurationId, CustomerId, OrganizationId, SiteId};
use domain::identity::Source;
use domain::policy::Policy;

use super::reader::{At, Reader};
use super::values::{INTERVAL, interval_minutes, is_tenant};

/// What else the file holds that customers depend on.
pub(crate) struct Surroundings<'a> {
    pub(crate) has_graph: bool,
    pub(crate) has_psa: bool,
    pub(crate) has_docs: bool,
    pub(crate) policies: &'a [At<Policy>],
}

/// All customers. Two of one id are refused, and two of one tenant: nothing of one customer may be
/// written from another's data.
pub(crate) fn customers(readers: Vec<Reader<'_>>, around: &Surroundings<'_>) -> Vec<Customer> {
    let mut ids: BTreeMap<String, usize> = BTreeMap::new();
    let mut tenants: BTreeMap<String, usize> = BTreeMap::new();
    let mut customers = Vec::new();
    for mut reader in readers {
        let customer = customer(&mut reader, around);
        let line = reader.line;
        if let Some(customer) = customer {
            if let Some(first) = ids.get(customer.id.as_str()) {
                reader.wrong("id", format!("the customer in line {first} has this id"));
            }
            ids.entry(customer.id.as_str().to_owned()).or_insert(line);
            if let Some(tenant) = &customer.microsoft_tenant_id {
                let tenant = tenant.to_ascii_lowercase();
                if let Some(first) = tenants.get(&tenant) {
                    reader.wrong(
                        "microsoft_tenant_id",
                        format!(
                            "the customer in line {first} has this tenant; a tenant is one's own"
                        ),
                    );
                }
                tenants.entry(tenant).or_insert(line);
            }
            customers.push(customer);
        }
        reader.finish();
    }
    customers
}

fn customer(reader: &mut Reader<'_>, around: &Surroundings<'_>) -> Option<Customer> {
    let id = id(reader);
    let name = reader.text("name", "the customer's name, a text");
    let tenant = reader.parsed(
        "microsoft_tenant_id",
        "the tenant's id or one of its domains, a text",
        |text| is_tenant(text).then(|| text.to_owned()),
    );
    let company = company(reader, around);
    let site = site(reader, company.is_some());
    let organization = organization(reader, around);
    let configuration = configuration(reader, organization.is_some());
    let sources = sources(reader, around);
    let interval = reader.parsed("interval", INTERVAL, interval_minutes);
    let licensed_only = reader.flag("licensed_only");
    let paused = reader.flag("paused").unwrap_or(false);
    let policies = policies(reader, around.policies);
    let id = id?;
    Some(Customer {
        name: match name {
            Some(name) if !name.value.trim().is_empty() => name.value.trim().to_owned(),
            Some(_) | None => id.as_str().to_owned(),
        },
        id,
        microsoft_tenant_id: tenant.map(|tenant| tenant.value),
        psa_company_id: company,
        psa_site_id: site,
        docs_organization_id: organization,
        docs_configuration_id: configuration,
        sources,
        interval_minutes: interval.map(|interval| interval.value),
        licensed_only,
        paused,
        policies,
    })
}

fn id(reader: &mut Reader<'_>) -> Option<CustomerId> {
    let expected = "an id of 1 to 128 characters out of a-z, A-Z, 0-9, '.', '_', '-' and ':'";
    reader.required_text("id", expected)?;
    reader
        .parsed("id", expected, |text| CustomerId::parse(text).ok())
        .map(|id| id.value)
}

fn company(reader: &mut Reader<'_>, around: &Surroundings<'_>) -> Option<CompanyId> {
    let expected = "the company's id in the PSA, a text as \"12\"";
    let company = reader.parsed("psa_company_id", expected, |text| {
        CompanyId::parse(text).ok()
    })?;
    if !around.has_psa {
        reader.wrong_at(
            company.line,
            "psa_company_id",
            "needs the table [psa], which is missing",
        );
    }
    Some(company.value)
}

fn site(reader: &mut Reader<'_>, has_company: bool) -> Option<SiteId> {
    let expected = "the site's id in the PSA, a text as \"34\"";
    let site = reader.parsed("psa_site_id", expected, |text| SiteId::parse(text).ok())?;
    if !has_company {
        reader.wrong_at(
            site.line,
            "psa_site_id",
            "needs psa_company_id, the site's company",
        );
    }
    Some(site.value)
}

fn organization(reader: &mut Reader<'_>, around: &Surroundings<'_>) -> Option<OrganizationId> {
    let expected = "the organization's id in the documentation system, a text as \"5821\"";
    let organization = reader.parsed("docs_organization_id", expected, |text| {
        OrganizationId::parse(text).ok()
    })?;
    if !around.has_docs {
        reader.wrong_at(
            organization.line,
            "docs_organization_id",
            "needs the table [docs], which is missing",
        );
    }
    Some(organization.value)
}

fn configuration(reader: &mut Reader<'_>, has_organization: bool) -> Option<ConfigurationId> {
    let expected = "the id of a configuration (IT Glue) or an asset (Hudu), a text as \"28631\"";
    let configuration = reader.parsed("docs_configuration_id", expected, |text| {
        ConfigurationId::parse(text).ok()
    })?;
    if !has_organization {
        reader.wrong_at(
            configuration.line,
            "docs_configuration_id",
            "needs docs_organization_id, the organization that it is in",
        );
    }
    Some(configuration.value)
}

/// In the order in which they lead, whatever order they are written in.
fn sources(reader: &mut Reader<'_>, around: &Surroundings<'_>) -> Vec<Source> {
    let expected = "\"microsoft-365\", \"active-directory\", \"local-windows\"";
    if !reader.has("sources") {
        reader.wrong(
            "sources",
            format!("is missing; expected a list out of {expected}"),
        );
    }
    let texts = reader.texts("sources", expected);
    if texts.as_ref().is_some_and(Vec::is_empty) {
        reader.wrong(
            "sources",
            format!("is empty; expected a list out of {expected}"),
        );
    }
    let mut sources = Vec::new();
    for text in texts.into_iter().flatten() {
        let At { line, value } = text;
        match Source::parse(value) {
            None => {
                let message = format!("expected a list out of {expected}, found {value:?}");
                reader.wrong_at(line, "sources", message);
            }
            Some(source) if sources.contains(&source) => {
                reader.wrong_at(line, "sources", format!("{value:?} is listed twice"));
            }
            Some(source) => sources.push(source),
        }
    }
    if sources.contains(&Source::Microsoft365) {
        if !around.has_graph {
            reader.wrong(
                "sources",
                "\"microsoft-365\" needs the table [graph], which is missing",
            );
        }
        if !reader.has("microsoft_tenant_id") {
            reader.wrong(
                "microsoft_tenant_id",
                "is missing; the source \"microsoft-365\" needs the tenant's id or domain",
            );
        }
    }
    sources.sort_unstable();
    sources
}

/// Policies by name, at most one per account type (B41).
fn policies(reader: &mut Reader<'_>, known: &[At<Policy>]) -> Vec<String> {
    let mut types: BTreeMap<AccountType, &str> = BTreeMap::new();
    let mut names = Vec::new();
    for At { line, value } in reader
        .texts("policies", "names of policies")
        .into_iter()
        .flatten()
    {
        let Some(policy) = known.iter().find(|policy| policy.value.name == value) else {
            let all: Vec<String> = known
                .iter()
                .map(|policy| format!("{:?}", policy.value.name))
                .collect();
            let there = if all.is_empty() {
                "there are none".to_owned()
            } else {
                all.join(", ")
            };
            reader.wrong_at(
                line,
                "policies",
                format!("no policy is named {value:?}; expected names out of: {there}"),
            );
            continue;
        };
        let account_type = policy.value.account_type;
        match types.insert(account_type, value) {
            None => names.push(value.to_owned()),
            Some(first) => reader.wrong_at(
                line,
                "policies",
                format!(
                    "{first:?} and {value:?} are both for {} accounts; a customer has at most one \
                     per account type",
                    account_type.as_str()
                ),
            ),
        }
    }
    names
}
