//! The contract of a documentation system, continued: what is told to nobody.

use connectors::docs::{Docs, Settings};
use domain::docs::entry::EntryChange;
use domain::failure::Failure;

use super::bench::{Bench, IDA, category, details, no_entry, rename};
use super::vendor::{Call, Held, Simulated, Ways};
use crate::contract::trust::{Lines, assert_tells_none, faults};

/// Texts that nobody may see: secrets, and persons.
fn secrets<S: Simulated>(bench: &Bench<S>) -> Vec<String> {
    let mut secrets = bench.side.facts().secrets;
    let key = bench.side.document()["api_key"]
        .as_str()
        .unwrap()
        .to_owned();
    secrets.push(key);
    secrets.extend(["Ida", "Berg", "ida.berg", "alee", "hush-9c1f"].map(str::to_owned));
    secrets
}

/// Entries of which each holds a password and a seed.
fn fill<S: Simulated>(bench: &Bench<S>) {
    bench.add(&Held::new("AD - Ida Berg", IDA, "Active Directory"));
    bench.add(&Held::new("AD - Ann", "alee", "Active Directory"));
    bench.add(&Held {
        is_archived: true,
        ..Held::new("AD - Old", "old", "")
    });
}

pub(super) async fn no_entry_no_error_and_no_debug_tells_a_secret<S: Simulated>() {
    let mut texts = Vec::new();
    for fault in faults() {
        for call in [
            Call::Probe,
            Call::List,
            Call::One,
            Call::Create,
            Call::Update,
        ] {
            let bench = Bench::<S>::new().await;
            fill(&bench);
            let id = bench.side.entries_of(&bench.organization).remove(0);
            bench.fail(call, 100, fault.clone());
            let docs = bench.docs();
            let error = match call {
                Call::Probe => docs.check().await.err(),
                Call::List => bench.entries().await.err(),
                Call::One => docs.entry(&id).await.err(),
                // A create of which only the answer is lost is found.
                Call::Create => bench.create().await.err(),
                Call::Update => bench.update(rename(&id, "ida.berg-lund")).await.err(),
            };
            let is_found = call == Call::Create && fault.name() == "cut_body";
            assert!(error.is_some() || is_found, "{call:?} {}", fault.name());
            texts.extend(error.map(|error| (secrets(&bench), error)));
        }
    }
    let bench = Bench::<S>::new().await;
    fill(&bench);
    let canary = "canary-7f3b-secret";
    let wrong: Settings = bench.settings_with("api_key", canary);
    assert!(!format!("{wrong:?} {:?}", bench.settings()).contains(canary));
    assert_tells_none(&format!("{:?}", bench.settings()), &secrets(&bench));
    let docs = bench.vendors.docs(&wrong).unwrap();
    texts.push((vec![canary.to_owned()], docs.check().await.unwrap_err()));
    for (mut hidden, error) in texts {
        hidden.push("127.0.0.1".to_owned());
        let text = format!("{error} {error:?} {}", Failure::from(error.clone()).chain());
        assert_tells_none(&text, &hidden);
    }
    let entries = bench.entries().await.unwrap();
    assert_eq!(entries.len(), 3);
    // All that is kept of an entry, whether it is shown or not.
    for entry in &entries {
        let kept = format!("{} {:?} {:?}", entry.name, entry.username, entry.category);
        assert_tells_none(&kept, &bench.side.facts().secrets);
    }
    let new = EntryChange::Create(bench.ida());
    let update = EntryChange::Update(rename(&no_entry(), IDA));
    let debugged = format!("{entries:?} {new:?} {update:?} {:?}", bench.vendors);
    assert_tells_none(&debugged, &secrets(&bench));
}

pub(super) async fn no_log_of_documentation_tells_a_secret<S: Simulated>() {
    let lines = Lines::default();
    let writer = lines.clone();
    let log = platform::telemetry::log_to(move || writer.clone(), "connectors=trace,domain=trace");
    let guard = tracing::subscriber::set_default(log);
    // A place in the code that another test's thread came to first is taken for one that nobody
    // listens to. So all of them are gone through once, and asked about anew.
    all_that_is_logged(&Bench::<S>::new().await).await;
    tracing::callsite::rebuild_interest_cache();
    lines.clear();
    let bench = Bench::<S>::new().await;
    all_that_is_logged(&bench).await;
    drop(guard);
    let text = lines.text();
    let told = text.lines().filter(|line| line.contains("vendor called"));
    let calls = usize::try_from(bench.vendors.calls().documentation).unwrap();
    assert!(calls > 10 && told.count() >= calls, "{calls} calls: {text}");
    assert_tells_none(&text, &secrets(&bench));
}

/// What works, and what does not.
async fn all_that_is_logged<S: Simulated>(bench: &Bench<S>) {
    fill(bench);
    let docs: Box<dyn Docs> = bench.docs();
    docs.check().await.unwrap();
    docs.organizations().await.unwrap();
    bench.entries().await.unwrap();
    let id = bench.create().await.unwrap();
    docs.entry(&id).await.unwrap();
    bench.update(category(&id, "Cloud")).await.unwrap();
    bench.side.set_notes(&id, "Ida Berg's key is hush-9c1f");
    bench.update(details(&id, IDA)).await.unwrap();
    for fault in faults() {
        bench.fail(Call::List, 3, fault.clone());
        bench.entries().await.unwrap_or_default();
        bench.side.faults().clear();
        bench.fail(Call::Update, 1, fault);
        let renamed = bench.update(rename(&id, IDA)).await;
        renamed.unwrap_or_else(|_| id.clone());
        bench.side.faults().clear();
    }
    bench.set(Ways {
        denies_passwords: true,
        ..Ways::default()
    });
    bench.create().await.unwrap_err();
}

pub(super) async fn no_value_is_ever_asked_for_or_changed<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    fill(&bench);
    let ids = bench.side.entries_of(&bench.organization);
    let passwords = |bench: &Bench<S>| -> Vec<_> {
        let all = ids.iter().map(|id| bench.side.everything(id));
        all.map(|all| all["password"].clone()).collect()
    };
    let before = passwords(&bench);
    all_that_is_logged(&Bench::<S>::new().await).await;
    for id in &ids {
        bench.update(rename(id, "another")).await.unwrap();
        bench.update(category(id, "Cloud")).await.unwrap();
    }
    assert_eq!(passwords(&bench), before);
    let writes = bench.bodies();
    assert_eq!(writes.len(), 2 * ids.len());
    for write in writes {
        let text = write.to_string();
        assert!(
            !text.contains("\"password\"") && !text.contains("otp"),
            "{text}"
        );
    }
    let shows = bench.side.journal().matching(|exchange| {
        let shown = exchange.parameter("show_password");
        exchange.parameter("version_id").is_some() || shown.is_some_and(|shown| shown != "false")
    });
    assert!(shows.is_empty(), "{shows:?}");
}
