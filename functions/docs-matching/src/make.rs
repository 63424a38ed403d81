//! What is written to the documentation system, account after account: a new entry; the category of one
//! that a person confirmed; and what a linked one lacks of its account's (B29, B135). How, is in `tell`.

use std::collections::BTreeMap;

use domain::account::Account;
use domain::docs::entry::{Entry, EntryUpdate, NewEntry};
use domain::docs::{
    Home, category_update, details_update, new_entry, username_update, wants_entry,
};
use domain::failure::{Disposition, Failure};
use domain::id::EntryId;
use platform::Budget;
use platform::telemetry::of_entries;

use crate::case::Case;
use crate::outcome::{Outcome, counted};
use crate::tell::{create, fill_in, keep_up};

/// Changes of one account at most: a new entry, or the category, the details and the user name.
const CHANGES_MAX: usize = 3;

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
    let mut categories: Option<Vec<String>> = None;
    let listed = case.entries.iter();
    let entries: BTreeMap<&EntryId, &Entry> = listed.map(|entry| (&entry.id, entry)).collect();
    for account in &mut accounts {
        let existing: &[String] = if needs_categories(account) {
            if budget.is_short(case.app.clock.now()) {
                return Err(Failure::retry(OutOfTime));
            }
            match &categories {
                Some(existing) => existing,
                None => categories.insert(case.docs.categories().await?),
            }
        } else {
            &[]
        };
        let Err(failure) = each(case, &entries, account, existing, budget, &mut outcome).await
        else {
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

fn needs_categories(account: &Account) -> bool {
    wants_entry(&account.docs) || account.docs.fills_category
}

/// Makes or changes one account's entry until nothing is left to do.
async fn each(
    case: &Case<'_>,
    entries: &BTreeMap<&EntryId, &Entry>,
    account: &mut Account,
    existing: &[String],
    budget: &Budget,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    for _ in 0..CHANGES_MAX {
        let Some(wanted) = wanted(case, entries, account, existing) else {
            return Ok(());
        };
        if budget.is_short(case.app.clock.now()) {
            return Err(Failure::retry(OutOfTime));
        }
        match wanted {
            Wanted::New(new) => create(case, account, new, existing, outcome).await?,
            Wanted::Category(update) => fill_in(case, account, update, existing, outcome).await?,
            Wanted::Update(update) => keep_up(case, account, update, outcome).await?,
        }
    }
    Ok(())
}

/// What the documentation system is told of an account.
enum Wanted {
    New(NewEntry),
    Category(EntryUpdate),
    Update(EntryUpdate),
}

fn wanted(
    case: &Case<'_>,
    entries: &BTreeMap<&EntryId, &Entry>,
    account: &Account,
    existing: &[String],
) -> Option<Wanted> {
    let policy = case.policies.of(account.account_type);
    let Some(linked) = account.entry() else {
        let home = Home {
            organization: case.organization,
            configuration: case.customer.docs_configuration_id.as_ref(),
        };
        return new_entry(account, policy, home, existing).map(Wanted::New);
    };
    // One that was made just now is told all else by the next look.
    let entry = entries.get(linked)?;
    category_update(account, entry, existing)
        .map(Wanted::Category)
        .or_else(|| username_update(account, policy, entry).map(Wanted::Update))
        .or_else(|| details_update(account, policy, entry).map(Wanted::Update))
}
