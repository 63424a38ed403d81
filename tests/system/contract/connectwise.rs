//! ConnectWise PSA's other side. What is its alone is in `connectwise_alone`.

use connectors::psa::PsaKind;
use domain::fields::Attribute;
use domain::id::{CompanyId, ContactId};
use domain::push::custom::{CustomField, OFFICE_365_ID, TENANT_365_ID, flag_text, parse_flag};
use serde_json::{Value, json};
use simulators::psa::connectwise::{self, Behaviour};
use simulators::{Fault, Faults, Journal, Options};

use super::vendor::{Call, Costs, Entry, Facts, Misaddressed, Route, Simulated, Ways};
use crate::world::PATH_TOKEN;

/// The member that holds an attribute as a text.
const MEMBERS: [(Attribute, &str); 3] = [
    (Attribute::GivenName, "firstName"),
    (Attribute::Surname, "lastName"),
    (Attribute::JobTitle, "title"),
];

/// The kind of communication that holds an attribute: its id, its class.
const KINDS: [(Attribute, i64, &str); 3] = [
    (Attribute::Email, 1, "Email"),
    (Attribute::Phone, 2, "Phone"),
    (Attribute::Mobile, 4, "Phone"),
];

/// The kind of communication for another address.
const HOME_EMAIL: i64 = 14;
/// The custom field for the Entra object id.
const EXTERNAL_ID_FIELD: i64 = 33;

/// ConnectWise PSA with one company.
pub(super) struct ConnectWise {
    pub(super) simulator: simulators::ConnectWise,
    company: i64,
}

contract!(ConnectWise);

impl Simulated for ConnectWise {
    const KIND: PsaKind = PsaKind::ConnectWise;

    async fn start(options: Options) -> Self {
        let simulator = simulators::ConnectWise::start(options).await.unwrap();
        let company = simulator.add_company("Northwind Dental");
        simulator.set_territory(company, "North", "Tess Ark");
        simulator.department("Endodontics");
        let connectwise = Self { simulator, company };
        connectwise.set_ways(&Ways::default());
        // Every MSP has a contact somewhere; this one is in no company.
        let visitor = json!({ "firstName": "Visitor" });
        connectwise.simulator.add_contact(&visitor);
        connectwise
    }

    fn company(&self) -> CompanyId {
        CompanyId::parse(self.company.to_string()).unwrap()
    }

    fn document(&self) -> Value {
        json!({
            "system": "connectwise", "site_url": self.simulator.base(),
            "company_id": connectwise::COMPANY_ID, "public_key": connectwise::PUBLIC_KEY,
            "private_key": connectwise::PRIVATE_KEY, "client_id": connectwise::CLIENT_ID,
            "contact_type": "", "webhook_path_token": PATH_TOKEN,
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
            Call::Probe => Route::new("GET", "/company/companies?"),
            Call::List => Route::new("GET", "/company/contacts?conditions=company"),
            Call::Create => Route::new("POST", "/company/contacts$"),
            Call::Update => Route::new("PATCH", "/company/contacts/"),
            Call::SignIn => return None,
        })
    }

    fn facts(&self) -> Facts {
        Facts {
            page_rows: 500,
            own_records: 0,
            lengths: vec![
                (Attribute::GivenName, 30),
                (Attribute::Surname, 30),
                (Attribute::JobTitle, 100),
                (Attribute::Department, 30),
            ],
            needed: Attribute::GivenName,
            fills_custom_later: false,
            tells_no_field_types: false,
            external_id_is_custom: true,
            territory: Some("North"),
            account_manager: Some("Tess Ark"),
            resent: Vec::new(),
            read_right: "the right Inquire on Companies > Co",
            write_right: "on Companies > Contacts is missing",
            sight_remedy: "give it, with the level All, to the security role of the API member",
            checks_write_right: false,
            denies_as_unauthorized: false,
            credentials: vec!["company_id", "public_key", "private_key", "client_id"],
            secrets: vec![connectwise::SIGNING_KEY.to_owned()],
            // A refusal says how long to wait, and of no rate.
            learned_pause: None,
            costs: Costs {
                // Companies, contacts, and the table of communication types: a right each.
                check: 3,
                companies: 1,
                three_pages: 3,
                contact: 1,
                find: 1,
                // The tables of departments and of custom fields, which are found on any contact, and
                // the note with the PIN.
                create: 4,
                // The contact as it is, the contact, and the number, a record of its own.
                update: 3,
                deactivate: 2,
            },
        }
    }

    fn set_ways(&self, ways: &Ways) {
        self.simulator.forget_fields();
        if !ways.lacks_custom_fields {
            self.define_fields(ways.odd_custom_fields);
        }
        self.simulator.set_behaviour(Behaviour {
            page_cap: ways.page_rows_max,
            repeat_page: ways.repeats_page,
            hide_everything: ways.hides_everything,
            deny_reads: ways.denies_reads,
            deny_writes: ways.denies_writes,
            undocumented: ways.is_strange,
            // What the vendor's text says, and what a child condition may mean at worst.
            replace_custom_fields: true,
            loose_children: true,
            ..Behaviour::default()
        });
    }

    fn add_company(&self, name: &str, active: bool) -> CompanyId {
        let company = self.simulator.add_company(name);
        if !active {
            self.simulator.set_company_status(company, "Inactive");
        }
        CompanyId::parse(company.to_string()).unwrap()
    }

    fn add_contact(&self, company: &CompanyId, entry: &Entry) -> ContactId {
        let company: i64 = company.as_str().parse().unwrap();
        let mut contact = json!({
            "company": { "id": company }, "inactiveFlag": !entry.active,
            "communicationItems": items(entry), "customFields": custom_fields(entry),
            "typeIds": entry.types.iter().map(|name| self.simulator.contact_type(name))
                .collect::<Vec<i64>>(),
        });
        for (attribute, member) in MEMBERS {
            contact[member] = json!(entry.value(attribute));
        }
        let department = entry.value(Attribute::Department);
        if !department.is_empty() {
            let department = self.simulator.department(department);
            contact["department"] = json!({ "id": department });
        }
        let id = self.simulator.add_contact(&contact);
        ContactId::parse(id.to_string()).unwrap()
    }

    fn annotate(&self, contact: &ContactId) {
        let contact = number(contact);
        let fax = json!({ "type": { "id": 9 }, "value": "+46 8 555 01 99", "defaultFlag": true });
        self.simulator.add_item(contact, &fax);
        let home = json!({ "type": { "id": 5 }, "value": "+46 8 555 01 98" });
        self.simulator.add_item(contact, &home);
        let held = self.simulator.contact(contact).unwrap();
        let held = held["customFields"].as_array().unwrap().iter();
        let fields: Vec<Value> = held
            .map(|field| match field["caption"] == "ShoeSize" {
                true => json!({ "id": field["id"], "value": "43" }),
                false => json!({ "id": field["id"], "value": field["value"] }),
            })
            .collect();
        let steps = json!([
            { "op": "replace", "path": "nickName", "value": "Key holder" },
            { "op": "replace", "path": "customFields", "value": fields }
        ]);
        assert!(self.simulator.edit_contact(contact, &steps));
        self.simulator.take_deliveries();
    }

    fn entry(&self, contact: &ContactId) -> Option<Entry> {
        let contact = self.simulator.contact(number(contact))?;
        let filled = |value: &Value| {
            let text = value.as_str().unwrap_or_default();
            (!text.is_empty()).then(|| text.to_owned())
        };
        let mut entry = Entry {
            active: contact["inactiveFlag"] == false,
            external_id: held_in(&contact, OFFICE_365_ID),
            ..Entry::default()
        };
        for (attribute, member) in MEMBERS {
            let value = filled(&contact[member]).unwrap_or_default();
            entry = entry.with(attribute, &value);
        }
        let department = filled(&contact["department"]["name"]).unwrap_or_default();
        entry = entry.with(Attribute::Department, &department);
        for item in contact["communicationItems"].as_array().unwrap() {
            let (text, kind) = (item["value"].as_str().unwrap(), item["type"]["id"].as_i64());
            if item["communicationType"] != "Email" {
                let numbers = KINDS.iter().find(|(_, id, _)| Some(*id) == kind);
                if let Some((attribute, ..)) = numbers {
                    entry = entry.with(*attribute, text);
                }
            } else if item["defaultFlag"] == true {
                entry = entry.with(Attribute::Email, text);
            } else {
                entry.alternate_emails.push(text.to_owned());
            }
        }
        let custom = CustomField::ALL.into_iter();
        entry.custom = custom
            .filter_map(|field| Some((field, held_in(&contact, field.name())?)))
            .collect();
        let types = contact["types"].as_array().unwrap().iter();
        entry.types = types.filter_map(|kind| filled(&kind["name"])).collect();
        Some(entry)
    }

    fn everything(&self, contact: &ContactId) -> Value {
        let mut contact = self.simulator.contact(number(contact)).unwrap();
        contact["_info"].take();
        contact
    }

    fn tenant_id(&self, company: &CompanyId) -> Option<String> {
        let company = company.as_str().parse().unwrap();
        held_in(&self.simulator.company(company)?, TENANT_365_ID)
    }

    fn persons(&self, company: &CompanyId) -> Vec<ContactId> {
        let company = company.as_str().parse().unwrap();
        let contacts = self.simulator.contacts_of(company);
        let ids = contacts.iter().map(|contact| contact["id"].to_string());
        ids.map(|id| ContactId::parse(id).unwrap()).collect()
    }

    fn refusal(&self, words: &str) -> Fault {
        let body = json!({
            "code": "InvalidObject", "message": "contact object is invalid",
            "errors": [{ "code": "InvalidField", "message": words, "resource": "contact" }]
        });
        Fault::Refused {
            status: 400,
            body: body.to_string(),
        }
    }

    fn misaddressed(&self, origin: &str) -> Vec<Misaddressed> {
        vec![Misaddressed {
            member: "site_url",
            value: origin.to_owned(),
            remedy: "site_url must be the address that people of the company sign in at",
        }]
    }

    fn delivery(&self, contact: &ContactId) -> Option<Vec<u8>> {
        self.simulator.take_deliveries();
        let steps = json!([{ "op": "replace", "path": "nickName", "value": "Called at noon" }]);
        assert!(self.simulator.edit_contact(number(contact), &steps));
        Some(self.simulator.take_deliveries().remove(0).body)
    }

    fn retitle(&self, contact: &ContactId, title: &str) {
        let steps = json!([{ "op": "replace", "path": "title", "value": title }]);
        assert!(self.simulator.edit_contact(number(contact), &steps));
    }

    fn proofs(&self, body: &[u8]) -> Vec<(&'static str, String)> {
        vec![("x-content-signature", self.simulator.sign(body))]
    }
}

impl ConnectWise {
    /// All that an MSP may have made.
    fn define_fields(&self, are_odd: bool) {
        let text = connectwise::CustomField::text;
        let number = |caption| connectwise::CustomField {
            kind: "Number".to_owned(),
            ..text(caption)
        };
        if are_odd {
            self.simulator.define_field(31, number("SupportPIN"));
            self.simulator.define_field(32, number("IsOffice365"));
        } else {
            let check_box = connectwise::CustomField::check_box("IsOffice365");
            self.simulator.define_field(31, text("SupportPIN"));
            self.simulator.define_field(32, check_box);
        }
        self.simulator
            .define_field(EXTERNAL_ID_FIELD, text(OFFICE_365_ID));
        // Somebody else's, which stays as it is.
        self.simulator.define_field(39, text("ShoeSize"));
        self.simulator.define_company_field(51, text(TENANT_365_ID));
        self.simulator.define_company_field(52, text("Tier"));
    }
}

/// The addresses and numbers of somebody.
fn items(entry: &Entry) -> Vec<Value> {
    let item = |kind: i64, class: &str, value: &str, is_default: bool| {
        json!({ "type": { "id": kind }, "value": value, "defaultFlag": is_default,
            "communicationType": class })
    };
    let filled = KINDS.into_iter();
    let filled = filled.filter(|(attribute, ..)| !entry.value(*attribute).is_empty());
    let mut items: Vec<Value> = filled
        .map(|(attribute, kind, class)| {
            let is_default = attribute != Attribute::Mobile;
            item(kind, class, entry.value(attribute), is_default)
        })
        .collect();
    let others = entry.alternate_emails.iter().take(1);
    items.extend(others.map(|address| item(HOME_EMAIL, "Email", address, false)));
    items
}

fn custom_fields(entry: &Entry) -> Vec<Value> {
    let custom = entry.custom.iter().map(|(field, text)| match field {
        CustomField::SupportPin => json!({ "id": 31, "value": text }),
        CustomField::IsOffice365 => json!({ "id": 32, "value": parse_flag(text) }),
    });
    let id = entry.external_id.iter();
    custom
        .chain(id.map(|id| json!({ "id": EXTERNAL_ID_FIELD, "value": id })))
        .collect()
}

/// What the custom field of that name holds.
fn held_in(record: &Value, name: &str) -> Option<String> {
    let fields = record["customFields"].as_array()?.iter();
    let mut named = fields.filter(|field| field["caption"] == name);
    match &named.next()?["value"] {
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag_text(*flag).to_owned()),
        Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn number(contact: &ContactId) -> i64 {
    contact.as_str().parse().unwrap_or(0)
}
