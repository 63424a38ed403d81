//! What holds across starts on one data directory.

use std::path::Path;

use domain::event::Event;
use domain::failure::Failure;
use domain::id::CustomerId;
use domain::run::RunReason;

use crate::config::Config;
use crate::local::Local;

const TWO: &str = "[[policies]]\nname = \"Standard\"\n\
    [[customers]]\nid = \"garages\"\nsources = [\"local-windows\"]\n\
    [[customers]]\nid = \"kiln\"\nsources = [\"active-directory\"]\n";
const ONE: &str = "[[customers]]\nid = \"garages\"\nsources = [\"local-windows\"]\npaused = true\n";

async fn open(text: &str, directory: &Path) -> Local {
    let config = Config::read("muster.toml", text, &|_| None).unwrap();
    Local::open(config, directory).await.unwrap()
}

fn garages() -> CustomerId {
    CustomerId::parse("garages").unwrap()
}

#[tokio::test]
async fn the_same_configuration_again_writes_nothing_and_another_one_only_what_differs() {
    let folder = tempfile::tempdir().unwrap();
    let local = open(TWO, folder.path()).await;
    let added_at = local
        .app
        .store
        .customer(&garages())
        .await
        .unwrap()
        .unwrap()
        .added_at;
    local.close().await.unwrap();

    let local = open(TWO, folder.path()).await;
    assert_eq!(local.app.meter.write_units(), 0.0);
    local.close().await.unwrap();

    let local = open(ONE, folder.path()).await;
    let held = local.app.store.customers().await.unwrap();
    assert_eq!(held.len(), 1, "kiln is taken off the list");
    assert!(held[0].customer.paused);
    assert_eq!(held[0].added_at, added_at);
    assert_eq!(local.app.store.policies().await.unwrap(), []);
    local.close().await.unwrap();
}

#[tokio::test]
async fn the_lease_of_a_killed_process_is_free_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let local = open(TWO, folder.path()).await;
    let run = local.app.new_run_id();
    let now = local.app.clock.now();
    let fence = local
        .app
        .store
        .acquire_lease(&garages(), &run, now)
        .await
        .unwrap();
    let fence = fence.expect("nobody has it");
    // Killed: nothing is closed.
    drop(local);

    let local = open(TWO, folder.path()).await;
    let other = local.app.new_run_id();
    let taken = local
        .app
        .store
        .acquire_lease(&garages(), &other, now)
        .await
        .unwrap();
    let taken = taken.expect("the lease was given back");
    assert!(
        taken.generation > fence.generation,
        "what the dead one held is refused"
    );
    local.close().await.unwrap();
}

#[tokio::test]
async fn what_waits_at_a_stop_is_worked_on_after_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let local = open(TWO, folder.path()).await;
    let event = Event::ImportRequested {
        reason: RunReason::Now,
    };
    let envelope = local.app.envelope(garages(), None, event);
    local
        .app
        .bus
        .publish(vec![envelope.clone()])
        .await
        .map_err(Failure::from)
        .unwrap();
    local.close().await.unwrap();

    // A command that only looks leaves it waiting.
    open(TWO, folder.path()).await.close().await.unwrap();

    let mut local = open(TWO, folder.path()).await;
    local.resume().await.unwrap();
    let mut imported = Vec::new();
    local
        .until_idle(|ended| imported.push(ended.envelope.id))
        .await;
    assert!(imported.contains(&envelope.id));
    local.close().await.unwrap();

    let mut local = open(TWO, folder.path()).await;
    local.resume().await.unwrap();
    local
        .until_idle(|ended| panic!("{:?} was done already", ended.envelope))
        .await;
    local.close().await.unwrap();
}
