//! Syncro for poking by hand.

use serde_json::json;
use simulators::Syncro;
use simulators::psa::syncro;

use super::{COMPANY, DOMAIN};

pub(super) fn fill(syncro: &Syncro) -> String {
    let customer = syncro.add_customer(COMPANY);
    let names = ["SupportPIN", "IsOffice365", "Office365Id", "TypeMapping"];
    syncro.set_fields(&names.map(|name| (name, syncro::FieldKind::Text)));
    for (name, title) in [
        ("Mara Lindqvist", "Practice Manager"),
        ("Iver Dahl", "Dentist"),
    ] {
        let local = name.replace(' ', ".").to_lowercase();
        syncro.add_contact(&json!({
            "customer_id": customer, "name": name, "title": title,
            "email": format!("{local}@{DOMAIN}"),
        }));
    }
    format!(
        "Syncro  api {}  customer (company) {customer}\n  API token {}",
        syncro.api_url(),
        syncro::API_TOKEN,
    )
}
