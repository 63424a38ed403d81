//! What a person decides: yes to a held run, and which contact an account is. The operators' API
//! and the review widget carry out the same here, so that neither allows what the other refuses.
//!
//! Each may be done twice with the same outcome. What was stored before a failure stays, and the
//! repetition publishes what was not published.

use domain::account::{Account, MatchRule, PsaStanding, PsaStatus};
use domain::event::Event;
use domain::failure::Failure;
use domain::id::{ContactId, CustomerId, RunId};
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
    /// Another account is linked to that contact (B191).
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
        account: linked.clone(),
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

/// Has a customer's contacts looked at: what the contact says is taken over at once (B184), and the
/// PSA is told what it lacks.
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
