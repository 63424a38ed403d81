//! ConnectWise PSA for poking by hand.

use simulators::ConnectWise;
use simulators::population::{self, Contact};
use simulators::psa::connectwise;

use super::COMPANY;

pub(super) fn fill(connectwise: &ConnectWise, contacts: &[Contact]) -> String {
    let company = connectwise.add_company(COMPANY);
    for (id, caption) in [(31, "SupportPIN"), (33, "Office365Id")] {
        connectwise.define_field(id, connectwise::CustomField::text(caption));
    }
    let check_box = connectwise::CustomField::check_box("IsOffice365");
    connectwise.define_field(32, check_box);
    population::fill_connectwise(connectwise, company, contacts);
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
