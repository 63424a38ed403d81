//! Groups that hold directory roles: the people in them, and in the groups in those, are
//! administrators too. Read where there is news of the tenant, and so at least once a day; a look
//! at which nothing is new asks for none of it.
//!
//! A group that cannot be read costs only itself: whoever is known to hold its roles keeps them, and
//! the run says what is missing.

use connectors::directory::graph::Graph;
use connectors::error::ConnectorError;
use domain::failure::Failure;
use domain::import::Administrators;
use domain::limits::ROLE_GROUPS_MAX;

use crate::digest;
use crate::graph::{Tenant, stops_everything};
use crate::session::Session;

/// What is known of the groups of a tenant that hold roles.
#[derive(Debug, Default)]
pub(crate) struct RoleGroups {
    /// The digest of who holds roles through them.
    pub(crate) digest: Option<String>,
    /// Why the members of some could not be read.
    pub(crate) unread: Option<String>,
}

/// Looks into the groups that hold directory roles, each once.
pub(crate) async fn read(session: &Session<'_>, tenant: &mut Tenant) -> Result<(), Failure> {
    let Some(administrators) = &mut tenant.administrators else {
        return Ok(());
    };
    let unread = look_into(&tenant.graph, administrators).await?.map(|why| {
        tracing::warn!(
            customer.id = %session.customer.id, error = %why,
            "not all groups that hold directory roles can be read; who held their roles keeps them"
        );
        format!("{why}; whoever is known as an administrator through a group stays one")
    });
    let digest = digest::of_role_groups(administrators);
    tenant.groups = RoleGroups { digest, unread };
    Ok(())
}

/// Adds the members of the groups; says why not of all, if it is so.
async fn look_into(
    graph: &Graph,
    administrators: &mut Administrators,
) -> Result<Option<String>, Failure> {
    if administrators.direct.is_empty() {
        return Ok(None);
    }
    let groups = match graph.role_groups().await {
        Ok(groups) => groups,
        Err(error) if stops_everything(&error) => return Err(error.into()),
        Err(error) => {
            // Any holder may be a group then.
            let roles = administrators.direct.values().flatten().cloned();
            administrators.unread = roles.collect();
            return Ok(Some(error.to_string()));
        }
    };
    let mut why = None;
    for (number, group) in groups.iter().enumerate() {
        if number >= ROLE_GROUPS_MAX {
            why.get_or_insert_with(|| {
                format!("more than {ROLE_GROUPS_MAX} groups hold directory roles")
            });
            leave(administrators, group);
            continue;
        }
        match graph.members_of_group(group).await {
            Ok(members) => add(administrators, group, members),
            // An application, or a group that was deleted: nobody is in it.
            Err(ConnectorError::NotFound { .. }) => {}
            Err(error) if stops_everything(&error) => return Err(error.into()),
            Err(error) => {
                why.get_or_insert_with(|| error.to_string());
                leave(administrators, group);
                // Without the permission, the others are refused as well.
                if matches!(error, ConnectorError::Forbidden { .. }) {
                    groups.iter().for_each(|group| leave(administrators, group));
                    break;
                }
            }
        }
    }
    Ok(why)
}

fn add(administrators: &mut Administrators, group: &str, members: Vec<String>) {
    let roles = administrators
        .direct
        .get(group)
        .cloned()
        .unwrap_or_default();
    for member in members {
        let held = administrators.through_groups.entry(member).or_default();
        held.extend(roles.iter().cloned());
    }
}

/// Whoever held the roles of this holder may hold them still.
fn leave(administrators: &mut Administrators, holder: &str) {
    let roles = administrators.direct.get(holder).into_iter().flatten();
    administrators.unread.extend(roles.cloned());
}
