//! A documentation system that fails: afterwards all is as if nothing had happened, and the PSA never
//! notices (B137).

use std::collections::BTreeSet;

use serde_json::json;
use simulators::Fault;

use super::system::System;
use super::{CLOUD, CREATE, MATCH_ONLY, Scene, upn};

const PEOPLE: [&str; 10] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];

#[tokio::test]
async fn b121_a_system_that_fails_at_random_ends_with_one_entry_each() {
    for seed in 0..4 {
        for system in System::both().await {
            let mut scene = Scene::new(system, CREATE).await;
            scene.system.add(&upn("a"), CLOUD);
            scene.people(&PEOPLE).await;
            let kinds = vec![
                Fault::ServerError(503),
                Fault::CutBody,
                Fault::LostAfterWrite,
                Fault::LostBeforeWrite,
                Fault::Html,
            ];
            scene.system.fail_at_random(seed, 0.3, kinds);
            for _ in 0..6 {
                scene.try_to_look().await;
            }
            scene.system.heal();
            scene.look().await;
            let mut names: Vec<String> = scene
                .system
                .entries()
                .into_iter()
                .map(|row| row.1)
                .collect();
            names.sort();
            assert_eq!(names, PEOPLE.map(upn), "seed {seed}");
            let mut held = BTreeSet::new();
            for account in scene.world.accounts("northwind").await {
                assert_eq!(account.docs.creating_since, None);
                assert!(held.insert(account.entry().unwrap().clone()), "seed {seed}");
            }
            scene.is_quiet().await;
        }
    }
}

#[tokio::test]
async fn b137_what_fails_in_the_documentation_system_leaves_the_psa_alone() {
    for system in System::both().await {
        let mut scene = Scene::new(system, CREATE).await;
        let entry = scene.system.add(&upn("anna"), CLOUD);
        scene.people(&["anna"]).await;
        scene.look().await;
        let before = scene.account("anna").await;
        scene.system.revoke_key();
        let outcome = scene.look_at("northwind").await.unwrap();
        let error = outcome.error.unwrap();
        assert!(error.to_lowercase().contains("key"), "{error}");
        assert!(!error.contains("anna"), "{error}");
        assert_eq!(scene.account("anna").await, before, "standings stay");
        scene.user("bo", json!({}));
        let summary = scene.world.run().await;
        assert_eq!(summary.customers[0].status, "succeeded");
        assert_eq!(scene.account("bo").await.psa.status.as_str(), "no-match");
        assert_eq!(scene.standing("anna").await, ("matched", vec![entry]));
    }
}

#[tokio::test]
async fn b137_what_matching_of_contacts_writes_and_what_this_writes_stay_both() {
    let [_, system] = System::both().await;
    let mut scene = Scene::new(system, CREATE).await;
    for name in PEOPLE {
        scene.user(name, json!({}));
    }
    // The contacts' matching has not run; both write the same accounts at the same time.
    let app = scene.app();
    scene.world.run().await;
    let woken = |event| app.envelope(crate::world::id("northwind"), None, event);
    let finished = woken(domain::event::Event::ImportFinished {});
    app.bus.publish(vec![finished]).await.unwrap();
    let (entries, ()) = {
        let looking = tokio::spawn({
            let (app, finished) = (app.clone(), woken(domain::event::Event::ImportFinished {}));
            async move {
                let vendors = connectors::Vendors::new().unwrap();
                let budget = platform::Budget::endless();
                docs_matching::handle(&app, &vendors, &finished, &budget).await
            }
        });
        scene.world.settle().await;
        (looking.await.unwrap().unwrap(), ())
    };
    assert_eq!(entries.created, 10);
    for account in scene.world.accounts("northwind").await {
        assert_eq!(account.docs.status.as_str(), "created");
        assert_eq!(account.psa.status.as_str(), "no-match");
    }
}

#[tokio::test]
async fn an_organization_that_is_gone_is_told_and_nothing_is_forgotten() {
    let [system, _] = System::both().await;
    let mut scene = Scene::new(system, MATCH_ONLY).await;
    let entry = scene.system.add(&upn("anna"), CLOUD);
    scene.people(&["anna"]).await;
    scene.look().await;
    let System::ItGlue {
        vendor,
        organization,
        ..
    } = &scene.system
    else {
        panic!("it is IT Glue");
    };
    vendor.remove_organization(*organization);
    let outcome = scene.look_at("northwind").await.unwrap();
    assert!(outcome.error.unwrap().contains("organization"));
    assert_eq!(scene.standing("anna").await, ("matched", vec![entry]));
}

#[tokio::test]
async fn a_customer_without_an_organization_and_a_deployment_without_a_system_cost_nothing() {
    let [system, _] = System::both().await;
    let mut scene = Scene::new(system, MATCH_ONLY).await;
    scene.people(&["anna"]).await;
    // The deployment of the world itself has no documentation system.
    assert_eq!(scene.account("anna").await.docs, Default::default());
    let spent = scene.world.app().meter.spent();
    scene.world.settle().await;
    assert_eq!((scene.world.app().meter.spent() - spent).requests, 0);
}
