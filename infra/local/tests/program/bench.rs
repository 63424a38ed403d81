//! What a test of the program needs: simulated vendors, a configuration file, a data directory. What
//! the program prints, and what it leaves in the data directory, tells no secret.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use simulators::population::{Population, fill_halo};
use simulators::psa::halo;
use simulators::{Graph, Halo, Options, canary, graph};
use tempfile::TempDir;

pub(crate) const TENANT: &str = "0785ef7c-0000-4000-8000-000000000001";
pub(crate) const OPERATOR: &str = "operator-super-00000000000000-quetzalcanary";
pub(crate) const PATH_TOKEN: &str = "9f3c0b6f2c1a9d7e4f38-quetzalcanary";
pub(crate) const WEBHOOK_PASSWORD: &str = "quetzalcanary-webhook-password";

pub(crate) struct Bench {
    pub(crate) graph: Graph,
    pub(crate) halo: Halo,
    pub(crate) company: i64,
    folder: TempDir,
}

impl Bench {
    /// One customer, `northwind`, with so many people at Microsoft; the PSA knows some of them, and
    /// the policy wants a contact for each.
    pub(crate) async fn new(people: usize) -> Self {
        let graph = Graph::start(Options::default()).await.unwrap();
        let halo = Halo::start(Options::default()).await.unwrap();
        graph.add_tenant(TENANT, "northwind.example");
        let company = halo.add_client("Northwind");
        let site = halo.add_site(company, "Main");
        let mut population = Population::new(7, TENANT, "northwind.example", people);
        population.fill_graph(&graph, TENANT);
        let contacts = population.contacts(0.4);
        fill_halo(&halo, site, &contacts);
        let folder = tempfile::tempdir().unwrap();
        let bench = Self {
            graph,
            halo,
            company,
            folder,
        };
        bench.configure(&bench.customer("northwind", TENANT));
        bench
    }

    pub(crate) fn customer(&self, id: &str, tenant: &str) -> String {
        format!(
            "[[customers]]\nid = \"{id}\"\nname = \"{id}\"\nmicrosoft_tenant_id = \"{tenant}\"\n\
             psa_company_id = \"{}\"\nsources = [\"microsoft-365\", \"local-windows\"]\n",
            self.company
        )
    }

    /// Writes the configuration with these customers.
    pub(crate) fn configure(&self, customers: &str) {
        let text = format!(
            r#"[graph]
login_url = "{graph}"
api_url = "{graph}"
client_id = "{graph_id}"
client_secret = "{graph_secret}"

[psa]
system = "halo"
api_url = "{api}"
auth_url = "{auth}"
client_id = "{halo_id}"
client_secret = "{halo_secret}"
tenant = "{halo_tenant}"
webhook_path_token = "{PATH_TOKEN}"
webhook_username = "halo"
webhook_password = "{WEBHOOK_PASSWORD}"

[[operators]]
token = "{OPERATOR}"
role = "super"

[[policies]]
name = "People"
account_type = "end-user"
default = true
match_psa = true
create_psa_contact = true

{customers}
"#,
            graph = self.graph.base(),
            graph_id = graph::CLIENT_ID,
            graph_secret = graph::CLIENT_SECRET,
            api = self.halo.api_url(),
            auth = self.halo.auth_url(),
            halo_id = halo::CLIENT_ID,
            halo_secret = halo::CLIENT_SECRET,
            halo_tenant = halo::TENANT,
        );
        std::fs::write(self.config(), text).unwrap();
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.folder.path().join("muster.toml")
    }

    /// A file beside the configuration.
    pub(crate) fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// The program with a command, the configuration, the data directory where the command has one, and
    /// further words.
    pub(crate) fn command(&self, command: &str, more: &[&str]) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_muster"));
        program.arg(command).arg("--config").arg(self.config());
        if command != "check" {
            program.arg("--data").arg(self.data());
        }
        program.args(more);
        program
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        program
    }

    /// Runs a command to its end.
    pub(crate) async fn run(&self, command: &str, more: &[&str]) -> Output {
        let mut command = self.command(command, more);
        // The simulators answer in this process, so it must not wait itself.
        let output = tokio::task::spawn_blocking(move || command.output().unwrap())
            .await
            .unwrap();
        for printed in [&output.stdout, &output.stderr] {
            assert_eq!(canary::told_in(printed), None, "a secret is printed");
        }
        output
    }

    /// Runs a command that must succeed, and reads what it prints as JSON lines.
    pub(crate) async fn json(&self, command: &str, more: &[&str]) -> Vec<Value> {
        let output = self.run(command, more).await;
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "{command}: {:?} {errors}",
            output.status
        );
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// The accounts, without what differs from one world to the next.
    pub(crate) async fn accounts(&self) -> Vec<Value> {
        let mut accounts = self
            .json("accounts", &["--customer", "northwind", "--json"])
            .await;
        for account in &mut accounts {
            account["psa"]["contact_id"] = Value::Bool(account["psa"]["contact_id"].is_string());
            account["psa"]["candidates"] = Value::Null;
        }
        accounts.sort_by_key(|account| account["id"].to_string());
        accounts
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        // A test that fails anyway says why it does, and no more.
        if !std::thread::panicking() && self.data().is_dir() {
            let told = canary::told_below(&self.data()).unwrap();
            assert_eq!(told, None, "a secret is in the data directory");
        }
    }
}
