//! All accounts of a customer against all entries of its organization: both are read once and
//! matched in memory.

use std::collections::{BTreeMap, BTreeSet};

use connectors::Vendors;
use domain::account::Account;
use domain::customer::Customer;
use domain::docs::{Question, decide};
use domain::event::Envelope;
use domain::failure::Failure;
use domain::id::{AccountId, EntryId, OrganizationId};
use domain::policy::resolve;
use jiff::Timestamp;
use platform::{App, Budget, SecretName};

use crate::case::Case;
use crate::outcome::Outcome;
use crate::{make, write};

/// How often it is decided again when somebody else was faster. The matching of contacts writes the
/// same accounts at the same time: each of the two is slower once.
const TRIES: usize = 6;

/// Accounts kept changing while they were matched.
#[derive(Debug, thiserror::Error)]
#[error("accounts kept changing while entries were matched; the customer is matched again later")]
struct KeptChanging;

/// Matches one customer.
pub(crate) async fn matched(
    app: &App,
    vendors: &Vendors,
    envelope: &Envelope,
    budget: &Budget,
) -> Result<Outcome, Failure> {
    // Read.
    let Some(record) = app.store.customer(&envelope.customer).await? else {
        return Err(Failure::reject(
            "the customer to match is not configured any more",
        ));
    };
    let customer = record.customer;
    let Some(organization) = &customer.docs_organization_id else {
        return Ok(Outcome::default());
    };
    let policies = resolve(&app.store.policies().await?, &customer);
    let of_types = [
        &policies.end_user,
        &policies.administrator,
        &policies.service,
    ];
    if !of_types.iter().any(|policy| policy.match_docs) {
        return Ok(Outcome::default());
    }
    let secret = app.secrets.find(SecretName::Docs).await?;
    let Some(docs) = vendors.docs_of(secret.as_ref())? else {
        return Ok(Outcome::default());
    };
    // Accounts before entries: a create that has ended now is on the list or was never made.
    let accounts = app.store.all_accounts(&customer.id).await?;
    let ended_before = ended_before(app, &accounts);
    let case = Case {
        app,
        entries: docs.entries(organization).await?,
        docs,
        customer: &customer,
        organization,
        policies: &policies,
        ended_before,
    };
    let accounts = settle(&case, accounts).await?;
    note_reviews(&case, &accounts).await?;
    make::all(&case, accounts, budget).await
}

/// Decides for all accounts and writes the standings, until nobody was faster. Yields the accounts as
/// they are now.
async fn settle(case: &Case<'_>, first: Vec<Account>) -> Result<Vec<Account>, Failure> {
    let (app, customer) = (case.app, case.customer);
    let others = sharing(app, customer, case.organization).await?;
    let mut taken = taken(app, &others).await?;
    let mut accounts = first;
    for _ in 0..TRIES {
        // Decide.
        let decisions = decide(&Question {
            accounts: &accounts,
            entries: &case.entries,
            policies: case.policies,
            shared_organization: !others.is_empty(),
            taken: &taken,
        });

        // Apply.
        let mut written = write::standings(app, &accounts, decisions).await?;
        if written.contested.is_empty() && written.conflicts == 0 {
            for account in &mut accounts {
                if let Some(after) = written.accounts.remove(&account.id) {
                    *account = after;
                }
            }
            return Ok(accounts);
        }
        taken.extend(written.contested);
        accounts = app.store.all_accounts(&customer.id).await?;
    }
    Err(Failure::retry(KeptChanging))
}

fn ended_before(app: &App, accounts: &[Account]) -> BTreeMap<AccountId, Timestamp> {
    let sent = |account: &Account| Some((account.id.clone(), account.docs.creating_since?));
    (accounts.iter().filter_map(sent))
        .filter(|(_, since)| !app.is_under_way(*since))
        .collect()
}

/// Other customers of ours with the same organization.
async fn sharing(
    app: &App,
    customer: &Customer,
    organization: &OrganizationId,
) -> Result<Vec<Customer>, Failure> {
    let all = app.store.customers_lately().await?;
    let others = all.iter().map(|record| &record.customer).filter(|other| {
        other.id != customer.id && other.docs_organization_id.as_ref() == Some(organization)
    });
    Ok(others.cloned().collect())
}

/// Entries that accounts of those customers are linked to.
async fn taken(app: &App, others: &[Customer]) -> Result<BTreeSet<EntryId>, Failure> {
    let mut taken = BTreeSet::new();
    for other in others {
        let accounts = app.store.all_accounts(&other.id).await?;
        taken.extend(
            accounts
                .into_iter()
                .filter_map(|account| account.docs.entry),
        );
    }
    Ok(taken)
}

/// Notes whose entry a person chooses or confirms (B125, D3, D4).
async fn note_reviews(case: &Case<'_>, accounts: &[Account]) -> Result<(), Failure> {
    let waiting: Vec<AccountId> = (accounts.iter())
        .filter(|account| account.docs.status.waits_for_person())
        .map(|account| account.id.clone())
        .collect();
    let (store, now) = (&case.app.store, case.app.clock.now());
    (store.review_entries(&case.customer.id, &waiting, now)).await?;
    Ok(())
}
