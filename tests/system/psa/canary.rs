//! What failures say: nobody's secret and nobody's name.

use serde_json::json;
use simulators::psa::halo::Behaviour;
use simulators::{Fault, canary};

use super::faults::oid;
use super::{CREATE, Scene};
use crate::world::{TENANT, id};

/// Every text that a failure left behind: summaries, runs, standings.
async fn told(spoil: fn(&Scene)) -> Vec<String> {
    let mut scene = Scene::unrecorded(CREATE).await;
    let more = json!({ "id": oid(1), "mobilePhone": "+46 70 555 09 99" });
    scene.user("kanarie", "Kanarie", "Meesje", more);
    scene.user("kanarie2", "Kanarie", "Geelvogel", json!({ "mail": null }));
    scene.user("kanarie3", "Kanarie", "Geelvogel", json!({ "mail": null }));
    scene.contact("Kanarie Geelvogel", "kanarie@elsewhere.example", json!({}));
    spoil(&scene);
    let mut texts = Vec::new();
    let summary = scene.world.run().await;
    texts.extend(
        summary
            .customers
            .into_iter()
            .filter_map(|customer| customer.error),
    );
    let runs = scene
        .world
        .app()
        .store
        .runs(&id("northwind"), 50)
        .await
        .unwrap();
    texts.extend(runs.iter().map(|run| serde_json::to_string(run).unwrap()));
    for account in scene.world.accounts("northwind").await {
        texts.extend(account.psa.reason.clone());
        texts.extend(
            account
                .psa
                .candidates
                .iter()
                .map(|candidate| candidate.why_not.clone()),
        );
        texts.push(format!("{account:?}"));
    }
    assert!(!texts.is_empty());
    texts
}

fn halo_is(scene: &Scene, behaviour: Behaviour) {
    scene.world.halo.set_behaviour(behaviour);
}

fn halo_fails(scene: &Scene, method: &str, part: &str, fault: Fault) {
    scene.world.halo.faults().next(method, part, 99, fault);
}

/// What goes wrong, one thing at a time.
const SCENARIOS: [fn(&Scene); 12] = [
    |scene| scene.world.halo.set_secret("rotated"),
    |scene| scene.world.halo.set_tenant(Some("another")),
    |scene| scene.world.halo.set_scopes(&["read:customers"]),
    |scene| {
        halo_is(
            scene,
            Behaviour {
                deny_writes: true,
                ..Behaviour::default()
            },
        )
    },
    |scene| {
        halo_is(
            scene,
            Behaviour {
                hide_everything: true,
                ..Behaviour::default()
            },
        )
    },
    |scene| halo_fails(scene, "GET", "/Users", Fault::Html),
    |scene| halo_fails(scene, "POST", "/Users", Fault::ServerError(500)),
    |scene| halo_fails(scene, "POST", "/Users", Fault::Unauthorized),
    |scene| halo_fails(scene, "POST", "/auth", Fault::LostBeforeWrite),
    |scene| scene.world.graph.set_secret(TENANT, "rotated"),
    |scene| {
        let faults = scene.world.graph.faults();
        faults.next("GET", "/users/delta", 99, Fault::Html);
    },
    |scene| {
        let name = json!({ "displayName": format!("Kanarie {}", "Geelvogel".repeat(40)) });
        scene.world.graph.patch_user(TENANT, &oid(1), name);
    },
];

#[tokio::test]
async fn failures_tell_no_secret_and_no_person() {
    let mut texts: Vec<String> = Vec::new();
    for some in SCENARIOS.chunks(4) {
        let one = |at: usize| told(some[at]);
        let (a, b, c, d) = tokio::join!(one(0), one(1), one(2), one(3));
        texts.extend([a, b, c, d].concat());
    }
    let all = texts.join("\n");
    // That there is something to look through: each kind of failure is among the texts.
    for cause in [
        "refused the credentials",
        "the scope edit:customers",
        "shows no client",
        "web page",
        "status 500",
        "characters",
    ] {
        assert!(all.contains(cause), "no text says {cause}");
    }
    for secret in [
        canary::WORD,
        "rotated",
        "eyJ",
        "Bearer",
        "anarie",
        "eelvogel",
        "eesje",
        "555 09",
    ] {
        let line = texts.iter().find(|text| text.contains(secret));
        assert!(line.is_none(), "{secret} in: {}", line.unwrap());
    }
}
