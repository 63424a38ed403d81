//! HaloPSA in the demo.

use std::io;

use async_trait::async_trait;
use domain::push::custom::{CustomField, TENANT_365_ID};
use serde_json::json;
use simulators::population::{self, Contact};
use simulators::psa::halo::{self, Webhook};
use simulators::{Halo, Options};

use super::{FIELDS, Psa, Shown, WEBHOOK_PATH_TOKEN, lines, text, text_in};

const WEBHOOK_USERNAME: &str = "halo";
const WEBHOOK_PASSWORD: &str = "demo-only-password";

pub(super) async fn start() -> io::Result<Halo> {
    let halo = Halo::start(Options::default()).await?;
    let field = |name: &str| halo::CustomField {
        // Halo puts two letters before every name.
        name: format!("CF{name}"),
        label: name.to_owned(),
        kind: 0,
    };
    for (id, name) in (212..).zip(FIELDS) {
        halo.define_field(id, field(name));
    }
    halo.define_client_field(240, field(TENANT_365_ID));
    Ok(halo)
}

#[async_trait]
impl Psa for Halo {
    fn open_company(&self, name: &str) -> i64 {
        let client = self.add_client(name);
        self.add_site(client, "Main");
        client
    }

    fn know(&self, company: i64, contacts: &[Contact]) {
        let site = self.main_site(company).unwrap_or_default();
        population::fill_halo(self, site, contacts);
    }

    fn settings(&self) -> String {
        lines(&[
            ("api_url", &self.api_url()),
            ("auth_url", &self.auth_url()),
            ("client_id", halo::CLIENT_ID),
            ("client_secret", halo::CLIENT_SECRET),
            ("tenant", halo::TENANT),
            ("webhook_path_token", WEBHOOK_PATH_TOKEN),
            ("webhook_username", WEBHOOK_USERNAME),
            ("webhook_password", WEBHOOK_PASSWORD),
        ])
    }

    fn correct(&self, contact: i64, email: &str, mobile: &str) -> bool {
        let edit = json!({ "emailaddress": email, "mobilenumber": mobile });
        self.edit_user(contact, &edit)
    }

    fn shown(&self, contact: i64) -> Option<Shown> {
        let user = self.user(contact)?;
        let custom = |field: CustomField| {
            let name = format!("CF{field}");
            text_in(&user, "customfields", ("/name", name.as_str()), "value")
        };
        Some(Shown {
            name: text(&user, "name"),
            email: text(&user, "emailaddress"),
            mobile: text(&user, "mobilenumber"),
            support_pin: custom(CustomField::SupportPin),
            is_office_365: custom(CustomField::IsOffice365),
        })
    }

    fn deliver_to(&self, url: String) {
        self.set_webhook(Webhook {
            url,
            basic: Some((WEBHOOK_USERNAME.to_owned(), WEBHOOK_PASSWORD.to_owned())),
            ..Webhook::default()
        });
    }

    async fn send(&self) -> Vec<u16> {
        self.deliver_webhooks().await
    }

    fn proof(&self) -> String {
        format!("Basic {WEBHOOK_USERNAME}:{WEBHOOK_PASSWORD}")
    }

    fn address(&self) -> String {
        self.base().to_owned()
    }

    fn credentials(&self) -> String {
        format!(
            "client id {}, secret {}, tenant {}",
            halo::CLIENT_ID,
            halo::CLIENT_SECRET,
            halo::TENANT
        )
    }
}
