//! A running simulator, of whichever vendor: how it is started, asked about and spoiled. What a
//! vendor adds to it stands in that vendor's folder.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::exchange::{Answer, Request};
use crate::faults::Faults;
use crate::journal::Journal;
use crate::server::{self, Shared};

/// How any simulator is started.
#[derive(Debug, Clone)]
pub struct Options {
    /// Port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// Folder for `<vendor>.ndjson`. The default is the environment's `MUSTER_JOURNAL_DIR`; tests
    /// that send wrong requests on purpose set it to none.
    pub journal_dir: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        let journal_dir = std::env::var_os("MUSTER_JOURNAL_DIR").map(PathBuf::from);
        Self {
            port: 0,
            journal_dir: journal_dir.filter(|dir| !dir.as_os_str().is_empty()),
        }
    }
}

impl Options {
    /// A free port and no journal file, whatever the environment says.
    pub fn unrecorded() -> Self {
        Self {
            port: 0,
            journal_dir: None,
        }
    }
}

/// All that is behind a vendor's address: what it holds, what it answers, and how it words common
/// failures. The default is the state to start with.
pub trait Vendor: Default + Send + 'static {
    /// The vendor's name in the journal.
    const NAME: &'static str;
    /// Carries the request out; `base` is the address that it came to, without a slash at its end.
    /// It must be quick: it runs on the event loop.
    fn answer(&mut self, base: &str, request: &Request) -> Answer;
    fn throttled(&self) -> Answer;
    fn unauthorized(&self) -> Answer;
    fn server_error(&self, status: u16) -> Answer {
        Answer::html(status, "<html><title>Service unavailable</title></html>")
    }
    /// Whether answers are compressed for callers that accept it.
    fn gzip(&self) -> bool {
        false
    }
}

/// A running simulator; it stops when dropped.
#[derive(Debug)]
pub struct Simulator<V> {
    base: String,
    vendor: Arc<Mutex<V>>,
    journal: Journal,
    faults: Faults,
    stop: Option<oneshot::Sender<()>>,
}

impl<V: Vendor> Simulator<V> {
    /// Starts the simulator with nothing in it but what every instance of the vendor has.
    ///
    /// # Errors
    /// The port is taken, or the journal cannot be opened.
    pub async fn start(options: Options) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", options.port)).await?;
        let base = format!("http://{}", listener.local_addr()?);
        let vendor = Arc::new(Mutex::new(V::default()));
        let journal = Journal::open(V::NAME, options.journal_dir.as_deref())?;
        let faults = Faults::default();
        let shared = Shared {
            base: base.clone(),
            vendor: Arc::clone(&vendor),
            journal: journal.clone(),
            faults: faults.clone(),
        };
        let (stop, stopped) = oneshot::channel();
        server::serve(listener, shared, stopped);
        Ok(Self {
            base,
            vendor,
            journal,
            faults,
            stop: Some(stop),
        })
    }

    /// Its address, without a slash at its end. What of the vendor is where below it, its module says.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// What was asked so far.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// What shall go wrong.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, V> {
        locked(&self.vendor)
    }
}

impl<V> Drop for Simulator<V> {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            stop.send(()).unwrap_or_default();
        }
    }
}

/// The vendor's state. A test that failed while it held it leaves it as it was.
pub(crate) fn locked<V>(vendor: &Mutex<V>) -> MutexGuard<'_, V> {
    vendor.lock().unwrap_or_else(PoisonError::into_inner)
}
