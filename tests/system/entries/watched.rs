//! What operators see of entries in CloudWatch: how accounts stand at each matching, and how many of
//! them wait for a person, at each tick.

use platform::App;
use platform::telemetry::Metrics;
use serde_json::{Value, json};

use super::system::System;
use super::{CLOUD, CREATE, Scene, upn};

/// The one line that says this.
fn line(app: &App, metric: &str) -> Value {
    let lines = app.metrics.lines();
    let mut lines = (lines.iter()).map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.find(|line| !line[metric].is_null()).unwrap()
}

#[tokio::test]
async fn b123_how_accounts_stand_with_their_entries_is_counted_and_how_many_wait_for_a_person() {
    let [system, _] = System::both().await;
    let mut scene = Scene::new(system, CREATE).await;
    scene.system.add(&upn("anna"), CLOUD);
    scene.system.add(&upn("bo"), "");
    for _ in 0..2 {
        scene.system.add(&upn("cem"), CLOUD);
    }
    scene.people(&["anna", "bo", "cem", "dag"]).await;
    let mut app = scene.app();
    app.metrics = Metrics::kept("docs-matching", "test");
    scene.look_by(app.clone(), "northwind").await.unwrap();
    let counted = line(&app, "EntriesMatched");
    assert_eq!(counted["customer.id"], "northwind");
    for (metric, count) in [
        ("EntriesMatched", 1.0),
        ("EntriesPossible", 1.0),
        ("EntriesMoreThanOne", 1.0),
        ("EntriesCreated", 1.0),
        ("EntriesNoMatch", 0.0),
        ("EntriesFailed", 0.0),
    ] {
        assert_eq!(counted[metric], json!(count), "{metric}: {counted}");
    }

    app.metrics = Metrics::kept("schedule", "test");
    schedule::handle(&app).await.unwrap();
    let tick = line(&app, "CustomersDue");
    let waiting = [&tick["EntriesWaiting"], &tick["MatchesWaiting"]];
    assert_eq!(waiting, [&json!(2.0), &json!(0.0)], "{tick}");
}
