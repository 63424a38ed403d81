//! IT Glue's other side, with ids of 17 digits as in the EU, and what is its alone.

use std::time::Duration;

use connectors::docs::DocsKind;
use connectors::error::ConnectorError;
use domain::docs::entry::Seal;
use domain::id::{ConfigurationId, EntryId, OrganizationId};
use serde_json::{Value, json};
use simulators::docs::it_glue::{self, Behaviour};
use simulators::{Fault, Faults, Journal, Options};

use super::bench::{Bench, category, details, ida_made, no_details, rename};
use super::vendor::{Call, Costs, Facts, Held, Simulated, Ways};
use crate::contract::vendor::Route;

/// IT Glue with one organization.
pub(super) struct ItGlue {
    simulator: simulators::ItGlue,
    organization: u64,
    categories: Vec<(&'static str, u64)>,
}

docs_contract!(ItGlue);

impl Simulated for ItGlue {
    const KIND: DocsKind = DocsKind::ItGlue;

    async fn start(options: Options) -> Self {
        let simulator = simulators::ItGlue::start(options).await.unwrap();
        simulator.use_long_ids();
        let organization = simulator.add_organization("Northwind Dental", "Active");
        let names = ["Cloud", "Active Directory", "Microsoft 365"];
        let categories = names.map(|name| (name, simulator.add_category(name)));
        Self {
            organization,
            categories: categories.to_vec(),
            simulator,
        }
    }

    fn organization(&self) -> OrganizationId {
        OrganizationId::parse(self.organization.to_string()).unwrap()
    }

    fn document(&self) -> Value {
        json!({ "system": "it-glue", "api_url": self.simulator.base(),
            "api_key": it_glue::API_KEY })
    }

    fn journal(&self) -> &Journal {
        self.simulator.journal()
    }

    fn faults(&self) -> &Faults {
        self.simulator.faults()
    }

    fn route(&self, call: Call) -> Route {
        match call {
            Call::Probe => Route::new("GET", "/organizations?"),
            Call::List => Route::new("GET", "/passwords?filter"),
            Call::One => Route::new("GET", "/passwords/"),
            Call::Create => Route::new("POST", "/relationships/passwords"),
            Call::Update => Route::new("PATCH", "/passwords/"),
        }
    }

    fn facts(&self) -> Facts {
        Facts {
            page_rows: 500,
            lists_inactive: true,
            right: "Password Access",
            sight_remedy: "make one in the MSP's account",
            address_remedy: "api_url must be the API of your region",
            secrets: vec![it_glue::PASSWORD.to_owned(), it_glue::OTP_SECRET.to_owned()],
            back_off: Duration::from_secs(60),
            // 3000 in five minutes: nine tenths of ten each second.
            learned_pause: Duration::from_millis(80),
            costs: Costs {
                check: 3,
                organizations: 1,
                // The list of categories.
                create: 2,
                entry: 1,
                update: 1,
                // Archived ones are asked for apart.
                three_pages: 4,
            },
        }
    }

    fn set_ways(&self, ways: &Ways) {
        let usual = Behaviour::default();
        self.simulator.set_behaviour(Behaviour {
            page_cap: ways.page_rows_max.unwrap_or(usual.page_cap),
            repeat_page: ways.repeats_page,
            hide_everything: ways.hides_everything,
            deny_reads: ways.denies_passwords,
            deny_writes: ways.denies_passwords,
            undocumented: ways.is_strange,
            ..usual
        });
    }

    fn add_organization(&self, name: &str, active: bool) -> OrganizationId {
        let status = if active { "Active" } else { "Inactive" };
        let id = self.simulator.add_organization(name, status);
        OrganizationId::parse(id.to_string()).unwrap()
    }

    fn remove_organization(&self, organization: &OrganizationId) {
        let id = organization.as_str().parse().unwrap();
        self.simulator.remove_organization(id);
    }

    fn add_entry(&self, organization: &OrganizationId, held: &Held) -> EntryId {
        let category = held.category.as_deref().map(|name| self.category(name));
        let hangs_on = held.is_embedded.then_some(("Configuration", 28631));
        self.add(json!({
            "organization-id": organization.as_str().parse::<u64>().unwrap(),
            "name": held.name, "username": held.username, "password-category-id": category,
            "archived": held.is_archived, "resource-type": hangs_on.map(|on| on.0),
            "resource-id": hangs_on.map(|on| on.1),
        }))
    }

    fn add_configuration(&self, organization: &OrganizationId) -> ConfigurationId {
        let organization = organization.as_str().parse().unwrap();
        let id = self.simulator.add_configuration(organization);
        ConfigurationId::parse(id.to_string()).unwrap()
    }

    fn set_notes(&self, entry: &EntryId, notes: &str) {
        let changes = json!({ "notes": notes });
        assert!(self.simulator.edit_password(number(entry), &changes));
    }

    fn notes(&self, entry: &EntryId) -> String {
        let all = self.everything(entry);
        all["notes"].as_str().unwrap_or_default().to_owned()
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
            category: text("password-category-name"),
            is_archived: all["archived"] == true,
            is_embedded: !all["resource-id"].is_null(),
        })
    }

    fn everything(&self, entry: &EntryId) -> Value {
        self.simulator.password(number(entry)).unwrap()
    }

    fn entries_of(&self, organization: &OrganizationId) -> Vec<EntryId> {
        let organization = organization.as_str().parse().unwrap();
        let ids = self.simulator.passwords_of(organization).into_iter();
        ids.map(|id| EntryId::parse(id.to_string()).unwrap())
            .collect()
    }

    fn refusal(&self, words: &str) -> Fault {
        let error = json!({ "status": 422, "title": "Unprocessable Entity", "detail": words });
        Fault::Refused {
            status: 422,
            body: json!({ "errors": [error] }).to_string(),
        }
    }
}

impl ItGlue {
    fn category(&self, name: &str) -> u64 {
        let named = self.categories.iter().find(|(known, _)| *known == name);
        named.expect("a category of the account").1
    }

    fn add(&self, mut attributes: Value) -> EntryId {
        attributes["notes"] = json!("Kept by hand");
        let id = self.simulator.add_password(&attributes);
        EntryId::parse(id.to_string()).unwrap()
    }
}

fn number(entry: &EntryId) -> u64 {
    entry.as_str().parse().unwrap_or(0)
}

#[tokio::test]
async fn entries_of_the_vault_and_those_of_one_person_are_sealed() {
    let bench = Bench::<ItGlue>::new().await;
    for (member, value, seal) in [
        ("vault-id", json!(7), Some(Seal::Vault)),
        ("personal", json!(true), Some(Seal::Personal)),
        ("restricted", json!(true), None),
        (
            "resource-type",
            json!("flexible-asset-traits"),
            Some(Seal::AssetField),
        ),
    ] {
        let mut attributes = json!({ "organization-id": bench.side.organization, "name": "n",
            "username": "u", "resource-id": 4 });
        attributes[member] = value;
        let id = bench.side.add(attributes);
        let entries = bench.entries().await.unwrap();
        let listed = entries.iter().find(|entry| entry.id == id).unwrap();
        assert_eq!(listed.seal, seal, "{member}");
    }
}

#[tokio::test]
async fn a_category_that_was_deleted_leaves_an_entry_without_one() {
    let bench = Bench::<ItGlue>::new().await;
    let id = bench.add(&ida_made());
    let glue = &bench.side.simulator;
    glue.remove_category(bench.side.category("Microsoft 365"));
    let read = bench.docs().entry(&id).await.unwrap().unwrap();
    assert_eq!(read.category, None);
    // Whoever knew the category from before is told by the vendor.
    let docs = bench.docs();
    docs.categories().await.unwrap();
    glue.remove_category(bench.side.category("Cloud"));
    let change = domain::docs::entry::EntryChange::Update(category(&id, "Cloud"));
    let error = docs.apply(&change).await.unwrap_err();
    let ConnectorError::Refused { field, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!(field.as_deref(), Some("category"), "{error}");
}

#[tokio::test]
async fn a_list_that_times_out_is_read_in_smaller_pages() {
    let bench = Bench::<ItGlue>::new().await;
    for number in 0..260 {
        bench.add(&Held::new("Entry", &format!("user{number}"), "Cloud"));
    }
    bench.side.simulator.set_behaviour(Behaviour {
        slow_above: Some(100),
        ..Behaviour::default()
    });
    assert_eq!(bench.entries().await.unwrap().len(), 260);
}

#[tokio::test]
async fn a_key_without_password_access_that_sees_entries_is_told_at_the_write() {
    for denied_status in [401, 403] {
        let bench = Bench::<ItGlue>::new().await;
        let id = bench.add(&ida_made());
        bench.side.simulator.set_behaviour(Behaviour {
            deny_writes: true,
            denied_status,
            ..Behaviour::default()
        });
        // Reads do not tell.
        let denied = bench.update(rename(&id, "x")).await.unwrap_err();
        assert!(
            matches!(denied, ConnectorError::Forbidden { .. }),
            "{denied}"
        );
        assert!(denied.to_string().contains("Password Access"), "{denied}");
    }
}

#[tokio::test]
async fn a_create_may_be_answered_with_either_status() {
    for create_status in [200, 201] {
        let bench = Bench::<ItGlue>::new().await;
        bench.side.simulator.set_behaviour(Behaviour {
            create_status,
            ..Behaviour::default()
        });
        let id = bench.create().await.unwrap();
        bench.assert_holds(&id, &ida_made()).await;
    }
}

#[tokio::test]
async fn b29_notes_that_were_never_written_are_empty_ones() {
    let bench = Bench::<ItGlue>::new().await;
    let id = bench.add(&ida_made());
    let nothing = json!({ "notes": null });
    assert!(bench.side.simulator.edit_password(number(&id), &nothing));
    bench
        .update(details(&id, "ida@northwind.example"))
        .await
        .unwrap();
    assert!(bench.side.notes(&id).starts_with("--- Muster"));
    bench.update(no_details(&id)).await.unwrap();
    assert_eq!(bench.side.notes(&id), "");
}
