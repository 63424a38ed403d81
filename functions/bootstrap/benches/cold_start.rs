//! What a cold start costs: the executable as each function, beside one with the runtime alone, all
//! in one run and in turns, so that whatever else the machine does weighs on all of them.
//!
//! `cargo bench -p bootstrap --bench cold_start` measures the executable of the bench profile;
//! `MUSTER_BENCH_BOOTSTRAP` names another one, as `target/dist/bootstrap`. The one with the runtime
//! alone lies beside it as `examples/empty` (`cargo build --profile dist -p bootstrap --example
//! empty`). `SSL_CERT_FILE` is passed on, and then read and checked at each start instead of using
//! the roots that are built in: leave it unset to measure what is deployed. Table, bus and secrets
//! are on this machine and without TLS: what a handshake with AWS costs is not in these figures.

#[path = "../src/functions.rs"]
mod functions;
#[path = "cold_start/place.rs"]
mod place;
#[path = "cold_start/table.rs"]
mod table;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use functions::FUNCTIONS;
use place::Place;
use simulators::lambda::{Function, Outcome, Phase};
use table::{Row, print};

/// How often each function is started.
const STARTS: usize = 40;
/// How long a start or an answer may take before the run counts as broken.
const PATIENCE: Duration = Duration::from_secs(30);
/// The name under which the executable with the runtime alone is shown.
const EMPTY: &str = "empty";

/// What one start cost.
pub(crate) struct Start {
    /// From starting the process to its first request for work, in microseconds.
    pub(crate) to_ready_us: u128,
    /// The same in processor time of the process, in microseconds.
    pub(crate) cpu_us: u128,
    /// From starting the process to its first answer, in microseconds.
    pub(crate) to_answer_us: u128,
    /// Resident memory when it asked for work, in kilobytes.
    pub(crate) resident_kb: u64,
    /// Resident memory after the first answer, in kilobytes.
    pub(crate) resident_after_kb: u64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let bootstrap = executable();
    let folder = bootstrap.parent().expect("an executable lies in a folder");
    let empty = folder.join("examples").join(EMPTY);
    if !empty.exists() {
        say(&format!(
            "{} is missing: build the example `empty` of package `bootstrap` with the same profile",
            empty.display()
        ));
        return;
    }
    let place = Place::new().await;
    let mut rows = vec![Row::new(EMPTY)];
    rows.extend(FUNCTIONS.iter().map(|name| Row::new(name)));
    // One round to warm the machine's caches, which nobody counts.
    for round in 0..=STARTS {
        for row in &mut rows {
            let executable = if row.name == EMPTY {
                &empty
            } else {
                &bootstrap
            };
            let start = start(&place, executable, row.name).await;
            if round > 0 {
                row.starts.push(start);
            }
        }
    }
    say(&format!("{STARTS} starts of each, in turns; medians\n"));
    print(&rows);
    say("");
    for path in [&empty, &bootstrap] {
        let (bytes, packed) = sizes(path);
        say(&format!(
            "{}: {bytes} bytes, {packed} bytes packed",
            path.display()
        ));
    }
}

/// The executable to measure.
fn executable() -> PathBuf {
    match std::env::var_os("MUSTER_BENCH_BOOTSTRAP") {
        // Cargo runs a bench in its package's folder; the caller meant the workspace's.
        Some(path) => Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../..")
            .join(path),
        None => PathBuf::from(env!("CARGO_BIN_EXE_bootstrap")),
    }
}

/// One start, one answer, one end.
async fn start(place: &Place, executable: &Path, name: &str) -> Start {
    let spawned = Function::spawn(executable, name, place.environment()).await;
    let function = spawned.expect("the executable can be started");
    let Phase::Ready(ready_at) = function.api().settled(PATIENCE).await else {
        panic!("{name} did not start: {}", function.output());
    };
    let pid = function.pid().expect("it waits for work");
    let (cpu_us, resident_kb) = (cpu_us(pid), resident_kb(pid));
    let outcome = function.invoke(place::event(name), PATIENCE).await;
    let to_answer_us = function.spawned_at().elapsed().as_micros();
    assert!(
        matches!(outcome, Outcome::Answered(_)),
        "{name}: {outcome:?}: {}",
        function.output()
    );
    Start {
        to_ready_us: (ready_at - function.spawned_at()).as_micros(),
        cpu_us,
        to_answer_us,
        resident_kb,
        resident_after_kb: self::resident_kb(pid),
    }
}

/// Processor time of a process so far; the first number of `schedstat` is in nanoseconds.
fn cpu_us(pid: u32) -> u128 {
    let text = proc(pid, "schedstat");
    let spent = text.split_whitespace().next();
    spent
        .and_then(|spent| spent.parse::<u128>().ok())
        .unwrap_or(0)
        / 1000
}

fn resident_kb(pid: u32) -> u64 {
    let text = proc(pid, "status");
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn proc(pid: u32, file: &str) -> String {
    std::fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap_or_default()
}

/// The size of a file, and of what a zip archive would hold of it.
fn sizes(path: &Path) -> (usize, usize) {
    let content = std::fs::read(path).expect("it was just run");
    let mut packed = DeflateEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&content).expect("memory takes anything");
    let packed = packed.finish().expect("memory takes anything");
    (content.len(), packed.len())
}

pub(crate) fn say(text: &str) {
    writeln!(std::io::stdout(), "{text}").expect("whoever runs a bench reads it");
}
