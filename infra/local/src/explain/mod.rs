//! `muster explain`: why an account is what it is. Each value with where it came from and which
//! side decides; each record; licences by name; the contact, the rule, the evidence; who else was
//! considered and why not; and the same of the entry in the documentation system.

mod contacts;
mod entries;

use std::collections::BTreeMap;
use std::fs::File;

use comfy_table::Table;
use connectors::licences::LicenceNames;
use domain::account::{Account, Origin};
use domain::failure::Failure;
use domain::fields::Attribute;
use domain::id::CustomerId;
use domain::identity::{Departure, Identity, IdentityKind};
use domain::policy::{Authority, CustomerPolicies, Policy, resolve};
use domain::push::decides;

use crate::accounts;
use crate::local::{Local, LocalError};
use crate::table;

/// Explains the account of that id, user name or e-mail address.
///
/// # Errors
/// There is no such account, or several; those of the table.
pub async fn explain(
    local: &Local,
    customer: &CustomerId,
    text: &str,
) -> Result<String, LocalError> {
    let account = accounts::find(&local.app, customer, text).await?;
    let policies = policies(local, customer).await?;
    let policy = policies.of(account.account_type);
    let part_numbers = local
        .app
        .store
        .licences(customer)
        .await
        .map_err(Failure::from)?;
    let mut parts = vec![head(&account, policy), fields(&account, policy).to_string()];
    parts.extend(company(local, customer).await?);
    parts.push(records(&account).to_string());
    parts.extend(licences(local, &account, &part_numbers).map(|table| table.to_string()));
    parts.push(contacts::explained(local, &account, policy).await);
    parts.push(entries::explained(local, &account).await);
    Ok(parts.join("\n\n"))
}

async fn policies(local: &Local, customer: &CustomerId) -> Result<CustomerPolicies, LocalError> {
    let configured = local
        .config
        .customers
        .iter()
        .find(|held| held.id == *customer);
    let configured = configured.ok_or_else(|| {
        LocalError::Asked(format!(
            "the configuration does not name the customer {customer}"
        ))
    })?;
    Ok(resolve(&local.config.policies, configured))
}

/// What the company in the PSA says of the customer (B144).
async fn company(local: &Local, customer: &CustomerId) -> Result<Option<String>, LocalError> {
    let record = (local.app.store.customer(customer).await).map_err(Failure::from)?;
    let company = record.map(|record| record.company).unwrap_or_default();
    Ok((!company.is_empty()).then(|| {
        format!(
            "territory {}, account manager {}",
            table::or_none(company.territory.as_deref()),
            table::or_none(company.account_manager.as_deref())
        )
    }))
}

fn head(account: &Account, policy: &Policy) -> String {
    let name = account
        .fields
        .get(Attribute::DisplayName)
        .unwrap_or("an account without a name");
    format!(
        "{name}, account {} of {}\n\
         {}: {}\n\
         {} since {}, imported {}, revision {}\n\
         policy {:?}",
        account.id,
        account.customer,
        account.account_type.as_str(),
        account.type_reason,
        account.state.as_str(),
        table::when(account.state_since),
        table::when(account.imported_at),
        account.revision,
        policy.name,
    )
}

/// Each value, where it came from, which side decides, and what each record says.
fn fields(account: &Account, policy: &Policy) -> Table {
    let records = account.identities.iter();
    let mut heads = vec!["field", "value", "came from", "decided by"];
    heads.extend(records.map(|identity| identity.key.source.as_str()));
    let mut shown = table::with_heads(&heads);
    for attribute in Attribute::ALL {
        let value = account.fields.get(attribute);
        let mut row = vec![
            attribute.as_str().to_owned(),
            table::or_none(value),
            value.map_or_else(|| table::or_none(None), |_| origin(account, attribute)),
            decided_by(account, attribute, policy).to_owned(),
        ];
        let said = account.identities.iter();
        row.extend(said.map(|identity| table::or_none(identity.fields.get(attribute))));
        shown.add_row(row);
    }
    shown
}

fn origin(account: &Account, attribute: Attribute) -> String {
    match account.origin(attribute) {
        Some(Origin::Source(source)) => source.as_str().to_owned(),
        Some(Origin::Psa) => "the contact in the PSA".to_owned(),
        Some(Origin::Person) => "a person, through the API".to_owned(),
        None => table::or_none(None),
    }
}

fn decided_by(account: &Account, attribute: Attribute, policy: &Policy) -> &'static str {
    match (
        decides(account, attribute, policy),
        policy.authority.of(attribute),
    ) {
        (Authority::Source, _) => "the source",
        (Authority::Psa, Authority::Account) => "the contact in the PSA, until it is edited here",
        (Authority::Psa, _) => "the contact in the PSA",
        (Authority::Account, Authority::Psa) => "the account, until it has a contact",
        (Authority::Account, _) => "the account",
    }
}

fn records(account: &Account) -> Table {
    let mut shown = table::with_heads(&["record of", "id", "kind", "standing", "more"]);
    for identity in &account.identities {
        shown.add_row([
            identity.key.source.as_str(),
            &identity.key.id,
            kind(identity.kind),
            &standing(identity),
            &more(identity),
        ]);
    }
    shown
}

fn kind(kind: IdentityKind) -> &'static str {
    match kind {
        IdentityKind::User => "user",
        IdentityKind::Guest => "guest",
        IdentityKind::SharedMailbox => "shared mailbox",
        IdentityKind::Resource => "room or equipment",
        IdentityKind::System => "system",
    }
}

fn standing(identity: &Identity) -> String {
    if let Some(gone) = &identity.gone {
        let how = match gone.how {
            Departure::Deleted => "deleted, can be restored",
            Departure::DeletedForGood => "deleted for good",
            Departure::NotInCompleteReading => "missed in a complete reading",
            Departure::OutOfScope => "out of scope",
        };
        return format!("left {}: {how}", table::when(gone.at));
    }
    let enabled = if identity.enabled {
        "enabled"
    } else {
        "disabled"
    };
    match identity.expires_at {
        Some(at) => format!("{enabled}, expires {}", table::when(at)),
        None => enabled.to_owned(),
    }
}

fn more(identity: &Identity) -> String {
    let mut lines = Vec::new();
    lines.extend(
        identity
            .sam_account_name
            .as_ref()
            .map(|name| format!("logon name {name}")),
    );
    lines.extend(identity.distinguished_name.clone());
    lines.extend(
        identity
            .privileges
            .iter()
            .map(|privilege| format!("administrator: {privilege}")),
    );
    lines.extend(
        identity
            .alternate_emails
            .iter()
            .map(|address| format!("also {address}")),
    );
    let guid = identity.anchor.guid.as_ref();
    lines.extend(guid.map(|guid| format!("known on premises as {guid}")));
    lines.join("\n")
}

/// Licences by id, part number and, where the deployer has Microsoft's table, product name.
fn licences(
    local: &Local,
    account: &Account,
    part_numbers: &BTreeMap<String, String>,
) -> Option<Table> {
    let held: Vec<&String> = account
        .identities
        .iter()
        .flat_map(|identity| &identity.licences)
        .collect();
    if held.is_empty() {
        return None;
    }
    let names = product_names(local);
    let mut shown = table::with_heads(&["licence", "part number", "product"]);
    for sku in held {
        shown.add_row([
            sku.clone(),
            table::or_none(part_numbers.get(sku).map(String::as_str)),
            table::or_none(names.as_ref().and_then(|names| names.name(sku))),
        ]);
    }
    Some(shown)
}

fn product_names(local: &Local) -> Option<LicenceNames> {
    let path = local.config.product_names.as_ref()?;
    let read = File::open(path)
        .map_err(|error| error.to_string())
        .and_then(|file| LicenceNames::read(file).map_err(|error| error.to_string()));
    match read {
        Ok(names) => Some(names),
        Err(error) => {
            tracing::warn!(file = %path.display(), error, "licences stand without product names");
            None
        }
    }
}
