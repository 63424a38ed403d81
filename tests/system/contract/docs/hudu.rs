//! Hudu's other side, whose lists tell secrets, and what is its alone.

use std::time::Duration;

use connectors::docs::DocsKind;
use domain::id::{ConfigurationId, EntryId, OrganizationId};
use serde_json::{Value, json};
use simulators::docs::hudu::{self, Behaviour};
use simulators::{Fault, Faults, Journal, Options};

use super::bench::{Bench, category, ida_made, no_entry, rename};
use super::vendor::{Call, Costs, Facts, Held, Simulated, Ways};
use crate::contract::bench::refused_field;
use crate::contract::vendor::Route;

/// Hudu with one company.
pub(super) struct Hudu {
    simulator: simulators::Hudu,
    company: u64,
}

docs_contract!(Hudu);

impl Simulated for Hudu {
    const KIND: DocsKind = DocsKind::Hudu;

    async fn start(options: Options) -> Self {
        let simulator = simulators::Hudu::start(options).await.unwrap();
        let company = simulator.add_company("Northwind Dental");
        Self { simulator, company }
    }

    fn organization(&self) -> OrganizationId {
        OrganizationId::parse(self.company.to_string()).unwrap()
    }

    fn document(&self) -> Value {
        json!({ "system": "hudu", "api_url": self.simulator.base(), "api_key": hudu::API_KEY })
    }

    fn journal(&self) -> &Journal {
        self.simulator.journal()
    }

    fn faults(&self) -> &Faults {
        self.simulator.faults()
    }

    fn route(&self, call: Call) -> Route {
        match call {
            Call::Probe => Route::new("GET", "/api_info"),
            Call::List => Route::new("GET", "/asset_passwords?company_id="),
            Call::One => Route::new("GET", "/asset_passwords/"),
            Call::Create => Route::new("POST", "/asset_passwords"),
            Call::Update => Route::new("PUT", "/asset_passwords/"),
        }
    }

    fn facts(&self) -> Facts {
        Facts {
            page_rows: 250,
            lists_inactive: false,
            right: "no password access",
            sight_remedy: "make a key that is not restricted to other companies",
            address_remedy: "api_url must be the address of your Hudu",
            secrets: vec![hudu::PASSWORD.to_owned(), hudu::OTP_SECRET.to_owned()],
            back_off: Duration::from_secs(300),
            // 300 in a minute: nine tenths of five each second.
            learned_pause: Duration::from_millis(180),
            costs: Costs {
                check: 3,
                // Lists end with their first empty page.
                organizations: 2,
                create: 1,
                entry: 1,
                update: 1,
                three_pages: 5,
            },
        }
    }

    fn set_ways(&self, ways: &Ways) {
        let usual = Behaviour::default();
        self.simulator.set_behaviour(Behaviour {
            page_cap: ways.page_rows_max.unwrap_or(usual.page_cap),
            repeat_page: ways.repeats_page,
            hide_everything: ways.hides_everything,
            deny_passwords: ways.denies_passwords,
            undocumented: ways.is_strange,
            ..usual
        });
    }

    fn add_organization(&self, name: &str, active: bool) -> OrganizationId {
        let id = self.simulator.add_company(name);
        if !active {
            self.simulator.archive_company(id);
        }
        OrganizationId::parse(id.to_string()).unwrap()
    }

    fn remove_organization(&self, organization: &OrganizationId) {
        let id = organization.as_str().parse().unwrap();
        self.simulator.remove_company(id);
    }

    fn add_entry(&self, organization: &OrganizationId, held: &Held) -> EntryId {
        let hangs_on = held.is_embedded.then_some(("Asset", 311));
        let id = self.simulator.add_password(&json!({
            "company_id": organization.as_str().parse::<u64>().unwrap(), "name": held.name,
            "username": held.username.clone().unwrap_or_default(),
            "password_type": held.category, "archived": held.is_archived,
            "passwordable_type": hangs_on.map(|on| on.0),
            "passwordable_id": hangs_on.map(|on| on.1), "url": "https://login.example",
            "description": "Kept by hand",
        }));
        EntryId::parse(id.to_string()).unwrap()
    }

    fn add_configuration(&self, organization: &OrganizationId) -> ConfigurationId {
        let company = organization.as_str().parse().unwrap();
        let id = self.simulator.add_asset(company);
        ConfigurationId::parse(id.to_string()).unwrap()
    }

    fn set_notes(&self, entry: &EntryId, notes: &str) {
        let changes = json!({ "description": notes });
        assert!(self.simulator.edit_password(number(entry), &changes));
    }

    fn notes(&self, entry: &EntryId) -> String {
        let all = self.everything(entry);
        all["description"].as_str().unwrap_or_default().to_owned()
    }

    fn held(&self, entry: &EntryId) -> Option<Held> {
        let all = self.simulator.password(number(entry))?;
        let text = |name: &str| {
            let text = all[name].as_str().unwrap_or_default();
            Some(text.to_owned()).filter(|text| !text.is_empty())
        };
        Some(Held {
            name: text("name").unwrap_or_default(),
            username: text("username"),
            category: text("password_type"),
            is_archived: all["archived"] == true,
            is_embedded: !all["passwordable_id"].is_null(),
        })
    }

    fn everything(&self, entry: &EntryId) -> Value {
        self.simulator.password(number(entry)).unwrap()
    }

    fn entries_of(&self, organization: &OrganizationId) -> Vec<EntryId> {
        let company = organization.as_str().parse().unwrap();
        let ids = self.simulator.passwords_of(company).into_iter();
        ids.map(|id| EntryId::parse(id.to_string()).unwrap())
            .collect()
    }

    fn refusal(&self, words: &str) -> Fault {
        Fault::Refused {
            status: 422,
            body: json!({ "errors": { "name": [words] } }).to_string(),
        }
    }
}

fn number(entry: &EntryId) -> u64 {
    entry.as_str().parse().unwrap_or(0)
}

impl Bench<Hudu> {
    fn behave(&self, behaviour: Behaviour) {
        self.side.simulator.set_behaviour(behaviour);
    }
}

#[tokio::test]
async fn lists_hold_secrets_on_the_wire_and_a_check_reads_none_of_them() {
    let bench = Bench::<Hudu>::new().await;
    let id = bench.add(&ida_made());
    let all = bench.side.everything(&id);
    assert_eq!(all["password"], hudu::PASSWORD);
    assert_eq!(all["otp_secret"], hudu::OTP_SECRET);
    bench.docs().check().await.unwrap();
    let looks = bench
        .side
        .journal()
        .matching(|e| e.path.ends_with("/asset_passwords"));
    assert_eq!(looks.len(), 1);
    assert_eq!(looks[0].parameter("company_id"), Some("0"));
}

#[tokio::test]
async fn an_instance_of_before_2_40_is_told_to_be_updated() {
    let bench = Bench::<Hudu>::new().await;
    bench.behave(Behaviour {
        version: "2.38.1".to_owned(),
        ..Behaviour::default()
    });
    let access = bench.docs().check().await.unwrap();
    assert_eq!(
        access.missing,
        ["its version is 2.38: update Hudu to 2.40 or later"]
    );
}

#[tokio::test]
async fn filters_that_are_not_known_let_nobody_elses_entries_in() {
    let bench = Bench::<Hudu>::new().await;
    let id = bench.add(&ida_made());
    let other = bench.side.add_organization("Fabrikam", true);
    bench.side.add_entry(&other, &ida_made());
    bench.behave(Behaviour {
        ignore_filters: true,
        ..Behaviour::default()
    });
    let entries = bench.entries().await.unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].id, id);
}

#[tokio::test]
async fn a_type_that_is_not_shown_is_told_once_it_was_written() {
    let bench = Bench::<Hudu>::new().await;
    let id = bench.add(&Held::new("Ann", "alee", ""));
    bench.behave(Behaviour {
        hide_types: true,
        ..Behaviour::default()
    });
    let error = bench.update(category(&id, "Cloud")).await.unwrap_err();
    assert_eq!(refused_field(&error), Some("category"));
    // What is made is made all the same, also where its answer is lost.
    bench.fail(Call::Create, 1, Fault::LostAfterWrite);
    bench.create().await.unwrap();
    assert_eq!(bench.side.entries_of(&bench.organization).len(), 2);
}

#[tokio::test]
async fn answers_come_bare_or_wrapped_and_nothing_as_null_or_404() {
    let bench = Bench::<Hudu>::new().await;
    bench.behave(Behaviour {
        bare_creates: true,
        missing_is_404: true,
        wrapped_assets: true,
        ..Behaviour::default()
    });
    let id = bench.create().await.unwrap();
    bench.assert_holds(&id, &ida_made()).await;
    bench.create_in(&bench.configuration()).await.unwrap();
    assert_eq!(bench.docs().entry(&no_entry()).await.unwrap(), None);
    assert!(bench.update(rename(&no_entry(), "x")).await.is_err());
}

#[tokio::test]
async fn a_new_entry_stays_out_of_the_portal_and_the_address_of_the_log_in_as_it_is() {
    let bench = Bench::<Hudu>::new().await;
    bench.create().await.unwrap();
    assert_eq!(bench.bodies()[0]["asset_password"]["in_portal"], false);
    let id = bench.add(&ida_made());
    bench.update(rename(&id, "x")).await.unwrap();
    assert_eq!(
        bench.side.everything(&id)["login_url"],
        "https://login.example"
    );
}
