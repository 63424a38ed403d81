//! What the configuration says, put into the table: only what differs is written.

use std::collections::BTreeMap;

use domain::customer::Customer;
use domain::failure::Failure;
use domain::id::CustomerId;
use platform::App;

use crate::config::Config;

/// Puts customers and policies into the table. A customer that the file does not name any more is
/// taken off the list; its accounts stay.
///
/// # Errors
/// Those of the table.
pub async fn put(app: &App, config: &Config) -> Result<(), Failure> {
    app.store.put_policies(&config.policies).await?;
    let held = app.store.customers().await?;
    let mut held: BTreeMap<CustomerId, Customer> = held
        .into_iter()
        .map(|record| (record.customer.id.clone(), record.customer))
        .collect();
    let now = app.clock.now();
    for customer in &config.customers {
        if held.remove(&customer.id).as_ref() != Some(customer) {
            app.store.put_customer(customer, now).await?;
        }
    }
    for gone in held.into_keys() {
        app.store.remove_customer(&gone).await?;
    }
    Ok(())
}

/// Gives back the leases of a process that was killed. Only whoever has the data directory to
/// itself may say that nobody holds them.
///
/// # Errors
/// Those of the table.
pub async fn free_leases(app: &App) -> Result<(), Failure> {
    for record in app.store.customers().await? {
        let customer = &record.customer.id;
        let state = app.store.import_state(customer).await?;
        let Some(run) = &state.holder else { continue };
        // The holder may take its own lease again; in its name it is given back.
        if let Some(fence) = app
            .store
            .acquire_lease(customer, run, app.clock.now())
            .await?
        {
            app.store.release_lease(&fence, &state).await?;
            tracing::info!(customer.id = %customer, run.id = %run, "a lease was given back");
        }
    }
    Ok(())
}
