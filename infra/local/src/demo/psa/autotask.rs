//! Autotask in the demo.

use std::io;

use async_trait::async_trait;
use domain::push::custom::{CustomField, TENANT_365_ID};
use serde_json::json;
use simulators::population::{self, Contact};
use simulators::psa::autotask::{self, Field, Webhook};
use simulators::{Autotask, Options};

use super::{FIELDS, Psa, Shown, WEBHOOK_PATH_TOKEN, lines, text, text_in};

const WEBHOOK_SECRET: &str = "demo-only-webhook-secret";

pub(super) async fn start() -> io::Result<Autotask> {
    let autotask = Autotask::start(Options::default()).await?;
    for name in FIELDS {
        autotask.define_contact_field(Field::text(name));
    }
    autotask.define_company_field(Field::text(TENANT_365_ID));
    Ok(autotask)
}

#[async_trait]
impl Psa for Autotask {
    fn open_company(&self, name: &str) -> i64 {
        self.add_company(name)
    }

    fn know(&self, company: i64, contacts: &[Contact]) {
        population::fill_autotask(self, company, contacts);
    }

    fn settings(&self) -> String {
        lines(&[
            ("discovery_url", self.base()),
            ("username", autotask::USERNAME),
            ("secret", autotask::SECRET),
            ("integration_code", autotask::INTEGRATION_CODE),
            ("webhook_path_token", WEBHOOK_PATH_TOKEN),
            ("webhook_secret", WEBHOOK_SECRET),
        ])
    }

    fn correct(&self, contact: i64, email: &str, mobile: &str) -> bool {
        let edit = json!({ "emailAddress": email, "mobilePhone": mobile });
        self.edit_contact(contact, &edit)
    }

    fn shown(&self, contact: i64) -> Option<Shown> {
        let contact = self.contact(contact)?;
        let custom = |field: CustomField| {
            let named = ("/name", field.name());
            text_in(&contact, "userDefinedFields", named, "value")
        };
        Some(Shown {
            name: format!(
                "{} {}",
                text(&contact, "firstName"),
                text(&contact, "lastName")
            ),
            email: text(&contact, "emailAddress"),
            mobile: text(&contact, "mobilePhone"),
            support_pin: custom(CustomField::SupportPin),
            is_office_365: custom(CustomField::IsOffice365),
        })
    }

    fn deliver_to(&self, url: String) {
        self.set_webhook(Webhook {
            url,
            secret_key: Some(WEBHOOK_SECRET.to_owned()),
            ..Webhook::default()
        });
    }

    async fn send(&self) -> Vec<u16> {
        self.deliver_webhooks().await
    }

    fn proof(&self) -> String {
        format!("signed with {WEBHOOK_SECRET}")
    }

    fn address(&self) -> String {
        self.base().to_owned()
    }

    fn credentials(&self) -> String {
        format!(
            "user {}, secret {}, integration code {}",
            autotask::USERNAME,
            autotask::SECRET,
            autotask::INTEGRATION_CODE
        )
    }
}
