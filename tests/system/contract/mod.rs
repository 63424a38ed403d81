//! What every connector of a kind must do, each against its vendor's simulator.

mod psa;
mod psa_faults;
mod psa_trust;
mod psa_writes;

use connectors::Vendors;
use connectors::error::ConnectorError;
use connectors::http::Pause;
use connectors::psa::{Psa, Settings};
use domain::fields::{Attribute, Fields};
use domain::id::{AccountId, CompanyId, ContactId};
use domain::push::contact::{ContactChange, ContactUpdate, NewContact};
use secrecy::SecretString;
use serde_json::{Value, json};
use simulators::psa::halo;
use simulators::{Halo, Options};

use crate::world::PATH_TOKEN;

/// What the PSA delivers with.
const PASSWORD: &str = "webhook-password";

/// HaloPSA with one company and its site, and a process that calls it. Nobody waits.
struct Bench {
    halo: Halo,
    vendors: Vendors,
    pause: Pause,
    company: i64,
    site: i64,
}

impl Bench {
    async fn new() -> Self {
        let halo = Halo::start(Options::unrecorded()).await.unwrap();
        let company = halo.add_client("Northwind Dental");
        let site = halo.add_site(company, "Main");
        let pause = Pause::recorded();
        let vendors = Vendors::new().unwrap().with_pause(pause.clone());
        Self {
            halo,
            vendors,
            pause,
            company,
            site,
        }
    }

    /// The connection's document, with one member changed.
    fn settings(&self, member: &str, value: &str) -> Settings {
        let mut document = json!({
            "system": "halo", "api_url": self.halo.api_url(), "auth_url": self.halo.auth_url(),
            "client_id": halo::CLIENT_ID, "client_secret": halo::CLIENT_SECRET,
            "tenant": halo::TENANT, "webhook_path_token": PATH_TOKEN,
            "webhook_username": "halo", "webhook_password": PASSWORD,
        });
        document[member] = json!(value);
        Settings::from_json(&SecretString::from(document.to_string())).unwrap()
    }

    /// The connector, as one invocation has it.
    fn psa(&self) -> Box<dyn Psa> {
        self.vendors.psa(&self.settings("system", "halo")).unwrap()
    }

    fn company(&self) -> CompanyId {
        CompanyId::parse(self.company.to_string()).unwrap()
    }

    /// A contact that was there before.
    fn user(&self, name: &str, email: &str, more: Value) -> i64 {
        let mut user = json!({ "name": name, "emailaddress": email, "site_id": self.site });
        if let (Some(user), Value::Object(more)) = (user.as_object_mut(), more) {
            user.extend(more);
        }
        self.halo.add_user(&user)
    }

    /// Ida, who is to be made.
    fn ida(&self) -> NewContact {
        let mut fields = Fields::default();
        for (attribute, value) in [
            (Attribute::DisplayName, "Ida Berg"),
            (Attribute::GivenName, "Ida"),
            (Attribute::Surname, "Berg"),
            (Attribute::Email, "ida@northwind.example"),
            (Attribute::Mobile, "+46 70 555 01 02"),
            (Attribute::Phone, "+46 8 555 01 03"),
            (Attribute::JobTitle, "Dentist"),
            (Attribute::Department, "Care"),
        ] {
            fields.set(attribute, Some(value.to_owned()));
        }
        NewContact {
            account: AccountId::parse("acc_1").unwrap(),
            company: self.company(),
            site: None,
            fields,
            alternate_emails: vec!["i.berg@northwind.example".to_owned()],
            external_id: Some("0785ef7c-0000-4000-8000-0000000000aa".to_owned()),
            custom: Vec::new(),
        }
    }

    /// Makes Ida.
    async fn create(&self) -> Result<ContactId, ConnectorError> {
        self.psa().apply(&ContactChange::Create(self.ida())).await
    }

    /// Writes asked for so far.
    fn bodies(&self) -> Vec<Value> {
        let writes = self.halo.journal().writes().into_iter();
        writes.map(|write| write.request_body).collect()
    }

    /// How many pauses were asked for so far.
    fn pauses(&self) -> Vec<std::time::Duration> {
        self.pause.pauses()
    }
}

/// A change of one attribute.
fn change(contact: &ContactId, attribute: Attribute, value: &str) -> ContactUpdate {
    ContactUpdate {
        account: AccountId::parse("acc_1").unwrap(),
        contact: contact.clone(),
        set: vec![(attribute, Some(value.to_owned()))],
        external_id: None,
        active: None,
        custom: Vec::new(),
    }
}
