//! ConnectWise PSA in the demo.

use std::io;

use async_trait::async_trait;
use domain::push::custom::{CustomField, TENANT_365_ID};
use serde_json::{Value, json};
use simulators::population::{self, Contact};
use simulators::psa::connectwise;
use simulators::{ConnectWise, Options};

use super::{FIELDS, Psa, Shown, WEBHOOK_PATH_TOKEN, lines, text, text_in};

/// The kind of communication that is a work address, by its id.
const EMAIL: i64 = 1;
/// A mobile phone.
const MOBILE: i64 = 4;

pub(super) async fn start() -> io::Result<ConnectWise> {
    let connectwise = ConnectWise::start(Options::default()).await?;
    for (id, name) in (31..).zip(FIELDS) {
        let field = if name == CustomField::IsOffice365.name() {
            connectwise::CustomField::check_box(name)
        } else {
            connectwise::CustomField::text(name)
        };
        connectwise.define_field(id, field);
    }
    let tenant_id = connectwise::CustomField::text(TENANT_365_ID);
    connectwise.define_company_field(51, tenant_id);
    Ok(connectwise)
}

#[async_trait]
impl Psa for ConnectWise {
    fn open_company(&self, name: &str) -> i64 {
        self.add_company(name)
    }

    fn know(&self, company: i64, contacts: &[Contact]) {
        population::fill_connectwise(self, company, contacts);
    }

    fn settings(&self) -> String {
        lines(&[
            ("site_url", self.base()),
            ("company_id", connectwise::COMPANY_ID),
            ("public_key", connectwise::PUBLIC_KEY),
            ("private_key", connectwise::PRIVATE_KEY),
            ("client_id", connectwise::CLIENT_ID),
            ("webhook_path_token", WEBHOOK_PATH_TOKEN),
        ])
    }

    fn correct(&self, contact: i64, email: &str, mobile: &str) -> bool {
        let held = self.contact(contact).unwrap_or_default();
        let items = held.get("communicationItems").and_then(Value::as_array);
        let mut kinds: Vec<Option<i64>> = (items.into_iter().flatten())
            .map(|item| item.pointer("/type/id").and_then(Value::as_i64))
            .collect();
        let steps = [(EMAIL, email), (MOBILE, mobile)].map(|(kind, value)| {
            // In the place of the one that is there, else at the end.
            if let Some(at) = kinds.iter().position(|held| *held == Some(kind)) {
                let path = format!("communicationItems/{at}/value");
                return json!({ "op": "replace", "path": path, "value": value });
            }
            let path = format!("communicationItems/{}", kinds.len());
            kinds.push(Some(kind));
            let is_default = kind == EMAIL;
            let item = json!({ "type": { "id": kind }, "value": value, "defaultFlag": is_default });
            json!({ "op": "add", "path": path, "value": item })
        });
        self.edit_contact(contact, &json!(steps))
    }

    fn shown(&self, contact: i64) -> Option<Shown> {
        let contact = self.contact(contact)?;
        let item = |kind: i64| text_in(&contact, "communicationItems", ("/type/id", kind), "value");
        let custom = |field: CustomField| {
            text_in(
                &contact,
                "customFields",
                ("/caption", field.name()),
                "value",
            )
        };
        let name = format!(
            "{} {}",
            text(&contact, "firstName"),
            text(&contact, "lastName")
        );
        Some(Shown {
            name: name.trim_end().to_owned(),
            email: item(EMAIL),
            mobile: item(MOBILE),
            support_pin: custom(CustomField::SupportPin),
            is_office_365: custom(CustomField::IsOffice365),
        })
    }

    fn deliver_to(&self, url: String) {
        self.add_callback(&format!("{url}?recordId="));
    }

    async fn send(&self) -> Vec<u16> {
        self.deliver().await
    }

    fn proof(&self) -> String {
        "signed with the key that ConnectWise PSA tells".to_owned()
    }

    fn address(&self) -> String {
        self.base().to_owned()
    }

    fn credentials(&self) -> String {
        format!(
            "company {}, public key {}, private key {}, clientId {}",
            connectwise::COMPANY_ID,
            connectwise::PUBLIC_KEY,
            connectwise::PRIVATE_KEY,
            connectwise::CLIENT_ID
        )
    }
}
