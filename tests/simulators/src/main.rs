//! The simulators on fixed ports, for poking by hand, with a few people in them.
//!
//! `simulators [GRAPH_PORT [HALO_PORT [CONNECTWISE_PORT]]]`; the ports are 4001, 4002 and 4003 unless
//! given.

use std::process::ExitCode;

use serde_json::json;
use simulators::population::Population;
use simulators::psa::{connectwise, halo};
use simulators::{ConnectWise, Graph, Halo, Options, graph};

const TENANT: &str = "0785ef7c-0000-4000-8000-000000000001";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u16>());
    let mut port = |usual| arguments.next().unwrap_or(Ok(usual));
    let (Ok(graph_port), Ok(halo_port), Ok(connectwise_port)) =
        (port(4001), port(4002), port(4003))
    else {
        return say(
            "usage: simulators [GRAPH_PORT [HALO_PORT [CONNECTWISE_PORT]]]",
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
    let connectwise = ConnectWise::start(Options {
        port: connectwise_port,
        ..Options::default()
    })
    .await;
    let (Ok(graph), Ok(halo), Ok(connectwise)) = (graph, halo, connectwise) else {
        return say(
            "a port is taken, or the journal folder cannot be written",
            ExitCode::FAILURE,
        );
    };
    let client = fill(&graph, &halo);
    let company = fill_connectwise(&connectwise);
    let text = described(&graph, &halo, client) + &told(&connectwise, company);
    say(&text, ExitCode::SUCCESS);
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

fn fill_connectwise(connectwise: &ConnectWise) -> i64 {
    let company = connectwise.add_company("Northwind Dental");
    for (id, caption) in [(31, "SupportPIN"), (33, "Office365Id")] {
        connectwise.define_field(id, connectwise::CustomField::text(caption));
    }
    let box_field = connectwise::CustomField::check_box("IsOffice365");
    connectwise.define_field(32, box_field);
    for (first, last) in [("Mara", "Lindqvist"), ("Iver", "Dahl")] {
        let address = format!("{first}@northwind-dental.example").to_lowercase();
        connectwise.add_contact(&json!({
            "firstName": first, "lastName": last, "company": {"id": company},
            "communicationItems": [{"type": {"id": 1}, "value": address, "defaultFlag": true}],
        }));
    }
    company
}

fn told(connectwise: &ConnectWise, company: i64) -> String {
    format!(
        "\nConnectWise PSA  {}  company id {}  company {company}\n  public key {}  private key {}  \
         clientId {}",
        connectwise.base(),
        connectwise::COMPANY_ID,
        connectwise::PUBLIC_KEY,
        connectwise::PRIVATE_KEY,
        connectwise::CLIENT_ID,
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
