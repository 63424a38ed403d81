//! One change told to the documentation system, and what came of it kept. The intent to create is stored
//! before the call and the result after it: when an answer is lost, the next look lists the entries before
//! anything is made. A change of an entry says what is to stand there, so that it may be told twice.

use connectors::error::ConnectorError;
use domain::account::Account;
use domain::docs::entry::{EntryChange, EntryUpdate, NewEntry};
use domain::docs::{
    DocsStanding, agreed, category_filled, category_refused, created, refused, update_refused,
    updated,
};
use domain::failure::Failure;
use domain::intent::Intent;

use crate::case::Case;
use crate::outcome::Outcome;
use crate::write;

/// Somebody changed the account at the same moment, or makes its entry.
#[derive(Debug, thiserror::Error)]
#[error("an account changed while its entry was made; the customer is matched again later")]
struct Changed;

/// How often it is written what came of a create, where somebody else was faster.
const TRIES: usize = 6;

/// Makes the entry of an account.
pub(crate) async fn create(
    case: &Case<'_>,
    account: &mut Account,
    new: NewEntry,
    existing: &[String],
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    let sent_before = intend(case, account).await?;
    match case.docs.apply(&EntryChange::Create(new.clone())).await {
        Ok(entry) => {
            outcome.created += 1;
            let policy = case.policies.of(account.account_type);
            let after = |account: &Account| agreed(created(entry.clone()), account, policy);
            ended(case, account, after).await
        }
        Err(error) if error.is_refused() => {
            outcome.refused += 1;
            let reason = error.to_string();
            let after =
                |account: &Account| refused(&account.docs, &account.id, &new, existing, &reason);
            ended(case, account, after).await
        }
        // No answer came in time: the documentation system may still be at it.
        Err(error @ ConnectorError::TimedOut { .. }) => Err(error.into()),
        Err(error) => {
            // Where it may have been made, the next look finds it on the list.
            let is_known = !sent_before && !error.may_have_been_done();
            let intent = if is_known {
                Intent::None
            } else {
                Intent::Ended
            };
            ended(case, account, |account| with(case, account, intent)).await?;
            Err(error.into())
        }
    }
}

/// Stores that a create is on its way. One that had ended before the entries were listed was not made,
/// since it is not on the list, and is taken over by whoever stores that first; any other is somebody
/// else's. Was one sent before?
async fn intend(case: &Case<'_>, account: &mut Account) -> Result<bool, Failure> {
    let since = account.docs.creating_since;
    if since.is_some() && case.ended_before.get(&account.id).copied() != since {
        return Err(Failure::retry(Changed));
    }
    let standing = with(case, account, Intent::OnItsWay);
    keep(case, account, standing).await?;
    Ok(since.is_some())
}

fn with(case: &Case<'_>, account: &Account, intent: Intent) -> DocsStanding {
    DocsStanding {
        creating_since: intent.since(case.app.clock.now()),
        ..account.docs.clone()
    }
}

/// Gives the entry that a person confirmed its category (D4, B99).
pub(crate) async fn fill_in(
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
        Err(error) if error.is_refused() => {
            outcome.refused += 1;
            let reason = error.to_string();
            let (held, id) = (&account.docs, &account.id);
            let standing = category_refused(held, id, &update, existing, &reason);
            keep(case, account, standing).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Tells the linked entry what its account says now.
pub(crate) async fn keep_up(
    case: &Case<'_>,
    account: &mut Account,
    update: EntryUpdate,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    match case.docs.apply(&EntryChange::Update(update.clone())).await {
        Ok(_) => {
            outcome.updated += 1;
            keep(case, account, updated(account, &update)).await
        }
        Err(error) if error.is_refused() => {
            outcome.refused += 1;
            let standing = update_refused(account, &update, &error.to_string());
            keep(case, account, standing).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Writes what came of a create, also where somebody changed the account meanwhile, as the matching of
/// contacts does: nobody need wait for a create that has ended. `after` gives the standing for the
/// account as it is then.
async fn ended(
    case: &Case<'_>,
    account: &mut Account,
    after: impl Fn(&Account) -> DocsStanding,
) -> Result<(), Failure> {
    for _ in 0..TRIES {
        if let Some(written) = write::one(case.app, account, after(account)).await? {
            *account = written;
            return Ok(());
        }
        let now = case.app.store.account(&account.customer, &account.id);
        match now.await? {
            // The intent is ours still: nobody takes it over while the create may be on its way.
            Some(now) if now.docs.creating_since == account.docs.creating_since => *account = now,
            Some(_) | None => break,
        }
    }
    Err(Failure::retry(Changed))
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
