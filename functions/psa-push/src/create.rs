//! A new contact, never twice. The intent is stored, then the PSA is searched, then the contact is
//! made; when the answer is lost, the PSA is searched again, now and before any later try.

use connectors::error::ConnectorError;
use domain::account::{Account, MatchRule, PsaStanding, PsaStatus};
use domain::failure::Failure;
use domain::fields::{Attribute, Fields};
use domain::id::ContactId;
use domain::matching::agreeing;
use domain::push::contact::{Contact, ContactChange, ContactKind, ExternalId, NewContact};
use domain::push::{blocked, created, refused};
use domain::values::{email, name};

use crate::handler::{Case, Outcome, is_refused, write};

/// Makes the contact of an account, or finds that it is there.
pub(crate) async fn push(
    case: &Case<'_>,
    account: Account,
    new: NewContact,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    let sent_before = account.psa.creating_since.is_some();
    let account = intend(case, account, outcome).await?;
    match search(case, &new, sent_before).await? {
        Found::Nothing => {}
        Found::Free(found) => {
            return adopt(case, &account, &new, &found, sent_before, outcome).await;
        }
        Found::Taken => return block(case, &account, new, outcome).await,
    }
    match case.psa.apply(&ContactChange::Create(new.clone())).await {
        Ok(contact) => keep(case, &account, &new, contact, outcome).await,
        Err(error) if is_refused(&error) => {
            outcome.failed += 1;
            let change = ContactChange::Create(new);
            let standing = refused(&account.psa, &change, &error.to_string());
            write(case, outcome, &account, standing, None).await
        }
        Err(error) if may_have_been_done(&error) => match search(case, &new, true).await? {
            Found::Free(found) => adopt(case, &account, &new, &found, true, outcome).await,
            Found::Nothing | Found::Taken => Err(error.into()),
        },
        Err(error) => Err(error.into()),
    }
}

/// Stores that a create is on its way. Returns the account as it is stored now.
async fn intend(
    case: &Case<'_>,
    account: Account,
    outcome: &mut Outcome,
) -> Result<Account, Failure> {
    if account.psa.creating_since.is_some() {
        return Ok(account);
    }
    let now = case.app.clock.now();
    let standing = PsaStanding {
        creating_since: Some(now),
        ..account.psa.clone()
    };
    write(case, outcome, &account, standing.clone(), None).await?;
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
    let standing = blocked(&account.psa, &ContactChange::Create(new), reason);
    write(case, outcome, account, standing, None).await
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
    let standing = PsaStanding {
        status: PsaStatus::Matched,
        contact: Some(found.id.clone()),
        rule: Some(rule),
        ..PsaStanding::default()
    };
    write(case, outcome, account, standing, Some(found.id.clone())).await
}

async fn keep(
    case: &Case<'_>,
    account: &Account,
    new: &NewContact,
    contact: ContactId,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    outcome.created += 1;
    let standing = created(&account.psa, new, contact.clone());
    write(case, outcome, account, standing, Some(contact)).await
}

/// May the PSA have made the contact although no good answer came?
fn may_have_been_done(error: &ConnectorError) -> bool {
    match error {
        ConnectorError::Unreachable { .. }
        | ConnectorError::TimedOut { .. }
        | ConnectorError::Server { .. }
        | ConnectorError::Conflict { .. }
        | ConnectorError::Unreadable { .. } => true,
        ConnectorError::RateLimited { .. }
        | ConnectorError::Unauthorized { .. }
        | ConnectorError::Forbidden { .. }
        | ConnectorError::NotFound { .. }
        | ConnectorError::Refused { .. }
        | ConnectorError::PositionExpired => false,
    }
}
