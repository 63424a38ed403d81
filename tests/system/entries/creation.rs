//! Entries that are made: when, with what, and never twice.

use domain::limits::CREATE_SECONDS_MAX;
use serde_json::json;
use simulators::Fault;

use super::system::System;
use super::{CLOUD, CREATE, MATCH_ONLY, Scene, upn};

#[tokio::test]
async fn b51_d2_an_entry_is_made_where_the_policy_says_so_and_is_found_again() {
    for system in System::both().await {
        let mut scene = Scene::new(system, MATCH_ONLY).await;
        scene.people(&["anna", "bo"]).await;
        scene.look().await;
        assert_eq!(scene.standing("anna").await, ("no-match", vec![]));
        assert_eq!(scene.system.entries(), []);

        scene.govern(CREATE).await;
        let outcome = scene.look().await;
        assert_eq!((outcome.created, outcome.counts.created), (2, 2));
        let mut entries = scene.system.entries();
        entries.sort_by(|one, other| one.1.cmp(&other.1));
        let said: Vec<_> = (entries.iter())
            .map(|(_, username, category)| (username.clone(), category.as_str()))
            .collect();
        assert_eq!(said, [(upn("anna"), CLOUD), (upn("bo"), CLOUD)]);
        let made = ("created", vec![entries[0].0.clone()]);
        assert_eq!(scene.standing("anna").await, made);
        scene.is_quiet().await;
    }
}

#[tokio::test]
async fn d4_none_is_made_beside_one_without_category_or_one_that_is_archived() {
    for system in System::both().await {
        let mut scene = Scene::new(system, CREATE).await;
        let empty = scene.system.add(&upn("anna"), "");
        let archived = scene.system.add(&upn("bo"), CLOUD);
        scene.system.archive(&archived);
        scene.people(&["anna", "bo"]).await;
        scene.look().await;
        let possible = |id: &String| ("possible-match", vec![id.clone()]);
        assert_eq!(scene.standing("anna").await, possible(&empty));
        assert_eq!(scene.standing("bo").await, possible(&archived));
        assert_eq!(scene.system.entries().len(), 2);
        // B99: the category is set, and it matches.
        scene.system.edit(&empty, &upn("anna"), CLOUD);
        scene.look().await;
        assert_eq!(scene.standing("anna").await, ("matched", vec![empty]));
    }
}

#[tokio::test]
async fn a_create_whose_answer_was_lost_makes_no_twin() {
    for system in System::both().await {
        for fault in [
            Fault::LostAfterWrite,
            Fault::CutBody,
            Fault::ServerError(503),
        ] {
            let mut scene = Scene::new(renewed(&system).await, MATCH_ONLY).await;
            scene.people(&["anna", "bo"]).await;
            scene.look().await;
            // What is read before anything is made: that, and of IT Glue its categories.
            let categories = usize::from(matches!(system, System::ItGlue { .. }));
            let reads = scene.system.reads() + categories;
            scene.govern(CREATE).await;
            scene.system.fail(0, "POST", 1, fault.clone());
            // The connector cannot look for what it made either.
            scene.system.fail(reads, "GET", 50, Fault::ServerError(502));
            assert!(scene.look_at("northwind").await.is_err(), "{fault:?}");
            assert_eq!(scene.system.writes(), 2, "{fault:?}: both were sent");
            scene.system.heal();
            scene.look().await;
            let mut names: Vec<String> = scene
                .system
                .entries()
                .into_iter()
                .map(|row| row.1)
                .collect();
            names.sort();
            assert_eq!(names, [upn("anna"), upn("bo")], "{fault:?}");
            for name in ["anna", "bo"] {
                assert_eq!(scene.standing(name).await.0, "created", "{fault:?}");
                assert_eq!(scene.account(name).await.docs.creating_since, None);
            }
            scene.is_quiet().await;
        }
    }
}

/// Queues deliver twice: two matchings of one customer may run at one moment. Here the other one has
/// stored its intent, and its create is on its way.
#[tokio::test]
async fn two_matchings_at_one_moment_make_one_entry() {
    for system in System::both().await {
        let mut scene = Scene::new(system, CREATE).await;
        scene.people(&["anna"]).await;
        scene.system.fail(0, "POST", 1, Fault::LostBeforeWrite);
        scene.try_to_look().await;
        scene.intend("anna").await;
        let sent = scene.system.writes();
        for seconds in [0, CREATE_SECONDS_MAX - 1] {
            let failure = scene.look_later(seconds).await.unwrap_err();
            let chain = failure.chain();
            assert!(chain.contains("while its entry was made"), "{chain}");
            assert_eq!(scene.system.writes(), sent, "nothing is sent");
        }
        let outcome = scene.look_later(CREATE_SECONDS_MAX).await.unwrap();
        assert_eq!(outcome.created, 1);
        assert_eq!(scene.system.entries().len(), 1);
        scene.is_quiet().await;
    }
}

/// Another one of the kind.
async fn renewed(system: &System) -> System {
    match system {
        System::ItGlue { .. } => System::it_glue(&[CLOUD]).await,
        System::Hudu { .. } => System::hudu().await,
    }
}

#[tokio::test]
async fn a_category_that_is_missing_is_refused_with_the_reason_until_it_is_there() {
    let mut scene = Scene::new(System::it_glue(&["VPN"]).await, CREATE).await;
    scene.people(&["anna"]).await;
    let outcome = scene.look().await;
    assert_eq!((outcome.created, outcome.refused), (0, 1));
    let docs = scene.account("anna").await.docs;
    assert_eq!(docs.status.as_str(), "failed");
    let reason = docs.reason.unwrap();
    assert!(reason.contains("category"), "{reason}");
    assert!(!reason.contains("anna"), "{reason}");
    scene.is_quiet().await;
    // One of the names of the source is as good as another.
    scene.system.add_category("Azure AD");
    assert_eq!(scene.look().await.created, 1);
    let (_, username, category) = scene.system.entries().remove(0);
    assert_eq!((username, category.as_str()), (upn("anna"), "Azure AD"));
}

#[tokio::test]
async fn one_account_whose_entry_is_refused_stops_no_other() {
    let [_, system] = System::both().await;
    let mut scene = Scene::new(system, CREATE).await;
    scene.people(&["anna", "bo", "cem"]).await;
    let body = json!({ "errors": { "username": ["is not allowed"] } }).to_string();
    scene
        .system
        .fail(1, "POST", 1, Fault::Refused { status: 422, body });
    let outcome = scene.look().await;
    assert_eq!((outcome.created, outcome.refused), (2, 1));
    assert_eq!(outcome.counts.failed, 1);
    scene.is_quiet().await;
}

#[tokio::test]
async fn two_looks_at_one_time_make_one_entry_each() {
    for system in System::both().await {
        let mut scene = Scene::new(system, CREATE).await;
        scene.people(&["anna", "bo", "cem", "dag"]).await;
        let looks = (0..3).map(|second| scene.look_later(second));
        // One that meets another at the same account is repeated by the queue. Their clocks differ,
        // as the clocks of two functions do: what two write at once is not the same.
        for looked in futures_of(looks).await {
            if looked.is_err() {
                scene.look().await;
            }
        }
        let mut names: Vec<String> = scene
            .system
            .entries()
            .into_iter()
            .map(|row| row.1)
            .collect();
        names.sort();
        assert_eq!(names, ["anna", "bo", "cem", "dag"].map(upn));
        scene.is_quiet().await;
    }
}

/// All at one time.
async fn futures_of<F: Future>(all: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut running: Vec<_> = all.map(Box::pin).collect();
    let mut outputs: Vec<Option<F::Output>> = running.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (future, output) in running.iter_mut().zip(&mut outputs) {
            if output.is_none()
                && let std::task::Poll::Ready(done) = future.as_mut().poll(context)
            {
                *output = Some(done);
            }
        }
        if outputs.iter().all(Option::is_some) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    outputs.into_iter().flatten().collect()
}
