//! Connections: suspended until a person acts, or at rest for a while because the other side asked.
//! Written only where it changes.

use jiff::Timestamp;

use super::Store;
use super::attr::{
    Malformed, VERSION, check_version, corrupt, get_text, get_time, number, text, time,
};
use super::call::Expression;
use super::error::StoreError;
use super::keys::Key;

/// How a connection is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConnectionState {
    /// Why it is suspended, in words without secrets; nothing is sent until a person resumes it.
    pub suspended: Option<String>,
    /// Nothing is sent before that time.
    pub rest_until: Option<Timestamp>,
}

const SUSPENDED: &str = "suspended";
const REST_UNTIL: &str = "rest_until";

impl Store {
    /// How a connection is: `graph:<tenant>` or `psa`. One that nothing is known of is well.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` for an item that cannot be read.
    pub async fn connection(&self, name: &str) -> Result<ConnectionState, StoreError> {
        let Some(item) = self.get(&Key::Connection(name.to_owned())).await? else {
            return Ok(ConnectionState::default());
        };
        check_version(&item)?;
        let read = || {
            Ok(ConnectionState {
                suspended: get_text(&item, SUSPENDED)?.map(str::to_owned),
                rest_until: get_time(&item, REST_UNTIL)?,
            })
        };
        read().map_err(|problem: Malformed| corrupt(&item, problem))
    }

    /// Lets a connection rest until that time. A rest that is longer already stays.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn set_rest(&self, name: &str, until: Timestamp) -> Result<(), StoreError> {
        let held = self.connection(name).await?.rest_until;
        if held.is_some_and(|held| held >= until) {
            return Ok(());
        }
        let change = Expression::new("SET rest_until = :until, kind = :kind, v = :v")
            .value(":until", time(until));
        self.change_connection(name, change).await
    }

    /// Suspends a connection. The reason that is held stays.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn suspend(&self, name: &str, reason: &str) -> Result<(), StoreError> {
        if self.connection(name).await?.suspended.is_some() {
            return Ok(());
        }
        let change = Expression::new("SET suspended = :reason, kind = :kind, v = :v")
            .value(":reason", text(reason));
        self.change_connection(name, change).await
    }

    /// A person acted: the connection is well again, and need not rest.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn resume(&self, name: &str) -> Result<(), StoreError> {
        if self.connection(name).await? == ConnectionState::default() {
            return Ok(());
        }
        self.delete(&Key::Connection(name.to_owned())).await
    }

    async fn change_connection(&self, name: &str, change: Expression) -> Result<(), StoreError> {
        let change = change
            .value(":kind", text("connection"))
            .value(":v", number(VERSION));
        let key = Key::Connection(name.to_owned());
        self.update(&key, change).await.map(drop)
    }
}
