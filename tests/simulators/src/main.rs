//! The simulators on fixed ports, for poking by hand, with a few people in them.
//!
//! `simulators [GRAPH_PORT [HALO_PORT [SYNCRO_PORT]]]`; the ports are 4001, 4002 and 4003 unless given.

use std::process::ExitCode;

use serde_json::json;
use simulators::population::Population;
use simulators::psa::{halo, syncro};
use simulators::{Graph, Halo, Options, Syncro, graph};

const TENANT: &str = "0785ef7c-0000-4000-8000-000000000001";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u16>());
    let mut port = |usual| arguments.next().unwrap_or(Ok(usual));
    let (Ok(graph_port), Ok(halo_port), Ok(syncro_port)) = (port(4001), port(4002), port(4003))
    else {
        return say(
            "usage: simulators [GRAPH_PORT [HALO_PORT [SYNCRO_PORT]]]",
            ExitCode::FAILURE,
        );
    };
    let graph = Graph::start(Options {
        port: graph_port,
        ..Options::default()
    })
    .await;
    let halo = Halo::start(Options {
        port: halo_port,
        ..Options::default()
    })
    .await;
    let syncro = Syncro::start(Options {
        port: syncro_port,
        ..Options::default()
    })
    .await;
    let (Ok(graph), Ok(halo), Ok(syncro)) = (graph, halo, syncro) else {
        return say(
            "a port is taken, or the journal folder cannot be written",
            ExitCode::FAILURE,
        );
    };
    let client = fill(&graph, &halo);
    say(&described(&graph, &halo, client), ExitCode::SUCCESS);
    let customer = fill_syncro(&syncro);
    say(&described_syncro(&syncro, customer), ExitCode::SUCCESS);
    // The servers run until the process is stopped.
    std::future::pending().await
}

fn fill(graph: &Graph, halo: &Halo) -> i64 {
    graph.add_tenant(TENANT, "northwind-dental.example");
    let mut population = Population::new(1, TENANT, "northwind-dental.example", 40);
    population.fill_graph(graph, TENANT);
    let client = halo.add_client("Northwind Dental");
    let site = halo.add_site(client, "Main");
    let contacts = population.contacts(0.6);
    population.fill_halo(halo, site, &contacts);
    client
}

fn fill_syncro(syncro: &Syncro) -> i64 {
    let customer = syncro.add_customer("Northwind Dental");
    let names = ["SupportPIN", "IsOffice365", "Office365Id", "TypeMapping"];
    syncro.set_fields(&names.map(|name| (name, syncro::FieldKind::Text)));
    for (name, title) in [
        ("Mara Lindqvist", "Practice Manager"),
        ("Iver Dahl", "Dentist"),
    ] {
        let local = name.replace(' ', ".").to_lowercase();
        syncro.add_contact(&json!({
            "customer_id": customer, "name": name, "title": title,
            "email": format!("{local}@northwind-dental.example"),
        }));
    }
    customer
}

fn described_syncro(syncro: &Syncro, customer: i64) -> String {
    format!(
        "Syncro  api {}  customer (company) {customer}\n  API token {}",
        syncro.api_url(),
        syncro::API_TOKEN,
    )
}

fn described(graph: &Graph, halo: &Halo, client: i64) -> String {
    format!(
        "Microsoft Graph  {}  tenant {TENANT}\n  client id {}  secret {}\n\
         HaloPSA  api {}  auth {}  tenant {}  client (company) {client}\n  client id {}  secret {}",
        graph.base(),
        graph::CLIENT_ID,
        graph::CLIENT_SECRET,
        halo.api_url(),
        halo.auth_url(),
        halo::TENANT,
        halo::CLIENT_ID,
        halo::CLIENT_SECRET,
    )
}

#[expect(
    clippy::print_stdout,
    reason = "the addresses are what a person starts this program for"
)]
fn say(text: &str, code: ExitCode) -> ExitCode {
    println!("{text}");
    code
}
