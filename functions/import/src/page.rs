//! One page of readings: look up what it names, plan, write. A write that somebody else was faster
//! than is decided again on what the table says now.

use std::collections::BTreeSet;

use domain::failure::Failure;
use domain::id::AccountId;
use domain::identity::Reading;
use domain::import::{Change, Inventory, Plan, Rules, look_ups, reconcile};
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

/// Imports one page and says what came of it; the accounts are written and not in the plan any
/// more. Where nothing is held of the customer yet, the first try looks nothing up: creating is
/// conditional, so an account that is there after all, as after a crash, only means that the page
/// is decided again.
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
        let changes = std::mem::take(&mut plan.changes);
        let kinds: Vec<Kind> = changes.iter().map(|change| kind(change, &plan)).collect();
        let writes = changes.into_iter().map(write).collect();
        let outcomes = store.write_accounts(Some(fence), writes).await?;
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
        count_written(&outcomes, &kinds, &mut before);
    }
    Err(Failure::retry(KeptChanging))
}

/// How a change counts once it is written.
enum Kind {
    Created,
    Updated,
    /// It is counted when it goes.
    Leaving,
}

fn kind(change: &Change, plan: &Plan) -> Kind {
    if change.expected.is_none() {
        Kind::Created
    } else if plan.leavers.contains(&change.account.id) {
        Kind::Leaving
    } else {
        Kind::Updated
    }
}

/// What a try wrote although not all of it.
fn count_written(outcomes: &[WriteOutcome], kinds: &[Kind], counts: &mut RunCounts) {
    let written = outcomes.iter().zip(kinds);
    for (_, kind) in written.filter(|(outcome, _)| matches!(outcome, WriteOutcome::Done)) {
        match kind {
            Kind::Created => counts.created += 1,
            Kind::Updated => counts.updated += 1,
            Kind::Leaving => {}
        }
    }
}

fn write(change: Change) -> AccountWrite {
    AccountWrite {
        account: change.account,
        expected: change.expected,
        aliases: change.aliases,
        claim: None,
        release: None,
    }
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
