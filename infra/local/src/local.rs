//! Everything in one process: the data directory, the table in it, the secrets of the
//! configuration, the bus and the queues behind it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use connectors::Vendors;
use domain::failure::Failure;
use domain::id::CustomerId;
use platform::{App, Bus, Clock, SecretName, Secrets};
use tokio::sync::mpsc::unbounded_channel;

use crate::config::{Config, Problems};
use crate::configured;
use crate::data::{Data, DataError};
use crate::functions::{Done, Functions};
use crate::queue::{Ended, Queue, Settings};

/// The table's name; nobody but us sees it.
const TABLE: &str = "muster";

/// Why the local program cannot do what it was asked. See [`LocalError::exit_code`].
#[derive(Debug, thiserror::Error)]
pub enum LocalError {
    /// What was asked cannot be, as things are: the caller's to change.
    #[error("{0}")]
    Asked(String),
    /// The configuration file.
    #[error("the configuration cannot be used\n{0}")]
    Config(#[from] Problems),
    /// The data directory.
    #[error(transparent)]
    Data(#[from] DataError),
    /// Table, bus or vendors, or something of ours.
    #[error("{0}")]
    Failure(#[from] Failure),
    /// The terminal or the network of this machine.
    #[error("{0}: {1}")]
    Machine(&'static str, #[source] std::io::Error),
}

impl LocalError {
    /// 2 where the caller has something to put right, 1 for everything else.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Asked(_)
            | Self::Config(_)
            | Self::Data(DataError::InUse(_) | DataError::Unusable(..)) => 2,
            Self::Data(DataError::Table(..)) | Self::Failure(_) | Self::Machine(..) => 1,
        }
    }
}

/// Everything, open.
pub struct Local {
    /// The configuration.
    pub config: Config,
    /// Table, bus, secrets, clock.
    pub app: App,
    /// The way to the vendors.
    pub vendors: Vendors,
    /// The data directory.
    pub data: Data,
    queue: Queue<Functions>,
    resumed: bool,
}

impl Local {
    /// Opens a data directory with a configuration, which is put into the table.
    ///
    /// # Errors
    /// [`LocalError`]: the directory is in use, or something cannot be opened.
    pub async fn open(config: Config, directory: &Path) -> Result<Self, LocalError> {
        Self::open_with(config, directory, Clock::System, Settings::default()).await
    }

    /// The same with a clock and queues of one's own: for tests.
    ///
    /// # Errors
    /// As [`Local::open`].
    pub async fn open_with(
        config: Config,
        directory: &Path,
        clock: Clock,
        settings: Settings,
    ) -> Result<Self, LocalError> {
        let data = Data::open(directory).await?;
        let (bus, inbox) = unbounded_channel();
        let secrets = secrets(&config);
        let app = App::local(data.endpoint(), TABLE, Bus::Local(bus), secrets, clock);
        app.store
            .create_table_if_missing()
            .await
            .map_err(Failure::from)?;
        configured::put(&app, &config).await?;
        if data.was_broken_off() {
            configured::free_leases(&app).await?;
        }
        let counter = app.clone();
        let vendors =
            Vendors::new()
                .map_err(Failure::defect)?
                .counted(Arc::new(move |instance, word| {
                    let app = counter.clone();
                    Box::pin(async move { app.share_calls(&instance, word).await })
                }));
        let functions = Functions::new(app.clone(), vendors.clone());
        let queue = Queue::new(functions, inbox, settings);
        Ok(Self {
            config,
            app,
            vendors,
            data,
            queue,
            resumed: false,
        })
    }

    /// The queues.
    pub fn queue(&mut self) -> &mut Queue<Functions> {
        &mut self.queue
    }

    /// Publishes what waited when the program was stopped.
    ///
    /// # Errors
    /// The file with it cannot be read.
    pub async fn resume(&mut self) -> Result<(), LocalError> {
        let waiting = self.data.waiting()?;
        if !waiting.is_empty() {
            tracing::info!(
                events = waiting.len(),
                "going on with what waited at the last stop"
            );
        }
        self.app.bus.publish(waiting).await.map_err(Failure::from)?;
        self.resumed = true;
        Ok(())
    }

    /// Works until nothing is left to do.
    pub async fn until_idle(&mut self, told: impl FnMut(Ended<Done>)) {
        self.queue.run_until_idle(told).await;
    }

    /// Closes everything. What has not ended is kept for the next start.
    ///
    /// # Errors
    /// What waits cannot be kept.
    pub async fn close(self) -> Result<(), LocalError> {
        let all_ended = self.queue.is_nothing_in_hand();
        let mut waiting = self.queue.leftover();
        if !self.resumed {
            waiting.extend(self.data.waiting()?);
        }
        self.data.keep_waiting(&waiting)?;
        self.data.close(all_ended).await;
        Ok(())
    }

    /// The customer of that id, as the configuration has it.
    ///
    /// # Errors
    /// There is none; the message names those there are.
    pub fn customer_id(&self, id: &str) -> Result<CustomerId, LocalError> {
        let customers = &self.config.customers;
        if let Some(customer) = customers.iter().find(|customer| customer.id.as_str() == id) {
            return Ok(customer.id.clone());
        }
        let known: Vec<&str> = customers
            .iter()
            .take(20)
            .map(|customer| customer.id.as_str())
            .collect();
        let known = if known.is_empty() {
            "none".to_owned()
        } else {
            known.join(", ")
        };
        Err(LocalError::Asked(format!(
            "no customer has the id {id:?}; the file has: {known}"
        )))
    }
}

fn secrets(config: &Config) -> Secrets {
    let mut secrets = BTreeMap::from([(SecretName::Operators, config.operators.clone())]);
    secrets.extend(
        config
            .graph
            .clone()
            .map(|document| (SecretName::Graph, document)),
    );
    secrets.extend(
        config
            .psa
            .clone()
            .map(|document| (SecretName::Psa, document)),
    );
    secrets.extend(
        config
            .docs
            .clone()
            .map(|document| (SecretName::Docs, document)),
    );
    Secrets::memory(secrets)
}
