//! One customer's matching with the entries of its organization.

use std::collections::BTreeMap;

use connectors::docs::Docs;
use domain::customer::Customer;
use domain::docs::entry::Entry;
use domain::id::{AccountId, OrganizationId};
use domain::policy::CustomerPolicies;
use jiff::Timestamp;
use platform::App;

/// What one customer's matching depends on.
pub(crate) struct Case<'a> {
    pub(crate) app: &'a App,
    pub(crate) docs: Box<dyn Docs>,
    pub(crate) customer: &'a Customer,
    pub(crate) organization: &'a OrganizationId,
    pub(crate) policies: &'a CustomerPolicies,
    pub(crate) entries: Vec<Entry>,
    /// Creates that had ended before the entries were listed: what came of them is on the list.
    pub(crate) ended_before: BTreeMap<AccountId, Timestamp>,
}
