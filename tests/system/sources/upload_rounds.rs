//! Uploads that take longer than an invocation has: chunk by chunk they are handed over, every
//! invocation does its share, and what comes of it is what one long invocation makes of them.

use domain::account::Account;
use domain::account::AccountState::{Active, Removed};
use domain::event::{Envelope, Event};
use domain::fields::Attribute::DisplayName;
use domain::id::RunId;
use domain::run::{RunReason, RunStatus};
use jiff::SignedDuration;
use platform::Budget;
use platform::store::{Approval, ImportState};
use serde_json::json;

use super::agents::{Agents, gzip};
use super::exports::text;
use super::{count, request, runs};
use crate::world::{World, id};

/// Chunks hold 500 readings: three of them.
const PEOPLE: usize = 1_007;
/// Two of them.
const FEWER: usize = 510;
/// Who left when the second export is made: not so many that a person would be asked.
const LEFT: std::ops::Range<usize> = 490..495;

/// An export of these people, in our own format, in its body of a part.
fn export(coverage: &str, people: impl Iterator<Item = (usize, String)>) -> Vec<u8> {
    let mut lines =
        vec![json!({ "muster_upload": 1, "source": "active-directory", "coverage": coverage })];
    lines.extend(people.map(|(number, name)| {
        json!({ "kind": "account", "guid": format!("93334e47-0000-4000-8000-{number:012}"),
            "sam_account_name": format!("p{number}"), "display_name": name,
            "user_account_control": 512 })
    }));
    lines.push(json!({ "kind": "end", "records": lines.len() - 1 }));
    let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
    gzip(lines.join("\n").as_bytes())
}

fn named(numbers: std::ops::Range<usize>, name: &str) -> impl Iterator<Item = (usize, String)> {
    numbers.map(move |number| (number, format!("{name} {number}")))
}

/// Hands an export in; nothing is imported yet.
async fn hand_in(agents: &mut Agents, body: Vec<u8>) {
    agents.world.clock.advance(SignedDuration::from_mins(5));
    let upload = agents.open(1).await;
    assert_eq!(agents.part(&upload, "1/parts/1", body).await.0, 201);
    assert_eq!(agents.complete(&upload).await.0, 202);
}

/// Calls the handler as Lambda would, with so many seconds left.
async fn call(world: &mut World, envelope: &Envelope, seconds: i64) -> import::Outcome {
    let until = world.clock.now() + SignedDuration::from_secs(seconds);
    let (app, vendors) = (world.app().clone(), world.local().vendors.clone());
    let budget = Budget::until(until);
    let outcome = import::handle(&app, &vendors, envelope, &budget).await;
    outcome.unwrap()
}

/// Calls it with so many seconds each time, until nothing is handed over
/// any more; the number of calls.
async fn run(world: &mut World, seconds: i64) -> usize {
    let first = request(world, "northwind");
    let mut envelope = first.clone();
    for calls in 1..=20 {
        let outcome = call(world, &envelope, seconds).await;
        let holder = state(world).await.holder;
        assert_eq!(holder, None, "the lease was given back");
        if !outcome.continues {
            return calls;
        }
        let event = Event::ImportRequested {
            reason: RunReason::Continuation,
        };
        envelope = Envelope {
            event,
            ..first.clone()
        };
    }
    panic!("the run goes on for ever");
}

async fn state(world: &World) -> ImportState {
    let store = &world.app().store;
    store.import_state(&id("northwind")).await.unwrap()
}

async fn accounts(world: &World) -> Vec<Account> {
    let mut accounts = world.accounts("northwind").await;
    accounts.sort_by(|one, other| one.id.cmp(&other.id));
    accounts
}

async fn of(world: &World, number: usize) -> Account {
    let guid = format!("93334e47-0000-4000-8000-{number:012}");
    let has = |account: &Account| account.identities.iter().any(|one| one.key.id == guid);
    accounts(world).await.into_iter().find(has).unwrap()
}

/// All there is after a first and a second export, each imported with so many seconds a call.
async fn two_days(seconds: i64, calls: [usize; 2]) -> (Vec<Account>, ImportState, Vec<RunStatus>) {
    let mut agents = Agents::new().await;
    hand_in(&mut agents, export("complete", named(0..PEOPLE, "First"))).await;
    let world = &mut agents.world;
    assert_eq!(run(world, seconds).await, calls[0]);
    let first = accounts(world).await;
    assert_eq!(first.len(), PEOPLE);
    assert!(first.iter().all(|account| account.revision == 1));
    assert_eq!(runs(world, "northwind").await[0].counts.created, 1_007);

    // Some left, two were renamed, in the first and the last chunk, and somebody is new.
    let people = named(0..PEOPLE + 1, "First").map(|(number, name)| match number {
        3 | 1_006 => (number, "Renamed".to_owned()),
        _ => (number, name),
    });
    let people = people.filter(|(number, _)| !LEFT.contains(number));
    hand_in(&mut agents, export("complete", people)).await;
    let world = &mut agents.world;
    let before = world.app().store.meter().write_units();
    assert_eq!(run(world, seconds).await, calls[1]);
    let spent = world.app().store.meter().write_units() - before;
    assert!(
        spent < 150.0,
        "{spent} write units: what is unchanged is not written"
    );
    let counts = runs(world, "northwind").await[0].counts;
    assert_eq!((counts.created, counts.updated, counts.removed), (1, 2, 5));
    let kept = runs(world, "northwind").await;
    let statuses = kept.iter().map(|run| run.status).collect();
    (accounts(world).await, state(world).await, statuses)
}

#[tokio::test]
async fn an_upload_that_is_handed_over_again_and_again_ends_as_in_one_go() {
    let (once, state_once, runs_once) = two_days(900, [1, 1]).await;
    // A chunk a call, and the end.
    let (often, state_often, runs_often) = two_days(10, [4, 4]).await;
    assert_eq!(often, once, "the same accounts at the same revisions");
    assert_eq!(
        once.iter().filter(|one| one.state == Removed).count(),
        LEFT.len()
    );
    assert_eq!(runs_often, runs_once);
    assert_eq!(runs_often, [RunStatus::Succeeded, RunStatus::Succeeded]);
    for (source, position) in &state_often.uploads {
        assert_eq!(position.round, None, "{source}");
        let other = &state_once.uploads[source];
        assert_eq!(position.completed_at, other.completed_at);
    }
}

#[tokio::test]
async fn b16_nobody_goes_before_an_upload_is_read_to_its_end() {
    let mut agents = Agents::new().await;
    hand_in(&mut agents, export("complete", named(0..FEWER, "First"))).await;
    run(&mut agents.world, 900).await;
    let stayed = named(0..FEWER, "First").filter(|(number, _)| !LEFT.contains(number));
    hand_in(&mut agents, export("complete", stayed)).await;
    let first = request(&agents.world, "northwind");
    let world = &mut agents.world;
    for chunk in 1..=2 {
        // A message that is delivered again goes on as well as a continuation does.
        assert!(call(world, &first, 10).await.continues);
        assert_eq!(count(world, "northwind", Active).await, FEWER);
        let state = state(world).await;
        let round = state.uploads.into_values().find_map(|held| held.round);
        let round = round.unwrap();
        assert_eq!((round.chunks, round.pages), (chunk, chunk));
        let kept = runs(world, "northwind").await.remove(0);
        assert_eq!((kept.status, kept.ended_at), (RunStatus::Running, None));
    }
    assert_eq!(run(world, 10).await, 1);
    assert_eq!(count(world, "northwind", Removed).await, LEFT.len());
}

#[tokio::test]
async fn nobody_is_missed_where_what_was_noted_is_lost() {
    let mut agents = Agents::new().await;
    hand_in(&mut agents, export("complete", named(0..FEWER, "First"))).await;
    run(&mut agents.world, 900).await;
    hand_in(&mut agents, export("complete", named(0..FEWER, "First"))).await;
    let mut lost = false;
    let world = &mut agents.world;
    let store = world.app().store.clone();
    let envelope = request(world, "northwind");
    assert!(call(world, &envelope, 10).await.continues);
    for position in state(world).await.uploads.into_values() {
        let round = position.round.unwrap();
        let (customer, name) = (id("northwind"), round.name());
        store.delete_round_pages(&customer, &name).await.unwrap();
        lost = true;
    }
    assert!(lost);
    run(world, 900).await;
    assert_eq!(count(world, "northwind", Active).await, FEWER);
}

#[tokio::test]
async fn w4_with_little_time_what_is_held_waits_and_what_is_newer_has_its_turn() {
    let mut agents = Agents::new().await;
    hand_in(&mut agents, export("complete", named(0..750, "First"))).await;
    run(&mut agents.world, 900).await;
    // An export of half of them by mistake, which takes two chunks, and changes after it.
    hand_in(&mut agents, export("complete", named(0..FEWER, "Second"))).await;
    hand_in(&mut agents, export("changes", named(2..3, "Third"))).await;
    hand_in(&mut agents, export("changes", named(4..5, "Third"))).await;
    let world = &mut agents.world;
    run(world, 10).await;
    let kept = runs(world, "northwind").await.remove(0);
    assert_eq!(kept.status, RunStatus::Held, "{kept:?}");
    let reason = kept.error.unwrap();
    assert!(reason.contains("of 750 accounts"), "{reason}");
    let held = held(world).await.unwrap();
    assert_eq!(text(&of(world, 2).await, DisplayName), Some("Second 2"));

    // A yes to it is heard, with as little time.
    let approval = Approval {
        run: held,
        by_role: "manager".to_owned(),
        at: world.clock.now(),
    };
    let store = world.app().store.clone();
    let approved = store.approve_held(&id("northwind"), &approval).await;
    assert!(approved.unwrap());
    run(world, 10).await;
    let kept = runs(world, "northwind").await.remove(0);
    assert_eq!(kept.status, RunStatus::Succeeded, "{kept:?}");
    assert_eq!(kept.counts.removed, 240);
    assert_eq!(text(&of(world, 2).await, DisplayName), Some("Third 2"));
    assert_eq!(text(&of(world, 4).await, DisplayName), Some("Third 4"));
    assert_eq!(count(world, "northwind", Active).await, FEWER);
    let source = domain::identity::Source::ActiveDirectory;
    let waiting = store.completed_uploads(&id("northwind"), source).await;
    assert!(waiting.unwrap().is_empty());
}

#[tokio::test]
async fn w4_with_little_time_a_newer_export_still_makes_a_held_one_superfluous() {
    let mut agents = Agents::new().await;
    hand_in(&mut agents, export("complete", named(0..750, "First"))).await;
    run(&mut agents.world, 900).await;
    hand_in(&mut agents, export("complete", named(0..FEWER, "Second"))).await;
    hand_in(&mut agents, export("changes", named(2..3, "Third"))).await;
    hand_in(&mut agents, export("complete", named(0..750, "Fourth"))).await;
    let world = &mut agents.world;
    run(world, 10).await;
    let kept = runs(world, "northwind").await.remove(0);
    assert_eq!(kept.status, RunStatus::Succeeded, "{kept:?}");
    assert_eq!(held(world).await, None);
    assert_eq!(count(world, "northwind", Active).await, 750);
    for account in accounts(world).await {
        let name = text(&account, DisplayName).unwrap();
        assert!(name.starts_with("Fourth"), "{name}");
    }
    let source = domain::identity::Source::ActiveDirectory;
    let store = world.app().store.clone();
    let waiting = store.completed_uploads(&id("northwind"), source).await;
    assert!(waiting.unwrap().is_empty());
}

async fn held(world: &World) -> Option<RunId> {
    state(world).await.held.map(|held| held.run)
}
