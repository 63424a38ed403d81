//! One account's way through the deployment: tick, import, matching, push; each function a process
//! of its own, each woken by what the one before it published.

use domain::account::PsaStatus;
use domain::event::Event;
use domain::fields::Attribute;
use domain::identity::Source;
use domain::run::RunReason;
use simulators::lambda::events::tick;

use crate::world::{PATIENCE, TENANT, World, deliver, id, is_done, lines};

#[tokio::test]
async fn a_tick_asks_for_the_import_of_every_customer_that_is_due_and_of_no_other() {
    let world = World::new().await;
    for number in 0..12 {
        let name = format!("customer-{number}");
        world.add(&name, Source::Microsoft365, None).await;
    }
    // More than one call of PutEvents takes; and the bus refuses three entries at first.
    world.aws.refuse_entries(3, "ThrottlingException");
    let schedule = world.start("schedule").await;
    is_done(&schedule.invoke(tick(), PATIENCE).await);
    let mut due: Vec<String> = world
        .published("import.requested.v1")
        .iter()
        .map(|event| event.detail["customer"].as_str().unwrap().to_owned())
        .collect();
    due.sort_unstable();
    due.dedup();
    assert_eq!(due.len(), 12);
    // A moment later nobody is due, and the same process says so.
    is_done(&schedule.invoke(tick(), PATIENCE).await);
    assert!(world.published("none").is_empty());
    let output = world.stop(schedule).await;
    let counted: Vec<_> = lines(&output)
        .iter()
        .filter_map(|line| line["CustomersDue"].as_f64())
        .collect();
    assert_eq!(counted, [12.0, 0.0]);
}

#[tokio::test]
async fn a_tick_that_fails_is_told_to_lambda_and_made_good_by_the_next() {
    let world = World::new().await;
    world.add("northwind", Source::Microsoft365, None).await;
    world.aws.refuse_entries(4, "InternalFailure");
    let schedule = world.start("schedule").await;
    let outcome = schedule.invoke(tick(), PATIENCE).await;
    assert!(
        matches!(outcome, simulators::lambda::Outcome::Failed(_)),
        "{outcome:?}"
    );
    is_done(&schedule.invoke(tick(), PATIENCE).await);
    assert_eq!(world.published("import.requested.v1").len(), 1);
    world.stop(schedule).await;
}

#[tokio::test]
async fn b32_an_account_comes_from_the_directory_through_all_functions_to_the_psa() {
    let world = World::new().await;
    let company = world.halo.add_client("Northwind Dental");
    world.halo.add_site(company, "Main");
    world
        .add("northwind", Source::Microsoft365, Some(company))
        .await;
    world.user("anna");

    let schedule = world.start("schedule").await;
    is_done(&schedule.invoke(tick(), PATIENCE).await);
    world.stop(schedule).await;
    for (function, woken_by) in [
        ("import", "import.requested.v1"),
        ("matching", "import.finished.v1"),
        ("psa-push", "matching.finished.v1"),
    ] {
        let published = world.published(woken_by);
        assert_eq!(published.len(), 1, "{function}");
        let process = world.start(function).await;
        let messages: Vec<String> = published.iter().map(|event| event.message()).collect();
        assert!(deliver(&process, &messages).await.is_empty(), "{function}");
        let output = world.stop(process).await;
        assert!(
            output.contains("northwind"),
            "the customer's id is in the log"
        );
    }

    let accounts = world
        .app
        .store
        .all_accounts(&id("northwind"))
        .await
        .unwrap();
    assert_eq!(accounts.len(), 1);
    let username = accounts[0].fields.get(Attribute::Username);
    assert_eq!(username, Some("anna@northwind.example"));
    assert_eq!(accounts[0].psa.status, PsaStatus::Created);
    let contacts = world.halo.users_of(company);
    assert_eq!(contacts.len(), 1);
    assert_eq!(contacts[0]["emailaddress"], "anna@northwind.example");
}

#[tokio::test]
async fn an_import_whose_time_runs_out_hands_over_to_a_continuation_and_answers_in_time() {
    let world = World::new().await;
    world.add("northwind", Source::Microsoft365, None).await;
    let small_pages = simulators::graph::Behaviour {
        page_size: 5,
        ..simulators::graph::Behaviour::default()
    };
    world.graph.set_behaviour(TENANT, small_pages);
    for number in 0..23 {
        world.user(&format!("anna{number}"));
    }
    let import = world.start("import").await;
    let reason = RunReason::Schedule;
    let first = world.message("northwind", Event::ImportRequested { reason });
    let mut message = first;
    let mut continuations = 0;
    // Less than a minute is left from the beginning: every page hands over.
    let finished = loop {
        let body = simulators::lambda::events::batch([&message]);
        let outcome = import.invoke(body, PATIENCE).await;
        assert_eq!(outcome.json()["batchItemFailures"], serde_json::json!([]));
        let published = world.aws.take_published();
        assert_eq!(published.len(), 1);
        if published[0].detail_type != "import.requested.v1" {
            break published[0].detail_type.clone();
        }
        assert_eq!(
            published[0].detail["event"]["import.requested.v1"]["reason"],
            "continuation"
        );
        message = published[0].message();
        continuations += 1;
        assert!(continuations < 20, "it ends");
    };
    assert_eq!(finished, "import.finished.v1");
    assert!(continuations >= 4, "{continuations}");
    let accounts = world
        .app
        .store
        .all_accounts(&id("northwind"))
        .await
        .unwrap();
    assert_eq!(accounts.len(), 23, "nobody is lost between two invocations");
    world.stop(import).await;
}
