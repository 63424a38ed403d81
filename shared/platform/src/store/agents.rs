//! Agents: each bound to one customer, found by the hash of its token. The token itself is nowhere.

use domain::id::{AgentId, CustomerId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Store;
use super::attr::{item_of, value_of};
use super::call::Expression;
use super::error::StoreError;
use super::keys::{Key, Partition};
use super::many::Ask;

/// An agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// Its id.
    pub id: AgentId,
    /// Whose network it is on.
    pub customer: CustomerId,
    /// SHA-256 of its token, in hexadecimal.
    pub token_sha256: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when its token counts no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
}

/// Which agent a token is.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Pointer {
    customer: CustomerId,
    agent: AgentId,
}

impl Store {
    /// Puts an agent here, or what it is now.
    ///
    /// # Errors
    /// `Conflict` where its token is another agent's; those of the table.
    pub async fn put_agent(&self, agent: &Agent) -> Result<(), StoreError> {
        let key = Key::Agent(agent.customer.clone(), agent.id.clone());
        self.put(item_of(&key, "agent", agent)?).await?;
        let pointer = Pointer {
            customer: agent.customer.clone(),
            agent: agent.id.clone(),
        };
        let key = Key::AgentToken(agent.token_sha256.clone());
        let item = item_of(&key, "agent-token", &pointer)?;
        let answer = self.put_if(item, Expression::absent()).await?;
        answer.done_or_same(&pointer)
    }

    /// The agent whose token has that hash, revoked or not.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` for an item that cannot be read.
    pub async fn agent_by_token_hash(&self, hash: &str) -> Result<Option<Agent>, StoreError> {
        let Some(item) = self.get(&Key::AgentToken(hash.to_owned())).await? else {
            return Ok(None);
        };
        let pointer: Pointer = value_of(item)?;
        let agent = self.agent(&pointer.customer, &pointer.agent).await?;
        // A token that was replaced still leads here.
        Ok(agent.filter(|agent| agent.token_sha256 == hash))
    }

    /// A customer's agents, by id.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` for an item that cannot be read.
    pub async fn agents(&self, customer: &CustomerId) -> Result<Vec<Agent>, StoreError> {
        let partition = Partition::agents(customer);
        let items = self.query(&partition, Ask::default()).await?;
        items.into_iter().map(value_of).collect()
    }

    /// Revokes an agent; the first time counts.
    ///
    /// # Errors
    /// `Missing` where the customer has no such agent; those of the table.
    pub async fn revoke_agent(
        &self,
        customer: &CustomerId,
        agent: &AgentId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let missing = StoreError::Missing {
            what: "such an agent",
        };
        let mut agent = self.agent(customer, agent).await?.ok_or(missing)?;
        if agent.revoked_at.is_some() {
            return Ok(());
        }
        agent.revoked_at = Some(now);
        self.put_agent(&agent).await
    }

    async fn agent(
        &self,
        customer: &CustomerId,
        agent: &AgentId,
    ) -> Result<Option<Agent>, StoreError> {
        let key = Key::Agent(customer.clone(), agent.clone());
        self.get(&key).await?.map(value_of).transpose()
    }
}
