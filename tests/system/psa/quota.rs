//! Several processes that call one PSA: what one of them is told, all keep to.

use std::sync::Arc;
use std::time::Duration;

use connectors::Vendors;
use connectors::http::Pause;
use connectors::psa::Settings;
use domain::quota::{Allowance, Lane};
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
