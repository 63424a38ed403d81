//! A customer of the MSP, and when its accounts are due for another look.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::id::{CompanyId, ConfigurationId, CustomerId, OrganizationId, SiteId};
use crate::identity::Source;
use crate::limits::{INTERVAL_MINUTES_DEFAULT, INTERVAL_MINUTES_MICROSOFT_365_ONLY};

/// A company the MSP looks after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// The operator's id for it.
    pub id: CustomerId,
    /// Its name, for people.
    pub name: String,
    /// Its tenant in Microsoft Entra ID, an id or a domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub microsoft_tenant_id: Option<String>,
    /// Its company in the PSA.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub psa_company_id: Option<CompanyId>,
    /// The site on which contacts are made, where it is not the company's main site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub psa_site_id: Option<SiteId>,
    /// Its organization in the documentation system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub docs_organization_id: Option<OrganizationId>,
    /// What of that organization's entries that are made for it are embedded in (B197).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub docs_configuration_id: Option<ConfigurationId>,
    /// Where its accounts come from.
    pub sources: Vec<Source>,
    /// Its own interval in minutes (D1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval_minutes: Option<i64>,
    /// Import only users with a licence; without a word, true where Microsoft 365 is the only
    /// source (D9).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licensed_only: Option<bool>,
    /// Paused by a person: no import, nothing lost (B81).
    #[serde(default)]
    pub paused: bool,
    /// The policies assigned to it, by name, at most one per account type (B41).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<String>,
}

/// What a customer's company in the PSA says of it, taken over where the policy says so (B144).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CompanyFacts {
    /// The territory it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub territory: Option<String>,
    /// The MSP's person who looks after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_manager: Option<String>,
}

impl CompanyFacts {
    /// Does it say nothing?
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Customer {
    /// Is Microsoft 365 the only source?
    pub fn is_microsoft_365_only(&self) -> bool {
        self.sources == [Source::Microsoft365]
    }

    /// Import only users with a licence (B106, D9)?
    pub fn is_licensed_only(&self) -> bool {
        self.licensed_only
            .unwrap_or_else(|| self.is_microsoft_365_only())
    }

    /// How long to wait between two looks (D1, B17, B19).
    pub fn interval(&self) -> SignedDuration {
        let minutes = self
            .interval_minutes
            .unwrap_or(if self.is_microsoft_365_only() {
                INTERVAL_MINUTES_MICROSOFT_365_ONLY
            } else {
                INTERVAL_MINUTES_DEFAULT
            });
        SignedDuration::from_mins(minutes)
    }

    /// When it is due after a look at that time.
    pub fn due_after(&self, looked_at: Timestamp) -> Timestamp {
        looked_at + self.interval()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn customer(sources: &[Source]) -> Customer {
        Customer {
            id: CustomerId::parse("northwind").unwrap(),
            name: "Northwind".into(),
            microsoft_tenant_id: None,
            psa_company_id: None,
            psa_site_id: None,
            docs_organization_id: None,
            docs_configuration_id: None,
            sources: sources.to_vec(),
            interval_minutes: None,
            licensed_only: None,
            paused: false,
            policies: Vec::new(),
        }
    }

    #[test]
    fn b17_b19_b20_the_interval_follows_the_sources_unless_it_is_set() {
        let hours = |c: &Customer| c.interval().as_hours();
        assert_eq!(hours(&customer(&[Source::Microsoft365])), 1);
        assert_eq!(
            hours(&customer(&[Source::Microsoft365, Source::ActiveDirectory])),
            3
        );
        let own = Customer {
            interval_minutes: Some(600),
            ..customer(&[Source::Microsoft365])
        };
        assert_eq!(hours(&own), 10);
    }

    #[test]
    fn b106_d9_licensed_only_is_the_default_for_microsoft_365_alone() {
        assert!(customer(&[Source::Microsoft365]).is_licensed_only());
        assert!(!customer(&[Source::Microsoft365, Source::LocalWindows]).is_licensed_only());
        let own = Customer {
            licensed_only: Some(false),
            ..customer(&[Source::Microsoft365])
        };
        assert!(!own.is_licensed_only());
    }
}
