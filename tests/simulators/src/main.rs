//! The simulators on fixed ports, for poking by hand, with a few people in them.
//!
//! `simulators [GRAPH_PORT [HALO_PORT [AUTOTASK_PORT]]]`; the ports are 4001, 4002 and 4003 unless
//! given.

use std::process::ExitCode;

use simulators::population::Population;
use simulators::psa::{autotask, halo};
use simulators::{Autotask, Graph, Halo, Options, graph};

const TENANT: &str = "0785ef7c-0000-4000-8000-000000000001";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u16>());
    let (Ok(graph_port), Ok(halo_port), Ok(autotask_port)) = (
        arguments.next().unwrap_or(Ok(4001)),
        arguments.next().unwrap_or(Ok(4002)),
        arguments.next().unwrap_or(Ok(4003)),
    ) else {
        return say(
            "usage: simulators [GRAPH_PORT [HALO_PORT [AUTOTASK_PORT]]]",
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
    let autotask = Autotask::start(Options {
        port: autotask_port,
        ..Options::default()
    })
    .await;
    let (Ok(graph), Ok(halo), Ok(autotask)) = (graph, halo, autotask) else {
        return say(
            "a port is taken, or the journal folder cannot be written",
            ExitCode::FAILURE,
        );
    };
    let (client, company) = fill(&graph, &halo, &autotask);
    say(&described(&graph, &halo, client), ExitCode::SUCCESS);
    say(&described_autotask(&autotask, company), ExitCode::SUCCESS);
    // The servers run until the process is stopped.
    std::future::pending().await
}

fn fill(graph: &Graph, halo: &Halo, autotask: &Autotask) -> (i64, i64) {
    graph.add_tenant(TENANT, "northwind-dental.example");
    let mut population = Population::new(1, TENANT, "northwind-dental.example", 40);
    population.fill_graph(graph, TENANT);
    let client = halo.add_client("Northwind Dental");
    let site = halo.add_site(client, "Main");
    let contacts = population.contacts(0.6);
    population.fill_halo(halo, site, &contacts);
    let company = autotask.add_company("Northwind Dental");
    for name in ["Office365Id", "SupportPIN", "IsOffice365", "TypeMapping"] {
        autotask.define_contact_field(autotask::Field::text(name));
    }
    autotask.define_company_field(autotask::Field::text("Tenant365Id"));
    population.fill_autotask(autotask, company, &contacts);
    (client, company)
}

fn described_autotask(autotask: &Autotask, company: i64) -> String {
    format!(
        "Autotask  discovery {}  company {company}\n  username {}  secret {}  integration code {}",
        autotask.base(),
        autotask::USERNAME,
        autotask::SECRET,
        autotask::INTEGRATION_CODE,
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
