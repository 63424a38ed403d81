//! Kaseya BMS in the demo: it delivers nothing.

use std::io;

use async_trait::async_trait;
use domain::push::custom::{CustomField, TENANT_365_ID};
use simulators::population::{self, Contact};
use simulators::psa::kaseya_bms::{
    self as bms, ACCOUNTS_MODULE, CONTACTS_MODULE, Entry, text_field,
};
use simulators::{KaseyaBms, Options};

use super::{FIELDS, Psa, Shown, lines, text, text_in};

/// The number of the first custom field.
const FIRST_FIELD: i64 = 71;

pub(super) async fn start() -> io::Result<KaseyaBms> {
    let simulator = KaseyaBms::start(Options::default()).await?;
    for (id, name) in (FIRST_FIELD..).zip(FIELDS) {
        simulator.define_field(CONTACTS_MODULE, id, text_field(name));
    }
    simulator.define_field(ACCOUNTS_MODULE, 81, text_field(TENANT_365_ID));
    Ok(simulator)
}

#[async_trait]
impl Psa for KaseyaBms {
    fn open_company(&self, name: &str) -> i64 {
        let account = self.add_account(name);
        self.add_location(account, "Main");
        account
    }

    fn know(&self, company: i64, contacts: &[Contact]) {
        let location = self.main_location(company).unwrap_or_default();
        population::fill_kaseya_bms(self, location, contacts);
    }

    fn settings(&self) -> String {
        let texts = lines(&[
            ("api_url", self.api_url()),
            ("tenant", bms::TENANT),
            ("username", bms::USERNAME),
            ("password", bms::PASSWORD),
        ]);
        format!("{texts}contacts_module = {CONTACTS_MODULE}\naccounts_module = {ACCOUNTS_MODULE}\n")
    }

    fn correct(&self, contact: i64, email: &str, mobile: &str) -> bool {
        let entry = |value: &str, type_id, default| Entry {
            value: value.to_owned(),
            type_id,
            default,
        };
        self.set_email(contact, &entry(email, bms::WORK_EMAIL, true))
            && self.set_phone(contact, &entry(mobile, bms::MOBILE_PHONE, false))
    }

    fn shown(&self, contact: i64) -> Option<Shown> {
        let held = self.contact(contact)?;
        let custom = |field: CustomField| {
            let mut fields = (FIRST_FIELD..).zip(FIELDS);
            let number = fields.find(|(_, name)| *name == field.name());
            let value = number.and_then(|(id, _)| self.value(CONTACTS_MODULE, contact, id));
            value.unwrap_or_default()
        };
        let mobile = ("/PhoneTypeId", bms::MOBILE_PHONE);
        Some(Shown {
            name: format!("{} {}", text(&held, "FirstName"), text(&held, "LastName")),
            email: text_in(&held, "Emails", ("/IsDefault", true), "EmailAddress"),
            mobile: text_in(&held, "Phones", mobile, "Phone"),
            support_pin: custom(CustomField::SupportPin),
            is_office_365: custom(CustomField::IsOffice365),
        })
    }

    fn address(&self) -> String {
        self.api_url().to_owned()
    }

    fn credentials(&self) -> String {
        format!(
            "tenant {}, user {}, password {}",
            bms::TENANT,
            bms::USERNAME,
            bms::PASSWORD
        )
    }
}
