//! Autotask for poking by hand.

use simulators::Autotask;
use simulators::population::{self, Contact};
use simulators::psa::autotask;

use super::COMPANY;

pub(super) fn fill(autotask: &Autotask, contacts: &[Contact]) -> String {
    let company = autotask.add_company(COMPANY);
    for name in ["Office365Id", "SupportPIN", "IsOffice365", "TypeMapping"] {
        autotask.define_contact_field(autotask::Field::text(name));
    }
    autotask.define_company_field(autotask::Field::text("Tenant365Id"));
    population::fill_autotask(autotask, company, contacts);
    format!(
        "Autotask  discovery {}  company {company}\n  username {}  secret {}  integration code {}",
        autotask.base(),
        autotask::USERNAME,
        autotask::SECRET,
        autotask::INTEGRATION_CODE,
    )
}
