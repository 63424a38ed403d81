//! One customer of many accounts, whose entries are matched and made by the functions themselves.

use std::path::Path;

use muster::config::Config;
use muster::local::Local;
use muster::run::pass;
use muster::summary::Summary;
use platform::Clock;
use serde_json::json;
use simulators::graph::{CLIENT_ID, CLIENT_SECRET};
use simulators::{Graph, Options};
use tempfile::TempDir;

use super::vendors::{System, username};

const TENANT: &str = "0785ef7c-0000-4000-8000-000000000001";

/// The customer's system and its tenant, both in this process.
pub(crate) struct Customer {
    local: Local,
    _graph: Graph,
    _folder: TempDir,
}

impl Customer {
    /// With so many users, whose entries are made where there are none.
    pub(crate) async fn new(users: usize, docs: &System) -> Self {
        let graph = Graph::start(Options::unrecorded()).await.expect("a port");
        graph.add_tenant(TENANT, "bench.example");
        for number in 0..users {
            graph.put_user(TENANT, user(number));
        }
        let folder = tempfile::tempdir().expect("a folder");
        Self {
            local: open(&graph, docs, folder.path()).await,
            _graph: graph,
            _folder: folder,
        }
    }

    /// One pass: an import, and the matching of entries that follows.
    pub(crate) async fn look(&mut self) -> Summary {
        let summary = pass(&mut self.local, None, |_| {}).await.expect("a pass");
        for customer in &summary.customers {
            assert_eq!(customer.error, None);
        }
        summary
    }

    pub(crate) async fn close(self) {
        self.local.close().await.expect("closed");
    }
}

fn user(number: usize) -> serde_json::Value {
    json!({
        "userPrincipalName": username(number), "displayName": format!("Person {number}"),
        "givenName": "Person", "surname": number.to_string(), "mail": username(number),
        "accountEnabled": true, "userType": "Member",
    })
}

async fn open(graph: &Graph, docs: &System, folder: &Path) -> Local {
    let [system, api_url, api_key] = docs.connection();
    let text = format!(
        "[graph]\nlogin_url = \"{base}\"\napi_url = \"{base}\"\nclient_id = \"{CLIENT_ID}\"\n\
         client_secret = \"{CLIENT_SECRET}\"\n\
         [docs]\nsystem = \"{system}\"\napi_url = \"{api_url}\"\napi_key = \"{api_key}\"\n\
         [[policies]]\nname = \"People\"\naccount_type = \"end-user\"\ndefault = true\n\
         create_docs_entry = true\n\
         [[customers]]\nid = \"bench\"\nname = \"Bench\"\nmicrosoft_tenant_id = \"{TENANT}\"\n\
         docs_organization_id = \"{organization}\"\nsources = [\"microsoft-365\"]\n\
         licensed_only = false\n",
        base = graph.base(),
        organization = docs.organization(),
    );
    let config = match Config::read("muster.toml", &text, &|_| None) {
        Ok(config) => config,
        Err(problems) => panic!("{problems}"),
    };
    let settings = muster::queue::Settings::default();
    let opened = Local::open_with(config, folder, Clock::System, settings);
    opened.await.expect("a data directory")
}
