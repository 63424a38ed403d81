//! Autotask's other side. What is Autotask's alone is in `autotask_alone`.

use connectors::psa::PsaKind;
use domain::fields::Attribute;
use domain::id::{CompanyId, ContactId};
use domain::push::custom::{CustomField, OFFICE_365_ID, TENANT_365_ID, TYPE_MAPPING};
use serde_json::{Map, Value, json};
use simulators::psa::autotask::{self, Behaviour, Field};
use simulators::{Fault, Faults, Journal, Options};

use super::vendor::{Call, Costs, Entry, Facts, Misaddressed, Route, Simulated, Ways};
use crate::world::PATH_TOKEN;

/// What Autotask signs with.
pub(super) const WEBHOOK_SECRET: &str = "quetzalcanary-webhook-secret";

/// Autotask's member for each attribute; contacts have no display name, user name, department.
const MEMBERS: [(Attribute, &str); 6] = [
    (Attribute::GivenName, "firstName"),
    (Attribute::Surname, "lastName"),
    (Attribute::Email, "emailAddress"),
    (Attribute::Mobile, "mobilePhone"),
    (Attribute::Phone, "phone"),
    (Attribute::JobTitle, "title"),
];
/// The places for other addresses.
const ALTERNATES: [&str; 2] = ["emailAddress2", "emailAddress3"];

/// Autotask with one company, which has a territory and somebody who looks after it.
pub(super) struct Autotask {
    pub(super) simulator: simulators::Autotask,
    pub(super) company: i64,
}

contract!(Autotask);

impl Simulated for Autotask {
    const KIND: PsaKind = PsaKind::Autotask;

    async fn start(options: Options) -> Self {
        let simulator = simulators::Autotask::start(options).await.unwrap();
        // The MSP itself, which the contract knows nothing of.
        simulator.delete_company(0);
        let company = simulator.add_company("Northwind Dental");
        simulator.add_territory(7, "North");
        let tess = simulator.add_resource("Tess", "Ek");
        let facts = json!({ "territoryID": 7, "ownerResourceID": tess });
        assert!(simulator.edit_company(company, &facts));
        let autotask = Self { simulator, company };
        autotask.set_ways(&Ways::default());
        autotask
    }

    fn company(&self) -> CompanyId {
        CompanyId::parse(self.company.to_string()).unwrap()
    }

    fn document(&self) -> Value {
        json!({
            "system": "autotask", "discovery_url": self.simulator.base(),
            "username": autotask::USERNAME, "secret": autotask::SECRET,
            "integration_code": autotask::INTEGRATION_CODE, "webhook_path_token": PATH_TOKEN,
            "webhook_secret": WEBHOOK_SECRET,
        })
    }

    fn journal(&self) -> &Journal {
        self.simulator.journal()
    }

    fn faults(&self) -> &Faults {
        self.simulator.faults()
    }

    fn route(&self, call: Call) -> Option<Route> {
        let children = format!("/Companies/{}/Contacts", self.company);
        Some(match call {
            Call::Probe => Route::new("POST", "/Companies/query"),
            Call::List => Route::new("POST", "/Contacts/query"),
            Call::Create => Route::new("POST", children),
            Call::Update => Route::new("PATCH", children),
            // Each call proves who calls.
            Call::SignIn => return None,
        })
    }

    fn facts(&self) -> Facts {
        Facts {
            page_rows: 500,
            own_records: 0,
            lengths: vec![
                (Attribute::GivenName, 50),
                (Attribute::Phone, 25),
                (Attribute::JobTitle, 50),
            ],
            needed: Attribute::Surname,
            fills_custom_later: false,
            // Without the field, it is in `externalID`.
            tells_no_field_types: false,
            external_id_is_custom: false,
            territory: Some("North"),
            account_manager: Some("Tess Ek"),
            resent: Vec::new(),
            read_right: "give its security level that right",
            write_right: "contacts: give its security level that right",
            sight_remedy: "may not see any company: give its security level that right",
            checks_write_right: true,
            denies_as_unauthorized: false,
            credentials: vec!["username", "secret", "integration_code"],
            secrets: vec![WEBHOOK_SECRET.to_owned()],
            // What may go out is asked, and not told with a refusal.
            learned_pause: None,
            costs: Costs {
                check: 2,
                // With the names of territories, asked once, and of the MSP's people.
                companies: 3,
                three_pages: 3,
                contact: 1,
                find: 1,
                // With the tenant's fields, asked once.
                create: 2,
                // With a look in which company the contact is.
                update: 2,
                deactivate: 2,
            },
        }
    }

    fn set_ways(&self, ways: &Ways) {
        self.simulator.forget_fields();
        if !ways.lacks_custom_fields {
            self.define_fields(ways.odd_custom_fields);
        }
        let usual = Behaviour::default();
        // Rows of its lists hold what a record in full does.
        self.simulator.set_behaviour(Behaviour {
            page_cap: ways.page_rows_max.unwrap_or(usual.page_cap),
            repeat_page: ways.repeats_page,
            hide_everything: ways.hides_everything,
            deny_reads: ways.denies_reads,
            deny_writes: ways.denies_writes,
            is_strange: ways.is_strange,
            ..usual
        });
    }

    fn add_company(&self, name: &str, active: bool) -> CompanyId {
        let company = self.simulator.add_company(name);
        let state = json!({ "isActive": active });
        assert!(self.simulator.edit_company(company, &state));
        CompanyId::parse(company.to_string()).unwrap()
    }

    fn add_contact(&self, company: &CompanyId, entry: &Entry) -> ContactId {
        let mut contact = Map::new();
        contact.insert("isActive".to_owned(), json!(i32::from(entry.active)));
        for (attribute, member) in MEMBERS {
            contact.insert(member.to_owned(), json!(entry.value(attribute)));
        }
        for (member, address) in ALTERNATES.iter().zip(&entry.alternate_emails) {
            contact.insert((*member).to_owned(), json!(address));
        }
        let custom = entry.custom.iter();
        let custom = custom.map(|(field, value)| (field.name(), value));
        let types = entry.types.iter().map(|name| (TYPE_MAPPING, name));
        let id = entry.external_id.iter().map(|id| (OFFICE_365_ID, id));
        let fields: Vec<Value> = (custom.chain(types).chain(id))
            .map(|(name, value)| json!({ "name": name, "value": value }))
            .collect();
        contact.insert("userDefinedFields".to_owned(), json!(fields));
        let company = company.as_str().parse().unwrap();
        let id = self.simulator.add_contact(company, &Value::Object(contact));
        ContactId::parse(id.to_string()).unwrap()
    }

    fn annotate(&self, contact: &ContactId) {
        let notes = json!({
            "note": "Calls before noon", "faxNumber": "+46 8 555 01 99", "roomNumber": "3b",
            "receivesEmailNotifications": true, "namePrefix": 2,
            "userDefinedFields": [{ "name": "ShoeSize", "value": "43" }],
        });
        assert!(self.simulator.edit_contact(number(contact), &notes));
        self.simulator.take_deliveries();
    }

    fn entry(&self, contact: &ContactId) -> Option<Entry> {
        let contact = self.simulator.contact(number(contact))?;
        let filled = |member: &str| {
            let text = contact[member].as_str().unwrap_or_default();
            Some(text.to_owned()).filter(|text| !text.is_empty())
        };
        let custom = CustomField::ALL.into_iter();
        Some(Entry {
            values: (MEMBERS.into_iter())
                .filter_map(|(attribute, member)| Some((attribute, filled(member)?)))
                .collect(),
            alternate_emails: ALTERNATES.into_iter().filter_map(filled).collect(),
            external_id: held_in(&contact, OFFICE_365_ID).or(filled("externalID")),
            active: contact["isActive"] == 1,
            custom: custom
                .filter_map(|field| Some((field, held_in(&contact, field.name())?)))
                .collect(),
            types: held_in(&contact, TYPE_MAPPING).into_iter().collect(),
        })
    }

    fn everything(&self, contact: &ContactId) -> Value {
        let mut contact = self.simulator.contact(number(contact)).unwrap();
        for date in ["lastModifiedDate", "lastActivityDate"] {
            contact[date].take();
        }
        contact
    }

    fn tenant_id(&self, company: &CompanyId) -> Option<String> {
        let company = self.simulator.company(company.as_str().parse().unwrap());
        held_in(&company?, TENANT_365_ID)
    }

    fn persons(&self, company: &CompanyId) -> Vec<ContactId> {
        let ids = self
            .simulator
            .contacts_of(company.as_str().parse().unwrap());
        ids.into_iter()
            .map(|id| ContactId::parse(id.to_string()).unwrap())
            .collect()
    }

    fn refusal(&self, words: &str) -> Fault {
        let sentence = format!("{words} Picklist value [7] does not exist.");
        Fault::Refused {
            status: 500,
            body: json!({ "errors": [sentence] }).to_string(),
        }
    }

    fn misaddressed(&self, origin: &str) -> Vec<Misaddressed> {
        vec![Misaddressed {
            member: "discovery_url",
            value: origin.to_owned(),
            remedy: "discovery_url must be left out",
        }]
    }

    fn delivery(&self, contact: &ContactId) -> Option<Vec<u8>> {
        self.simulator.take_deliveries();
        let change = json!({ "note": "Called at noon" });
        assert!(self.simulator.edit_contact(number(contact), &change));
        let body = self.simulator.take_deliveries().remove(0);
        Some(body.to_string().into_bytes())
    }

    fn retitle(&self, contact: &ContactId, title: &str) {
        let title = json!({ "title": title });
        assert!(self.simulator.edit_contact(number(contact), &title));
    }

    fn proofs(&self, body: &[u8]) -> Vec<(&'static str, String)> {
        let signature = autotask::signature(WEBHOOK_SECRET, body);
        vec![("x-hook-signature", signature)]
    }
}

impl Autotask {
    /// All that an MSP may have made, each for text.
    fn define_fields(&self, are_odd: bool) {
        for name in ["SupportPIN", "IsOffice365"] {
            let items = ["Gold", "Silver"].map(|item| (item.to_owned(), item.to_owned()));
            let items = items.into_iter().filter(|_| are_odd);
            self.simulator.define_contact_field(Field {
                items: items.collect(),
                ..Field::text(name)
            });
        }
        // The last one is somebody else's, which stays as it is.
        for name in [OFFICE_365_ID, TYPE_MAPPING, "ShoeSize"] {
            self.simulator.define_contact_field(Field::text(name));
        }
        self.simulator
            .define_company_field(Field::text(TENANT_365_ID));
    }
}

/// What the user-defined field of that name holds.
pub(super) fn held_in(record: &Value, name: &str) -> Option<String> {
    let fields = record["userDefinedFields"].as_array()?;
    let field = fields.iter().find(|field| field["name"] == name)?;
    field["value"].as_str().map(str::to_owned)
}

pub(super) fn number(contact: &ContactId) -> i64 {
    contact.as_str().parse().unwrap_or(0)
}
