//! One customer's push.

use std::sync::OnceLock;

use connectors::psa::Psa;
use domain::account::{Account, PsaStanding};
use domain::customer::Customer;
use domain::failure::Failure;
use domain::gaps::Gaps;
use domain::id::{CompanyId, SiteId};
use domain::policy::CustomerPolicies;
use domain::push::looked_at;
use platform::App;

/// What a push of one customer's accounts depends on.
pub(crate) struct Case<'a> {
    pub(crate) app: &'a App,
    pub(crate) psa: Box<dyn Psa>,
    pub(crate) customer: &'a Customer,
    pub(crate) company: &'a CompanyId,
    pub(crate) policies: &'a CustomerPolicies,
    pub(crate) gaps: Gaps,
    /// Where new contacts go, once it was asked for.
    pub(crate) site: OnceLock<Option<SiteId>>,
}

impl Case<'_> {
    /// The standing of an account whose contact says what it is to say, custom fields included.
    pub(crate) fn seen_to(&self, account: &Account, standing: &PsaStanding) -> PsaStanding {
        looked_at(standing, account, self.policies.of(account.account_type))
    }

    /// Where new contacts go: the customer's site, else the company's own, asked for once. It is
    /// part of what is planned, so that a create that was refused for want of a site is another one
    /// when there is a site.
    pub(crate) async fn site(&self) -> Result<Option<&SiteId>, Failure> {
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
