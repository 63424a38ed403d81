//! Microsoft 365: one tenant by delta queries. A first call looks for news without any lease; only
//! news is worth one.

use connectors::directory::graph::{Graph, Next, Page, Position, SELECT_VERSION, Settings};
use connectors::error::ConnectorError;
use domain::failure::Failure;
use domain::import::Administrators;
use domain::limits::POSITION_KEPT_SECONDS;
use jiff::{SignedDuration, Timestamp};
use platform::SecretName;
use platform::store::GraphPosition;

use crate::digest;
use crate::outcome::Outcome;
use crate::role_groups::{self, RoleGroups};
use crate::round;
use crate::session::Session;

/// The customer says that it has Microsoft 365, but not which tenant.
#[derive(Debug, thiserror::Error)]
#[error("the customer has the source microsoft-365 but no microsoft_tenant_id; set it")]
struct NoTenant;

/// What is known of a tenant besides its users.
pub(crate) struct Tenant {
    pub(crate) graph: Graph,
    /// Holders of directory roles; `None` where we may not read them.
    pub(crate) administrators: Option<Administrators>,
    pub(crate) roles_digest: Option<String>,
    /// The members of groups that hold roles, as far as they could be read.
    pub(crate) groups: RoleGroups,
    pub(crate) scope_digest: String,
}

/// Looks at the tenant, and imports what is new.
pub(crate) async fn import(session: &mut Session<'_>) -> Result<Outcome, Failure> {
    let mut tenant = tenant(session).await?;
    let held = session.peek().await?.graph.unwrap_or_default();

    let first = match tenant
        .graph
        .users_page(&start(&held, &tenant.scope_digest))
        .await
    {
        Ok(first) => Some(first),
        // The round starts over, under the lease.
        Err(ConnectorError::PositionExpired) => None,
        Err(error) => return Err(error.into()),
    };
    let now = session.app.clock.now();
    if first
        .as_ref()
        .is_some_and(|first| is_quiet(&held, first, &tenant, now))
    {
        return Ok(Outcome::quiet());
    }
    // Who is in a group that holds a role costs calls of its own, which only news is worth.
    role_groups::read(session, &mut tenant).await?;
    let state = session.take_lease().await?;
    // Somebody may have imported between the look and the lease: then the page is old.
    let is_unchanged = state.graph.clone().unwrap_or_default() == held;
    round::import(session, &tenant, state, first.filter(|_| is_unchanged)).await
}

async fn tenant(session: &Session<'_>) -> Result<Tenant, Failure> {
    let tenant_id = session
        .customer
        .microsoft_tenant_id
        .as_deref()
        .ok_or_else(|| Failure::reject(NoTenant))?;
    let secret = session.app.secrets.get(SecretName::Graph).await?;
    let graph = session
        .vendors
        .graph(&Settings::from_json(&secret)?, tenant_id)?;
    let administrators = match graph.administrators().await {
        Ok(administrators) => Some(administrators),
        Err(error) if stops_everything(&error) => return Err(error.into()),
        Err(error) => {
            tracing::warn!(
                customer.id = %session.customer.id, %error,
                "directory roles cannot be read; account types stay as they are"
            );
            None
        }
    };
    let roles_digest = administrators.as_ref().map(digest::of_roles);
    let administrators = administrators.map(|direct| Administrators {
        direct,
        ..Administrators::default()
    });
    let scope_digest = digest::of_scope(session.customer, session.policies);
    Ok(Tenant {
        graph,
        administrators,
        roles_digest,
        groups: RoleGroups::default(),
        scope_digest,
    })
}

/// Would users meet the same failure as this extra? An extra that fails for itself costs only
/// itself: a tenant without the permission, or an instance without the path, is imported all the
/// same.
pub(crate) fn stops_everything(error: &ConnectorError) -> bool {
    match error {
        ConnectorError::Unauthorized { .. }
        | ConnectorError::RateLimited { .. }
        | ConnectorError::Unreachable { .. }
        | ConnectorError::TimedOut { .. } => true,
        ConnectorError::Forbidden { .. }
        | ConnectorError::NotFound { .. }
        | ConnectorError::Refused { .. }
        | ConnectorError::Conflict { .. }
        | ConnectorError::Server { .. }
        | ConnectorError::Unreadable { .. }
        | ConnectorError::PositionExpired => false,
    }
}

/// No news: the first page is the last one and empty, and the directory roles are the same.
fn is_quiet(held: &GraphPosition, first: &Page, tenant: &Tenant, now: Timestamp) -> bool {
    let was_complete = held.completed_at.is_some() && held.round.is_none();
    let no_news = first.readings.is_empty() && matches!(first.next, Next::Done(_));
    let same_roles = tenant.administrators.is_none() || held.roles_digest == tenant.roles_digest;
    // A position lives seven days: one that no news replaced is replaced long before.
    let kept = SignedDuration::from_secs(POSITION_KEPT_SECONDS);
    let is_young = held
        .delta_stored_at
        .is_some_and(|stored| now.duration_since(stored) < kept);
    was_complete && no_news && same_roles && is_young
}

/// Where to read on: within a round that was interrupted, after the last round, or from the start.
pub(crate) fn start(held: &GraphPosition, scope_digest: &str) -> Position {
    let same_question = held.select_version == SELECT_VERSION && held.scope_digest == scope_digest;
    let link = match &held.round {
        Some(round) => round.next_link.as_ref(),
        None => held.delta_link.as_ref(),
    };
    match link {
        Some(link) if same_question => Position::Link(link.clone()),
        _ => Position::Start,
    }
}
