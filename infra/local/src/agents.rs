//! Agents on customers' networks: let in, shown, refused from now on.

use comfy_table::Table;
use domain::failure::Failure;
use domain::id::{AgentId, CustomerId};
use platform::App;
use platform::store::Agent;

use crate::in_process::token;
use crate::local::LocalError;
use crate::table;

/// An agent that was let in.
pub struct Enrolled {
    /// Its id.
    pub id: AgentId,
    /// Its token, which is nowhere else.
    pub token: String,
}

/// Lets an agent in, bound to one customer.
///
/// # Errors
/// Those of the table; this machine has no randomness.
pub async fn enrol(app: &App, customer: &CustomerId) -> Result<Enrolled, Failure> {
    let id = AgentId::parse(format!("agt_{}", uuid::Uuid::new_v4().simple()))
        .expect("made of a prefix and hexadecimal digits");
    let_in(app, customer, id).await
}

/// Lets `muster upload` in as an agent of its own: the same one each time, with a new token.
///
/// # Errors
/// As [`enrol`].
pub(crate) async fn enrol_this_program(
    app: &App,
    customer: &CustomerId,
) -> Result<Enrolled, Failure> {
    let id = AgentId::parse("agt_muster-upload").expect("made of letters and signs that ids have");
    let_in(app, customer, id).await
}

async fn let_in(app: &App, customer: &CustomerId, id: AgentId) -> Result<Enrolled, Failure> {
    let token = token()?;
    let agent = Agent {
        id: id.clone(),
        customer: customer.clone(),
        token_sha256: agent_upload::hash_of(&token),
        created_at: app.clock.now(),
        revoked_at: None,
    };
    app.store.put_agent(&agent).await?;
    Ok(Enrolled { id, token })
}

/// Refuses an agent's token from now on.
///
/// # Errors
/// The customer has no such agent; those of the table.
pub async fn revoke(app: &App, customer: &CustomerId, id: &AgentId) -> Result<(), LocalError> {
    let agents = app.store.agents(customer).await.map_err(Failure::from)?;
    if !agents.iter().any(|agent| agent.id == *id) {
        return Err(LocalError::Asked(format!("{customer} has no agent {id}")));
    }
    app.store
        .revoke_agent(customer, id, app.clock.now())
        .await
        .map_err(Failure::from)?;
    Ok(())
}

/// A customer's agents, as a table.
///
/// # Errors
/// Those of the table.
pub async fn list(app: &App, customer: &CustomerId) -> Result<Table, Failure> {
    let mut shown = table::with_heads(&["agent", "since", "revoked"]);
    for agent in app.store.agents(customer).await? {
        let revoked = agent
            .revoked_at
            .map_or_else(|| "no".to_owned(), table::when);
        shown.add_row([agent.id.to_string(), table::when(agent.created_at), revoked]);
    }
    Ok(shown)
}
