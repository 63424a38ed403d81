//! What a line of the log looks like.

use std::io::Write;
use std::sync::{Arc, Mutex};

use domain::event::Event;
use domain::id::{CustomerId, EventId, RunId};
use jiff::Timestamp;
use serde_json::Value;

use super::*;

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The lines that are logged in there.
fn logged(filter: &str, what: impl FnOnce()) -> Vec<Value> {
    let kept = Kept::default();
    let writer = kept.clone();
    let subscriber = json(move || writer.clone(), EnvFilter::new(filter));
    tracing::subscriber::with_default(subscriber, what);
    let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn a_line_is_one_object_and_carries_the_ids_of_the_event_in_hand() {
    let mut envelope = Envelope {
        id: EventId::parse("evt_1").unwrap(),
        at: Timestamp::UNIX_EPOCH,
        customer: CustomerId::parse("northwind").unwrap(),
        run: Some(RunId::parse("run_1").unwrap()),
        event: Event::ImportFinished {},
    };
    let lines = logged("info", || {
        span_of(&envelope).in_scope(|| tracing::info!(accounts = 3, "two\nlines"));
        envelope.run = None;
        span_of(&envelope).in_scope(|| tracing::info!("no run"));
        tracing::debug!("more than was asked for");
    });
    assert_eq!(lines.len(), 2);
    assert_eq!(
        (&lines[0]["message"], &lines[0]["accounts"]),
        (&"two\nlines".into(), &3.into())
    );
    let span = &lines[0]["span"];
    assert_eq!(span["customer.id"], "northwind");
    assert_eq!(span["run.id"], "run_1");
    assert_eq!(span["event.id"], "evt_1");
    assert_eq!(span["event.kind"], "import.finished.v1");
    assert_eq!(lines[1]["span"].get("run.id"), None);
}

#[test]
fn a_filter_is_a_level_or_one_per_crate() {
    for (text, is) in [
        ("info", true),
        ("import=debug,warn", true),
        ("import=loud", false),
        ("a=b=c", false),
    ] {
        assert_eq!(is_filter(text), is, "{text}");
    }
}
