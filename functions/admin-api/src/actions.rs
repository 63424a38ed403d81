//! What a person decides: yes to a held run, and which contact or entry an account is. The operators'
//! API and the review widget carry out the same here, so that neither allows what the other refuses.
//!
//! Each may be done twice with the same outcome. What was stored before a failure stays, and the
//! repetition publishes what was not published.

use domain::account::{Account, MatchRule, PsaStanding, PsaStatus};
use domain::docs;
use domain::event::Event;
use domain::failure::Failure;
use domain::id::{ContactId, CustomerId, EntryId, RunId};
use domain::run::RunReason;
use platform::App;
use platform::store::{AccountWrite, Approval, Claimable, WriteOutcome};

use crate::auth::Role;

/// Says yes to a held run. Answers the id of the import that carries it out; `None` where no such
/// run is held.
pub(crate) async fn approve(
    app: &App,
    customer: &CustomerId,
    run: &RunId,
    role: Role,
) -> Result<Option<RunId>, Failure> {
    let approval = Approval {
        run: run.clone(),
        by_role: role.as_str().to_owned(),
        at: app.clock.now(),
    };
    if !app.store.approve_held(customer, &approval).await? {
        return Ok(None);
    }
    tracing::info!(customer.id = %customer, run.id = %run, role = role.as_str(), "a held run was approved");
    let next = app.new_run_id();
    let event = Event::ImportRequested {
        reason: RunReason::Approved,
    };
    let envelope = app.envelope(customer.clone(), Some(next.clone()), event);
    app.bus.publish(vec![envelope]).await?;
    Ok(Some(next))
}

/// What became of a link.
pub(crate) enum Linked {
    /// It is as asked for; the account as it is now.
    Done(Box<Account>),
    /// Another account is linked to that contact or entry (B191).
    Taken,
    /// The account was changed at the same moment.
    Changed,
}

/// Links an account to a contact, or takes the link away, over every rule (B128, B130).
pub(crate) async fn link(
    app: &App,
    held: Account,
    contact: Option<ContactId>,
    role: Role,
) -> Result<Linked, Failure> {
    let mut linked = held.clone();
    linked.revision += 1;
    linked.psa = standing(contact.clone(), role);
    let write = AccountWrite {
        account: linked,
        expected: Some(held.revision),
        aliases: Vec::new(),
        claim: contact
            .clone()
            .filter(|contact| held.contact() != Some(contact))
            .map(Claimable::Contact),
        release: held
            .psa
            .contact
            .filter(|before| Some(before) != contact.as_ref())
            .map(Claimable::Contact),
    };
    carry_out(app, write).await
}

/// Links an account to an entry of the documentation system, or takes the link away, over every rule
/// (B128, B130). Confirming one without category also fills that in (D4).
pub(crate) async fn link_entry(
    app: &App,
    held: Account,
    entry: Option<EntryId>,
    fills_category: bool,
    role: Role,
) -> Result<Linked, Failure> {
    let mut linked = held.clone();
    linked.revision += 1;
    let by = format!("a person in the role {}", role.as_str());
    linked.docs = docs::chosen(&held.docs, entry.clone(), &by, fills_category);
    let write = AccountWrite {
        account: linked,
        expected: Some(held.revision),
        aliases: Vec::new(),
        claim: entry
            .clone()
            .filter(|entry| held.entry() != Some(entry))
            .map(Claimable::Entry),
        release: held
            .docs
            .entry
            .filter(|before| Some(before) != entry.as_ref())
            .map(Claimable::Entry),
    };
    carry_out(app, write).await
}

async fn carry_out(app: &App, write: AccountWrite) -> Result<Linked, Failure> {
    let linked = write.account.clone();
    let outcomes = app.store.write_accounts(None, vec![write]).await?;
    match outcomes.first() {
        Some(WriteOutcome::Done) => {}
        Some(WriteOutcome::Taken(_)) => return Ok(Linked::Taken),
        Some(WriteOutcome::Conflict | WriteOutcome::AliasTaken(..)) | None => {
            return Ok(Linked::Changed);
        }
    }
    look_again(app, &linked.customer).await?;
    Ok(Linked::Done(Box::new(linked)))
}

/// Has a customer's contacts and entries looked at: what the contact says is taken over at once (B184),
/// and the PSA and the documentation system are told what they lack.
pub(crate) async fn look_again(app: &App, customer: &CustomerId) -> Result<(), Failure> {
    let look = app.envelope(customer.clone(), None, Event::ImportFinished {});
    app.bus.publish(vec![look]).await?;
    Ok(())
}

fn standing(contact: Option<ContactId>, role: Role) -> PsaStanding {
    match contact {
        Some(contact) => PsaStanding {
            status: PsaStatus::Matched,
            contact: Some(contact),
            rule: Some(MatchRule::Manual),
            reason: Some(format!("a person in the role {} chose", role.as_str())),
            ..PsaStanding::default()
        },
        None => PsaStanding {
            reason: Some("a person took the link away".to_owned()),
            ..PsaStanding::default()
        },
    }
}
