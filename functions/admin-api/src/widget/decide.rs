//! What the widget's buttons do. The event is a person's word and checked as such: every field by
//! its type, and then against what is there now. The one thing taken from the right to be here is
//! the role.

use domain::account::{MatchRule, PsaStatus};
use domain::docs::EntryRule;
use domain::failure::Failure;
use domain::id::{AccountId, ContactId, CustomerId, EntryId, RunId};
use platform::App;
use serde::Deserialize;
use serde_json::Value;

use super::context::Theme;
use super::render::told;
use crate::actions::{self, Linked};
use crate::auth::Role;

/// The role of whoever may invoke this function; see the module above.
const ROLE: Role = Role::Manager;

/// A button's word.
#[derive(Deserialize)]
#[serde(tag = "action", rename_all = "lowercase")]
enum Decision {
    Approve {
        customer: CustomerId,
        run: RunId,
    },
    Choose {
        customer: CustomerId,
        account: AccountId,
        contact: ContactId,
    },
    #[serde(rename = "choose-entry")]
    ChooseEntry {
        customer: CustomerId,
        account: AccountId,
        entry: EntryId,
        /// Where its category is empty, fill the account's in (D4).
        #[serde(default)]
        fill_category: bool,
    },
}

/// Carries a button out and answers what happened, as HTML in a JSON text. Doing it twice is safe.
///
/// # Errors
/// Those of the table and the bus. What cannot be done is answered in words.
pub async fn decide(app: &App, event: &Value) -> Result<Value, Failure> {
    let text = match Decision::deserialize(event) {
        Ok(Decision::Approve { customer, run }) => approve(app, &customer, &run).await?,
        Ok(Decision::Choose {
            customer,
            account,
            contact,
        }) => choose(app, &customer, &account, contact).await?,
        Ok(Decision::ChooseEntry {
            customer,
            account,
            entry,
            fill_category,
        }) => choose_entry(app, &customer, &account, entry, fill_category).await?,
        // Not even the error is told: it may repeat what was sent.
        Err(_) => "That is no decision. Nothing was changed.".to_owned(),
    };
    Ok(told(Theme::of(event), &text).into())
}

async fn approve(app: &App, customer: &CustomerId, run: &RunId) -> Result<String, Failure> {
    if app.store.customer(customer).await?.is_none() {
        return Ok("There is no such customer. Nothing was changed.".to_owned());
    }
    Ok(match actions::approve(app, customer, run, ROLE).await? {
        Some(_) => format!("Approved. An import of {customer} is on the way and carries it out."),
        None => format!("This run of {customer} is not held any more. Nothing was changed."),
    })
}

async fn choose(
    app: &App,
    customer: &CustomerId,
    account: &AccountId,
    contact: ContactId,
) -> Result<String, Failure> {
    let Some(held) = app.store.account(customer, account).await? else {
        return Ok(NO_ACCOUNT.to_owned());
    };
    let what = format!("contact {contact}");
    let standing = &held.psa;
    if standing.rule == Some(MatchRule::Manual) && held.contact() == Some(&contact) {
        return linked_already(app, customer, account, &what).await;
    }
    let mut candidates = standing.candidates.iter();
    let is_open = standing.status == PsaStatus::MoreThanOneMatch;
    if !is_open || !candidates.any(|candidate| candidate.contact == contact) {
        return Ok(not_up_for_choice(account, &what));
    }
    let linked = actions::link(app, held, Some(contact), ROLE).await?;
    Ok(outcome(&linked, account, &what))
}

/// Only what automatic matching found to be possible can be chosen here, so that the rule of names and
/// categories is one and the same (B90); anything else is chosen by the operators' API.
async fn choose_entry(
    app: &App,
    customer: &CustomerId,
    account: &AccountId,
    entry: EntryId,
    fill_category: bool,
) -> Result<String, Failure> {
    let Some(held) = app.store.account(customer, account).await? else {
        return Ok(NO_ACCOUNT.to_owned());
    };
    let what = format!("entry {entry}");
    let standing = &held.docs;
    if standing.rule == Some(EntryRule::Manual) && held.entry() == Some(&entry) {
        return linked_already(app, customer, account, &what).await;
    }
    let mut candidates = standing.candidates.iter();
    let found = candidates.find(|candidate| candidate.entry == entry);
    let Some(candidate) = found.filter(|_| standing.status.waits_for_person()) else {
        return Ok(not_up_for_choice(account, &what));
    };
    let fills_category = fill_category && candidate.lacks_category();
    let linked = actions::link_entry(app, held, Some(entry), fills_category, ROLE).await?;
    Ok(outcome(&linked, account, &what))
}

const NO_ACCOUNT: &str = "There is no such account. Nothing was changed.";

async fn linked_already(
    app: &App,
    customer: &CustomerId,
    account: &AccountId,
    what: &str,
) -> Result<String, Failure> {
    // Whoever chose first may not have come as far as this.
    actions::look_again(app, customer).await?;
    Ok(format!("{account} is linked to {what} already."))
}

fn not_up_for_choice(account: &AccountId, what: &str) -> String {
    format!("For {account}, {what} is not up for choice any more. Nothing was changed.")
}

fn outcome(linked: &Linked, account: &AccountId, what: &str) -> String {
    match linked {
        Linked::Done(_) => format!("Linked: {account} and {what}."),
        Linked::Taken => {
            format!("Another account is linked to {what}. Nothing was changed; choose another.")
        }
        Linked::Changed => format!("{account} was changed at the same moment. Try again."),
    }
}
