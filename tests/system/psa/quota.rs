//! Several processes that call one PSA: what one of them is told, all keep to.

use std::sync::Arc;
use std::time::Duration;

use connectors::Vendors;
use connectors::http::Pause;
use connectors::psa::Settings;
use domain::quota::{Allowance, Lane};
use serde_json::json;
use simulators::Fault;
use simulators::psa::halo::RateLimit;

use super::Scene;

/// A process of its own that counts with the others.
fn process(scene: &Scene, pause: &Pause) -> Vendors {
    let app = scene.world.app().clone();
    let vendors = Vendors::new().unwrap().with_pause(pause.clone());
    vendors.counted(Arc::new(move |instance, word| {
        let app = app.clone();
        Box::pin(async move { app.share_calls(&instance, word).await })
    }))
}

async fn settings(scene: &Scene) -> Settings {
    let secret = scene
        .world
        .app()
        .secrets
        .find(platform::SecretName::Psa)
        .await;
    Settings::from_json(&secret.unwrap().unwrap()).unwrap()
}

#[tokio::test]
async fn a_limit_that_one_process_is_told_holds_for_all_of_them() {
    let scene = Scene::unrecorded("").await;
    let settings = settings(&scene).await;
    let halo = &scene.world.halo;
    halo.set_behaviour(simulators::psa::halo::Behaviour {
        rate_limit: Some(RateLimit {
            requests: 60,
            window: Duration::from_secs(60),
        }),
        ..Default::default()
    });
    let pause = Pause::recorded();
    let first = process(&scene, &pause).psa(&settings).unwrap();
    let mut refused = 0;
    while halo.rate_refusals() == 0 {
        refused += u32::from(first.check().await.is_err());
    }
    assert_eq!(refused, 1, "the first is told");
    let told = scene
        .world
        .app()
        .store
        .quota(&halo.api_url())
        .await
        .unwrap();
    let allowance = Allowance::new(60, Duration::from_secs(60));
    assert_eq!(told.allowance, allowance);
    // The clock stands still: of this slice others get what is theirs, and then they wait.
    let refusals = halo.rate_refusals();
    let calls = |lane| {
        let other = process(&scene, &pause)
            .in_lane(lane)
            .psa(&settings)
            .unwrap();
        async move {
            let mut calls = 0;
            while calls < 100 && other.check().await.is_ok() {
                calls += 1;
            }
            calls
        }
    };
    let before = halo.journal().count("GET", "/Client");
    let (imports, person) = (calls(Lane::Import).await, calls(Lane::Person).await);
    let went_out = halo.journal().count("GET", "/Client") - before;
    assert!(went_out <= 6, "{went_out} calls in a tenth of a minute");
    assert!(imports + person <= 6, "{imports} and {person}");
    assert!(halo.rate_refusals() - refusals <= went_out);
}

#[tokio::test]
async fn a_pause_that_one_process_is_asked_for_is_kept_by_all() {
    let scene = Scene::unrecorded("").await;
    let settings = settings(&scene).await;
    let halo = &scene.world.halo;
    let pause = Pause::recorded();
    let first = process(&scene, &pause).psa(&settings).unwrap();
    first.check().await.unwrap();
    halo.faults()
        .next("GET", "/Client", 1, Fault::throttled(Some(90)));
    assert!(first.check().await.is_err());
    let before = halo.journal().count("GET", "/Client");
    let other = process(&scene, &pause).psa(&settings).unwrap();
    let error = other.check().await.unwrap_err();
    assert!(
        error.to_string().contains("asks for a pause of 90 s"),
        "{error}"
    );
    assert_eq!(
        halo.journal().count("GET", "/Client"),
        before,
        "nothing went out"
    );
    scene
        .world
        .clock
        .advance(jiff::SignedDuration::from_secs(91));
    process(&scene, &pause)
        .psa(&settings)
        .unwrap()
        .check()
        .await
        .unwrap();
}

#[tokio::test]
async fn whoever_asks_is_told_how_many_accounts_wait_and_how_long_that_takes() {
    let mut scene = Scene::unrecorded(super::CREATE).await;
    for number in 0..20 {
        let name = format!("person{number}");
        scene.user(&name, "Person", &format!("No{number}"), json!({}));
    }
    let allowance = Allowance::new(300, Duration::from_secs(600)).unwrap();
    let (store, instance) = (&scene.world.app().store, scene.world.halo.api_url());
    store.learn_allowance(&instance, allowance).await.unwrap();
    let pause = Fault::Refused {
        status: 429,
        body: "Too many requests".to_owned(),
    };
    scene.world.halo.faults().next("POST", "/Users", 100, pause);
    let summary = scene.world.run().await;
    let told = summary.customers[0].error.clone().unwrap();
    assert!(
        told.contains("20 accounts wait for the PSA, which takes some"),
        "{told}"
    );
    let path = "/v1/customers/northwind/runs";
    let runs = super::operate(&scene.world, "GET", path, json!(null)).await;
    // The refusal told the limit too. An account costs two calls.
    let told = scene
        .world
        .app()
        .store
        .quota(&scene.world.halo.api_url())
        .await
        .unwrap();
    let expected = told.allowance.unwrap().time_for(40, Lane::Import).as_secs();
    assert_eq!(
        runs.body["still_to_push"],
        json!({ "accounts": 20, "expected_seconds": expected })
    );
    // Once the pause is over the rest follows: later, and nothing was lost or doubled.
    scene.world.halo.faults().clear();
    for _ in 0..6 {
        scene.world.run().await;
    }
    assert_eq!(scene.world.halo.users_of(scene.company).len(), 20);
    let runs = super::operate(&scene.world, "GET", path, json!(null)).await;
    assert_eq!(runs.body["still_to_push"], json!(null));
}
