//! A first import of many Graph users through pages, planning and the embedded table; the same with
//! nothing changed and with some changed. The simulated tenant is a process of its own, so that the
//! memory counted here is ours. Prints one table; asserts nothing.
//!
//! `cargo bench --bench import -- 100000` sets the number of users.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use connectors::Vendors;
use connectors::directory::graph::{Next, Position, Settings};
use domain::account::Account;
use domain::identity::Reading;
use domain::import::{Inventory, Rules, reconcile};
use domain::policy::resolve;
use muster::config::Config;
use muster::local::Local;
use muster::run::pass;
use platform::store::AccountWrite;
use platform::{Clock, SecretName};
use serde_json::json;
use simulators::graph::{Behaviour, CLIENT_ID, CLIENT_SECRET};
use simulators::{Graph, Options};

const TENANT: &str = "0785ef7c-0000-4000-8000-000000000001";
const ROLE: &str = "MUSTER_BENCH_TENANT";
const USERS: usize = 100_000;
const CHANGED: usize = 1_000;
const PAGE: usize = 999;
/// How often reading and planning is measured: it is short, and others may share the machine.
const READINGS: usize = 5;

fn main() {
    // Cargo's own arguments are not for us.
    let users = std::env::args()
        .filter_map(|word| word.parse().ok())
        .next()
        .unwrap_or(USERS);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    if std::env::var_os(ROLE).is_some() {
        runtime.block_on(tenant(users));
    } else if std::env::args().any(|word| word == "--bench") {
        runtime.block_on(measure(users));
    }
}

/// The tenant's process: prints its address, then changes users at each line it is told.
async fn tenant(users: usize) {
    let graph = Graph::start(Options::unrecorded()).await.expect("a port");
    graph.add_tenant(TENANT, "bench.example");
    graph.set_behaviour(
        TENANT,
        Behaviour {
            page_size: PAGE,
            ..Behaviour::default()
        },
    );
    let mut ids = Vec::new();
    for number in 0..users {
        ids.push(graph.put_user(TENANT, user(number)));
    }
    graph.preload_pages(TENANT, connectors::directory::graph::SELECT);
    say(graph.base());
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        for id in ids.iter().take(line.parse().unwrap_or(0)) {
            graph.patch_user(TENANT, id, json!({ "displayName": "Changed Name" }));
        }
        say("done");
    }
}

fn user(number: usize) -> serde_json::Value {
    json!({
        "userPrincipalName": format!("person{number}@bench.example"),
        "displayName": format!("Given{} Family{number}", number % 977),
        "givenName": format!("Given{}", number % 977), "surname": format!("Family{number}"),
        "mail": format!("person{number}@bench.example"), "mobilePhone": format!("+46 70 {number:07}"),
        "jobTitle": "Operator", "department": "Operations", "accountEnabled": true,
        "userType": "Member",
        "proxyAddresses": [format!("SMTP:person{number}@bench.example"), format!("smtp:p{number}@bench.onmicrosoft.example")],
        "assignedLicenses": [{ "skuId": "05e9a617-0261-4cee-bb44-138d3ef5d965", "disabledPlans": [] }],
    })
}

struct Tenant {
    process: Child,
    answers: BufReader<std::process::ChildStdout>,
    base: String,
}

impl Tenant {
    fn start(users: usize) -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut process = Command::new(program)
            .arg(users.to_string())
            .env(ROLE, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a process of our own");
        let mut answers = BufReader::new(process.stdout.take().expect("it is piped"));
        let mut base = String::new();
        answers.read_line(&mut base).expect("an address");
        Self {
            process,
            answers,
            base: base.trim().to_owned(),
        }
    }

    fn change(&mut self, count: usize) {
        let stdin = self.process.stdin.as_mut().expect("it is piped");
        writeln!(stdin, "{count}").expect("the tenant listens");
        self.answers
            .read_line(&mut String::new())
            .expect("it answers");
    }
}

impl Drop for Tenant {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

async fn measure(users: usize) {
    let mut tenant = Tenant::start(users);
    say(&format!("{users} users, pages of {PAGE}\n"));
    // First, while this process is still small: the peak is the import's own.
    let folder = tempfile::tempdir().expect("a folder");
    let mut local = open(&tenant.base, folder.path()).await;
    let first = run(&mut local, "first import", users).await;
    run(&mut local, "nothing changed", users).await;
    tenant.change(CHANGED);
    run(&mut local, "some changed", users).await;
    local.close().await.expect("closed");

    for _ in 0..READINGS {
        let started = Instant::now();
        read_and_plan(&tenant.base, drop).await;
        let took = started.elapsed();
        row("reading and planning, nothing stored", took, users, "");
    }
    let mut accounts = Vec::with_capacity(users);
    read_and_plan(&tenant.base, |page| accounts.extend(page)).await;
    let straight = write_straight(&tenant.base, accounts).await;
    let ratio = first.as_secs_f64() / straight.as_secs_f64();
    let notes = format!("the first import takes {ratio:.2} times as long");
    row(
        "writing the same accounts straight into the table",
        straight,
        users,
        &notes,
    );
}

async fn run(local: &mut Local, name: &str, users: usize) -> Duration {
    let started = Instant::now();
    let summary = pass(local, None, |_| {}).await.expect("a pass");
    let took = started.elapsed();
    let notes = format!(
        "created {}, updated {}, write units {:.0}, read units {:.0}, table requests {}, \
         Graph calls {}, peak {} MB",
        summary.accounts.created,
        summary.accounts.updated,
        summary.dynamodb.write_units,
        summary.dynamodb.read_units,
        summary.dynamodb.requests,
        summary.calls.graph,
        peak_mb(),
    );
    row(name, took, users, &notes);
    for error in summary
        .customers
        .iter()
        .filter_map(|customer| customer.error.as_ref())
    {
        say(error);
    }
    took
}

fn config(base: &str) -> Config {
    let text = format!(
        "[graph]\nlogin_url = \"{base}\"\napi_url = \"{base}\"\nclient_id = \"{CLIENT_ID}\"\n\
         client_secret = \"{CLIENT_SECRET}\"\n[[customers]]\nid = \"bench\"\nname = \"Bench\"\n\
         microsoft_tenant_id = \"{TENANT}\"\nsources = [\"microsoft-365\"]\n"
    );
    match Config::read("muster.toml", &text, &|_| None) {
        Ok(config) => config,
        Err(problems) => panic!("{problems}"),
    }
}

async fn open(base: &str, folder: &std::path::Path) -> Local {
    let settings = muster::queue::Settings::default();
    Local::open_with(config(base), folder, Clock::System, settings)
        .await
        .expect("a data directory")
}

/// All pages, planned against nothing: what an import does besides the table. Each page's accounts
/// are handed over when it is planned, as an import hands them to the table.
async fn read_and_plan(base: &str, mut hand_over: impl FnMut(Vec<Account>)) {
    let config = config(base);
    let customer = config.customers.first().expect("one customer").clone();
    let policies = resolve(&config.policies, &customer);
    let settings =
        Settings::from_json(config.graph.as_ref().expect("a connection")).expect("settings");
    let vendors = Vendors::new().expect("a client");
    let graph = vendors.graph(&settings, TENANT).expect("a tenant");
    let mut position = Position::Start;
    loop {
        let page = graph.users_page(&position).await.expect("a page");
        let readings: Vec<Reading> = page.readings.into_iter().flatten().collect();
        let rules = Rules {
            customer: &customer,
            policies: &policies,
            part_numbers: &std::collections::BTreeMap::new(),
            administrators: None,
            now: jiff::Timestamp::UNIX_EPOCH,
        };
        let plan = reconcile(&Inventory::default(), readings, &rules);
        hand_over(
            plan.changes
                .into_iter()
                .map(|change| change.account)
                .collect(),
        );
        match page.next {
            Next::Page(link) => position = Position::Link(link),
            Next::Done(_) => return,
        }
    }
}

/// The same items through the same store, without reading and planning.
async fn write_straight(base: &str, accounts: Vec<Account>) -> Duration {
    let folder = tempfile::tempdir().expect("a folder");
    let local = open(base, folder.path()).await;
    assert!(local.app.secrets.find(SecretName::Graph).await.is_ok());
    let pages: Vec<Vec<AccountWrite>> = accounts
        .chunks(PAGE)
        .map(|page| {
            page.iter()
                .map(|account| AccountWrite {
                    account: account.clone(),
                    expected: None,
                    aliases: Vec::new(),
                    claim: None,
                    release: None,
                })
                .collect()
        })
        .collect();
    let started = Instant::now();
    for page in pages {
        local
            .app
            .store
            .write_accounts(None, page)
            .await
            .expect("written");
    }
    let took = started.elapsed();
    local.close().await.expect("closed");
    took
}

fn row(name: &str, took: Duration, users: usize, notes: &str) {
    let each = took.as_secs_f64() * 1e6 / f64::from(u32::try_from(users).expect("a bench's size"));
    say(&format!(
        "{name:<52} {:>8.2} s {each:>8.1} us/user  {notes}",
        took.as_secs_f64()
    ));
}

/// The most memory this process had so far, in MB (Linux).
fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kb: u64 = line
        .and_then(|line| line.split_whitespace().next()?.parse().ok())
        .unwrap_or(0);
    kb / 1024
}

#[expect(clippy::print_stdout, reason = "a bench prints its table")]
fn say(text: &str) {
    println!("{text}");
    drop(std::io::stdout().flush());
}
