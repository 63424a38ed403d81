//! Syncro's other side. What is Syncro's alone is in `syncro_alone`.

use std::time::Duration;

use connectors::psa::PsaKind;
use domain::fields::Attribute;
use domain::id::{CompanyId, ContactId};
use domain::push::custom::{CustomField, OFFICE_365_ID, TYPE_MAPPING};
use serde_json::{Map, Value, json};
use simulators::psa::syncro::{self, Behaviour, FieldKind, Permissions};
use simulators::{Fault, Faults, Journal, Options};

use super::vendor::{Call, Costs, Entry, Facts, Misaddressed, Route, Simulated, Ways};

/// Syncro's member for each attribute; a contact has one name.
const MEMBERS: [(Attribute, &str); 4] = [
    (Attribute::DisplayName, "name"),
    (Attribute::Email, "email"),
    (Attribute::Mobile, "mobile"),
    (Attribute::Phone, "phone"),
];

/// The custom fields that an MSP makes for Muster.
pub(super) const FIELDS: [(&str, FieldKind); 4] = [
    ("SupportPIN", FieldKind::Text),
    ("IsOffice365", FieldKind::Text),
    (OFFICE_365_ID, FieldKind::Text),
    (TYPE_MAPPING, FieldKind::Text),
];
/// Somebody else's, which stays as it is.
pub(super) const BADGE: (&str, FieldKind) = ("Badge", FieldKind::Text);

/// Syncro with one customer.
pub(super) struct Syncro {
    pub(super) simulator: simulators::Syncro,
    company: i64,
}

contract!(Syncro);

impl Simulated for Syncro {
    const KIND: PsaKind = PsaKind::Syncro;

    async fn start(options: Options) -> Self {
        let simulator = simulators::Syncro::start(options).await.unwrap();
        let company = simulator.add_customer("Northwind Dental");
        let syncro = Self { simulator, company };
        syncro.set_ways(&Ways::default());
        syncro
    }

    fn company(&self) -> CompanyId {
        CompanyId::parse(self.company.to_string()).unwrap()
    }

    fn document(&self) -> Value {
        json!({
            "system": "syncro", "api_url": self.simulator.api_url(),
            "api_token": syncro::API_TOKEN,
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
            Call::Probe => Route::new("GET", "/api/v1/me"),
            Call::List => Route::new("GET", "/contacts?customer_id="),
            Call::Create => Route::new("POST", "/contacts"),
            Call::Update => Route::new("PUT", "/contacts/"),
            // Its token is for good.
            Call::SignIn => return None,
        })
    }

    fn facts(&self) -> Facts {
        Facts {
            page_rows: 50,
            own_records: 0,
            lengths: vec![(Attribute::DisplayName, 255), (Attribute::JobTitle, 255)],
            needed: Attribute::DisplayName,
            fills_custom_later: false,
            tells_no_field_types: true,
            external_id_is_custom: true,
            territory: None,
            account_manager: None,
            resent: vec![Attribute::DisplayName],
            read_right: "the permission Customers - View Detail",
            write_right: "the permission Customers - Edit",
            sight_remedy: "make the API token as a user who sees all customers",
            checks_write_right: true,
            // Syncro answers them alike; who calls is asked.
            denies_as_unauthorized: false,
            credentials: vec!["api_token"],
            secrets: vec![syncro::USER_TOKEN.to_owned()],
            // 150 in a minute: nine tenths of that evenly.
            learned_pause: Some(Duration::from_millis(440)),
            costs: Costs {
                // Who calls, and both lists.
                check: 3,
                companies: 1,
                three_pages: 3,
                contact: 1,
                // All contacts of the company are read.
                find: 1,
                // Is the customer the person? And a change for what a create does not take.
                create: 3,
                // It is read before.
                update: 2,
                deactivate: 0,
            },
        }
    }

    fn set_ways(&self, ways: &Ways) {
        let usual = Behaviour::default();
        let may_read = !ways.denies_reads;
        self.simulator.set_behaviour(Behaviour {
            permissions: Permissions {
                list: may_read,
                view: may_read,
                edit: !ways.denies_writes,
                settings: may_read,
            },
            contacts_per_page: ways.page_rows_max.unwrap_or(usual.contacts_per_page),
            repeat_page: ways.repeats_page,
            thin_rows: ways.thin_rows,
            hide_everything: ways.hides_everything,
            undocumented: ways.is_strange,
            ..usual
        });
        if ways.lacks_custom_fields {
            self.simulator.set_fields(&[BADGE]);
        } else if ways.odd_custom_fields {
            // Texts take anything, and there are no other types than these two.
            let pin = ("SupportPIN", FieldKind::CheckBox);
            let others = FIELDS.into_iter().filter(|(name, _)| *name != pin.0);
            let fields: Vec<_> = others.chain([pin, BADGE]).collect();
            self.simulator.set_fields(&fields);
        } else {
            self.simulator
                .set_fields(&[FIELDS.as_slice(), &[BADGE]].concat());
        }
    }

    fn add_company(&self, name: &str, active: bool) -> CompanyId {
        let company = self.simulator.add_customer(name);
        let disabled = json!({ "disabled": !active });
        assert!(self.simulator.edit_customer(company, &disabled));
        CompanyId::parse(company.to_string()).unwrap()
    }

    fn add_contact(&self, company: &CompanyId, entry: &Entry) -> ContactId {
        let mut contact = Map::new();
        let company: i64 = company.as_str().parse().unwrap();
        contact.insert("customer_id".to_owned(), json!(company));
        for (attribute, member) in MEMBERS {
            contact.insert(member.to_owned(), json!(entry.value(attribute)));
        }
        let title = entry.values.get(&Attribute::JobTitle);
        if let Some(title) = title {
            contact.insert("title".to_owned(), json!(title));
        }
        let mut properties = Map::new();
        let named = entry.custom.iter();
        let named = named.map(|(field, value)| (field.name(), value));
        let id = entry.external_id.iter().map(|id| (OFFICE_365_ID, id));
        let types = entry.types.iter().map(|name| (TYPE_MAPPING, name));
        for (name, value) in named.chain(id).chain(types) {
            properties.insert(name.to_owned(), json!(value));
        }
        contact.insert("properties".to_owned(), Value::Object(properties));
        let id = self.simulator.add_contact(&Value::Object(contact));
        ContactId::parse(id.to_string()).unwrap()
    }

    fn annotate(&self, contact: &ContactId) {
        let notes = json!({
            "notes": "Calls before noon", "city": "Malmo", "opt_out": true, "extension": "17",
            "ticket_matching_emails": "reception@northwind.example",
            "properties": { "Badge": "A-17", "notification_billing": "1" },
        });
        assert!(self.simulator.edit_contact(number(contact), &notes));
    }

    fn retitle(&self, contact: &ContactId, title: &str) {
        let title = json!({ "title": title });
        assert!(self.simulator.edit_contact(number(contact), &title));
    }

    fn entry(&self, contact: &ContactId) -> Option<Entry> {
        let contact = self.simulator.contact(number(contact))?;
        let properties = &contact["properties"];
        let filled = |value: &Value| {
            let text = value.as_str().unwrap_or_default();
            Some(text.to_owned()).filter(|text| !text.is_empty())
        };
        let property = |name: &str| filled(&properties[name]);
        let values = MEMBERS.into_iter();
        let values =
            values.filter_map(|(attribute, member)| Some((attribute, filled(&contact[member])?)));
        let title = property("title").map(|title| (Attribute::JobTitle, title));
        let custom = CustomField::ALL.into_iter();
        Some(Entry {
            values: values.chain(title).collect(),
            alternate_emails: Vec::new(),
            external_id: property(OFFICE_365_ID),
            // There is no other way to be.
            active: true,
            custom: custom
                .filter_map(|field| Some((field, property(field.name())?)))
                .collect(),
            types: property(TYPE_MAPPING).into_iter().collect(),
        })
    }

    fn everything(&self, contact: &ContactId) -> Value {
        let mut contact = self.simulator.contact(number(contact)).unwrap();
        contact["updated_at"].take();
        contact
    }

    fn persons(&self, company: &CompanyId) -> Vec<ContactId> {
        let company = company.as_str().parse().unwrap();
        let contacts = self.simulator.contacts_of(company);
        let ids = contacts.iter().map(|contact| contact["id"].to_string());
        ids.map(|id| ContactId::parse(id).unwrap()).collect()
    }

    fn refusal(&self, words: &str) -> Fault {
        let body = json!({ "record": { "id": null, "name": "Ida Berg" }, "errors": words });
        Fault::Refused {
            status: 422,
            body: body.to_string(),
        }
    }

    fn misaddressed(&self, origin: &str) -> Vec<Misaddressed> {
        vec![Misaddressed {
            member: "api_url",
            value: format!("{origin}/helpdesk/api/v1"),
            remedy: "api_url must be https://{subdomain}.syncromsp.com/api/v1",
        }]
    }
}

fn number(contact: &ContactId) -> i64 {
    contact.as_str().parse().unwrap_or(0)
}
