//! Standings to the table. A contact is claimed before an account names it.

use domain::account::{Account, PsaStanding};
use domain::failure::Failure;
use domain::id::ContactId;
use platform::store::{AccountWrite, Claimable, WriteOutcome};

use crate::case::Case;
use crate::outcome::Outcome;

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
    if standing == account.psa {
        return Ok(());
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
            Ok(())
        }
        Some(WriteOutcome::Conflict | WriteOutcome::AliasTaken(..) | WriteOutcome::Taken(_))
        | None => Err(Failure::retry(Changed)),
    }
}
