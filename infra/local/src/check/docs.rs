//! The documentation system: credentials and rights, and the organization of each customer.

use connectors::Vendors;
use connectors::docs::{Docs, Settings};
use connectors::error::ConnectorError;
use secrecy::SecretString;

use super::{Checked, Finding, of_access};
use crate::config::Config;

pub(super) async fn check(
    config: &Config,
    vendors: &Vendors,
    secret: &SecretString,
) -> Vec<Checked> {
    let docs = match connected(vendors, secret) {
        Ok(docs) => docs,
        Err(why) => return of_access("documentation system", vec![why]),
    };
    let system = docs.kind().name();
    match looked(config, docs.as_ref()).await {
        Ok(checked) => checked,
        Err(error) => of_access(system, vec![error.to_string()]),
    }
}

fn connected(vendors: &Vendors, secret: &SecretString) -> Result<Box<dyn Docs>, String> {
    let settings = Settings::from_json(secret).map_err(|error| error.to_string())?;
    vendors.docs(&settings).map_err(|error| error.to_string())
}

async fn looked(config: &Config, docs: &dyn Docs) -> Result<Vec<Checked>, ConnectorError> {
    let system = docs.kind().name();
    let mut checked = of_access(system, docs.check().await?.missing);
    let organizations = docs.organizations().await?;
    for customer in &config.customers {
        let Some(wanted) = &customer.docs_organization_id else {
            continue;
        };
        let is_there = organizations.iter().any(|held| held.id == *wanted);
        checked.push(Checked {
            system,
            what: format!("the organization of {}", customer.id),
            finding: if is_there {
                Finding::Well
            } else {
                Finding::Wrong(format!(
                    "there is no organization {wanted}, or it is not shown: correct \
                     docs_organization_id, or let the key see it"
                ))
            },
        });
    }
    Ok(checked)
}
