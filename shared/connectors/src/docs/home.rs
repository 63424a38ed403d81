//! Whether what entries are to be embedded in is there: asked once in an invocation, since all entries of
//! a customer are made in one.

use domain::docs::entry::NewEntry;
use domain::id::{ConfigurationId, OrganizationId};
use tokio::sync::OnceCell;

use super::refused;
use crate::error::ConnectorError;

/// What was found, of the first that was asked for.
#[derive(Default)]
pub(super) struct Homes {
    first: OnceCell<(OrganizationId, ConfigurationId, bool)>,
}

impl Homes {
    /// The number of what a new entry is to be embedded in, found there by `look`; `None` for a general
    /// entry. `thing` is the vendor's word.
    pub(super) async fn of<F>(
        &self,
        vendor: &'static str,
        thing: &'static str,
        new: &NewEntry,
        look: impl Fn(OrganizationId, ConfigurationId) -> F,
    ) -> Result<Option<u64>, ConnectorError>
    where
        F: Future<Output = Result<bool, ConnectorError>>,
    {
        let Some(id) = &new.embedded_in else {
            return Ok(None);
        };
        let number = id.as_str().parse::<u64>().map_err(|_| {
            let reason = format!("docs_configuration_id is no id of {vendor}, a whole number");
            refused(vendor, "configuration", reason)
        })?;
        let seek = || look(new.organization.clone(), id.clone());
        let first = || async {
            let is_there = seek().await?;
            Ok::<_, ConnectorError>((new.organization.clone(), id.clone(), is_there))
        };
        let (organization, configuration, is_there) = self.first.get_or_try_init(first).await?;
        let is_first = (organization, configuration) == (&new.organization, id);
        let is_there = if is_first { *is_there } else { seek().await? };
        if is_there {
            return Ok(Some(number));
        }
        let reason = format!(
            "docs_configuration_id of the customer names no {thing} of its organization; correct it, \
             or leave it out for general entries"
        );
        Err(refused(vendor, "configuration", reason))
    }
}
