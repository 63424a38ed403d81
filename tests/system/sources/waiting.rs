//! What is noted for a person, and counted for operators, at the end of a run.

use domain::account::AccountState::Active;
use domain::run::RunStatus;
use platform::Budget;
use platform::store::{Review, ReviewCounts};
use platform::telemetry::Metrics;
use serde_json::{Value, json};

use super::agents::{Agents, gzip, ldif};
use super::{count, entra_world, people, request};
use crate::world::{TENANT, World};

async fn reviews(world: &World) -> Vec<Review> {
    let (reviews, _) = world.app().store.reviews(None, 10).await.unwrap();
    reviews
}

/// What one import of the customer counts.
async fn counted(world: &mut World) -> Value {
    let (mut app, vendors) = (world.app().clone(), world.local().vendors.clone());
    app.metrics = Metrics::kept("import", "test");
    let envelope = request(world, "northwind");
    import::handle(&app, &vendors, &envelope, &Budget::endless())
        .await
        .unwrap();
    let lines: Vec<Value> = (app.metrics.lines().iter())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 1, "{lines:?}");
    lines[0].clone()
}

#[tokio::test]
async fn a_customer_that_fails_waits_for_a_person_until_a_look_goes_well() {
    let mut world = entra_world().await;
    people(&world, TENANT, 2);
    world.run().await;
    assert!(reviews(&world).await.is_empty());
    world.graph.set_secret(TENANT, "rotated");
    // Another process has no token from before.
    world.restart(None).await;
    for _ in 0..2 {
        world.run().await;
        let waiting = reviews(&world).await;
        let [Review::Run(run)] = &waiting[..] else {
            panic!("one run waits: {waiting:?}");
        };
        assert_eq!(run.status, RunStatus::Failed);
        assert!(run.reason.contains("refused the credentials"), "{run:?}");
        let shown = muster::reviews::waiting(world.app(), Some(&run.customer));
        let shown = shown.await.unwrap().failed.to_string();
        assert!(shown.contains("refused the credentials"), "{shown}");
    }
    let counts = world.app().store.review_counts().await.unwrap();
    let one = ReviewCounts {
        failed: 1,
        ..ReviewCounts::default()
    };
    assert_eq!(counts, one);
    world
        .graph
        .set_secret(TENANT, simulators::graph::CLIENT_SECRET);
    // Nothing is new, and yet it is told that all is well.
    let summary = world.run().await;
    assert_eq!(summary.accounts.created + summary.accounts.updated, 0);
    assert!(reviews(&world).await.is_empty());
}

#[tokio::test]
async fn w4_a_reading_is_complete_only_where_every_source_said_something() {
    let mut world = entra_world().await;
    people(&world, TENANT, 1);
    for _ in 0..2 {
        let line = counted(&mut world).await;
        assert_eq!(
            (&line["ReadingsCompleted"], &line["RunsSucceeded"]),
            (&json!(1.0), &json!(1.0)),
            "news or none: {line}"
        );
    }
    let mut agents = Agents::new().await;
    let completed = async |agents: &mut Agents| {
        let line = counted(&mut agents.world).await;
        assert_eq!(line["RunsSucceeded"], 1.0, "{line}");
        line["ReadingsCompleted"].clone()
    };
    let silent = completed(&mut agents).await;
    assert_eq!(silent, Value::Null, "no agent handed anything in");
    let upload = agents.open(1).await;
    agents.part(&upload, "1/parts/1", gzip(&ldif(1))).await;
    assert_eq!(agents.complete(&upload).await.0, 202);
    assert_eq!(completed(&mut agents).await, 1.0);
    assert_eq!(count(&agents.world, "northwind", Active).await, 1);
}
