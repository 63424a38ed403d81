//! A function's executable under a Runtime API of its own, with the environment that Lambda sets and
//! nothing of this machine's.
//!
//! Invariant: the process ends with its handle.

use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

use super::{Outcome, Phase, RuntimeApi};

/// What Lambda sets whatever the function is (AWS, "Defined runtime environment variables").
const ENVIRONMENT: [(&str, &str); 17] = [
    ("AWS_ACCESS_KEY_ID", "AKIASIMULATED0000001"),
    ("AWS_SECRET_ACCESS_KEY", SECRET_KEY),
    ("AWS_SESSION_TOKEN", SESSION_TOKEN),
    ("AWS_REGION", "eu-west-2"),
    ("AWS_DEFAULT_REGION", "eu-west-2"),
    ("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023"),
    ("AWS_LAMBDA_FUNCTION_NAME", "simulated"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
    ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
    ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/simulated"),
    ("AWS_LAMBDA_LOG_STREAM_NAME", "2026/11/24/[$LATEST]0"),
    ("LAMBDA_TASK_ROOT", "/var/task"),
    ("LAMBDA_RUNTIME_DIR", "/var/runtime"),
    ("LANG", "en_US.UTF-8"),
    ("PATH", "/usr/local/bin:/usr/bin/:/bin:/opt/bin"),
    ("TZ", ":UTC"),
];

/// The secret key of the function's role.
pub(super) const SECRET_KEY: &str = "quetzalcanary-secret-access-key";
/// The session token of the function's role.
pub(super) const SESSION_TOKEN: &str = "quetzalcanary-session-token";

/// A running function; it is killed when dropped.
#[derive(Debug)]
pub struct Function {
    api: RuntimeApi,
    child: Child,
    spawned_at: Instant,
    output: Arc<Mutex<Vec<u8>>>,
    readers: Vec<JoinHandle<()>>,
}

impl Function {
    /// The secrets among the environment that Lambda sets: no function may print them.
    pub const SECRETS: [&'static str; 2] = [SECRET_KEY, SESSION_TOKEN];

    /// Starts an executable with `_HANDLER` and these further variables. It need not be ready.
    ///
    /// # Errors
    /// It cannot be started.
    pub async fn spawn<K: AsRef<str>, V: AsRef<str>>(
        executable: &Path,
        handler: &str,
        environment: impl IntoIterator<Item = (K, V)>,
    ) -> io::Result<Self> {
        let api = RuntimeApi::start().await?;
        let mut command = Command::new(executable);
        command.env_clear().envs(ENVIRONMENT);
        command.env("AWS_LAMBDA_RUNTIME_API", api.address());
        command.env("_HANDLER", handler);
        for (name, value) in environment {
            command.env(name.as_ref(), value.as_ref());
        }
        command.stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let spawned_at = Instant::now();
        let mut child = command.kill_on_drop(true).spawn()?;
        let output = Arc::default();
        let readers = [
            child.stdout.take().map(|pipe| collect(pipe, &output)),
            child.stderr.take().map(|pipe| collect(pipe, &output)),
        ];
        Ok(Self {
            api,
            child,
            spawned_at,
            output,
            readers: readers.into_iter().flatten().collect(),
        })
    }

    /// Its Runtime API.
    pub fn api(&self) -> &RuntimeApi {
        &self.api
    }

    /// When the process was started.
    pub fn spawned_at(&self) -> Instant {
        self.spawned_at
    }

    /// The process's id while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// Waits until it asks for work, at most so long. True when it does.
    pub async fn is_ready(&self, within: Duration) -> bool {
        matches!(self.api.settled(within).await, Phase::Ready(_))
    }

    /// Gives it an event, and so much time.
    pub async fn invoke(&self, event: impl Into<Bytes>, time: Duration) -> Outcome {
        self.api.invoke(event, time).await
    }

    /// All that it wrote so far, to standard output and standard error.
    pub fn output(&self) -> String {
        let output = self.output.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&output).into_owned()
    }

    /// Asks it to end, as Lambda does before it takes an environment down: SIGTERM.
    ///
    /// # Errors
    /// The signal cannot be sent; it has ended already.
    pub async fn terminate(&mut self) -> io::Result<()> {
        let Some(pid) = self.child.id() else {
            return Err(io::Error::other("the process has ended"));
        };
        // The shell's own `kill`: not every image has the program.
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(format!("kill -TERM {pid}"));
        let status = shell.status().await?;
        if status.success() {
            Ok(())
        } else {
            Err(io::Error::other("the signal was not sent"))
        }
    }

    /// Waits until it has ended of itself, at most so long, and until all that it wrote is read.
    ///
    /// # Errors
    /// It runs on.
    pub async fn ended(&mut self, within: Duration) -> io::Result<ExitStatus> {
        let status = tokio::time::timeout(within, self.child.wait()).await??;
        for reader in self.readers.drain(..) {
            reader.await?;
        }
        Ok(status)
    }
}

fn collect(
    mut pipe: impl AsyncRead + Unpin + Send + 'static,
    output: &Arc<Mutex<Vec<u8>>>,
) -> JoinHandle<()> {
    let output = Arc::clone(output);
    tokio::spawn(async move {
        let mut buffer = vec![0; 8 * 1024];
        while let Ok(read @ 1..) = pipe.read(&mut buffer).await {
            let read = buffer.get(..read).unwrap_or_default();
            let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
            output.extend_from_slice(read);
        }
    })
}
