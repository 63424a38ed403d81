//! A change of a contact: only fields we own, only where they differ.

use domain::account::Account;
use domain::failure::Failure;
use domain::push::contact::{ContactChange, ContactUpdate};
use domain::push::{refused, with_pushed};

use crate::case::Case;
use crate::outcome::Outcome;
use crate::write;

/// Writes the change to the PSA and remembers what was written.
pub(crate) async fn push(
    case: &Case<'_>,
    account: Account,
    update: ContactUpdate,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    let change = ContactChange::Update(update);
    match case.psa.apply(&change).await {
        Ok(_) => {
            outcome.updated += 1;
            let standing = case.seen_to(&account, &with_pushed(&account.psa, &change));
            write::standing(case, outcome, &account, standing, None).await
        }
        Err(error) if error.is_refused() => {
            outcome.failed += 1;
            let standing = refused(&account.psa, &change, &error.to_string());
            write::standing(case, outcome, &account, standing, None).await
        }
        Err(error) => Err(error.into()),
    }
}
