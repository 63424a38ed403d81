//! A new contact, never twice. The intent is stored, then the PSA is searched, then the contact is
//! made; when the answer is lost, the PSA is searched again, now and before any later try. Who finds
//! the intent of somebody else waits until that create must have ended.

use connectors::error::ConnectorError;
use domain::account::{Account, MatchRule, PsaStanding, PsaStatus};
use domain::failure::Failure;
use domain::fields::{Attribute, Fields};
use domain::id::ContactId;
use domain::intent::{Intent, is_stale};
use domain::matching::agreeing;
use domain::push::contact::{Contact, ContactChange, ContactKind, ExternalId, NewContact};
use domain::push::{blocked, created, refused};
use domain::values::{email, name};

use crate::case::Case;
use crate::outcome::Outcome;
use crate::write;

/// Another invocation makes the contact of this account at this moment, or was cut off doing it.
#[derive(Debug, thiserror::Error)]
#[error("a create of this contact may be on its way; it is looked for again later")]
struct UnderWay;

/// Makes the contact of an account, or finds that it is there.
pub(crate) async fn push(
    case: &Case<'_>,
    account: Account,
    new: NewContact,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    let sent_before = account.psa.creating_since.is_some();
    let account = intend(case, account, outcome).await?;
    let found = match search(case, &new, sent_before).await {
        Ok(found) => found,
        Err(failure) => {
            withdraw(case, &account, sent_before, outcome).await?;
            return Err(failure);
        }
    };
    match found {
        Found::Nothing => {}
        Found::Free(found) => {
            return adopt(case, &account, &new, &found, sent_before, outcome).await;
        }
        Found::Taken => return block(case, &account, new, outcome).await,
    }
    let account = renew(case, account, outcome).await?;
    match case.psa.apply(&ContactChange::Create(new.clone())).await {
        Ok(contact) => keep(case, &account, &new, contact, outcome).await,
        Err(error) if error.is_refused() => {
            outcome.failed += 1;
            let (change, reason) = (ContactChange::Create(new), error.to_string());
            let after = |account: &Account| refused(&account.psa, &change, &reason);
            write::ended(case, outcome, &account, None, after).await
        }
        Err(error) if error.may_have_been_done() => match search(case, &new, true).await? {
            Found::Free(found) => adopt(case, &account, &new, &found, true, outcome).await,
            Found::Nothing | Found::Taken => {
                // Where no answer came in time, the PSA may still be at it.
                if !matches!(error, ConnectorError::TimedOut { .. }) {
                    end(case, &account, Intent::Ended, outcome).await?;
                }
                Err(error.into())
            }
        },
        Err(error) => {
            withdraw(case, &account, sent_before, outcome).await?;
            Err(error.into())
        }
    }
}

/// Stores that a create is on its way. One that is on its way already is somebody else's; one that
/// must have ended since is taken over, by whoever stores that first. Returns the account as it is
/// stored now.
async fn intend(
    case: &Case<'_>,
    account: Account,
    outcome: &mut Outcome,
) -> Result<Account, Failure> {
    let since = account.psa.creating_since;
    if since.is_some_and(|since| case.app.is_under_way(since)) {
        return Err(Failure::retry(UnderWay));
    }
    store_intent(case, account, outcome).await
}

/// Stores the intent anew where looking for the contact took so long that others would not wait for
/// the create any more.
async fn renew(
    case: &Case<'_>,
    account: Account,
    outcome: &mut Outcome,
) -> Result<Account, Failure> {
    let now = case.app.clock.now();
    match account.psa.creating_since {
        Some(since) if !is_stale(since, now) => Ok(account),
        Some(_) | None => store_intent(case, account, outcome).await,
    }
}

/// Takes the intent back where nothing was sent, so that the next attempt need not wait for it.
async fn withdraw(
    case: &Case<'_>,
    account: &Account,
    sent_before: bool,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    if sent_before {
        return Ok(());
    }
    end(case, account, Intent::None, outcome).await
}

async fn end(
    case: &Case<'_>,
    account: &Account,
    intent: Intent,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    let since = intent.since(case.app.clock.now());
    let after = |account: &Account| PsaStanding {
        creating_since: since,
        ..account.psa.clone()
    };
    write::ended(case, outcome, account, None, after).await
}

async fn store_intent(
    case: &Case<'_>,
    account: Account,
    outcome: &mut Outcome,
) -> Result<Account, Failure> {
    let standing = PsaStanding {
        creating_since: Intent::OnItsWay.since(case.app.clock.now()),
        ..account.psa.clone()
    };
    if standing == account.psa {
        return Ok(account);
    }
    write::standing(case, outcome, &account, standing.clone(), None).await?;
    Ok(Account {
        psa: standing,
        revision: account.revision + 1,
        ..account
    })
}

/// What the PSA has of the contact to be made.
#[expect(
    clippy::large_enum_variant,
    reason = "one exists at a time, for the length of a call"
)]
enum Found {
    /// It is not there.
    Nothing,
    /// It is there, and no account has it.
    Free(Contact),
    /// Its address is on a contact that cannot be this account's.
    Taken,
}

/// Is the contact there already? By address where it has one; else, and only after a create was
/// sent, by Entra object id or by name among all contacts of the company.
async fn search(case: &Case<'_>, new: &NewContact, sent_before: bool) -> Result<Found, Failure> {
    let mut found = Vec::new();
    if let Some(address) = new.fields.get(Attribute::Email) {
        found = case.psa.find_by_email(case.company, address).await?;
    } else if sent_before {
        let all = case.psa.contacts(case.company).await?;
        found = all
            .into_iter()
            .filter(|contact| is_this(new, contact))
            .collect();
    }
    if found.is_empty() {
        return Ok(Found::Nothing);
    }
    // Of several the newest: PSAs count their ids up, and ours is the last that was made.
    found.sort_by_key(|contact| contact.id.as_str().parse::<u64>().unwrap_or(0));
    while let Some(contact) = found.pop() {
        if contact.kind == ContactKind::Person && is_free(case, new, &contact.id).await? {
            return Ok(Found::Free(contact));
        }
    }
    Ok(Found::Taken)
}

/// Does no other account have the contact? A claim that its account does not bear out, as after a
/// crash, is none; the table lets it be taken over.
async fn is_free(case: &Case<'_>, new: &NewContact, contact: &ContactId) -> Result<bool, Failure> {
    let store = &case.app.store;
    let Some((customer, owner)) = store.account_behind(contact).await? else {
        return Ok(true);
    };
    if customer == case.customer.id && owner == new.account {
        return Ok(true);
    }
    let owner = store.account(&customer, &owner).await?;
    Ok(owner.is_none_or(|owner| owner.contact() != Some(contact)))
}

fn is_this(new: &NewContact, contact: &Contact) -> bool {
    if let (Some(ours), Some(ExternalId::Id(theirs))) = (&new.external_id, &contact.external_id) {
        return ours.eq_ignore_ascii_case(theirs);
    }
    // A PSA without display names shows first and last name as one.
    let ours = names_of(&new.fields);
    let theirs = names_of(&contact.fields);
    let has_address = contact
        .fields
        .get(Attribute::Email)
        .and_then(email::key)
        .is_some();
    ours.iter().any(|name| theirs.contains(name)) && !has_address
}

/// What somebody is called, shown and in full, as keys.
fn names_of(fields: &Fields) -> Vec<String> {
    let parts = [Attribute::GivenName, Attribute::Surname];
    let full: Vec<&str> = parts
        .into_iter()
        .filter_map(|part| fields.get(part))
        .collect();
    let full = full.join(" ");
    let shown = fields.get(Attribute::DisplayName);
    shown
        .into_iter()
        .chain([full.as_str()])
        .filter_map(name::key)
        .collect()
}

/// No contact is made with an address that a contact of the company has already.
async fn block(
    case: &Case<'_>,
    account: &Account,
    new: NewContact,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    let reason = "a contact of the company in the PSA has this e-mail address already, and it \
                  belongs to another account or to no person";
    let change = ContactChange::Create(new);
    let after = |account: &Account| blocked(&account.psa, &change, reason);
    write::ended(case, outcome, account, None, after).await
}

/// Links the account with a contact that turned out to be there: ours, if a create was sent before;
/// else one that somebody made since the contacts were listed.
async fn adopt(
    case: &Case<'_>,
    account: &Account,
    new: &NewContact,
    found: &Contact,
    sent_before: bool,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    if sent_before {
        return keep(case, account, new, found.id.clone(), outcome).await;
    }
    let rule = agreeing(account, found).first().copied();
    let rule = rule.unwrap_or(MatchRule::Email);
    let after = |_: &Account| PsaStanding {
        status: PsaStatus::Matched,
        contact: Some(found.id.clone()),
        rule: Some(rule),
        ..PsaStanding::default()
    };
    write::ended(case, outcome, account, Some(&found.id), after).await
}

async fn keep(
    case: &Case<'_>,
    account: &Account,
    new: &NewContact,
    contact: ContactId,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    outcome.created += 1;
    let after = |account: &Account| created(&account.psa, new, contact.clone());
    write::ended(case, outcome, account, Some(&contact), after).await
}
