//! HaloPSA's other side: the model for those of other vendors. What is Halo's alone is in
//! `halo_alone`.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use connectors::psa::PsaKind;
use domain::fields::Attribute;
use domain::id::{CompanyId, ContactId};
use domain::push::contact::ContactKind;
use domain::push::custom::{CustomField, TENANT_365_ID, TYPE_MAPPING};
use serde_json::{Map, Value, json};
use simulators::psa::halo::{self, Behaviour};
use simulators::{Fault, Faults, Journal, Options};

use super::vendor::{Call, Costs, Entry, Facts, Misaddressed, Route, Simulated, Ways};
use crate::world::PATH_TOKEN;

/// What Halo delivers with.
pub(super) const PASSWORD: &str = "quetzalcanary-webhook-password";

/// Halo's member for each attribute; contacts have no user name.
const MEMBERS: [(Attribute, &str); 8] = [
    (Attribute::DisplayName, "name"),
    (Attribute::GivenName, "firstname"),
    (Attribute::Surname, "surname"),
    (Attribute::Email, "emailaddress"),
    (Attribute::Mobile, "mobilenumber"),
    (Attribute::Phone, "phonenumber"),
    (Attribute::JobTitle, "title"),
    (Attribute::Department, "department"),
];

/// HaloPSA with one company and its site.
pub(super) struct Halo {
    pub(super) simulator: simulators::Halo,
    company: i64,
}

contract!(Halo);

impl Simulated for Halo {
    const KIND: PsaKind = PsaKind::Halo;

    async fn start(options: Options) -> Self {
        let simulator = simulators::Halo::start(options).await.unwrap();
        let company = simulator.add_client("Northwind Dental");
        simulator.add_site(company, "Main");
        let halo = Self { simulator, company };
        halo.set_ways(&Ways::default());
        halo
    }

    fn company(&self) -> CompanyId {
        CompanyId::parse(self.company.to_string()).unwrap()
    }

    fn document(&self) -> Value {
        json!({
            "system": "halo", "api_url": self.simulator.api_url(),
            "auth_url": self.simulator.auth_url(), "client_id": halo::CLIENT_ID,
            "client_secret": halo::CLIENT_SECRET, "tenant": halo::TENANT,
            "webhook_path_token": PATH_TOKEN, "webhook_username": "halo",
            "webhook_password": PASSWORD,
        })
    }

    fn journal(&self) -> &Journal {
        self.simulator.journal()
    }

    fn faults(&self) -> &Faults {
        self.simulator.faults()
    }

    fn route(&self, call: Call) -> Option<Route> {
        Some(match call {
            Call::Probe => Route::new("GET", "/Client?"),
            Call::List => Route::new("GET", "/Users?"),
            Call::Create | Call::Update => Route::new("POST", "/Users"),
            Call::SignIn => Route::new("POST", "/auth/token"),
        })
    }

    fn facts(&self) -> Facts {
        Facts {
            page_rows: 100,
            own_records: 1,
            lengths: vec![(Attribute::DisplayName, 255), (Attribute::Surname, 200)],
            needed: Attribute::DisplayName,
            // Which custom fields there are, only a user in full tells.
            fills_custom_later: true,
            tells_no_field_types: false,
            external_id_is_custom: false,
            territory: None,
            account_manager: None,
            resent: Vec::new(),
            read_right: "the scope read:customers",
            write_right: "the scope edit:customers",
            sight_remedy: "let the agent that the API application signs in as see all of them",
            checks_write_right: false,
            denies_as_unauthorized: false,
            credentials: vec!["client_id", "client_secret", "tenant"],
            secrets: vec![PASSWORD.to_owned(), "quetzalcanary-halo-token".to_owned()],
            // 300 in five minutes: nine tenths of one each second.
            learned_pause: Some(Duration::from_secs(1)),
            costs: Costs {
                check: 1,
                companies: 1,
                three_pages: 3,
                contact: 1,
                find: 1,
                // The main site of the company is asked for.
                create: 2,
                update: 1,
                deactivate: 1,
            },
        }
    }

    fn set_ways(&self, ways: &Ways) {
        self.simulator.forget_fields();
        if !ways.lacks_custom_fields {
            self.define_fields(if ways.odd_custom_fields { 2 } else { 0 });
        }
        let usual = Behaviour::default();
        self.simulator.set_behaviour(Behaviour {
            page_cap: ways.page_rows_max.unwrap_or(usual.page_cap),
            repeat_page: ways.repeats_page,
            hide_everything: ways.hides_everything,
            deny_reads: ways.denies_reads,
            deny_writes: ways.denies_writes,
            thin_rows: ways.thin_rows,
            undocumented: ways.is_strange,
            // Not every tenant's does; then an address that is not the main one finds nobody.
            search_alternates: true,
            ..usual
        });
    }

    fn expire_tokens(&self) {
        self.simulator.expire_tokens();
    }

    fn add_company(&self, name: &str, active: bool) -> CompanyId {
        let company = self.simulator.add_client(name);
        self.simulator.add_site(company, "Main");
        self.simulator.set_client_inactive(company, !active);
        CompanyId::parse(company.to_string()).unwrap()
    }

    fn add_contact(&self, company: &CompanyId, entry: &Entry) -> ContactId {
        let mut user = Map::new();
        user.insert("site_id".to_owned(), json!(self.site(company)));
        user.insert("inactive".to_owned(), json!(!entry.active));
        user.insert("azureoid".to_owned(), json!(entry.external_id));
        for (attribute, member) in MEMBERS {
            user.insert(member.to_owned(), json!(entry.value(attribute)));
        }
        for (member, address) in ["email2", "email3"].iter().zip(&entry.alternate_emails) {
            user.insert((*member).to_owned(), json!(address));
        }
        let named = entry.custom.iter();
        let named = named.map(|(field, value)| (field.name(), value));
        let types = entry.types.iter().map(|name| (TYPE_MAPPING, name));
        let fields: Vec<Value> = (named.chain(types))
            .map(|(name, value)| json!({ "id": field_id(name), "value": value }))
            .collect();
        user.insert("customfields".to_owned(), json!(fields));
        let id = self.simulator.add_user(&Value::Object(user));
        ContactId::parse(id.to_string()).unwrap()
    }

    fn add_record(&self, company: &CompanyId, kind: ContactKind) -> bool {
        let mark = match kind {
            ContactKind::Technician => ("linked_agent_id", json!(3)),
            ContactKind::Service => ("isserviceaccount", json!(true)),
            // Each site has its own, which is there already.
            ContactKind::Placeholder | ContactKind::Person => return false,
        };
        let mut user = json!({ "name": "Tec Nician", "site_id": self.site(company) });
        user[mark.0] = mark.1;
        self.simulator.add_user(&user);
        true
    }

    fn annotate(&self, contact: &ContactId) {
        let notes = json!({
            "notes": "Calls before noon", "fax": "+46 8 555 01 99", "other1": "Key holder",
            "isimportantcontact": true, "telpref": 2,
            "customfields": [{ "id": 230, "value": "43" }],
        });
        assert!(self.simulator.edit_user(number(contact), &notes));
        self.simulator.take_deliveries();
    }

    fn entry(&self, contact: &ContactId) -> Option<Entry> {
        let user = self.simulator.user(number(contact))?;
        let text = |member: &str| user[member].as_str().unwrap_or_default().to_owned();
        let filled = |member: &str| Some(text(member)).filter(|text| !text.is_empty());
        let values = MEMBERS.into_iter();
        Some(Entry {
            values: values
                .filter_map(|(attribute, member)| Some((attribute, filled(member)?)))
                .collect(),
            alternate_emails: ["email2", "email3"]
                .into_iter()
                .filter_map(filled)
                .collect(),
            external_id: filled("azureoid"),
            active: user["inactive"] == false,
            custom: (CustomField::ALL.into_iter())
                .filter_map(|field| Some((field, held_in(&user, field.name())?)))
                .collect(),
            types: held_in(&user, TYPE_MAPPING).into_iter().collect(),
        })
    }

    fn everything(&self, contact: &ContactId) -> Value {
        let mut user = self.simulator.user(number(contact)).unwrap();
        user["ulastupdate"].take();
        user
    }

    fn tenant_id(&self, company: &CompanyId) -> Option<String> {
        let client = self.simulator.client(company.as_str().parse().unwrap());
        held_in(&client?, TENANT_365_ID)
    }

    fn persons(&self, company: &CompanyId) -> Vec<ContactId> {
        let users = self.simulator.users_of(company.as_str().parse().unwrap());
        let ids = users.iter().map(|user| user["id"].to_string());
        ids.map(|id| ContactId::parse(id).unwrap()).collect()
    }

    fn refusal(&self, words: &str) -> Fault {
        Fault::Refused {
            status: 400,
            body: json!({ "Message": words }).to_string(),
        }
    }

    fn misaddressed(&self, origin: &str) -> Vec<Misaddressed> {
        let wrong = |member, end: &str, remedy| Misaddressed {
            member,
            value: format!("{origin}{end}"),
            remedy,
        };
        vec![
            wrong("api_url", "/helpdesk/api", "api_url must end in /api"),
            wrong("auth_url", "/helpdesk/auth", "auth_url must end in /auth"),
        ]
    }

    fn delivery(&self, contact: &ContactId) -> Option<Vec<u8>> {
        self.simulator.take_deliveries();
        let change = json!({ "notes": "Called at noon" });
        assert!(self.simulator.edit_user(number(contact), &change));
        let body = self.simulator.take_deliveries().remove(0);
        Some(body.to_string().into_bytes())
    }

    fn retitle(&self, contact: &ContactId, title: &str) {
        let title = json!({ "title": title });
        assert!(self.simulator.edit_user(number(contact), &title));
    }

    fn proofs(&self, _body: &[u8]) -> Vec<(&'static str, String)> {
        let credentials = STANDARD.encode(format!("halo:{PASSWORD}"));
        vec![("authorization", format!("Basic {credentials}"))]
    }
}

/// Halo's number for a custom field of users.
fn field_id(name: &str) -> i64 {
    let named = CustomField::ALL.map(CustomField::name);
    let at = named.iter().position(|field| *field == name);
    212 + i64::try_from(at.unwrap_or(named.len())).unwrap()
}

/// What the custom field of that name holds.
fn held_in(full: &Value, name: &str) -> Option<String> {
    let fields = full["customfields"].as_array()?.iter();
    let mut named = fields.filter(|field| field["name"] == format!("CF{name}"));
    let value = named.next()?["value"].as_str()?;
    Some(value.to_owned()).filter(|value| !value.is_empty())
}

impl Halo {
    /// All that an MSP may have made, each for text.
    /// All of them as texts, but for the PIN and the presence, which are of that type.
    fn define_fields(&self, kind: i32) {
        let field = |name: &str| halo::CustomField {
            name: format!("CF{name}"),
            label: name.to_owned(),
            kind: 0,
        };
        for name in ["SupportPIN", "IsOffice365"] {
            let field = halo::CustomField {
                kind,
                ..field(name)
            };
            self.simulator.define_field(field_id(name), field);
        }
        self.simulator
            .define_field(field_id(TYPE_MAPPING), field(TYPE_MAPPING));
        // Somebody else's, which stays as it is.
        self.simulator.define_field(230, field("ShoeSize"));
        let tenant = field(TENANT_365_ID);
        self.simulator.define_client_field(240, tenant);
    }

    /// The main site of a company.
    fn site(&self, company: &CompanyId) -> i64 {
        let company = company.as_str().parse().unwrap();
        self.simulator.main_site(company).expect("it has a site")
    }
}

fn number(contact: &ContactId) -> i64 {
    contact.as_str().parse().unwrap_or(0)
}
