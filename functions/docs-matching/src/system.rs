//! The documentation system of this deployment.

use connectors::Vendors;
use connectors::docs::{Docs, Settings};
use domain::failure::Failure;
use platform::{App, SecretName};

/// The documentation system; `None` where the deployment has none.
pub(crate) async fn connect(
    app: &App,
    vendors: &Vendors,
) -> Result<Option<Box<dyn Docs>>, Failure> {
    match app.secrets.find(SecretName::Docs).await? {
        Some(secret) => Ok(Some(vendors.docs(&Settings::from_json(&secret)?)?)),
        None => Ok(None),
    }
}
