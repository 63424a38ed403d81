//! ConnectWise PSA for poking by hand.

use serde_json::json;
use simulators::ConnectWise;
use simulators::psa::connectwise;

use super::{COMPANY, DOMAIN};

pub(super) fn fill(connectwise: &ConnectWise) -> String {
    let company = connectwise.add_company(COMPANY);
    for (id, caption) in [(31, "SupportPIN"), (33, "Office365Id")] {
        connectwise.define_field(id, connectwise::CustomField::text(caption));
    }
    let check_box = connectwise::CustomField::check_box("IsOffice365");
    connectwise.define_field(32, check_box);
    for (first, last) in [("Mara", "Lindqvist"), ("Iver", "Dahl")] {
        let address = format!("{first}@{DOMAIN}").to_lowercase();
        connectwise.add_contact(&json!({
            "firstName": first, "lastName": last, "company": {"id": company},
            "communicationItems": [{"type": {"id": 1}, "value": address, "defaultFlag": true}],
        }));
    }
    format!(
        "ConnectWise PSA  {}  company id {}  company {company}\n  public key {}  private key {}  \
         clientId {}",
        connectwise.base(),
        connectwise::COMPANY_ID,
        connectwise::PUBLIC_KEY,
        connectwise::PRIVATE_KEY,
        connectwise::CLIENT_ID,
    )
}
