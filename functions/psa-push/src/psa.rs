//! The PSA of this deployment.

use connectors::Vendors;
use connectors::psa::{Psa, Settings};
use domain::failure::Failure;
use platform::{App, SecretName};

/// The PSA; `None` where the deployment has none.
pub(crate) async fn connect(app: &App, vendors: &Vendors) -> Result<Option<Box<dyn Psa>>, Failure> {
    match app.secrets.find(SecretName::Psa).await? {
        Some(secret) => Ok(Some(vendors.psa(&Settings::from_json(&secret)?)?)),
        None => Ok(None),
    }
}
