//! Microsoft Graph v1.0: the users of one customer's tenant by delta queries, directory roles and
//! the names of licences.
//!
//! - Authentication: client credentials of one registration of the MSP's, a token per customer
//!   tenant (`token.rs`). One cloud per connection.
//! - Base URL: of the connection; links in answers must lead to the same host.
//! - Rate limit: 3,500 to 8,000 units per 10 seconds, application and tenant, by size; 429 with
//!   `Retry-After`, 503 with or without. We say that we can wait (`x-ms-throttle-priority`).
//! - Paging: opaque absolute next links; the last page of a round has a delta link instead, good
//!   for seven days. Empty pages, repeated users and old values are normal: the last word counts.
//! - Identity of a user: the object id, for ever.
//! - Fields: absent means never set, null or an empty list means cleared (default mode, so every
//!   item has all that was ever set; `Prefer: return=minimal` is not asked for).
//! - Webhooks: none used; polling is the base, and a delta query without news is one call.
//! - Quirks: expired positions come as 410, 400 or 404 with several codes in several spellings;
//!   removals come in first rounds too; proxy addresses hold more than mail.
//! - Documented at learn.microsoft.com/graph: `user-delta`, `delta-query-users`, `errors`,
//!   `throttling-limits`, `rbacapplication-list-roleassignments`, `group-list-transitivemembers`
//!   (seen November 2026). One relationship is expanded per request (`query-parameters`).

mod answers;
mod convert;
mod kind;
mod login;
mod page;
mod roles;
mod settings;
#[cfg(test)]
mod tests;
mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use domain::identity::Reading;
use domain::limits::{GRAPH_LINK_BYTES_MAX, GRAPH_PAGE_BYTES_MAX, ROLE_GROUP_PAGES_MAX};
use http::header::{HeaderName, HeaderValue};
use serde::de::DeserializeOwned;
use url::Url;

pub use page::RecordError;
pub use settings::{Settings, SettingsError};

use crate::Vendors;
use crate::error::ConnectorError;
use crate::http::{Answer, RequestParts, VendorKind};
use crate::token::SignedIn;
use answers::{Asked, judge};
use wire::{List, Member, RoleAssignment, SubscribedSku};

/// The vendor's name for people.
const NAME: &str = "Microsoft Graph";
/// What is asked of each user: the least that populates, joins and classifies an account.
pub const SELECT: &str = "id,userPrincipalName,displayName,givenName,surname,mail,otherMails,\
    proxyAddresses,mobilePhone,businessPhones,accountEnabled,userType,assignedLicenses,\
    onPremisesImmutableId,onPremisesSecurityIdentifier,onPremisesSamAccountName,jobTitle,department";
/// The version of what is asked of each user. It is baked into every position: with another version, start over.
pub const SELECT_VERSION: u32 = 1;
/// Pages of a list that is not users.
const LIST_PAGES_MAX: usize = 200;

const USERS: Asked = Asked {
    route: "GET /users/delta",
    permission: "User.Read.All",
    of: "users",
};
const ROLES: Asked = Asked {
    route: "GET /roleManagement/directory/roleAssignments",
    permission: "RoleManagement.Read.Directory",
    of: "directory roles",
};
const HOLDERS: Asked = Asked {
    route: "GET /roleManagement/directory/roleAssignments",
    permission: "RoleManagement.Read.Directory",
    of: "kinds of holders of directory roles",
};
const GROUP_MEMBERS: Asked = Asked {
    route: "GET /groups/{id}/transitiveMembers/microsoft.graph.user",
    permission: "GroupMember.Read.All",
    of: "members of groups that hold directory roles",
};
const SKUS: Asked = Asked {
    route: "GET /subscribedSkus",
    permission: "LicenseAssignment.Read.All",
    of: "licences",
};

/// One customer's tenant, for one invocation.
#[derive(Debug, Clone)]
pub struct Graph {
    vendor: SignedIn,
}

/// Where to read users from.
#[derive(Clone, PartialEq, Eq)]
pub enum Position {
    /// All of them, from the beginning.
    Start,
    /// A link of an earlier page, exactly as it came.
    Link(String),
}

/// One page of users, in the order received. The same user may come more than once.
#[derive(Debug, Clone)]
pub struct Page {
    /// What was said of each user; one that cannot be read does not lose the others.
    pub readings: Vec<Result<Reading, RecordError>>,
    /// Where it goes on.
    pub next: Next,
}

/// Where a round goes on. Links tell of the tenant: keep them like secrets, and log none.
#[derive(Clone, PartialEq, Eq)]
pub enum Next {
    /// The next page of this round, good for minutes to an hour.
    Page(String),
    /// This round is read to its end; the changes after it, good for seven days.
    Done(String),
}

/// Holders of directory roles: object id in lower case to role names, sorted.
pub type Administrators = BTreeMap<String, Vec<String>>;

/// A licence that the tenant has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sku {
    /// Its id, in lower case.
    pub sku_id: String,
    /// Microsoft's short name for it, such as `SPE_E3`.
    pub part_number: String,
}

impl Graph {
    pub(crate) fn connect(
        vendors: &Vendors,
        settings: &Settings,
        tenant: &str,
    ) -> Result<Self, ConnectorError> {
        let unusable = |error: SettingsError| ConnectorError::Unauthorized {
            vendor: NAME,
            hint: error.to_string(),
        };
        settings.check().map_err(unusable)?;
        let (login, api) = (
            settings.login().map_err(unusable)?,
            settings.api().map_err(unusable)?,
        );
        let api = vendors.vendor(VendorKind::Graph, NAME, api);
        let login = api.at(login).named(login::NAME);
        let grant = login::grant(settings, login.base(), api.base(), tenant)?;
        let vendor = SignedIn::new(api, login, grant, vendors.tokens(), login::read);
        Ok(Self { vendor })
    }

    /// One page of users. Errors: `PositionExpired` for a link that is too old or of another host
    /// than the connection's (start over); `Forbidden` without `User.Read.All`; `Unreadable` for a
    /// page that is none or whose links lead elsewhere; and those of any call (`http/mod.rs`).
    pub async fn users_page(&self, from: &Position) -> Result<Page, ConnectorError> {
        let base = self.vendor.api().base();
        let url = match from {
            Position::Start => {
                let mut url = base.join(["v1.0", "users", "delta"]);
                url.set_query(Some(&format!("$select={SELECT}")));
                url
            }
            // A connection that moved to another cloud has no use for its old positions.
            Position::Link(link) if link.len() > GRAPH_LINK_BYTES_MAX => {
                return Err(ConnectorError::PositionExpired);
            }
            Position::Link(link) => base
                .link(link)
                .map_err(|_| ConnectorError::PositionExpired)?,
        };
        let answer = self.get(url, &USERS).await?;
        if answer.is_success() {
            return page::read(&answer, base);
        }
        if answers::is_position_expired(&answer) {
            return Err(ConnectorError::PositionExpired);
        }
        Err(judge(&answer, &USERS))
    }

    /// Who holds which directory roles, whatever their scope. Members of a group that holds a role
    /// are not among them: the group's id is, see [`Self::role_groups`]. `Forbidden` without
    /// `RoleManagement.Read.Directory`.
    pub async fn administrators(&self) -> Result<Administrators, ConnectorError> {
        let mut url = self.url(&["v1.0", "roleManagement", "directory", "roleAssignments"]);
        url.set_query(Some("$expand=roleDefinition"));
        let rows: Vec<RoleAssignment> = self.list(url, &ROLES, LIST_PAGES_MAX).await?;
        Ok(roles::by_holder(rows))
    }

    /// Which holders of directory roles are groups, or may be: object ids in lower case. Errors as
    /// [`Self::administrators`].
    pub async fn role_groups(&self) -> Result<BTreeSet<String>, ConnectorError> {
        let mut url = self.url(&["v1.0", "roleManagement", "directory", "roleAssignments"]);
        url.set_query(Some("$expand=principal"));
        let rows: Vec<RoleAssignment> = self.list(url, &HOLDERS, LIST_PAGES_MAX).await?;
        Ok(roles::groups(&rows))
    }

    /// The users in a group and in the groups in it: object ids in lower case. `Forbidden` without
    /// `GroupMember.Read.All`; `NotFound` for what is no group (any more); `Unreadable` for one
    /// with more than `ROLE_GROUP_PAGES_MAX` pages of members.
    pub async fn members_of_group(&self, group: &str) -> Result<Vec<String>, ConnectorError> {
        let user = "microsoft.graph.user";
        let mut url = self.url(&["v1.0", "groups", group, "transitiveMembers", user]);
        url.set_query(Some("$select=id&$top=999"));
        let rows: Vec<Member> = (self.list(url, &GROUP_MEMBERS, ROLE_GROUP_PAGES_MAX)).await?;
        Ok(rows
            .into_iter()
            .map(|row| row.id.to_ascii_lowercase())
            .collect())
    }

    /// The licences of the tenant. `Forbidden` without `LicenseAssignment.Read.All`.
    pub async fn skus(&self) -> Result<Vec<Sku>, ConnectorError> {
        let mut url = self.url(&["v1.0", "subscribedSkus"]);
        url.set_query(Some("$select=skuId,skuPartNumber"));
        let rows: Vec<SubscribedSku> = self.list(url, &SKUS, LIST_PAGES_MAX).await?;
        let sku = |row: SubscribedSku| Sku {
            sku_id: row.sku_id.to_ascii_lowercase(),
            part_number: row.sku_part_number.unwrap_or_default(),
        };
        Ok(rows.into_iter().map(sku).collect())
    }

    fn url(&self, segments: &[&str]) -> Url {
        self.vendor.api().base().join(segments.iter().copied())
    }

    /// A whole list, page by page.
    async fn list<T: DeserializeOwned>(
        &self,
        start: Url,
        asked: &Asked,
        pages_max: usize,
    ) -> Result<Vec<T>, ConnectorError> {
        let mut rows = Vec::new();
        let mut url = start;
        for _ in 0..pages_max {
            let answer = self.get(url, asked).await?;
            if !answer.is_success() {
                return Err(judge(&answer, asked));
            }
            let page: List<T> = answer.json()?;
            rows.extend(page.value);
            match page.next {
                None => return Ok(rows),
                Some(link) => url = page::link(&link, self.vendor.api().base())?,
            }
        }
        Err(ConnectorError::shape(
            NAME,
            format!("a list of {} without an end", asked.of),
        ))
    }

    async fn get(&self, url: Url, asked: &Asked) -> Result<Answer, ConnectorError> {
        let id = uuid::Uuid::new_v4().hyphenated().to_string();
        let id = HeaderValue::try_from(id).expect("a UUID has only characters a header may have");
        let parts = RequestParts::get(url, asked.route, GRAPH_PAGE_BYTES_MAX)
            .header(HeaderName::from_static("client-request-id"), id)
            .header(
                HeaderName::from_static("x-ms-throttle-priority"),
                HeaderValue::from_static("low"),
            );
        self.vendor.send(parts).await
    }
}

impl fmt::Debug for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Start => "Start",
            Self::Link(_) => "Link",
        })
    }
}

impl fmt::Debug for Next {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Page(_) => "Page",
            Self::Done(_) => "Done",
        })
    }
}
