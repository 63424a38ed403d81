//! The secrets of the whole run: whatever a test does with simulated vendors, nothing that it leaves
//! behind tells one. The simulators' secrets, and those of [`crate::world`], hold one word
//! ([`simulators::canary`]), and here it is looked for: in the log and in the table. What the tests
//! write elsewhere, `.ci/run` looks through.
//!
//! One log for the process takes every line of ours at its finest; the events that are published and
//! the metrics that are emitted are among them. Whatever ends looks at it, so that a line that tells
//! fails each test that ends after it: the line itself says where it came from.

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, Once};

use platform::telemetry::log_to;
use simulators::canary;

use crate::tidy::root;

/// Crates of ours beside the functions.
const CRATES: [&str; 4] = ["connectors", "domain", "muster", "platform"];

/// The log of the process.
static LOG: LazyLock<Log> = LazyLock::new(Log::default);

/// A log that keeps the lines that tell a secret, and no others.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn told(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if canary::told_in(bytes).is_some() {
            let line = String::from_utf8_lossy(bytes).into_owned();
            self.0.lock().unwrap().push(line);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// From now on every line of this process is looked at, whichever thread logs it.
pub(crate) fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let log = log_to(|| LOG.clone(), &filter());
        tracing::subscriber::set_global_default(log).expect("no test sets another one");
    });
}

/// All that our crates log.
fn filter() -> String {
    let functions = std::fs::read_dir(root().join("functions")).unwrap();
    let names = functions.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let names = names.chain(CRATES.map(str::to_owned));
    names.fold("info".to_owned(), |filter, name| {
        filter + "," + &name.replace('-', "_") + "=trace"
    })
}

/// Goes with whatever calls vendors: from its making on the log is looked at, and at its end no line
/// may have told a secret.
pub(crate) struct Ending(());

impl Default for Ending {
    fn default() -> Self {
        listen();
        Self(())
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        assert_none(None);
    }
}

/// No line of the log so far tells a secret, and no file below a folder. A test that fails anyway
/// says why it does, and no more.
pub(crate) fn assert_none(folder: Option<&Path>) {
    if !std::thread::panicking() {
        let told = told(folder);
        assert!(told.is_empty(), "secrets are told: {told:#?}");
    }
}

/// What tells a secret.
pub(crate) fn told(folder: Option<&Path>) -> Vec<String> {
    let mut told = LOG.told();
    told.extend(folder.and_then(|folder| canary::told_below(folder).unwrap()));
    told
}

#[cfg(test)]
mod tests {
    use domain::event::Event;
    use jiff::Timestamp;
    use platform::Bus;
    use platform::telemetry::Metrics;
    use serde_json::json;

    use super::*;
    use crate::world::{TENANT, World, customer, id, policy};

    #[tokio::test]
    async fn an_item_that_tells_a_secret_is_found() {
        let mut world = World::unrecorded("").await;
        let company = world.halo.add_client("Northwind Dental");
        let customers = policy("") + &customer("northwind", TENANT, company);
        world.restart(Some(&customers)).await;
        let person = |name: &str| {
            json!({ "displayName": name, "userPrincipalName":
            "ida@northwind.example", "accountEnabled": true, "userType": "Member" })
        };
        let ida = world.graph.put_user(TENANT, person("Ida Berg"));
        world.run().await;
        assert_eq!(told(Some(world.folder())), [""; 0]);
        let telling = format!("Ida {}", canary::WORD);
        let changes = json!({ "displayName": telling });
        assert!(world.graph.patch_user(TENANT, &ida, changes));
        world.run().await;
        let found = world.into_told();
        assert!(
            matches!(&*found, [told] if told.contains("muster.db") && told.contains(&telling)),
            "{found:?}"
        );
    }

    #[tokio::test]
    async fn a_line_an_event_and_a_metric_that_tell_a_secret_are_found() {
        listen();
        let (bus, inbox) = tokio::sync::mpsc::unbounded_channel();
        let world = World::unrecorded("").await;
        let event = (world.app()).envelope(id(canary::WORD), None, Event::ImportFinished {});
        let log = Log::default();
        let writer = log.clone();
        let guard = tracing::subscriber::set_default(log_to(move || writer.clone(), &filter()));
        tracing::info!(target: "connectors", "a {} line", canary::WORD);
        Bus::Local(bus).publish(vec![event]).await.unwrap();
        let properties = [("customer.id", canary::WORD)];
        Metrics::silent().emit(Timestamp::UNIX_EPOCH, &[], &properties);
        drop((guard, inbox));
        let told = log.told();
        let places = [
            "a quetzalcanary line",
            "an event goes to the bus",
            "metrics are emitted",
        ];
        assert_eq!(told.len(), places.len(), "{told:?}");
        for (line, place) in told.iter().zip(places) {
            assert!(line.contains(place), "{line}");
        }
    }
}
