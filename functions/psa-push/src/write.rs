//! Standings to the table. A contact is claimed before an account names it.

use domain::account::{Account, PsaStanding};
use domain::failure::Failure;
use domain::id::ContactId;
use platform::store::{AccountWrite, Claimable, WriteOutcome};

use crate::case::Case;
use crate::outcome::Outcome;

/// How often it is written what came of a create, where somebody else was faster.
const TRIES: usize = 6;

/// Somebody changed the account at the same moment; its mark stays.
#[derive(Debug, thiserror::Error)]
#[error("an account changed while it was pushed; it is pushed again later")]
struct Changed;

/// Writes a standing, on the revision it was decided on; claims the contact first, if there is a
/// new one.
pub(crate) async fn standing(
    case: &Case<'_>,
    outcome: &mut Outcome,
    account: &Account,
    standing: PsaStanding,
    claim: Option<ContactId>,
) -> Result<(), Failure> {
    if is_written(case, outcome, account, standing, claim).await? {
        Ok(())
    } else {
        Err(Failure::retry(Changed))
    }
}

/// Writes what came of a create, also where somebody changed the account meanwhile, as the matching of
/// entries does: nobody need wait for a create that has ended. `after` gives the standing for the
/// account as it is then.
pub(crate) async fn ended(
    case: &Case<'_>,
    outcome: &mut Outcome,
    account: &Account,
    claim: Option<&ContactId>,
    after: impl Fn(&Account) -> PsaStanding,
) -> Result<(), Failure> {
    let mut account = account.clone();
    for _ in 0..TRIES {
        if is_written(case, outcome, &account, after(&account), claim.cloned()).await? {
            return Ok(());
        }
        let now = case.app.store.account(&account.customer, &account.id);
        match now.await? {
            // The intent is ours still: nobody takes it over while the create may be on its way.
            Some(now) if now.psa.creating_since == account.psa.creating_since => account = now,
            Some(_) | None => break,
        }
    }
    Err(Failure::retry(Changed))
}

/// Writes a standing; `false` where somebody else was faster, or has the contact.
async fn is_written(
    case: &Case<'_>,
    outcome: &mut Outcome,
    account: &Account,
    standing: PsaStanding,
    claim: Option<ContactId>,
) -> Result<bool, Failure> {
    if standing == account.psa {
        return Ok(true);
    }
    let (before, after) = (account.psa.status, standing.status);
    let write = AccountWrite {
        account: Account {
            psa: standing,
            revision: account.revision + 1,
            ..account.clone()
        },
        expected: Some(account.revision),
        aliases: Vec::new(),
        claim: claim.map(Claimable::Contact),
        release: None,
    };
    let outcomes = case.app.store.write_accounts(None, vec![write]).await?;
    match outcomes.first() {
        Some(WriteOutcome::Done) => {
            outcome.before.count(before);
            outcome.after.count(after);
            Ok(true)
        }
        Some(WriteOutcome::Conflict | WriteOutcome::AliasTaken(..) | WriteOutcome::Taken(_))
        | None => Ok(false),
    }
}
