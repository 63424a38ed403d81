//! What one import of one customer has in hand: the lease, once something is to be written, and the
//! import state under it.

use std::collections::BTreeMap;

use connectors::Vendors;
use domain::customer::Customer;
use domain::failure::Failure;
use domain::id::RunId;
use domain::import::{Administrators, Rules};
use domain::limits::LEASE_SECONDS;
use domain::policy::CustomerPolicies;
use jiff::SignedDuration;
use platform::store::{Fence, ImportState};
use platform::{App, Budget};

/// One import of one customer.
pub(crate) struct Session<'a> {
    pub(crate) app: &'a App,
    pub(crate) vendors: &'a Vendors,
    pub(crate) customer: &'a Customer,
    pub(crate) policies: &'a CustomerPolicies,
    pub(crate) run: RunId,
    pub(crate) budget: &'a Budget,
    held: Option<(Fence, ImportState)>,
    has_written: bool,
}

/// Somebody else is importing the customer.
#[derive(Debug, thiserror::Error)]
#[error("another run is importing this customer; this one is tried again later")]
struct LeaseHeld;

/// Is this the first import of the customer? A lease that was taken before may have been lost in
/// the middle, and then there are accounts that no position tells of.
pub(crate) fn is_first(state: &ImportState) -> bool {
    let graph = state.graph.as_ref();
    state.generation == 1 && graph.is_none_or(|graph| graph.completed_at.is_none())
}

impl<'a> Session<'a> {
    pub(crate) fn new(
        app: &'a App,
        vendors: &'a Vendors,
        customer: &'a Customer,
        policies: &'a CustomerPolicies,
        run: RunId,
        budget: &'a Budget,
    ) -> Self {
        Self {
            app,
            vendors,
            customer,
            policies,
            run,
            budget,
            held: None,
            has_written: false,
        }
    }

    /// The import state as the table has it, without a lease: for looking whether there is news.
    pub(crate) async fn peek(&self) -> Result<ImportState, Failure> {
        match &self.held {
            Some((_, state)) => Ok(state.clone()),
            None => Ok(self.app.store.import_state(&self.customer.id).await?),
        }
    }

    /// Takes the lease, unless this run has it. Two runs of one customer never write at a time.
    pub(crate) async fn take_lease(&mut self) -> Result<ImportState, Failure> {
        if self.held.is_none() {
            let store = &self.app.store;
            let now = self.app.clock.now();
            let fence = store
                .acquire_lease(&self.customer.id, &self.run, now)
                .await?
                .ok_or_else(|| Failure::retry(LeaseHeld))?;
            let state = store.import_state(&self.customer.id).await?;
            self.held = Some((fence, state));
            self.has_written = true;
        }
        self.peek().await
    }

    /// The lease, for writing accounts under it.
    pub(crate) fn fence(&self) -> Result<&Fence, Failure> {
        let (fence, _) = self
            .held
            .as_ref()
            .ok_or_else(|| Failure::defect("no lease is held"))?;
        Ok(fence)
    }

    /// Is it time to hand over to a continuation?
    pub(crate) fn is_short(&self) -> bool {
        self.budget.is_short(self.app.clock.now())
    }

    /// Is so much of the lease over that it should be renewed?
    pub(crate) fn should_renew(&self) -> bool {
        let now = self.app.clock.now();
        let half = SignedDuration::from_secs(LEASE_SECONDS / 2);
        self.held
            .as_ref()
            .is_some_and(|(fence, _)| fence.lease_until.duration_since(now) < half)
    }

    /// Keeps the import state and renews the lease, in one conditional write.
    pub(crate) async fn save(&mut self, state: ImportState) -> Result<(), Failure> {
        let fence = self.fence()?;
        let renewed = self
            .app
            .store
            .save_import_state(fence, &state, self.app.clock.now())
            .await?;
        self.held = Some((renewed, state));
        Ok(())
    }

    /// Gives the lease back, with the state as it was saved last or as it is now.
    pub(crate) async fn close(&mut self) -> Result<(), Failure> {
        if let Some((fence, state)) = self.held.take() {
            self.app.store.release_lease(&fence, &state).await?;
        }
        Ok(())
    }

    /// Keeps the state in hand; it is written when the lease is given back.
    pub(crate) fn keep(&mut self, state: ImportState) {
        if let Some((_, held)) = &mut self.held {
            *held = state;
        }
    }

    /// Was anything written to the table?
    pub(crate) fn has_written(&self) -> bool {
        self.has_written
    }

    /// What decisions depend on besides readings and inventory.
    pub(crate) fn rules<'r>(
        &'r self,
        part_numbers: &'r BTreeMap<String, String>,
        administrators: Option<&'r Administrators>,
    ) -> Rules<'r> {
        Rules {
            customer: self.customer,
            policies: self.policies,
            part_numbers,
            administrators,
            now: self.app.clock.now(),
        }
    }
}
