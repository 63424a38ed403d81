//! All accounts of a customer against all contacts of its company: both are read once, in pages,
//! and matched in memory.

use std::collections::{BTreeMap, BTreeSet};

use connectors::Vendors;
use connectors::error::ConnectorError;
use connectors::psa::Psa;
use domain::account::{Account, PsaStatus};
use domain::customer::Customer;
use domain::event::{Envelope, Event};
use domain::failure::Failure;
use domain::gaps::Gaps;
use domain::id::{CompanyId, ContactId, SiteId};
use domain::matching::{Question, decide, wants_contact};
use domain::policy::{CustomerPolicies, resolve};
use domain::push::contact::Contact;
use domain::push::{self, needs_look, plan, take_over};
use domain::run::MatchCounts;
use platform::telemetry::of_matches;
use platform::{App, SecretName};

use crate::outcome::Outcome;
use crate::{facts, write};

/// How often matching is decided again when somebody else was faster.
const TRIES: usize = 4;

/// Accounts kept changing while they were matched.
#[derive(Debug, thiserror::Error)]
#[error("accounts kept changing while they were matched; the customer is matched again later")]
struct KeptChanging;

/// Matches one customer.
pub(crate) async fn import(
    app: &App,
    vendors: &Vendors,
    envelope: &Envelope,
) -> Result<Outcome, Failure> {
    // Read.
    let Some(record) = app.store.customer(&envelope.customer).await? else {
        return Err(Failure::reject(
            "the customer to match is not configured any more",
        ));
    };
    let customer = record.customer.clone();
    let policies = resolve(&app.store.policies().await?, &customer);
    let matches_at_all = [
        &policies.end_user,
        &policies.administrator,
        &policies.service,
    ]
    .iter()
    .any(|policy| policy.match_psa);
    let Some(company) = customer.psa_company_id.clone().filter(|_| matches_at_all) else {
        return Ok(Outcome::default());
    };
    let secret = app.secrets.find(SecretName::Psa).await?;
    let Some(psa) = vendors.psa_of(secret.as_ref())? else {
        return Ok(Outcome::default());
    };
    let contacts = psa.contacts(&company).await?;
    let others = sharing(app, &customer, &company).await?;
    let is_shared = !others.is_empty();
    facts::exchange(app, psa.as_ref(), &record, is_shared, &policies.end_user).await?;
    let mut taken = taken(app, &others).await?;

    let case = Case {
        customer: &customer,
        company: &company,
        policies: &policies,
        contacts,
        gaps: psa.gaps(),
    };
    for _ in 0..TRIES {
        let accounts = app.store.all_accounts(&customer.id).await?;

        // Decide.
        let planned = case.decide(&accounts, &taken, !others.is_empty());

        // Apply.
        let written = write::standings(app, &customer.id, planned).await?;
        if written.contested.is_empty() && written.conflicts == 0 {
            return finish(
                app,
                psa.as_ref(),
                envelope,
                &case,
                accounts,
                written.accounts,
            )
            .await;
        }
        taken.extend(written.contested);
    }
    Err(Failure::retry(KeptChanging))
}

/// What one customer's matching depends on.
struct Case<'a> {
    customer: &'a Customer,
    company: &'a CompanyId,
    policies: &'a CustomerPolicies,
    contacts: Vec<Contact>,
    gaps: Gaps,
}

impl Case<'_> {
    /// The accounts that change: a new standing, a value taken over from the contact, or both.
    fn decide(
        &self,
        accounts: &[Account],
        taken: &BTreeSet<ContactId>,
        shared_company: bool,
    ) -> Vec<write::Change> {
        let question = Question {
            accounts,
            contacts: &self.contacts,
            policies: self.policies,
            shared_company,
            taken,
            complete: true,
        };
        let mut standings: BTreeMap<_, _> = decide(&question)
            .into_iter()
            .map(|decision| (decision.account, decision.standing))
            .collect();
        let contacts = self.contacts_by_id();
        let mut changes = Vec::new();
        for account in accounts {
            let mut after = account.clone();
            if let Some(standing) = standings.remove(&account.id) {
                after.psa = standing;
            }
            let policy = self.policies.of(account.account_type);
            let contact = after.contact().and_then(|id| contacts.get(id));
            if let Some(told) = contact.and_then(|contact| take_over(&after, contact, policy)) {
                after = told;
            }
            if after != *account {
                changes.push(write::Change {
                    before: account.clone(),
                    after,
                });
            }
        }
        changes
    }

    fn contacts_by_id(&self) -> BTreeMap<&ContactId, &Contact> {
        self.contacts
            .iter()
            .map(|contact| (&contact.id, contact))
            .collect()
    }

    /// Does the PSA have to be told something of this account?
    fn is_behind(
        &self,
        account: &Account,
        contacts: &BTreeMap<&ContactId, &Contact>,
        site: Option<&SiteId>,
    ) -> bool {
        let policy = self.policies.of(account.account_type);
        let contact = account.contact().and_then(|id| contacts.get(id)).copied();
        let question = push::Question {
            account,
            contact,
            policy,
            gaps: &self.gaps,
            company: self.company,
            site,
            fresh_pin: "",
        };
        plan(&question).into_change().is_some()
            || contact.is_some_and(|contact| needs_look(&question, contact))
    }
}

/// Other customers of ours with the same company in the PSA (B58).
async fn sharing(
    app: &App,
    customer: &Customer,
    company: &CompanyId,
) -> Result<Vec<Customer>, Failure> {
    let all = app.store.customers_lately().await?;
    let others = all
        .iter()
        .map(|record| &record.customer)
        .filter(|other| other.id != customer.id && other.psa_company_id.as_ref() == Some(company));
    Ok(others.cloned().collect())
}

/// Contacts that accounts of those customers are linked to.
async fn taken(app: &App, others: &[Customer]) -> Result<BTreeSet<ContactId>, Failure> {
    let mut taken = BTreeSet::new();
    for other in others {
        let accounts = app.store.all_accounts(&other.id).await?;
        taken.extend(
            accounts
                .into_iter()
                .filter_map(|account| account.psa.contact),
        );
    }
    Ok(taken)
}

/// Where new contacts go: the customer's site, else the company's own. The latter is asked for only
/// where it may make a create that was refused another one.
async fn site(
    psa: &dyn Psa,
    case: &Case<'_>,
    accounts: &[Account],
) -> Result<Option<SiteId>, Failure> {
    if case.customer.psa_site_id.is_some() {
        return Ok(case.customer.psa_site_id.clone());
    }
    let refused =
        |account: &Account| account.psa.status != PsaStatus::NoMatch && wants_contact(&account.psa);
    if !accounts.iter().any(refused) {
        return Ok(None);
    }
    match psa.default_site(case.company).await {
        Ok(site) => Ok(site),
        Err(ConnectorError::NotFound { .. } | ConnectorError::Refused { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

async fn finish(
    app: &App,
    psa: &dyn Psa,
    envelope: &Envelope,
    case: &Case<'_>,
    accounts: Vec<Account>,
    written: BTreeMap<domain::id::AccountId, Account>,
) -> Result<Outcome, Failure> {
    let contacts = case.contacts_by_id();
    let site = site(psa, case, &accounts).await?;
    let mut counts = MatchCounts::default();
    let (mut behind, mut disputed) = (Vec::new(), Vec::new());
    for account in &accounts {
        let account = written.get(&account.id).unwrap_or(account);
        counts.count(account.psa.status);
        if account.psa.status == PsaStatus::MoreThanOneMatch {
            disputed.push(account.id.clone());
        }
        if case.is_behind(account, &contacts, site.as_ref()) {
            behind.push(account.id.clone());
        }
    }
    let store = &app.store;
    store.put_push_marks(&case.customer.id, &behind).await?;
    store
        .review_matches(&case.customer.id, &disputed, app.clock.now())
        .await?;
    tracing::info!(
        customer.id = %case.customer.id, contacts = case.contacts.len(), accounts = accounts.len(),
        changed = written.len(), behind = behind.len(), counts.matched, counts.created,
        counts.more_than_one_match, counts.no_match, counts.blocked, counts.failed, "matching ended"
    );
    let properties = [("customer.id", case.customer.id.as_str())];
    app.metrics
        .emit(app.clock.now(), &of_matches(&counts), &properties);
    let run = envelope.run.clone();
    let finished = app.envelope(case.customer.id.clone(), run, Event::MatchingFinished {});
    app.bus.publish(vec![finished]).await?;
    Ok(Outcome {
        counts,
        error: None,
    })
}
