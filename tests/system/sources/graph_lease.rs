//! Runs that are broken off, handed over, or meet each other: no page is read twice, nothing is
//! written twice, and two runs of one customer never write at a time.

use std::collections::BTreeSet;

use domain::account::AccountState::Active;
use domain::event::{Envelope, Event};
use domain::failure::Disposition;
use domain::run::{RunReason, RunStatus};
use jiff::SignedDuration;
use platform::Budget;
use platform::store::ImportState;
use simulators::Fault;
use simulators::graph::Behaviour;

use super::{assert_succeeded, count, entra_world, pages, people, request, runs};
use crate::world::{TENANT, World, id};

/// A customer with so many people on pages of four.
async fn paged(count: usize) -> World {
    let world = entra_world().await;
    people(&world, TENANT, count);
    let behaviour = Behaviour {
        page_size: 4,
        ..Behaviour::default()
    };
    world.graph.set_behaviour(TENANT, behaviour);
    world
}

async fn state(world: &World) -> ImportState {
    world
        .app()
        .store
        .import_state(&id("northwind"))
        .await
        .unwrap()
}

/// Pages that were answered with users; each must be another one.
fn pages_read(world: &World) -> usize {
    let read = pages(world);
    let read: Vec<_> = read.iter().filter(|page| page.fault.is_none()).collect();
    let distinct: BTreeSet<_> = read
        .iter()
        .map(|page| format!("{:?}", page.query))
        .collect();
    assert_eq!(distinct.len(), read.len(), "no page is read twice");
    read.len()
}

/// Calls the handler as Lambda would, with so many seconds left.
async fn handle(
    world: &mut World,
    envelope: &Envelope,
    seconds: i64,
) -> Result<import::Outcome, domain::failure::Failure> {
    let until = world.clock.now() + SignedDuration::from_secs(seconds);
    let (app, vendors) = (world.app().clone(), world.local().vendors.clone());
    import::handle(&app, &vendors, envelope, &Budget::until(until)).await
}

fn continuation(of: &Envelope) -> Envelope {
    let event = Event::ImportRequested {
        reason: RunReason::Continuation,
    };
    Envelope {
        event,
        ..of.clone()
    }
}

#[tokio::test]
async fn a_run_that_nears_its_deadline_hands_over_and_no_page_is_read_twice() {
    let mut world = paged(18).await;
    let first = request(&world, "northwind");
    let mut envelope = first.clone();
    for page in 1..=4 {
        let outcome = handle(&mut world, &envelope, 10).await.unwrap();
        assert!(outcome.continues, "after page {page}");
        assert_eq!(world.accounts("northwind").await.len(), page * 4);
        let state = state(&world).await;
        let round = state.graph.unwrap().round.unwrap();
        assert_eq!(usize::try_from(round.pages).unwrap(), page);
        assert!(
            round.next_link.is_some() && state.holder.is_none(),
            "the lease was given back"
        );
        let run = runs(&world, "northwind").await.remove(0);
        assert_eq!((run.status, run.ended_at), (RunStatus::Running, None));
        envelope = continuation(&first);
    }
    let outcome = handle(&mut world, &envelope, 10).await.unwrap();
    assert!(!outcome.continues);
    assert_eq!(
        outcome.counts.created, 18,
        "the last one tells of the whole round"
    );
    assert_eq!(pages_read(&world), 5);
    let kept = runs(&world, "northwind").await;
    assert_eq!(
        (kept.len(), kept[0].status),
        (1, RunStatus::Succeeded),
        "it is one run"
    );
    assert!(state(&world).await.graph.unwrap().round.is_none());
}

#[tokio::test]
async fn the_continuation_that_was_asked_for_goes_on_where_the_run_stopped() {
    let mut world = paged(18).await;
    let envelope = request(&world, "northwind");
    assert!(handle(&mut world, &envelope, 10).await.unwrap().continues);
    world.settle().await;
    assert_eq!(count(&world, "northwind", Active).await, 18);
    assert_eq!(pages_read(&world), 5);
    assert_eq!(runs(&world, "northwind").await.len(), 1);
}

#[tokio::test]
async fn a_run_whose_round_another_one_ended_ends_as_well() {
    let mut world = paged(18).await;
    let first = request(&world, "northwind");
    assert!(handle(&mut world, &first, 10).await.unwrap().continues);
    let second = request(&world, "northwind");
    assert!(!handle(&mut world, &second, 900).await.unwrap().continues);
    let late = handle(&mut world, &continuation(&first), 900).await;
    assert!(!late.unwrap().continues);
    let kept = runs(&world, "northwind").await;
    assert_eq!(kept.len(), 2);
    for run in kept {
        assert_eq!(run.status, RunStatus::Succeeded, "{:?}", run.reason);
        assert!(run.ended_at.is_some());
    }
}

#[tokio::test]
async fn b16_leavers_of_a_round_that_was_handed_over_go_at_its_end() {
    let mut world = paged(18).await;
    world.run().await;
    let ids = world.graph.user_ids(TENANT);
    world.graph.soft_delete(TENANT, &ids[0]);
    world.graph.soft_delete(TENANT, &ids[17]);
    let expiry = simulators::graph::DeltaExpiry::Gone;
    world.graph.expire_delta_tokens(TENANT, expiry);
    let envelope = request(&world, "northwind");
    let mut outcome = handle(&mut world, &envelope, 10).await.unwrap();
    let mut hand_overs = 0;
    while outcome.continues {
        assert_eq!(
            count(&world, "northwind", Active).await,
            18,
            "nobody goes before the end"
        );
        outcome = handle(&mut world, &continuation(&envelope), 10)
            .await
            .unwrap();
        hand_overs += 1;
    }
    assert_eq!((hand_overs, outcome.counts.removed), (3, 2));
    assert_eq!(count(&world, "northwind", Active).await, 16);
}

#[tokio::test]
async fn a_run_that_breaks_off_at_a_page_goes_on_there() {
    let mut world = paged(18).await;
    world
        .graph
        .faults()
        .after(2, "GET", "users/delta", 100, Fault::ServerError(500));
    let summary = world.run().await;
    assert_eq!(summary.customers[0].status, "failed");
    let error = summary.customers[0].error.as_ref().unwrap();
    assert!(
        error.contains("Microsoft Graph") && error.contains("500"),
        "{error}"
    );
    // What came before is stored, and so is the position after it: not one page more.
    assert_eq!(world.accounts("northwind").await.len(), 8);
    let broken = state(&world).await;
    let round = broken.graph.unwrap().round.unwrap();
    assert_eq!((round.pages, broken.holder), (2, None));
    world.graph.faults().clear();
    let summary = world.run().await;
    assert_succeeded(&summary);
    assert_eq!(summary.accounts.created, 18, "the round as a whole");
    assert_eq!(count(&world, "northwind", Active).await, 18);
    assert_eq!(pages_read(&world), 5);
}

#[tokio::test]
async fn two_runs_of_one_customer_at_a_time_are_one_run_and_one_that_comes_again() {
    let mut world = paged(10).await;
    let (one, two) = (request(&world, "northwind"), request(&world, "northwind"));
    // Both see that there is news before either is through.
    world
        .graph
        .faults()
        .next("GET", "subscribedSkus", 2, Fault::Slow(300));
    let (app, vendors) = (world.app().clone(), world.local().vendors.clone());
    let budget = Budget::endless();
    let (first, second) = tokio::join!(
        import::handle(&app, &vendors, &one, &budget),
        import::handle(&app, &vendors, &two, &budget)
    );
    let (done, refused) = match (first, second) {
        (Ok(done), Err(refused)) | (Err(refused), Ok(done)) => (done, refused),
        (Ok(_), Ok(_)) => panic!("both wrote"),
        (Err(one), Err(two)) => panic!("neither wrote: {one}; {two}"),
    };
    assert!(matches!(refused.disposition(), Disposition::Retry { .. }));
    assert!(refused.to_string().contains("another run"), "{refused}");
    assert_eq!(done.counts.created, 10);
    let accounts = world.accounts("northwind").await;
    assert!(accounts.iter().all(|account| account.revision == 1) && accounts.len() == 10);
    assert_eq!(state(&world).await.generation, 1);
    let again = handle(&mut world, &two, 900).await.unwrap();
    assert_eq!((again.counts.created, again.counts.updated), (0, 0));
}

#[tokio::test]
async fn the_lease_of_a_holder_that_crashed_is_taken_over_when_it_ends_and_its_fence_is_refused() {
    let mut world = paged(6).await;
    let store = world.app().store.clone();
    let crashed = world.app().new_run_id();
    let now = world.clock.now();
    let old = store
        .acquire_lease(&id("northwind"), &crashed, now)
        .await
        .unwrap()
        .unwrap();
    let envelope = request(&world, "northwind");
    let refused = handle(&mut world, &envelope, 900).await.unwrap_err();
    assert!(matches!(refused.disposition(), Disposition::Retry { .. }));
    assert!(world.accounts("northwind").await.is_empty());

    world.clock.advance(SignedDuration::from_secs(301));
    let outcome = handle(&mut world, &envelope, 900).await.unwrap();
    assert_eq!(outcome.counts.created, 6);
    let now = state(&world).await;
    assert!(now.generation > old.generation);
    // The crashed one wakes up: nothing of it is taken.
    let nothing = ImportState::new(id("northwind"));
    assert!(
        store
            .save_import_state(&old, &nothing, old.lease_until)
            .await
            .is_err()
    );
    assert!(store.release_lease(&old, &nothing).await.is_err());
    assert_eq!(state(&world).await, now);
}

#[tokio::test]
async fn a_fence_that_somebody_took_over_writes_no_account() {
    let mut world = paged(6).await;
    world.run().await;
    let store = world.app().store.clone();
    let (one, two) = (world.app().new_run_id(), world.app().new_run_id());
    let now = world.clock.now();
    let old = store
        .acquire_lease(&id("northwind"), &one, now)
        .await
        .unwrap()
        .unwrap();
    let later = now + SignedDuration::from_secs(301);
    let new = store
        .acquire_lease(&id("northwind"), &two, later)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(new.generation, old.generation + 1);
    let state = ImportState::new(id("northwind"));
    assert!(store.save_import_state(&old, &state, later).await.is_err());
    assert!(store.save_import_state(&new, &state, later).await.is_ok());
}
