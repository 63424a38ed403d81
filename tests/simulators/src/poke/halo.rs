//! HaloPSA for poking by hand.

use simulators::Halo;
use simulators::population::{self, Contact};
use simulators::psa::halo;

use super::COMPANY;

pub(super) fn fill(halo: &Halo, contacts: &[Contact]) -> String {
    let client = halo.add_client(COMPANY);
    let site = halo.add_site(client, "Main");
    population::fill_halo(halo, site, contacts);
    format!(
        "HaloPSA  api {}  auth {}  tenant {}  client (company) {client}\n  client id {}  secret {}",
        halo.api_url(),
        halo.auth_url(),
        halo::TENANT,
        halo::CLIENT_ID,
        halo::CLIENT_SECRET,
    )
}
