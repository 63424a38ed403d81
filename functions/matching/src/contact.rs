//! One contact that the PSA says has changed: read back, since a delivery is a hint and nothing
//! more, and what it says taken over into the account that is linked to it.

use connectors::Vendors;
use domain::failure::Failure;
use domain::id::{ContactId, CustomerId};
use domain::policy::resolve;
use domain::push::take_over;
use platform::{App, SecretName};

use crate::outcome::Outcome;
use crate::write;

/// How often it is decided again when somebody else was faster.
const TRIES: usize = 4;

/// The account kept changing.
#[derive(Debug, thiserror::Error)]
#[error("the account of the contact kept changing; the contact is looked at again later")]
struct KeptChanging;

/// Takes over what one contact says.
pub(crate) async fn import(
    app: &App,
    vendors: &Vendors,
    customer: &CustomerId,
    contact: &ContactId,
) -> Result<Outcome, Failure> {
    for _ in 0..TRIES {
        // Read.
        let Some((owner, account)) = app.store.account_behind(contact).await? else {
            return Ok(Outcome::default());
        };
        let Some(record) = app.store.customer(&owner).await? else {
            return Ok(Outcome::default());
        };
        let policies = resolve(&app.store.policies().await?, &record.customer);
        let secret = app.secrets.find(SecretName::Psa).await?;
        let Some(psa) = vendors.psa_of(secret.as_ref())? else {
            return Ok(Outcome::default());
        };
        let Some(said) = psa.contact(contact).await? else {
            // It was deleted: the next matching of the customer finds out.
            return Ok(Outcome::default());
        };
        let Some(account) = app.store.account(&owner, &account).await? else {
            return Ok(Outcome::default());
        };
        if account.contact() != Some(contact)
            || record.customer.psa_company_id != Some(said.company.clone())
        {
            return Ok(Outcome::default());
        }

        // Decide.
        let policy = policies.of(account.account_type);
        let Some(after) = take_over(&account, &said, policy) else {
            return Ok(Outcome::default());
        };

        // Apply.
        let change = write::Change {
            before: account,
            after,
        };
        let written = write::standings(app, customer, vec![change]).await?;
        if written.conflicts == 0 {
            tracing::info!(customer.id = %owner, contact.id = %contact, "contact taken over");
            return Ok(Outcome::default());
        }
    }
    Err(Failure::retry(KeptChanging))
}
