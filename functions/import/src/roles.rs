//! Directory roles that changed hands without any user changing: the accounts of those who won or
//! lost one are looked at again.

use std::collections::BTreeMap;

use domain::failure::Failure;
use domain::identity::{News, Reading, Source, Values};
use domain::import::{Plan, ascribe};
use domain::limits::ACCOUNTS_PER_CHUNK;

use crate::graph::Tenant;
use crate::page;
use crate::session::Session;

/// Imports the roles alone.
pub(crate) async fn import(
    session: &Session<'_>,
    tenant: &Tenant,
    part_numbers: &BTreeMap<String, String>,
) -> Result<Plan, Failure> {
    let rules = session.rules(part_numbers, tenant.administrators.as_ref());
    let accounts = session.app.store.all_accounts(&session.customer.id).await?;
    let changed: Vec<Reading> = accounts
        .iter()
        .flat_map(|account| &account.identities)
        .filter(|identity| identity.key.source == Source::Microsoft365 && identity.gone.is_none())
        .filter(|identity| {
            let mut values = Values::default();
            ascribe(&mut values, &identity.key, Some(identity), &rules);
            values
                .privileges
                .value()
                .is_some_and(|roles| *roles != identity.privileges)
        })
        .map(|identity| Reading {
            key: identity.key.clone(),
            news: News::Present(Box::default()),
        })
        .collect();
    let mut whole = Plan::default();
    for readings in changed.chunks(ACCOUNTS_PER_CHUNK) {
        let store = &session.app.store;
        let plan = page::import(store, session.fence()?, readings.to_vec(), &rules, false).await?;
        whole.counts.add(plan.counts);
        whole.leavers.extend(plan.leavers);
    }
    Ok(whole)
}
