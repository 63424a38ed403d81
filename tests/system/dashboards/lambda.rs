//! The functions as on Lambda, from the message in the queue on, with what each writes to its log
//! group.

use std::io::Write;
use std::sync::{Arc, Mutex};

use domain::event::{Envelope, Event};
use muster::functions::Functions;
use muster::queue::Work;
use muster::wiring::{Function, subscribers};
use platform::telemetry::{Metrics, log_to};
use platform::{App, Budget, Bus, host};
use serde_json::json;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tracing::instrument::WithSubscriber;

use super::insights::{Row, row};
use crate::world::World;

/// What was written since it was looked at last.
#[derive(Clone, Default)]
struct Output(Arc<Mutex<Vec<u8>>>);

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The functions behind the queues, and what they wrote.
pub(super) struct Lambda {
    app: App,
    inbox: UnboundedReceiver<Envelope>,
    /// Every line so far, with the time at which it was written.
    pub(super) lines: Vec<Row>,
}

impl Lambda {
    /// The world's functions; its own queues get nothing from now on.
    pub(super) fn of(world: &World) -> Self {
        let (sender, inbox) = unbounded_channel();
        let app = App {
            bus: Bus::Local(sender),
            ..world.app().clone()
        };
        Self {
            app,
            inbox,
            lines: Vec::new(),
        }
    }

    /// A scheduled run of a customer, with all that follows.
    pub(super) async fn run(&mut self, world: &mut World, event: Envelope) {
        let mut waiting = vec![event];
        while let Some(envelope) = waiting.pop() {
            for function in subscribers(&envelope.event) {
                self.deliver(world, *function, &envelope).await;
            }
            while let Ok(next) = self.inbox.try_recv() {
                waiting.insert(0, next);
            }
        }
    }

    async fn deliver(&mut self, world: &mut World, function: Function, envelope: &Envelope) {
        let app = App {
            metrics: Metrics::kept(function.as_str(), "test"),
            ..self.app.clone()
        };
        let functions = Functions::new(app.clone(), world.local().vendors.clone());
        let body = json!({
            "detail-type": envelope.event.detail_type(), "source": "muster", "detail": envelope,
        });
        let body = body.to_string();
        let output = Output::default();
        let writer = output.clone();
        let handle = async |_: &App, envelope: &Envelope, _: &Budget| {
            functions.handle(function, envelope).await
        };
        let verdict = host::deliver(&app, &handle, &body, &Budget::endless())
            .with_subscriber(log_to(move || writer.clone(), "info"))
            .await;
        assert_eq!(verdict, host::Verdict::Done, "{}", envelope.customer);
        let logged = String::from_utf8(std::mem::take(&mut *output.0.lock().unwrap())).unwrap();
        let now = self.app.clock.now().as_millisecond();
        for line in logged.lines().map(str::to_owned).chain(app.metrics.lines()) {
            // One line after the other, though the clock stands still.
            let at = now + i64::try_from(self.lines.len()).unwrap();
            self.lines.push(row(at, &line));
        }
    }

    /// A request to import, in a run of its own.
    pub(super) fn request(&self, customer: &str) -> Envelope {
        let reason = domain::run::RunReason::Schedule;
        let run = Some(self.app.new_run_id());
        self.app.envelope(
            crate::world::id(customer),
            run,
            Event::ImportRequested { reason },
        )
    }
}
