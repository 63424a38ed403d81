//! What waits for a person: held runs, customers whose run failed, accounts that more than one
//! contact fits, and accounts for which an entry of the documentation system is to be chosen or
//! confirmed.

use comfy_table::Table;
use domain::account::PsaStatus;
use domain::failure::Failure;
use domain::fields::Attribute;
use domain::id::CustomerId;
use domain::run::RunStatus;
use platform::App;
use platform::store::{MatchReview, Review, RunReview};

use crate::table;

/// Reviews that are asked for at once.
const REVIEWS_PER_PAGE: u32 = 100;

/// What waits, as tables.
pub struct Reviews {
    /// Runs that would put an improbable share of the accounts out of use.
    pub held: Table,
    /// Customers whose last run failed.
    pub failed: Table,
    /// Accounts that more than one contact fits (D3).
    pub disputed: Table,
    /// Accounts for which an entry is to be chosen or confirmed (D3, D4).
    pub entries: Table,
    /// Does nothing wait?
    pub is_empty: bool,
}

/// What waits of that customer, or of all.
///
/// # Errors
/// Those of the table.
pub async fn waiting(app: &App, customer: Option<&CustomerId>) -> Result<Reviews, Failure> {
    let mut reviews = Reviews {
        held: table::with_heads(&["customer", "run", "since", "why", "approved"]),
        failed: table::with_heads(&["customer", "since", "why"]),
        disputed: table::with_heads(&["customer", "account", "name", "contacts", "why"]),
        entries: table::with_heads(&["customer", "account", "name", "entries", "why"]),
        is_empty: true,
    };
    let mut cursor = None;
    loop {
        let (page, next) = (app.store)
            .reviews(cursor.as_deref(), REVIEWS_PER_PAGE)
            .await?;
        for review in page {
            if customer.is_some_and(|customer| customer != review.customer()) {
                continue;
            }
            match review {
                Review::Run(run) if run.status == RunStatus::Held => {
                    held(app, &run, &mut reviews).await?;
                }
                Review::Run(run) => failed(run, &mut reviews),
                Review::Matches(matches) => disputed(app, &matches, &mut reviews).await?,
                Review::Entries(matches) => entries(app, &matches, &mut reviews).await?,
            }
        }
        match next {
            Some(next) => cursor = Some(next),
            None => return Ok(reviews),
        }
    }
}

async fn held(app: &App, run: &RunReview, reviews: &mut Reviews) -> Result<(), Failure> {
    let state = app.store.import_state(&run.customer).await?;
    // It may have been decided since it was noted.
    let Some(held) = state.held else {
        return Ok(());
    };
    let is_approved = (state.approved).is_some_and(|approval| approval.run == held.run);
    reviews.is_empty = false;
    reviews.held.add_row([
        run.customer.to_string(),
        held.run.to_string(),
        table::when(held.at),
        held.reason,
        if is_approved { "yes" } else { "no" }.to_owned(),
    ]);
    Ok(())
}

fn failed(run: RunReview, reviews: &mut Reviews) {
    reviews.is_empty = false;
    reviews
        .failed
        .add_row([run.customer.to_string(), table::when(run.since), run.reason]);
}

async fn disputed(app: &App, matches: &MatchReview, reviews: &mut Reviews) -> Result<(), Failure> {
    let accounts = (app.store)
        .accounts(&matches.customer, &matches.accounts)
        .await?;
    for account in accounts {
        if account.psa.status != PsaStatus::MoreThanOneMatch {
            continue;
        }
        reviews.is_empty = false;
        let candidates = account.psa.candidates.iter();
        let contacts: Vec<String> = candidates
            .map(|candidate| format!("{} by {}", candidate.contact, candidate.rule.as_str()))
            .collect();
        reviews.disputed.add_row([
            matches.customer.to_string(),
            account.id.to_string(),
            table::or_none(account.fields.get(Attribute::DisplayName)),
            contacts.join("\n"),
            table::or_none(account.psa.reason.as_deref()),
        ]);
    }
    reviews.disputed.add_rows(left_out(matches));
    Ok(())
}

async fn entries(app: &App, matches: &MatchReview, reviews: &mut Reviews) -> Result<(), Failure> {
    let accounts = (app.store)
        .accounts(&matches.customer, &matches.accounts)
        .await?;
    for account in accounts {
        if !account.docs.status.waits_for_person() {
            continue;
        }
        reviews.is_empty = false;
        let candidates = account.docs.candidates.iter();
        let entries: Vec<&str> = candidates
            .map(|candidate| candidate.entry.as_str())
            .collect();
        reviews.entries.add_row([
            matches.customer.to_string(),
            account.id.to_string(),
            table::or_none(account.fields.get(Attribute::DisplayName)),
            entries.join("\n"),
            table::or_none(account.docs.reason.as_deref()),
        ]);
    }
    reviews.entries.add_rows(left_out(matches));
    Ok(())
}

/// What a review counts and does not name.
fn left_out(matches: &MatchReview) -> Option<[String; 2]> {
    let left_out = matches.count.saturating_sub(matches.accounts.len() as u64);
    (left_out > 0).then(|| {
        [
            matches.customer.to_string(),
            format!("and {left_out} more, once these are decided"),
        ]
    })
}
