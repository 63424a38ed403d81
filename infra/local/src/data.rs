//! The data directory: the table in a file, served as DynamoDB on a loopback port; the events that
//! waited when the program was stopped; and the lock that keeps it to one process.
//!
//! Invariants: who has a [`Data`] is alone in its directory, and the lock goes with the process,
//! however it ends; a process that was killed is known by what it left in the lock's file; nobody
//! else on the machine can read what is in the directory.

use std::fmt;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use domain::event::Envelope;
use dynoxide::Database;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const LOCK: &str = "lock";
const MARK: &str = "in use, or left without an end\n";
const TABLE: &str = "muster.db";
const WAITING: &str = "waiting.ndjson";

/// Why a data directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// Another process has it.
    #[error(
        "the data directory {0} is in use by another muster process; stop that one, or name another \
         directory with --data"
    )]
    InUse(PathBuf),
    /// It cannot be made, read or written.
    #[error("the data directory {0} cannot be used: {1}")]
    Unusable(PathBuf, #[source] io::Error),
    /// The table in it cannot be opened.
    #[error("the table {0} cannot be opened: {1}; restore it from a copy, or move it away")]
    Table(PathBuf, String),
}

/// An open data directory.
pub struct Data {
    directory: PathBuf,
    endpoint: String,
    database: Database,
    server: JoinHandle<Result<(), String>>,
    stop: oneshot::Sender<()>,
    /// Held for as long as this lives.
    lock: File,
    was_broken_off: bool,
}

/// Drops what has expired.
pub struct Sweeper(Database);

impl Sweeper {
    /// Drops it now.
    pub fn sweep(&self) {
        if let Err(error) = self.0.sweep_ttl() {
            tracing::warn!(%error, "expired items could not be dropped; the next sweep tries again");
        }
    }
}

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Data")
            .field("directory", &self.directory)
            .finish_non_exhaustive()
    }
}

impl Data {
    /// Opens a directory, which is made where there is none, and serves the table in it.
    ///
    /// # Errors
    /// [`DataError`]: another process has it, or it cannot be used.
    pub async fn open(directory: &Path) -> Result<Self, DataError> {
        let unusable = |error| DataError::Unusable(directory.to_owned(), error);
        make_private(directory).map_err(unusable)?;
        let mut lock = lock(directory)?;
        let was_broken_off = begin(&mut lock).map_err(unusable)?;
        let file = directory.join(TABLE);
        let table = |what: String| DataError::Table(file.clone(), what);
        let path = file
            .to_str()
            .ok_or_else(|| table("its path is no UTF-8".to_owned()))?;
        let database = Database::new(path).map_err(|error| table(error.to_string()))?;
        // A commit need not wait for the disk: a killed process loses nothing, only a power cut may
        // lose the last moments, and the next run makes those good. (The emulator's name for it is
        // of another use; it sets SQLite's `synchronous` to NORMAL.)
        database
            .disable_bulk_loading()
            .map_err(|error| table(error.to_string()))?;
        // Expired items stay until somebody sweeps; readers look at the time, so that is no hurry.
        database
            .sweep_ttl()
            .map_err(|error| table(error.to_string()))?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .map_err(unusable)?;
        let address = listener.local_addr().map_err(unusable)?;
        let (stop, stopped) = oneshot::channel();
        let server = tokio::spawn(dynoxide::server::serve_with_shutdown(
            listener,
            database.clone(),
            async move { drop(stopped.await) },
        ));
        Ok(Self {
            directory: directory.to_owned(),
            endpoint: format!("http://{address}"),
            database,
            server,
            stop,
            lock,
            was_broken_off,
        })
    }

    /// Where the table is served, for the SDK.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Was the process that had the directory before killed at its work? Then nobody holds the
    /// leases in the table any more, although they have not ended.
    pub fn was_broken_off(&self) -> bool {
        self.was_broken_off
    }

    /// What drops expired items, as DynamoDB does by itself.
    pub fn sweeper(&self) -> Sweeper {
        Sweeper(self.database.clone())
    }

    /// The events that waited when the program was stopped. They are forgotten by
    /// [`Data::keep_waiting`] only: whoever is killed in between finds them again.
    ///
    /// # Errors
    /// The file cannot be read. Lines that are no event are left out with a warning.
    pub fn waiting(&self) -> Result<Vec<Envelope>, DataError> {
        let path = self.directory.join(WAITING);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(DataError::Unusable(path, error)),
        };
        let mut waiting = Vec::new();
        for (number, line) in text.lines().enumerate() {
            match serde_json::from_str(line) {
                Ok(envelope) => waiting.push(envelope),
                Err(_) => tracing::warn!(
                    line = number + 1,
                    "an event that waited cannot be read; the next run of its customer makes it good"
                ),
            }
        }
        Ok(waiting)
    }

    /// Keeps the events that wait, in place of those that were kept before.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn keep_waiting(&self, waiting: &[Envelope]) -> Result<(), DataError> {
        let path = self.directory.join(WAITING);
        let unusable = |error| DataError::Unusable(path.clone(), error);
        if waiting.is_empty() {
            return match std::fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(unusable(error)),
                Ok(()) | Err(_) => Ok(()),
            };
        }
        let mut text = String::new();
        for envelope in waiting {
            let line = serde_json::to_string(envelope).expect("an event is made of texts");
            text.push_str(&line);
            text.push('\n');
        }
        // A new file takes the old one's place in one step: half a file is never there.
        let new = path.with_extension("new");
        std::fs::write(&new, text)
            .and_then(|()| std::fs::rename(&new, &path))
            .map_err(unusable)
    }

    /// Stops serving the table, and gives the directory back. `all_ended`: nothing was broken off
    /// in the middle of its work.
    pub async fn close(self, all_ended: bool) {
        if all_ended && let Err(error) = self.lock.set_len(0) {
            tracing::warn!(%error, "the next start will take this one for broken off");
        }
        if self.stop.send(()).is_err() {
            tracing::debug!("the table's server had ended before");
        }
        // Connections that the SDK keeps open would keep the server waiting.
        let limit = std::time::Duration::from_millis(200);
        if let Ok(Ok(Err(error))) = tokio::time::timeout(limit, self.server).await {
            tracing::warn!(error, "the table's server ended badly");
        }
    }
}

/// Made for its owner alone: accounts of people are in it.
fn make_private(directory: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

fn lock(directory: &Path) -> Result<File, DataError> {
    let path = directory.join(LOCK);
    let unusable = |error| DataError::Unusable(directory.to_owned(), error);
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(path)
        .map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(DataError::InUse(directory.to_owned())),
        Err(TryLockError::Error(error)) => Err(unusable(error)),
    }
}

/// Marks the directory as worked in; true where the mark was there already.
fn begin(lock: &mut File) -> io::Result<bool> {
    let mut mark = String::new();
    Read::take(&mut *lock, 64).read_to_string(&mut mark)?;
    lock.rewind()?;
    lock.write_all(MARK.as_bytes())?;
    Ok(!mark.is_empty())
}

#[cfg(test)]
mod tests {
    use domain::event::Event;
    use domain::id::{CustomerId, EventId};
    use jiff::Timestamp;

    use super::*;

    fn envelope(id: &str) -> Envelope {
        Envelope {
            id: EventId::parse(id).unwrap(),
            at: Timestamp::UNIX_EPOCH,
            customer: CustomerId::parse("northwind").unwrap(),
            run: None,
            event: Event::ImportFinished {},
        }
    }

    #[tokio::test]
    async fn a_directory_belongs_to_one_process_and_is_free_again_afterwards() {
        let folder = tempfile::tempdir().unwrap();
        let directory = folder.path().join("deep/data");
        let data = Data::open(&directory).await.unwrap();
        let refused = Data::open(&directory).await.unwrap_err();
        assert!(matches!(refused, DataError::InUse(_)));
        assert!(
            refused.to_string().contains(directory.to_str().unwrap()),
            "{refused}"
        );
        data.close(true).await;
        let data = Data::open(&directory).await.unwrap();
        assert!(!data.was_broken_off());
        data.close(true).await;
    }

    #[tokio::test]
    async fn a_process_that_was_killed_is_known_by_the_next_one() {
        let folder = tempfile::tempdir().unwrap();
        drop(Data::open(folder.path()).await.unwrap());
        let data = Data::open(folder.path()).await.unwrap();
        assert!(data.was_broken_off());
        data.close(false).await;
        let data = Data::open(folder.path()).await.unwrap();
        assert!(data.was_broken_off());
        data.close(true).await;
        assert!(!Data::open(folder.path()).await.unwrap().was_broken_off());
    }

    #[tokio::test]
    async fn what_waited_is_there_after_a_restart_until_something_else_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let data = Data::open(folder.path()).await.unwrap();
        assert_eq!(data.waiting().unwrap(), []);
        let kept = [envelope("evt_1"), envelope("evt_2")];
        data.keep_waiting(&kept).unwrap();
        data.close(true).await;

        let data = Data::open(folder.path()).await.unwrap();
        assert_eq!(data.waiting().unwrap(), kept);
        assert_eq!(data.waiting().unwrap(), kept, "reading forgets nothing");
        data.keep_waiting(&[]).unwrap();
        data.keep_waiting(&[]).unwrap();
        assert_eq!(data.waiting().unwrap(), []);
    }

    #[tokio::test]
    async fn a_path_that_is_no_directory_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "x").unwrap();
        let error = Data::open(&file).await.unwrap_err();
        assert!(error.to_string().contains("file cannot be used"), "{error}");
    }
}
