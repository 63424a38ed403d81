//! Syncro in the demo: it delivers nothing.

use std::io;

use async_trait::async_trait;
use domain::push::custom::CustomField;
use serde_json::{Value, json};
use simulators::population::{self, Contact};
use simulators::psa::syncro::{self, FieldKind};
use simulators::{Options, Syncro};

use super::{FIELDS, Psa, Shown, lines, text};

pub(super) async fn start() -> io::Result<Syncro> {
    let syncro = Syncro::start(Options::default()).await?;
    syncro.set_fields(&FIELDS.map(|name| (name, FieldKind::Text)));
    Ok(syncro)
}

#[async_trait]
impl Psa for Syncro {
    fn open_company(&self, name: &str) -> i64 {
        self.add_customer(name)
    }

    fn know(&self, company: i64, contacts: &[Contact]) {
        population::fill_syncro(self, company, contacts);
    }

    fn settings(&self) -> String {
        let api_url = self.api_url();
        lines(&[("api_url", &api_url), ("api_token", syncro::API_TOKEN)])
    }

    fn correct(&self, contact: i64, email: &str, mobile: &str) -> bool {
        self.edit_contact(contact, &json!({ "email": email, "mobile": mobile }))
    }

    fn shown(&self, contact: i64) -> Option<Shown> {
        let contact = self.contact(contact)?;
        let properties = contact.get("properties").unwrap_or(&Value::Null);
        Some(Shown {
            name: text(&contact, "name"),
            email: text(&contact, "email"),
            mobile: text(&contact, "mobile"),
            support_pin: text(properties, CustomField::SupportPin.name()),
            is_office_365: text(properties, CustomField::IsOffice365.name()),
        })
    }

    fn address(&self) -> String {
        self.api_url()
    }

    fn credentials(&self) -> String {
        format!("API token {}", syncro::API_TOKEN)
    }
}
