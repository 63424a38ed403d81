//! All functions in one process, until it is told to stop: the queues, the schedule, and one HTTP
//! server for operators, webhooks and agents.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use connectors::Vendors;
use platform::{App, host};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Interval, MissedTickBehavior, interval, timeout};

use crate::data::Sweeper;
use crate::functions::Done;
use crate::local::{Local, LocalError};
use crate::print;
use crate::queue::{End, Ended};

/// Seconds between two ticks of the schedule.
const TICK_SECONDS: u64 = 60;
/// Ticks between two sweeps of expired items.
const TICKS_PER_SWEEP: u64 = 60;
/// What is in hand at the stop has so long to end, in seconds.
const DRAIN_SECONDS_MAX: u64 = 20;

/// A running system.
pub struct Up {
    local: Local,
    address: SocketAddr,
    server: JoinHandle<io::Result<()>>,
    schedules: Vec<JoinHandle<()>>,
    stop: watch::Sender<bool>,
}

impl Up {
    /// Serves HTTP on that port (0 takes a free one), and goes on with what waited at the last stop.
    /// The schedule stands still until [`Up::schedule`].
    ///
    /// # Errors
    /// The port is taken.
    pub async fn serve(mut local: Local, port: u16) -> Result<Self, LocalError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .map_err(|error| {
                LocalError::Asked(format!(
                    "the port {port} of 127.0.0.1 cannot be had: {error}"
                ))
            })?;
        let address = listener
            .local_addr()
            .map_err(|error| LocalError::Machine("the port cannot be asked for", error))?;
        local.resume().await?;
        let (stop, stopped) = watch::channel(false);
        let router = router(&local);
        let server = axum::serve(listener, router).with_graceful_shutdown(is_set(stopped));
        let server = tokio::spawn(server.into_future());
        Ok(Self {
            local,
            address,
            server,
            schedules: Vec::new(),
            stop,
        })
    }

    /// Starts the schedules, each with a first tick at once.
    pub fn schedule(&mut self) {
        if !self.schedules.is_empty() {
            return;
        }
        let (app, sweeper) = (self.local.app.clone(), self.local.data.sweeper());
        let vendors = self.local.vendors.clone();
        let tick = tick(app.clone(), sweeper, self.stop.subscribe());
        let changes = changes(app, vendors, self.stop.subscribe());
        self.schedules = vec![tokio::spawn(tick), tokio::spawn(changes)];
    }

    /// What is served.
    pub fn local(&mut self) -> &mut Local {
        &mut self.local
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Works until `until` is ready.
    pub async fn run(&mut self, until: impl Future<Output = ()>) {
        self.local
            .queue()
            .run_until(until, |ended| log(&ended))
            .await;
    }

    /// Takes nothing new, finishes what is in hand and keeps what waits for the next start.
    ///
    /// # Errors
    /// What waits cannot be kept.
    pub async fn stop(mut self) -> Result<(), LocalError> {
        self.stop.send_replace(true);
        let limit = Duration::from_secs(DRAIN_SECONDS_MAX);
        let finished = timeout(limit, async {
            // Requests that were taken may still publish; the ticks may too.
            note((&mut self.server).await, "the HTTP server");
            for schedule in &mut self.schedules {
                note(schedule.await.map(Ok), "a schedule");
            }
            self.local.queue().drain(|ended| log(&ended)).await;
        });
        if finished.await.is_err() {
            tracing::warn!("what is in hand was broken off; the next start goes on with it");
            self.server.abort();
            self.schedules.iter().for_each(JoinHandle::abort);
        }
        self.local.close().await
    }
}

/// The command: prints the address once it listens, and ends with SIGTERM or Ctrl-C.
///
/// # Errors
/// As [`Up::serve`] and [`Up::stop`].
pub async fn up(local: Local, port: u16) -> Result<(), LocalError> {
    // Before anybody can be told that we listen, so that no signal finds us unprepared.
    let signals = stop_signal()?;
    let mut up = Up::serve(local, port).await?;
    up.schedule();
    print::line(&format!("listening on http://{}", up.address()))
        .map_err(|error| LocalError::Machine("standard output cannot be written", error))?;
    up.run(signals).await;
    tracing::info!("stopping");
    up.stop().await
}

/// Every HTTP function, on one server.
pub(crate) fn router(local: &Local) -> Router {
    let app = &local.app;
    // As on Lambda: whatever goes wrong is told as a problem, and nobody keeps a connection for ever.
    host::answering_in_problems(
        Router::new()
            .merge(admin_api::router(app.clone()))
            .merge(agent_upload::router(app.clone()))
            .merge(psa_webhook::router(app.clone(), local.vendors.clone())),
    )
}

async fn tick(app: App, sweeper: Sweeper, stopped: watch::Receiver<bool>) {
    let mut until_sweep = TICKS_PER_SWEEP;
    let mut ticks = ticks();
    while comes(&mut ticks, &stopped).await {
        if let Err(failure) = schedule::handle(&app).await {
            let disposition = failure.disposition().as_str();
            tracing::warn!(disposition, error = %failure.chain(), "a tick failed; the next makes it good");
        }
        until_sweep -= 1;
        if until_sweep == 0 {
            sweeper.sweep();
            until_sweep = TICKS_PER_SWEEP;
        }
    }
}

/// Asks a PSA that sends nothing what changed there. Beside the tick, which does not wait for vendors.
async fn changes(app: App, vendors: Vendors, stopped: watch::Receiver<bool>) {
    let mut ticks = ticks();
    while comes(&mut ticks, &stopped).await {
        if let Err(failure) = psa_changes::handle(&app, &vendors).await {
            let disposition = failure.disposition().as_str();
            tracing::warn!(disposition, error = %failure.chain(), "a look at the PSA's changes failed; the next makes it good");
        }
    }
}

fn ticks() -> Interval {
    let mut ticks = interval(Duration::from_secs(TICK_SECONDS));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

/// Waits for the next tick; `false` once all is to stop.
async fn comes(ticks: &mut Interval, stopped: &watch::Receiver<bool>) -> bool {
    tokio::select! {
        biased;
        () = is_set(stopped.clone()) => false,
        _ = ticks.tick() => true,
    }
}

async fn is_set(mut stopped: watch::Receiver<bool>) {
    // A sender that is gone means the same.
    drop(stopped.wait_for(|stopped| *stopped).await);
}

fn note(ended: Result<io::Result<()>, tokio::task::JoinError>, what: &str) {
    match ended {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::error!(%error, "{what} ended badly"),
        Err(error) => tracing::error!(%error, "{what} ended badly"),
    }
}

/// One line for what did not end well; the functions log the rest themselves.
fn log(ended: &Ended<Done>) {
    let (function, customer) = (ended.function.as_str(), &ended.envelope.customer);
    match &ended.end {
        End::Done(_) => {}
        End::Refused(failure) => tracing::warn!(
            function, customer.id = %customer, disposition = failure.disposition().as_str(),
            error = %failure.chain(), "not done, and not tried again"
        ),
        End::Dead(failure) => tracing::error!(
            function, customer.id = %customer, attempts = ended.attempts,
            disposition = failure.disposition().as_str(), error = %failure.chain(),
            "failed in every attempt; the next run of the customer makes it good"
        ),
    }
}

#[cfg(unix)]
pub(crate) fn stop_signal() -> Result<impl Future<Output = ()>, LocalError> {
    use tokio::signal::unix::{SignalKind, signal};

    let machine = |error| LocalError::Machine("signals cannot be listened to", error);
    let mut terminate = signal(SignalKind::terminate()).map_err(machine)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(machine)?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(not(unix))]
pub(crate) fn stop_signal() -> Result<impl Future<Output = ()>, LocalError> {
    Ok(async { drop(tokio::signal::ctrl_c().await) })
}
