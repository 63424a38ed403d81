//! Kaseya BMS's other side. What is BMS's alone is in `kaseya_bms_alone`.

use std::time::Duration;

use connectors::psa::PsaKind;
use domain::fields::Attribute;
use domain::id::{CompanyId, ContactId};
use domain::push::custom::{CustomField, OFFICE_365_ID, TENANT_365_ID, TYPE_MAPPING};
use serde_json::{Value, json};
use simulators::psa::kaseya_bms::{
    self as bms, ACCOUNTS_MODULE, Behaviour, CONTACTS_MODULE, text_field,
};
use simulators::{Fault, Faults, Journal, Options};

use super::vendor::{Call, Costs, Entry, Facts, Misaddressed, Route, Simulated, Ways};

/// The custom fields that an MSP makes for Muster, by number, and one of its own.
const PIN: i64 = 71;
const PRESENCE: i64 = 72;
const OBJECT_ID: i64 = 73;
const TYPE: i64 = 74;
const TENANT_ID: i64 = 75;
const BADGE: i64 = 76;
/// Items of the list that tells types.
const TYPES: [(i64, &str); 2] = [(31, "Standard User"), (32, "VIP")];

/// Kaseya BMS with one account and its location.
pub(super) struct KaseyaBms {
    pub(super) simulator: simulators::KaseyaBms,
    company: i64,
}

contract!(KaseyaBms);

impl Simulated for KaseyaBms {
    const KIND: PsaKind = PsaKind::KaseyaBms;

    async fn start(options: Options) -> Self {
        let simulator = simulators::KaseyaBms::start(options).await.unwrap();
        let company = simulator.add_account("Northwind Dental");
        simulator.add_location(company, "Main");
        let bms = Self { simulator, company };
        bms.set_ways(&Ways::default());
        bms
    }

    fn company(&self) -> CompanyId {
        CompanyId::parse(self.company.to_string()).unwrap()
    }

    fn document(&self) -> Value {
        json!({
            "system": "kaseya-bms", "api_url": self.simulator.api_url(), "tenant": bms::TENANT,
            "username": bms::USERNAME, "password": bms::PASSWORD,
            "contacts_module": CONTACTS_MODULE, "accounts_module": ACCOUNTS_MODULE,
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
            Call::Probe => Route::new("GET", "/crm/contacts/summary?PageSize=1&"),
            Call::List => Route::new("GET", "/crm/contacts/summary?Filter.AccountId="),
            Call::Create => Route::new("POST", "/crm/contacts/summary"),
            Call::Update => Route::new("PATCH", "/crm/contacts/"),
            Call::SignIn => Route::new("POST", "/security/authenticate"),
        })
    }

    fn facts(&self) -> Facts {
        Facts {
            page_rows: 100,
            own_records: 0,
            lengths: vec![
                (Attribute::GivenName, 100),
                (Attribute::Surname, 100),
                (Attribute::JobTitle, 100),
            ],
            needed: Attribute::Surname,
            fills_custom_later: false,
            tells_no_field_types: false,
            external_id_is_custom: true,
            territory: None,
            account_manager: None,
            resent: Vec::new(),
            read_right: "CRM > Contacts: View",
            write_right: "CRM > Contacts: Modify",
            sight_remedy: "let the security role of the API user see all of them",
            checks_write_right: false,
            denies_as_unauthorized: false,
            credentials: vec!["tenant", "username", "password"],
            secrets: vec![
                "quetzalcanary-bms-token".to_owned(),
                "quetzalcanary-bms-refresh".to_owned(),
            ],
            // 1500 in an hour for each endpoint: nine tenths of that evenly.
            learned_pause: Some(Duration::from_secs(2)),
            costs: Costs {
                // Contacts and accounts.
                check: 2,
                companies: 1,
                three_pages: 3,
                // The contact, which custom fields there are, and what they hold.
                contact: 3,
                // Those out of use are asked for as long as none was ever shown.
                find: 2,
                // The location, a contact and two tables to learn types from, the custom fields, the
                // create, and the job title, which a create does not take.
                create: 7,
                // The phones are read before; they are changed apart.
                update: 3,
                deactivate: 1,
            },
        }
    }

    fn set_ways(&self, ways: &Ways) {
        self.simulator.forget_fields();
        let contacts = |id, name| {
            self.simulator
                .define_field(CONTACTS_MODULE, id, text_field(name))
        };
        contacts(BADGE, "Badge");
        if !ways.lacks_custom_fields {
            for field in CustomField::ALL {
                let items = [(901, "Gold".to_owned()), (902, "Silver".to_owned())];
                let items = items.into_iter().filter(|_| ways.odd_custom_fields);
                let made = bms::CustomField {
                    items: items.collect(),
                    ..text_field(field.name())
                };
                let id = match field {
                    CustomField::SupportPin => PIN,
                    CustomField::IsOffice365 => PRESENCE,
                };
                self.simulator.define_field(CONTACTS_MODULE, id, made);
            }
            contacts(OBJECT_ID, OFFICE_365_ID);
            let list = bms::CustomField {
                items: TYPES.map(|(id, name)| (id, name.to_owned())).to_vec(),
                ..text_field(TYPE_MAPPING)
            };
            self.simulator.define_field(CONTACTS_MODULE, TYPE, list);
            let field = text_field(TENANT_365_ID);
            self.simulator
                .define_field(ACCOUNTS_MODULE, TENANT_ID, field);
        }
        let usual = Behaviour::default();
        self.simulator.set_behaviour(Behaviour {
            page_cap: ways.page_rows_max.unwrap_or(usual.page_cap),
            repeat_page: ways.repeats_page,
            hide_everything: ways.hides_everything,
            deny_reads: ways.denies_reads,
            deny_writes: ways.denies_writes,
            undocumented: ways.is_strange,
            ..usual
        });
    }

    fn expire_tokens(&self) {
        self.simulator.expire_tokens();
    }

    fn add_company(&self, name: &str, active: bool) -> CompanyId {
        let company = self.simulator.add_account(name);
        self.simulator.add_location(company, "Main");
        self.simulator.set_account_active(company, active);
        CompanyId::parse(company.to_string()).unwrap()
    }

    fn add_contact(&self, company: &CompanyId, entry: &Entry) -> ContactId {
        let members = json!({
            "FirstName": entry.value(Attribute::GivenName),
            "LastName": entry.value(Attribute::Surname),
            "JobTitle": entry.value(Attribute::JobTitle),
            "IsActive": entry.active,
        });
        let items = |rows: &[(&str, i64)]| {
            let rows = rows
                .iter()
                .filter(|(value, _)| !value.is_empty())
                .enumerate();
            rows.map(|(at, (value, type_id))| item(value, *type_id, at == 0))
                .collect::<Vec<_>>()
        };
        let mut emails = vec![(entry.value(Attribute::Email), bms::WORK_EMAIL)];
        // Kept there, and not looked at here (B168).
        let others = entry.alternate_emails.iter();
        emails.extend(others.map(|address| (address.as_str(), bms::WORK_EMAIL)));
        let phones = [
            (entry.value(Attribute::Mobile), bms::MOBILE_PHONE),
            (entry.value(Attribute::Phone), bms::WORK_PHONE),
        ];
        let location = self
            .simulator
            .main_location(number(company.as_str()))
            .unwrap();
        let added =
            self.simulator
                .add_contact(location, &members, &items(&emails), &items(&phones));
        let set = |id, value: Option<&String>| {
            let value = value.map_or("", String::as_str);
            self.simulator.set_value(CONTACTS_MODULE, added, id, value);
        };
        set(PIN, entry.custom.get(&CustomField::SupportPin));
        set(PRESENCE, entry.custom.get(&CustomField::IsOffice365));
        set(OBJECT_ID, entry.external_id.as_ref());
        set(TYPE, entry.types.first());
        ContactId::parse(added.to_string()).unwrap()
    }

    fn annotate(&self, contact: &ContactId) {
        let id = number(contact.as_str());
        let members = json!({ "MiddleName": "Maria", "Poc": true, "BillByContact": true,
            "ReceiveInvoices": true, "EffectiveDate": "2025-03-02T00:00:00" });
        assert!(self.simulator.edit_contact(id, &members));
        let home = item("+46 8 555 01 99", bms::HOME_PHONE, false);
        assert!(self.simulator.add_phone(id, &home));
        self.simulator
            .set_value(CONTACTS_MODULE, id, BADGE, "Key holder");
    }

    fn retitle(&self, contact: &ContactId, title: &str) {
        let title = json!({ "JobTitle": title });
        let id = number(contact.as_str());
        assert!(self.simulator.edit_contact(id, &title));
    }

    fn entry(&self, contact: &ContactId) -> Option<Entry> {
        let id = number(contact.as_str());
        let held = self.simulator.contact(id)?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let of = |list: &str, shown: &str, is_it: &dyn Fn(&Value) -> bool| {
            let rows = held[list].as_array().unwrap();
            rows.iter()
                .find(|row| is_it(row))
                .map_or(String::new(), |row| text(&row[shown]))
        };
        let phone = |kind: i64| of("Phones", "Phone", &|row| row["PhoneTypeId"] == kind);
        let values = [
            (Attribute::GivenName, text(&held["FirstName"])),
            (Attribute::Surname, text(&held["LastName"])),
            (Attribute::JobTitle, text(&held["JobTitle"])),
            (
                Attribute::Email,
                of("Emails", "EmailAddress", &|row| row["IsDefault"] == true),
            ),
            (Attribute::Mobile, phone(bms::MOBILE_PHONE)),
            (Attribute::Phone, phone(bms::WORK_PHONE)),
        ];
        let value = |field: i64| {
            let rows = held["CustomFieldsData"].as_array().unwrap();
            let row = rows.iter().find(|row| row["CustomFieldId"] == field);
            row.map(|row| text(&row["Data"]))
        };
        let custom = [
            (CustomField::SupportPin, value(PIN)),
            (CustomField::IsOffice365, value(PRESENCE)),
        ];
        Some(Entry {
            values: values
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .collect(),
            alternate_emails: Vec::new(),
            external_id: value(OBJECT_ID),
            active: held["IsActive"] == true,
            custom: custom
                .into_iter()
                .filter_map(|(f, value)| Some((f, value?)))
                .collect(),
            types: value(TYPE).into_iter().collect(),
        })
    }

    fn everything(&self, contact: &ContactId) -> Value {
        let mut held = self.simulator.contact(number(contact.as_str())).unwrap();
        held["ModifiedOn"].take();
        held
    }

    fn tenant_id(&self, company: &CompanyId) -> Option<String> {
        self.simulator
            .value(ACCOUNTS_MODULE, number(company.as_str()), TENANT_ID)
    }

    fn persons(&self, company: &CompanyId) -> Vec<ContactId> {
        let ids = self
            .simulator
            .contacts_of(number(company.as_str()))
            .into_iter();
        ids.map(|id| ContactId::parse(id.to_string()).unwrap())
            .collect()
    }

    fn refusal(&self, words: &str) -> Fault {
        Fault::Refused {
            status: 200,
            body: bms::failure_body(words),
        }
    }

    fn misaddressed(&self, origin: &str) -> Vec<Misaddressed> {
        vec![Misaddressed {
            member: "api_url",
            value: origin.to_owned(),
            remedy: "api_url must be the API's host",
        }]
    }
}

pub(super) fn item(value: &str, type_id: i64, default: bool) -> bms::Entry {
    bms::Entry {
        value: value.to_owned(),
        type_id,
        default,
    }
}

fn number(id: &str) -> i64 {
    id.parse().unwrap_or(0)
}
