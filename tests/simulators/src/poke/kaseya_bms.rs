//! Kaseya BMS for poking by hand.

use simulators::KaseyaBms;
use simulators::population::{self, Contact};
use simulators::psa::kaseya_bms as bms;

use super::COMPANY;

pub(super) fn fill(simulator: &KaseyaBms, contacts: &[Contact]) -> String {
    let account = simulator.add_account(COMPANY);
    let location = simulator.add_location(account, "Main");
    for (id, name) in [
        (71, "SupportPIN"),
        (72, "IsOffice365"),
        (73, "Office365Id"),
        (74, "TypeMapping"),
    ] {
        simulator.define_field(bms::CONTACTS_MODULE, id, bms::text_field(name));
    }
    simulator.define_field(bms::ACCOUNTS_MODULE, 75, bms::text_field("Tenant365Id"));
    population::fill_kaseya_bms(simulator, location, contacts);
    format!(
        "Kaseya BMS  api {}  account (company) {account}\n  tenant {}  user {}  password {}  \
         contacts module {}  accounts module {}",
        simulator.api_url(),
        bms::TENANT,
        bms::USERNAME,
        bms::PASSWORD,
        bms::CONTACTS_MODULE,
        bms::ACCOUNTS_MODULE,
    )
}
