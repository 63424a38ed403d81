//! One page of readings: look up what it names, plan, write. A write that somebody else was faster
//! than is decided again on what the table says now.

use std::collections::BTreeSet;

use domain::failure::Failure;
use domain::id::AccountId;
use domain::identity::Reading;
use domain::import::{Inventory, Plan, Rules, look_ups, reconcile};
use domain::run::RunCounts;
use platform::store::{AccountWrite, Fence, Store, WriteOutcome};

/// How often one page is decided again before the run gives up for now.
const TRIES: usize = 4;

/// Somebody kept being faster.
#[derive(Debug, thiserror::Error)]
#[error(
    "accounts of this page kept changing while they were written; the page is tried again later"
)]
struct KeptChanging;

/// Imports one page and says what came of it. Where nothing is held of the customer yet, the first
/// try looks nothing up: creating is conditional, so an account that is there after all, as after a
/// crash, only means that the page is decided again.
pub(crate) async fn import(
    store: &Store,
    fence: &Fence,
    readings: Vec<Reading>,
    rules: &Rules<'_>,
    nothing_held: bool,
) -> Result<Plan, Failure> {
    let mut before = RunCounts::default();
    for attempt in 0..TRIES {
        let inventory = if nothing_held && attempt == 0 {
            Inventory::default()
        } else {
            load(store, &readings, rules).await?
        };
        let mut plan = reconcile(&inventory, readings.clone(), rules);
        let outcomes = store.write_accounts(Some(fence), writes(&plan)).await?;
        let all_done = outcomes
            .iter()
            .all(|outcome| matches!(outcome, WriteOutcome::Done));
        if all_done {
            // What an earlier try wrote is seen as unchanged by this one: it counts once.
            let written = before.created + before.updated + before.removed;
            plan.counts.unchanged = plan.counts.unchanged.saturating_sub(written);
            plan.counts.created += before.created;
            plan.counts.updated += before.updated;
            plan.counts.removed += before.removed;
            return Ok(plan);
        }
        count_written(&outcomes, &plan, &mut before);
    }
    Err(Failure::retry(KeptChanging))
}

/// What a try wrote although not all of it: made or changed. Who leaves is counted when it goes.
fn count_written(outcomes: &[WriteOutcome], plan: &Plan, counts: &mut RunCounts) {
    let written = outcomes.iter().zip(&plan.changes);
    for (_, change) in written.filter(|(outcome, _)| matches!(outcome, WriteOutcome::Done)) {
        if change.expected.is_none() {
            counts.created += 1;
        } else if !plan.leavers.contains(&change.account.id) {
            counts.updated += 1;
        }
    }
}

fn writes(plan: &Plan) -> Vec<AccountWrite> {
    plan.changes
        .iter()
        .map(|change| AccountWrite {
            account: change.account.clone(),
            expected: change.expected,
            aliases: change.aliases.clone(),
            claim: None,
            release: None,
        })
        .collect()
}

/// What the table holds of the accounts that these readings may concern.
async fn load(
    store: &Store,
    readings: &[Reading],
    rules: &Rules<'_>,
) -> Result<Inventory, Failure> {
    let customer = &rules.customer.id;
    let needed = look_ups(customer, readings);
    let names: Vec<_> = needed.aliases.into_iter().collect();
    let founded: Vec<_> = needed.accounts.into_iter().collect();
    let aliases = store.aliases(customer, &names).await?;
    let known: BTreeSet<&AccountId> = founded.iter().collect();
    let joined: BTreeSet<AccountId> = aliases
        .values()
        .filter(|id| !known.contains(id))
        .cloned()
        .collect();
    let mut ids = founded;
    ids.extend(joined);
    let accounts = store.accounts(customer, &ids).await?;
    Ok(Inventory {
        accounts: accounts
            .into_iter()
            .map(|account| (account.id.clone(), account))
            .collect(),
        aliases,
    })
}
