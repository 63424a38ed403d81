//! What linked entries are told when their accounts change here: edits of accounts without a contact, new
//! user names; and in what entries are made.

use domain::docs::notes::{BEGIN, END};
use serde_json::{Value, json};

use super::system::System;
use super::{CLOUD, CREATE, MATCH_ONLY, Scene, upn};
use crate::psa::operate;
use crate::world::TENANT;

const RENAME: &str = "update_docs_entry = true";

impl Scene {
    /// A person edits an account.
    async fn edit(&self, name: &str, edit: Value) {
        let id = self.account(name).await.id;
        let path = format!("/v1/customers/northwind/accounts/{id}");
        let reply = operate(&self.world, "PATCH", &path, edit).await;
        assert_eq!(reply.status, 200, "{reply:?}");
    }

    /// The account's person has a contact in the PSA; its id.
    fn contact(&self, name: &str) -> String {
        let halo = &self.world.halo;
        let site = halo.add_site(self.company, "Main");
        let contact = halo.add_user(&json!({
            "name": format!("Given Of {name}"), "firstname": "Given",
            "surname": format!("Of {name}"), "site_id": site, "emailaddress": upn(name),
        }));
        contact.to_string()
    }

    /// The PSA is written to so often.
    fn psa_writes(&self) -> usize {
        self.world.halo.journal().writes().len()
    }
}

fn block(lines: &[&str]) -> String {
    [&[BEGIN], lines, &[END]].concat().join("\n")
}

#[tokio::test]
async fn b28_b29_an_edit_of_an_unmatched_account_is_in_its_entry_until_a_contact_says_it() {
    for system in System::both().await {
        let mut scene = Scene::new(system, MATCH_ONLY).await;
        let entry = scene.system.add(&upn("anna"), CLOUD);
        scene.system.set_notes(&entry, "Ask Bo first.");
        scene.people(&["anna"]).await;
        scene.look().await;
        assert_eq!(scene.system.writes(), 0);
        let psa = scene.psa_writes();

        let edit = json!({ "email": "private@mail.example", "mobile": "+46 70 555 01 80" });
        scene.edit("anna", edit).await;
        assert_eq!(scene.look().await.updated, 1);
        let lines = ["E-mail: private@mail.example", "Mobile: +46 70 555 01 80"];
        let notes = format!("Ask Bo first.\n{}", block(&lines));
        assert_eq!(scene.system.notes(&entry), notes);
        scene.is_quiet().await;

        // D12: what is cleared here goes, and a technician's own words stay.
        scene.edit("anna", json!({ "email": null })).await;
        scene
            .system
            .set_notes(&entry, &format!("{notes}\nAnd Cem."));
        scene.look().await;
        let kept = format!("Ask Bo first.\n{}\nAnd Cem.", block(&lines[1..]));
        assert_eq!(scene.system.notes(&entry), kept);
        scene.is_quiet().await;

        // A technician who takes the block out is not fought.
        scene.system.set_notes(&entry, "Ask Bo first.");
        scene.is_quiet().await;
        scene
            .edit("anna", json!({ "mobile": "+46 70 555 01 81" }))
            .await;
        scene.look().await;
        assert!(scene.system.notes(&entry).contains("+46 70 555 01 81"));
        assert_eq!(scene.psa_writes(), psa, "B28");

        // The account gets a contact, which says it from now on.
        let contact = scene.contact("anna");
        scene.world.run().await;
        let linked = scene.account("anna").await;
        assert_eq!(linked.contact().map(ToString::to_string), Some(contact));
        scene.look().await;
        assert_eq!(scene.system.notes(&entry), "Ask Bo first.");
        scene.is_quiet().await;
        assert_eq!(scene.psa_writes(), psa);
    }
}

#[tokio::test]
async fn b29_what_cannot_be_written_is_said_and_loses_nothing() {
    for system in System::both().await {
        let mut scene = Scene::new(system, MATCH_ONLY).await;
        let [broken, archived] = ["anna", "bo"].map(|name| scene.system.add(&upn(name), CLOUD));
        scene.people(&["anna", "bo"]).await;
        scene.look().await;
        let notes = format!("hush {BEGIN}");
        scene.system.set_notes(&broken, &notes);
        scene.system.archive(&archived);
        for name in ["anna", "bo"] {
            scene
                .edit(name, json!({ "email": "private@mail.example" }))
                .await;
        }
        let outcome = scene.look().await;
        assert_eq!((outcome.updated, outcome.refused), (0, 1));
        let docs = scene.account("anna").await.docs;
        let reason = docs.reason.unwrap();
        assert!(
            reason.contains("not whole") && !reason.contains("hush"),
            "{reason}"
        );
        assert_eq!(docs.status.as_str(), "matched");
        assert_eq!(scene.system.notes(&broken), notes);
        assert_eq!(scene.system.writes(), 0);
        scene.is_quiet().await;
        // A person puts the notes right, and confirms.
        scene.system.set_notes(&broken, "hush");
        let id = scene.account("anna").await.id;
        let path = format!("/v1/customers/northwind/accounts/{id}/entry");
        let reply = operate(&scene.world, "PUT", &path, json!({ "entry_id": broken })).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_eq!(scene.look().await.updated, 1);
        let lines = block(&["E-mail: private@mail.example"]);
        assert_eq!(scene.system.notes(&broken), format!("hush\n{lines}"));
        assert_eq!(scene.account("anna").await.docs.reason, None);
        scene.is_quiet().await;
    }
}

#[tokio::test]
async fn b135_the_entry_of_a_renamed_account_gets_its_name_where_the_policy_says_so() {
    for (lines, is_renamed) in [(RENAME, true), (MATCH_ONLY, false)] {
        for system in System::both().await {
            let mut scene = Scene::new(system, lines).await;
            let entry = scene.system.add(&upn("anna").to_uppercase(), CLOUD);
            let oid = scene.user("anna", json!({}));
            scene.world.run().await;
            scene.look().await;
            scene.is_quiet().await;
            let renamed = json!({ "userPrincipalName": upn("anna.ek") });
            scene.world.graph.patch_user(TENANT, &oid, renamed);
            scene.world.run().await;
            scene.look().await;
            scene.look().await;
            let name = if is_renamed {
                upn("anna.ek")
            } else {
                upn("anna").to_uppercase()
            };
            let row = (entry.clone(), name, CLOUD.to_owned());
            assert_eq!(scene.system.entries(), [row]);
            assert_eq!(
                scene.account("anna.ek").await.docs.reason.is_none(),
                is_renamed
            );
            scene.is_quiet().await;
            // A technician's other name is not fought.
            scene.system.edit(&entry, "front-desk", CLOUD);
            scene.look().await;
            scene.is_quiet().await;
            assert_eq!(scene.system.entries()[0].1, "front-desk");
        }
    }
}

#[tokio::test]
async fn b135_an_entry_that_was_made_is_renamed_with_its_account() {
    let [system, _] = System::both().await;
    let mut scene = Scene::new(system, &format!("{CREATE}\n{RENAME}")).await;
    let oid = scene.user("anna", json!({}));
    scene.world.run().await;
    assert_eq!(scene.look().await.created, 1);
    scene.is_quiet().await;
    let renamed = json!({ "userPrincipalName": upn("anna.ek") });
    scene.world.graph.patch_user(TENANT, &oid, renamed);
    scene.world.run().await;
    assert_eq!(scene.look().await.updated, 1);
    assert_eq!(scene.system.entries()[0].1, upn("anna.ek"));
    assert_eq!(scene.standing("anna.ek").await.0, "created");
    scene.is_quiet().await;
}

#[tokio::test]
async fn b197_entries_are_made_where_the_customer_says_and_found_there_again() {
    for system in System::both().await {
        let mut scene = Scene::new(system, CREATE).await;
        let home = scene.system.add_configuration();
        scene.people(&["anna", "bo"]).await;
        scene.embed("northwind", Some("77")).await;
        let outcome = scene.look().await;
        assert_eq!((outcome.created, outcome.refused), (0, 2));
        let docs = scene.account("anna").await.docs;
        assert_eq!(docs.status.as_str(), "failed");
        assert!(docs.reason.unwrap().contains("docs_configuration_id"));
        scene.is_quiet().await;
        // The configuration is put right.
        scene.embed("northwind", Some(&home)).await;
        assert_eq!(scene.look().await.created, 2);
        let entries = scene.system.entries();
        assert_eq!(entries.len(), 2);
        for (id, ..) in &entries {
            assert_eq!(
                scene.system.home(id).map(|id| id.to_string()),
                Some(home.clone())
            );
        }
        scene.is_quiet().await;
        // Links that were lost here are found again, embedded or not.
        let made = scene.account("anna").await.docs.entry.unwrap().to_string();
        let account = scene.account("anna").await.id;
        let path = format!("/v1/customers/northwind/accounts/{account}/entry");
        operate(&scene.world, "PUT", &path, json!({ "entry_id": null })).await;
        scene.look().await;
        assert_eq!(scene.standing("anna").await, ("matched", vec![made]));
    }
}
