//! What the tenant's licences are called: part numbers by SKU id, read when there is news to
//! import, kept for people who ask.

use std::collections::BTreeMap;

use connectors::directory::graph::Graph;
use domain::failure::Failure;

use crate::graph::stops_everything;
use crate::session::Session;

/// The part numbers of the tenant. Where they may not be read, those that are held.
pub(crate) async fn part_numbers(
    session: &Session<'_>,
    graph: &Graph,
) -> Result<BTreeMap<String, String>, Failure> {
    let store = &session.app.store;
    let held = store.licences(&session.customer.id).await?;
    let skus = match graph.skus().await {
        Ok(skus) => skus,
        Err(error) if stops_everything(&error) => return Err(error.into()),
        Err(error) => {
            tracing::warn!(
                customer.id = %session.customer.id, %error,
                "licences cannot be named; part numbers stay as they were"
            );
            return Ok(held);
        }
    };
    let seen: BTreeMap<String, String> = skus
        .into_iter()
        .map(|sku| (sku.sku_id, sku.part_number))
        .collect();
    if seen != held {
        store.put_licences(&session.customer.id, &seen).await?;
    }
    Ok(seen)
}
