//! What waits for a person: held runs, and accounts that more than one contact fits.

use comfy_table::Table;
use domain::account::PsaStatus;
use domain::failure::Failure;
use domain::fields::Attribute;
use domain::id::CustomerId;
use platform::App;

use crate::table;

/// What waits, as two tables.
pub struct Reviews {
    /// Runs that would put an improbable share of the accounts out of use.
    pub held: Table,
    /// Accounts that more than one contact fits (D3).
    pub disputed: Table,
    /// Does nothing wait?
    pub is_empty: bool,
}

/// What waits of these customers.
///
/// # Errors
/// Those of the table.
pub async fn waiting(app: &App, customers: &[CustomerId]) -> Result<Reviews, Failure> {
    let mut reviews = Reviews {
        held: table::with_heads(&["customer", "run", "since", "why", "approved"]),
        disputed: table::with_heads(&["customer", "account", "name", "contacts", "why"]),
        is_empty: true,
    };
    for customer in customers {
        held(app, customer, &mut reviews).await?;
        disputed(app, customer, &mut reviews).await?;
    }
    Ok(reviews)
}

async fn held(app: &App, customer: &CustomerId, reviews: &mut Reviews) -> Result<(), Failure> {
    let state = app.store.import_state(customer).await?;
    if let Some(held) = state.held {
        reviews.is_empty = false;
        let approved = if state.approved.is_some() {
            "yes"
        } else {
            "no"
        };
        reviews.held.add_row([
            customer.to_string(),
            held.run.to_string(),
            table::when(held.at),
            held.reason,
            approved.to_owned(),
        ]);
    }
    Ok(())
}

async fn disputed(app: &App, customer: &CustomerId, reviews: &mut Reviews) -> Result<(), Failure> {
    for account in app.store.all_accounts(customer).await? {
        if account.psa.status != PsaStatus::MoreThanOneMatch {
            continue;
        }
        reviews.is_empty = false;
        let candidates = account.psa.candidates.iter();
        let contacts: Vec<String> = candidates
            .map(|candidate| format!("{} by {}", candidate.contact, candidate.rule.as_str()))
            .collect();
        reviews.disputed.add_row([
            customer.to_string(),
            account.id.to_string(),
            table::or_none(account.fields.get(Attribute::DisplayName)),
            contacts.join("\n"),
            table::or_none(account.psa.reason.as_deref()),
        ]);
    }
    Ok(())
}
