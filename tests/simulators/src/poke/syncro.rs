//! Syncro for poking by hand.

use simulators::Syncro;
use simulators::population::{self, Contact};
use simulators::psa::syncro;

use super::COMPANY;

pub(super) fn fill(syncro: &Syncro, contacts: &[Contact]) -> String {
    let customer = syncro.add_customer(COMPANY);
    let names = ["SupportPIN", "IsOffice365", "Office365Id", "TypeMapping"];
    syncro.set_fields(&names.map(|name| (name, syncro::FieldKind::Text)));
    population::fill_syncro(syncro, customer, contacts);
    format!(
        "Syncro  api {}  customer (company) {customer}\n  API token {}",
        syncro.api_url(),
        syncro::API_TOKEN,
    )
}
