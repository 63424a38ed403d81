//! Each account that is behind: plan again on what is true now, call, record.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use connectors::Vendors;
use connectors::psa::Psa;
use domain::account::{Account, PsaStanding};
use domain::customer::Customer;
use domain::event::{Envelope, Event};
use domain::failure::{Disposition, Failure};
use domain::gaps::Gaps;
use domain::id::{AccountId, CompanyId, ContactId, SiteId};
use domain::policy::{CustomerPolicies, resolve};
use domain::push::custom::CustomField;
use domain::push::{
    Push, Question, left_alone, looked_at, missing_fields, needs_look_once_made, plan, settled,
};
use domain::run::MatchCounts;
use platform::store::{AccountWrite, Claimable, WriteOutcome};
use platform::{App, Budget, SecretName};

use crate::{create, update};

/// What a push came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// Contacts made.
    pub created: u64,
    /// Contacts changed.
    pub updated: u64,
    /// Accounts whose change the PSA refused.
    pub failed: u64,
    /// Custom fields that the policies want and the PSA does not have, or not so that they could be
    /// written (D8).
    pub missing_fields: BTreeSet<CustomField>,
    /// How the accounts stood whose standing was written.
    pub before: MatchCounts,
    /// How the same accounts stand now.
    pub after: MatchCounts,
    /// What stopped it before its end, without personal data.
    pub error: Option<String>,
}

/// Somebody changed the account at the same moment; its mark stays.
#[derive(Debug, thiserror::Error)]
#[error("an account changed while it was pushed; it is pushed again later")]
struct Changed;

/// What a push of one customer's accounts depends on.
pub(crate) struct Case<'a> {
    pub(crate) app: &'a App,
    pub(crate) psa: Box<dyn Psa>,
    pub(crate) customer: &'a Customer,
    pub(crate) company: &'a CompanyId,
    pub(crate) policies: &'a CustomerPolicies,
    gaps: Gaps,
    /// Where new contacts go, once it was asked for.
    site: OnceLock<Option<SiteId>>,
}

impl Case<'_> {
    /// The standing of an account whose contact says what it is to say, custom fields included.
    pub(crate) fn seen_to(&self, account: &Account, standing: &PsaStanding) -> PsaStanding {
        looked_at(standing, account, self.policies.of(account.account_type))
    }

    /// Where new contacts go: the customer's site, else the company's own, asked for once. It is
    /// part of what is planned, so that a create that was refused for want of a site is another one
    /// when there is a site.
    async fn site(&self) -> Result<Option<&SiteId>, Failure> {
        if let Some(site) = &self.customer.psa_site_id {
            return Ok(Some(site));
        }
        if self.site.get().is_none() {
            let found = match self.psa.default_site(self.company).await {
                Ok(site) => site,
                // The create says it of each account.
                Err(error) if error.is_refused() => None,
                Err(error) => return Err(error.into()),
            };
            return Ok(self.site.get_or_init(|| found).as_ref());
        }
        Ok(self.site.get().and_then(Option::as_ref))
    }
}

/// Pushes the accounts of one customer that are behind. One that the PSA refuses stops no other.
///
/// # Errors
/// `Retry` and `Defect`, after the others were pushed, unless all calls would fail the same way.
pub async fn handle(
    app: &App,
    vendors: &Vendors,
    envelope: &Envelope,
    budget: &Budget,
) -> Result<Outcome, Failure> {
    let mut outcome = Outcome::default();
    go_on(app, vendors, envelope, budget, &mut outcome).await?;
    Ok(outcome)
}

/// As [`handle`], and adds to what earlier attempts came to, also where this one fails.
///
/// # Errors
/// As [`handle`].
pub async fn go_on(
    app: &App,
    vendors: &Vendors,
    envelope: &Envelope,
    budget: &Budget,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    outcome.error = None;
    if !matches!(envelope.event, Event::MatchingFinished {}) {
        return Err(Failure::defect(
            "a push was woken by an event that is not its own",
        ));
    }
    // Read.
    let behind = app.store.push_marks(&envelope.customer).await?;
    let Some(record) = app.store.customer(&envelope.customer).await? else {
        return Err(Failure::reject(
            "the customer to push for is not configured any more",
        ));
    };
    let customer = record.customer;
    let Some(company) = customer
        .psa_company_id
        .clone()
        .filter(|_| !behind.is_empty())
    else {
        return Ok(());
    };
    let secret = app.secrets.find(SecretName::Psa).await?;
    let Some(psa) = vendors.psa_of(secret.as_ref())? else {
        return Ok(());
    };
    let policies = resolve(&app.store.policies().await?, &customer);
    let gaps = psa.gaps();
    let case = Case {
        app,
        psa,
        customer: &customer,
        company: &company,
        policies: &policies,
        gaps,
        site: OnceLock::new(),
    };

    // Decide and apply, account by account.
    let mut done = Vec::new();
    let pushed = all(&case, behind, budget, outcome, &mut done).await;
    app.store.remove_push_marks(&customer.id, &done).await?;
    let pushed = match pushed {
        Err(failure) => Err(told(app, &customer, failure).await),
        Ok(()) => Ok(()),
    };
    tracing::info!(
        customer.id = %customer.id, outcome.created, outcome.updated, outcome.failed, "push ended"
    );
    for field in &outcome.missing_fields {
        tracing::warn!(
            customer.id = %customer.id, vendor = case.psa.kind().name(), field = field.name(),
            "contacts have no such custom field that can hold it, and it is left out: make it in the \
             PSA under exactly this name, or take it out of the policies"
        );
    }
    pushed
}

/// Pushes one account after the other, and says in `done` whose are done with. The first failure
/// that may pass is returned at the end; one that every other call would meet as well, at once.
async fn all(
    case: &Case<'_>,
    behind: Vec<AccountId>,
    budget: &Budget,
    outcome: &mut Outcome,
    done: &mut Vec<AccountId>,
) -> Result<(), Failure> {
    let mut again = None;
    for id in behind {
        if budget.is_short(case.app.clock.now()) {
            return Err(Failure::retry(OutOfTime));
        }
        let Err(failure) = one(case, &id, outcome).await else {
            done.push(id);
            continue;
        };
        match failure.disposition() {
            Disposition::Retry { after: Some(_) } => return Err(failure),
            Disposition::Suspend => {
                case.app.count_suspension(&case.customer.id, &failure);
                outcome.error = Some(failure.chain());
                return Ok(());
            }
            Disposition::Retry { after: None } | Disposition::Defect => {
                again = again.or(Some(failure));
            }
            Disposition::Reject => {
                outcome.failed += 1;
                done.push(id);
            }
        }
    }
    again.map_or(Ok(()), Err)
}

/// A failure by which accounts wait, with how many and for how long.
async fn told(app: &App, customer: &Customer, failure: Failure) -> Failure {
    let disposition = failure.disposition();
    if !matches!(disposition, Disposition::Retry { after: Some(_) }) {
        return failure;
    }
    match app.still_to_push(&customer.id).await {
        Ok(still) if still.accounts > 0 => {
            Failure::new(disposition, format!("{}; {still}", failure.chain()))
        }
        Ok(_) | Err(_) => failure,
    }
}

/// There was more to push than time.
#[derive(Debug, thiserror::Error)]
#[error("the time of this push is up; it goes on with the accounts that are still behind")]
struct OutOfTime;

/// Pushes one account. A contact that was just made is looked at once more, where only that tells
/// which custom fields it has.
async fn one(case: &Case<'_>, id: &AccountId, outcome: &mut Outcome) -> Result<(), Failure> {
    let Some(account) = account(case, id).await? else {
        return Ok(());
    };
    let policy = case.policies.of(account.account_type);
    let is_unlinked = account.contact().is_none();
    let looks_again = is_unlinked && needs_look_once_made(&account, policy, &case.gaps);
    pass(case, account, outcome).await?;
    if looks_again
        && let Some(account) = self::account(case, id).await?
        && account.contact().is_some()
    {
        pass(case, account, outcome).await?;
    }
    Ok(())
}

async fn account(case: &Case<'_>, id: &AccountId) -> Result<Option<Account>, Failure> {
    Ok(case.app.store.account(&case.customer.id, id).await?)
}

/// Plans for an account as it is now, calls, and records.
async fn pass(case: &Case<'_>, account: Account, outcome: &mut Outcome) -> Result<(), Failure> {
    // What a linked account needs is its contact, one without a link its site.
    let (contact, site) = match account.contact() {
        Some(contact) => (case.psa.contact(contact).await?, None),
        None => (None, case.site().await?),
    };
    let policy = case.policies.of(account.account_type);
    if let Some(contact) = &contact {
        let missing = missing_fields(&account, policy, &case.gaps, contact);
        outcome.missing_fields.extend(missing);
    }
    let fresh_pin = case.app.ids.pin();
    let question = Question {
        account: &account,
        contact: contact.as_ref(),
        policy,
        gaps: &case.gaps,
        company: case.company,
        site,
        fresh_pin: &fresh_pin,
    };
    match plan(&question) {
        Push::Nothing => {
            let standing = case.seen_to(&account, &settled(&account.psa));
            write(case, outcome, &account, standing, None).await
        }
        Push::RefusedBefore => Ok(()),
        Push::LeaveAlone(update) => {
            let standing = case.seen_to(&account, &left_alone(&account.psa, &update));
            write(case, outcome, &account, standing, None).await
        }
        Push::Create(new) => create::push(case, account, new, outcome).await,
        Push::Update(change) => update::push(case, account, change, outcome).await,
    }
}

/// Writes a standing, on the revision it was decided on; claims the contact first, if there is a
/// new one.
pub(crate) async fn write(
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
