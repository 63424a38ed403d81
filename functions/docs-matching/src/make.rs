//! What is written to the documentation system: a new entry, never twice, and the category of one
//! that a person confirmed. The intent to create is stored before the call and the result after it:
//! when an answer is lost, the next look lists the entries before anything is made.

use connectors::error::ConnectorError;
use domain::account::Account;
use domain::docs::entry::{EntryChange, EntryUpdate, NewEntry};
use domain::docs::{
    DocsStanding, category_filled, category_refused, category_update, created, new_entry, refused,
    wants_entry,
};
use domain::failure::{Disposition, Failure};
use platform::Budget;
use platform::telemetry::of_entries;

use crate::customer::{Case, counted};
use crate::handler::Outcome;
use crate::write;

/// Somebody changed the account at the same moment, or makes its entry.
#[derive(Debug, thiserror::Error)]
#[error("an account changed while its entry was made; the customer is matched again later")]
struct Changed;

/// There was more to make than time.
#[derive(Debug, thiserror::Error)]
#[error("the time of this matching is up; it goes on with the entries that are still to be made")]
struct OutOfTime;

/// Makes and changes what the accounts are in want of, one after the other. One that is refused stops
/// no other; the first failure that may pass is returned at the end, one that every other call would
/// meet as well at once.
pub(crate) async fn all(
    case: &Case<'_>,
    mut accounts: Vec<Account>,
    budget: &Budget,
) -> Result<Outcome, Failure> {
    let mut outcome = Outcome::default();
    let mut again = None;
    let mut categories = None;
    for account in &mut accounts {
        if !wants_entry(&account.docs) && !account.docs.fills_category {
            continue;
        }
        if budget.is_short(case.app.clock.now()) {
            return Err(Failure::retry(OutOfTime));
        }
        let existing = match &categories {
            Some(existing) => existing,
            None => categories.insert(case.docs.categories().await?),
        };
        let Some(wanted) = wanted(case, account, existing) else {
            continue;
        };
        let Err(failure) = one(case, account, wanted, existing, &mut outcome).await else {
            continue;
        };
        match failure.disposition() {
            Disposition::Retry { after: Some(_) } => return Err(failure),
            Disposition::Suspend => {
                case.app.count_suspension(&case.customer.id, &failure);
                outcome.error = Some(failure.chain());
                break;
            }
            Disposition::Retry { after: None } | Disposition::Defect | Disposition::Reject => {
                again = again.or(Some(failure));
            }
        }
    }
    outcome.counts = counted(&accounts);
    let counts = &outcome.counts;
    tracing::info!(
        customer.id = %case.customer.id, entries = case.entries.len(), accounts = accounts.len(),
        outcome.created, outcome.updated, outcome.refused, counts.matched, counts.created,
        counts.possible_match, counts.more_than_one_match, counts.category_differs, counts.no_match,
        counts.orphaned, counts.blocked, counts.failed, "docs matching ended"
    );
    let properties = [("customer.id", case.customer.id.as_str())];
    let measures = of_entries(counts);
    (case.app.metrics).emit(case.app.clock.now(), &measures, &properties);
    again.map_or(Ok(outcome), Err)
}

/// What the documentation system is told of an account.
enum Wanted {
    New(NewEntry),
    Category(EntryUpdate),
}

fn wanted(case: &Case<'_>, account: &Account, existing: &[String]) -> Option<Wanted> {
    if let Some(linked) = account.entry() {
        let entry = case.entries.iter().find(|entry| entry.id == *linked)?;
        return category_update(account, entry, existing).map(Wanted::Category);
    }
    let policy = case.policies.of(account.account_type);
    new_entry(account, policy, case.organization, existing).map(Wanted::New)
}

async fn one(
    case: &Case<'_>,
    account: &mut Account,
    wanted: Wanted,
    existing: &[String],
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    match wanted {
        Wanted::New(new) => create(case, account, new, existing, outcome).await,
        Wanted::Category(update) => fill_in(case, account, update, existing, outcome).await,
    }
}

/// Makes the entry of an account.
async fn create(
    case: &Case<'_>,
    account: &mut Account,
    new: NewEntry,
    existing: &[String],
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    intend(case, account).await?;
    match case.docs.apply(&EntryChange::Create(new.clone())).await {
        Ok(entry) => {
            outcome.created += 1;
            keep(case, account, created(entry)).await
        }
        Err(error) if is_refused(&error) => {
            outcome.refused += 1;
            let reason = error.to_string();
            let standing = refused(&account.docs, &account.id, &new, existing, &reason);
            keep(case, account, standing).await
        }
        // It may have been made: the intent is stored, and the next look finds it on the list.
        Err(error) => Err(error.into()),
    }
}

/// Stores that a create is on its way. One that was on its way before the entries were listed was not
/// made, since it is not on the list; one that is on its way since is somebody else's.
async fn intend(case: &Case<'_>, account: &mut Account) -> Result<(), Failure> {
    if let Some(since) = account.docs.creating_since {
        if case.sent_before.get(&account.id) == Some(&since) {
            return Ok(());
        }
        return Err(Failure::retry(Changed));
    }
    let standing = DocsStanding {
        creating_since: Some(case.app.clock.now()),
        ..account.docs.clone()
    };
    keep(case, account, standing).await
}

/// Gives the entry that a person confirmed its category (D4, B99).
async fn fill_in(
    case: &Case<'_>,
    account: &mut Account,
    update: EntryUpdate,
    existing: &[String],
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    match case.docs.apply(&EntryChange::Update(update.clone())).await {
        Ok(_) => {
            outcome.updated += 1;
            keep(case, account, category_filled(&account.docs)).await
        }
        Err(error) if is_refused(&error) => {
            outcome.refused += 1;
            let reason = error.to_string();
            let (held, id) = (&account.docs, &account.id);
            let standing = category_refused(held, id, &update, existing, &reason);
            keep(case, account, standing).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Writes a standing and keeps the account as it is now.
async fn keep(
    case: &Case<'_>,
    account: &mut Account,
    standing: DocsStanding,
) -> Result<(), Failure> {
    match write::one(case.app, account, standing).await? {
        Some(after) => *account = after,
        None => return Err(Failure::retry(Changed)),
    }
    Ok(())
}

/// Does the documentation system refuse this for good, for this one account?
fn is_refused(error: &ConnectorError) -> bool {
    match error {
        ConnectorError::Refused { .. } | ConnectorError::NotFound { .. } => true,
        ConnectorError::Unreachable { .. }
        | ConnectorError::TimedOut { .. }
        | ConnectorError::RateLimited { .. }
        | ConnectorError::Unauthorized { .. }
        | ConnectorError::Forbidden { .. }
        | ConnectorError::Conflict { .. }
        | ConnectorError::Server { .. }
        | ConnectorError::Unreadable { .. }
        | ConnectorError::PositionExpired => false,
    }
}
