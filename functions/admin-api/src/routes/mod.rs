//! The routes, one file per kind of thing.

pub(crate) mod accounts;
pub(crate) mod imports;
pub(crate) mod links;
pub(crate) mod runs;

use domain::customer::Customer;
use domain::failure::Failure;
use domain::id::CustomerId;
use domain::policy::{CustomerPolicies, resolve};
use platform::{App, Problem};

/// The customer of a path.
pub(crate) async fn customer(app: &App, id: &str) -> Result<Customer, Problem> {
    let missing = || Problem::not_found("no such customer");
    let id = CustomerId::parse(id).map_err(|_| missing())?;
    let record = app.store.customer(&id).await.map_err(unavailable)?;
    Ok(record.ok_or_else(missing)?.customer)
}

/// The policies that hold for a customer.
pub(crate) async fn policies(app: &App, customer: &Customer) -> Result<CustomerPolicies, Problem> {
    Ok(resolve(
        &app.store.policies().await.map_err(unavailable)?,
        customer,
    ))
}

/// What a caller is told when something of ours does not answer.
pub(crate) fn unavailable(error: impl Into<Failure>) -> Problem {
    Problem::unavailable(&error.into())
}
