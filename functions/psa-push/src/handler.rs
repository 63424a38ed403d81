//! Each account that is behind: plan again on what is true now, call, record.

use std::sync::OnceLock;

use connectors::Vendors;
use domain::account::Account;
use domain::customer::Customer;
use domain::event::{Envelope, Event};
use domain::failure::{Disposition, Failure};
use domain::id::AccountId;
use domain::policy::resolve;
use domain::push::{
    Push, Question, left_alone, missing_fields, needs_look_once_made, plan, settled,
};
use platform::{App, Budget, SecretName};

use crate::case::Case;
use crate::outcome::Outcome;
use crate::{create, update, write};

/// Pushes the accounts of one customer that are behind. One that the PSA refuses stops no other.
///
/// # Errors
/// `Retry` and `Defect`, after the others were pushed, unless all calls would fail the same way.
pub async fn handle(
    app: &App,
    vendors: &Vendors,
    envelope: &Envelope,
    budget: &Budget,
) -> Result<Outcome, Failure> {
    let mut outcome = Outcome::default();
    go_on(app, vendors, envelope, budget, &mut outcome).await?;
    Ok(outcome)
}

/// As [`handle`], and adds to what earlier attempts came to, also where this one fails.
///
/// # Errors
/// As [`handle`].
pub async fn go_on(
    app: &App,
    vendors: &Vendors,
    envelope: &Envelope,
    budget: &Budget,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    outcome.error = None;
    if !matches!(envelope.event, Event::MatchingFinished {}) {
        return Err(Failure::defect(
            "a push was woken by an event that is not its own",
        ));
    }
    // Read.
    let behind = app.store.push_marks(&envelope.customer).await?;
    let Some(record) = app.store.customer(&envelope.customer).await? else {
        return Err(Failure::reject(
            "the customer to push for is not configured any more",
        ));
    };
    let customer = record.customer;
    let Some(company) = customer
        .psa_company_id
        .clone()
        .filter(|_| !behind.is_empty())
    else {
        return Ok(());
    };
    let secret = app.secrets.find(SecretName::Psa).await?;
    let Some(psa) = vendors.psa_of(secret.as_ref())? else {
        return Ok(());
    };
    let policies = resolve(&app.store.policies().await?, &customer);
    let gaps = psa.gaps();
    let case = Case {
        app,
        psa,
        customer: &customer,
        company: &company,
        policies: &policies,
        gaps,
        site: OnceLock::new(),
    };

    // Decide and apply, account by account.
    let mut done = Vec::new();
    let pushed = all(&case, behind, budget, outcome, &mut done).await;
    app.store.remove_push_marks(&customer.id, &done).await?;
    let pushed = match pushed {
        Err(failure) => Err(told(app, &customer, failure).await),
        Ok(()) => Ok(()),
    };
    tracing::info!(
        customer.id = %customer.id, outcome.created, outcome.updated, outcome.failed, "push ended"
    );
    for field in &outcome.missing_fields {
        tracing::warn!(
            customer.id = %customer.id, vendor = case.psa.kind().name(), field = field.name(),
            "contacts have no such custom field that can hold it, and it is left out: make it in the \
             PSA under exactly this name, or take it out of the policies"
        );
    }
    pushed
}

/// Pushes one account after the other, and says in `done` whose are done with. The first failure
/// that may pass is returned at the end; one that every other call would meet as well, at once.
async fn all(
    case: &Case<'_>,
    behind: Vec<AccountId>,
    budget: &Budget,
    outcome: &mut Outcome,
    done: &mut Vec<AccountId>,
) -> Result<(), Failure> {
    let mut again = None;
    for id in behind {
        if budget.is_short(case.app.clock.now()) {
            return Err(Failure::retry(OutOfTime));
        }
        let Err(failure) = one(case, &id, outcome).await else {
            done.push(id);
            continue;
        };
        match failure.disposition() {
            Disposition::Retry { after: Some(_) } => return Err(failure),
            Disposition::Suspend => {
                case.app.count_suspension(&case.customer.id, &failure);
                outcome.error = Some(failure.chain());
                return Ok(());
            }
            Disposition::Retry { after: None } | Disposition::Defect => {
                again = again.or(Some(failure));
            }
            Disposition::Reject => {
                outcome.failed += 1;
                done.push(id);
            }
        }
    }
    again.map_or(Ok(()), Err)
}

/// A failure by which accounts wait, with how many and for how long.
async fn told(app: &App, customer: &Customer, failure: Failure) -> Failure {
    let disposition = failure.disposition();
    if !matches!(disposition, Disposition::Retry { after: Some(_) }) {
        return failure;
    }
    match app.still_to_push(&customer.id).await {
        Ok(still) if still.accounts > 0 => {
            Failure::new(disposition, format!("{}; {still}", failure.chain()))
        }
        Ok(_) | Err(_) => failure,
    }
}

/// There was more to push than time.
#[derive(Debug, thiserror::Error)]
#[error("the time of this push is up; it goes on with the accounts that are still behind")]
struct OutOfTime;

/// Pushes one account. A contact that was just made is looked at once more, where only that tells
/// which custom fields it has.
async fn one(case: &Case<'_>, id: &AccountId, outcome: &mut Outcome) -> Result<(), Failure> {
    let Some(account) = account(case, id).await? else {
        return Ok(());
    };
    let policy = case.policies.of(account.account_type);
    let is_unlinked = account.contact().is_none();
    let looks_again = is_unlinked && needs_look_once_made(&account, policy, &case.gaps);
    pass(case, account, outcome).await?;
    if looks_again
        && let Some(account) = self::account(case, id).await?
        && account.contact().is_some()
    {
        pass(case, account, outcome).await?;
    }
    Ok(())
}

async fn account(case: &Case<'_>, id: &AccountId) -> Result<Option<Account>, Failure> {
    Ok(case.app.store.account(&case.customer.id, id).await?)
}

/// Plans for an account as it is now, calls, and records.
async fn pass(case: &Case<'_>, account: Account, outcome: &mut Outcome) -> Result<(), Failure> {
    // What a linked account needs is its contact, one without a link its site.
    let (contact, site) = match account.contact() {
        Some(contact) => (case.psa.contact(contact).await?, None),
        None => (None, case.site().await?),
    };
    let policy = case.policies.of(account.account_type);
    if let Some(contact) = &contact {
        let missing = missing_fields(&account, policy, &case.gaps, contact);
        outcome.missing_fields.extend(missing);
    }
    let fresh_pin = case.app.ids.pin();
    let question = Question {
        account: &account,
        contact: contact.as_ref(),
        policy,
        gaps: &case.gaps,
        company: case.company,
        site,
        fresh_pin: &fresh_pin,
    };
    match plan(&question) {
        Push::Nothing => {
            let standing = case.seen_to(&account, &settled(&account.psa));
            write::standing(case, outcome, &account, standing, None).await
        }
        Push::RefusedBefore => Ok(()),
        Push::LeaveAlone(update) => {
            let standing = case.seen_to(&account, &left_alone(&account.psa, &update));
            write::standing(case, outcome, &account, standing, None).await
        }
        Push::Create(new) => create::push(case, account, new, outcome).await,
        Push::Update(change) => update::push(case, account, change, outcome).await,
    }
}
