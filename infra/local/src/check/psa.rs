//! The PSA: credentials and rights, the company of each customer, and the custom fields that policies
//! want. Which of these there are is seen at one contact that is read in full.

use connectors::Vendors;
use connectors::error::ConnectorError;
use connectors::psa::{Company, Psa, Settings};
use domain::id::CompanyId;
use domain::policy::Policy;
use domain::push::contact::{Contact, ContactKind};
use domain::push::custom::{CustomField, TYPE_MAPPING};
use secrecy::SecretString;

use super::{Checked, Finding, of_access};
use crate::config::Config;

/// Companies that are searched for a contact to look at.
const COMPANIES_MAX: usize = 5;

pub(super) async fn check(
    config: &Config,
    vendors: &Vendors,
    secret: &SecretString,
) -> Vec<Checked> {
    let psa = match connected(vendors, secret) {
        Ok(psa) => psa,
        Err(why) => return of_access("PSA", vec![why]),
    };
    let system = psa.kind().name();
    match looked(config, psa.as_ref()).await {
        Ok(checked) => checked,
        Err(error) => of_access(system, vec![error.to_string()]),
    }
}

fn connected(vendors: &Vendors, secret: &SecretString) -> Result<Box<dyn Psa>, String> {
    let settings = Settings::from_json(secret).map_err(|error| error.to_string())?;
    vendors.psa(&settings).map_err(|error| error.to_string())
}

async fn looked(config: &Config, psa: &dyn Psa) -> Result<Vec<Checked>, ConnectorError> {
    let system = psa.kind().name();
    let mut checked = of_access(system, psa.check().await?.missing);
    let companies = psa.companies().await?;
    let mut there: Vec<&CompanyId> = Vec::new();
    for customer in &config.customers {
        let Some(wanted) = &customer.psa_company_id else {
            continue;
        };
        let company = companies.iter().find(|company| company.id == *wanted);
        there.extend(company.map(|company| &company.id));
        checked.push(Checked {
            system,
            what: format!("the company of {}", customer.id),
            finding: of_company(wanted, company),
        });
    }
    let wanted = wanted_fields(&config.policies);
    if !wanted.is_empty() {
        let contact = any_contact(psa, &there).await?;
        checked.extend(wanted.into_iter().map(|(field, option)| Checked {
            system,
            what: format!("the custom field {field} of contacts"),
            finding: of_field(contact.as_ref(), field, option),
        }));
    }
    Ok(checked)
}

fn of_company(wanted: &CompanyId, company: Option<&Company>) -> Finding {
    match company {
        Some(company) if company.active => Finding::Well,
        Some(_) => Finding::Wrong(format!(
            "the company {wanted} is out of use: correct psa_company_id, or put it back in use"
        )),
        None => Finding::Wrong(format!(
            "there is no company {wanted}, or it is not shown: correct psa_company_id, or let the \
             API user see it"
        )),
    }
}

/// The custom fields of contacts that policies want, each with the option that wants it.
fn wanted_fields(policies: &[Policy]) -> Vec<(&'static str, &'static str)> {
    let any = |wants: fn(&Policy) -> bool| policies.iter().any(wants);
    [
        (
            CustomField::SupportPin.name(),
            "support_pin",
            any(|policy| policy.support_pin),
        ),
        (
            CustomField::IsOffice365.name(),
            "office_365_presence",
            any(|policy| policy.office_365_presence),
        ),
        (
            TYPE_MAPPING,
            "left_contact_types",
            any(|policy| !policy.left_contact_types.is_empty()),
        ),
    ]
    .into_iter()
    .filter_map(|(field, option, is_wanted)| is_wanted.then_some((field, option)))
    .collect()
}

/// A person's contact in full, of the first companies that have one.
async fn any_contact(
    psa: &dyn Psa,
    companies: &[&CompanyId],
) -> Result<Option<Contact>, ConnectorError> {
    for company in companies.iter().take(COMPANIES_MAX) {
        let page = psa.contacts_page(company, None).await?;
        let mut rows = page.contacts.into_iter();
        if let Some(row) = rows.find(|row| row.kind == ContactKind::Person) {
            return psa.contact(&row.id).await;
        }
    }
    Ok(None)
}

/// D8, B153: a field that is missing, or that cannot hold what is to be written, is left out in every
/// change, so that it is told here.
fn of_field(contact: Option<&Contact>, field: &str, option: &str) -> Finding {
    let Some(contact) = contact else {
        return Finding::Unknown("not known: there is no contact yet at which it could be seen");
    };
    let is_told = match CustomField::parse(field) {
        Some(field) => contact.custom.contains_key(&field),
        None => contact.types.is_some(),
    };
    if is_told {
        Finding::Well
    } else {
        Finding::Wrong(format!(
            "a contact shows no such field that can hold it: make it in the PSA under exactly this \
             name, or leave {option} out"
        ))
    }
}
