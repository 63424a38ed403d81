//! Batches: what costs whom what.

use domain::event::Event;
use domain::identity::Source;
use domain::run::RunReason;
use serde_json::Value;
use simulators::lambda::events::batch;
use simulators::lambda::{Outcome, PAYLOAD_BYTES_MAX};

use crate::world::{PATIENCE, World, deliver, id, lines};

fn requested() -> Event {
    Event::ImportRequested {
        reason: RunReason::Schedule,
    }
}

#[tokio::test]
async fn of_ten_messages_only_the_bad_one_comes_again() {
    let world = World::new().await;
    world.user("anna");
    let mut bodies = Vec::new();
    for number in 0..10 {
        let name = format!("customer-{number}");
        world.add(&name, Source::Microsoft365, None).await;
        bodies.push(world.message(&name, requested()));
    }
    bodies[6] =
        r#"{"detail-type":"import.requested.v1","detail":{"customer":"Anna, hush"}}"#.into();
    let import = world.start("import").await;
    assert_eq!(deliver(&import, &bodies).await, ["message-6"]);
    // It stays bad however often it comes, until the queue has had enough.
    assert_eq!(deliver(&import, &bodies[6..7]).await, ["message-0"]);
    for number in 0..10 {
        let accounts = world
            .app
            .store
            .all_accounts(&id(&format!("customer-{number}")))
            .await;
        assert_eq!(
            accounts.unwrap().len(),
            usize::from(number != 6),
            "{number}"
        );
    }
    assert_eq!(world.published("import.finished.v1").len(), 9);
    let output = world.stop(import).await;
    let told: Vec<Value> = lines(&output)
        .into_iter()
        .filter(|line| {
            line["message"]
                .as_str()
                .is_some_and(|m| m.contains("no event of ours"))
        })
        .collect();
    assert_eq!(told.len(), 2, "why it is a dead letter stands in the log");
    assert!(
        told[0]["what"]
            .as_str()
            .is_some_and(|what| what.contains("line 1"))
    );
}

#[tokio::test]
async fn a_malformed_event_is_given_back_and_nothing_of_it_is_logged() {
    let world = World::new().await;
    let good = world.message("northwind", requested());
    let bodies = [
        String::new(),
        "hush anna@northwind.example".to_owned(),
        r#"{"Records":"hush"}"#.to_owned(),
        good.replace("import.requested.v1", "hush.requested.v1"),
        good.replace("\"detail\"", "\"hush\""),
        good.replace("northwind", "hush\\u0000anna"),
        format!("{good}{}", "hush".repeat(20_000)),
    ];
    for function in ["import", "matching", "psa-push"] {
        let process = world.start(function).await;
        let again = deliver(&process, &bodies).await;
        assert_eq!(again.len(), bodies.len(), "{function}: {again:?}");
        world.stop(process).await;
    }
}

#[tokio::test]
async fn an_invocation_that_is_no_batch_is_a_failure_and_the_process_lives_on() {
    let world = World::new().await;
    let matching = world.start("matching").await;
    for event in [r#""hush""#, "[]", r#"{"Records":{"hush":"anna"}}"#] {
        let outcome = matching.invoke(event, PATIENCE).await;
        assert!(
            matches!(outcome, Outcome::Failed(_)),
            "{event}: {outcome:?}"
        );
    }
    let large = batch(["x".repeat(PAYLOAD_BYTES_MAX)]);
    assert_eq!(matching.invoke(large, PATIENCE).await, Outcome::TooLarge);
    // The largest batch that Lambda hands on is read to its end.
    let nearly = batch(["x".repeat(PAYLOAD_BYTES_MAX - 2048)]);
    let outcome = matching.invoke(nearly, PATIENCE).await;
    assert_eq!(
        outcome.json()["batchItemFailures"][0]["itemIdentifier"],
        "message-0"
    );
    let nobody = world.message("nobody", Event::ImportFinished {});
    assert!(deliver(&matching, &[nobody]).await.is_empty());
    world.stop(matching).await;
}

#[tokio::test]
async fn what_may_pass_comes_again_and_what_a_person_must_put_right_does_not() {
    let world = World::new().await;
    world.add("northwind", Source::Microsoft365, None).await;
    let message = [world.message("northwind", requested())];
    let import = world.start("import").await;
    // Secrets Manager does not know the role's credentials for a moment.
    let fault = simulators::Fault::Unauthorized;
    world.aws.faults().next("POST", "/secrets", 1, fault);
    assert_eq!(deliver(&import, &message).await, ["message-0"]);
    assert_eq!(
        world.aws.faults().waiting(),
        0,
        "the import asked for the secret"
    );
    world.aws.deny_secret("muster/test/graph");
    assert!(deliver(&import, &message).await.is_empty());
    let output = world.stop(import).await;
    assert!(
        output.contains("secretsmanager:GetSecretValue"),
        "the remedy is logged"
    );
}
