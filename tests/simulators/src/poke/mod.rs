//! Each simulator with a few people in it, and how a person reaches it.

mod autotask;
mod connectwise;
pub(crate) mod docs;
mod halo;
mod kaseya_bms;
mod syncro;

use std::io;

use simulators::population::{Contact, Population};
use simulators::{Autotask, ConnectWise, Graph, Halo, KaseyaBms, Options, Syncro, graph};

/// The tenant of the people.
pub(crate) const TENANT: &str = "0785ef7c-0000-4000-8000-000000000001";
/// Their domain.
pub(crate) const DOMAIN: &str = "northwind-dental.example";
/// The company of the people in every PSA.
const COMPANY: &str = "Northwind Dental";
/// The first port, unless one is given.
const PORT_FIRST: u16 = 4001;

/// The ports that a person gave, then those that follow.
pub(crate) struct Ports {
    given: std::vec::IntoIter<u16>,
    usual: std::ops::RangeFrom<u16>,
}

impl Ports {
    /// `None` where one is no port.
    pub(crate) fn given(arguments: impl Iterator<Item = String>) -> Option<Self> {
        let given: Result<Vec<u16>, _> = arguments.map(|text| text.parse()).collect();
        Some(Self {
            given: given.ok()?.into_iter(),
            usual: PORT_FIRST..,
        })
    }

    /// How the next simulator starts.
    pub(crate) fn next(&mut self) -> Options {
        let usual = self.usual.next().unwrap_or_default();
        Options {
            port: self.given.next().unwrap_or(usual),
            ..Options::default()
        }
    }
}

/// Every PSA, running, with what is to be said of it.
pub(crate) struct Psas {
    described: Vec<String>,
    _running: (Halo, Autotask, ConnectWise, KaseyaBms, Syncro),
}

impl Psas {
    /// How each is reached.
    pub(crate) fn described(&self) -> impl Iterator<Item = &str> {
        self.described.iter().map(String::as_str)
    }
}

/// Starts every PSA and fills it.
pub(crate) async fn psas(ports: &mut Ports, contacts: &[Contact]) -> io::Result<Psas> {
    let halo = Halo::start(ports.next()).await?;
    let autotask = Autotask::start(ports.next()).await?;
    let connectwise = ConnectWise::start(ports.next()).await?;
    let bms = KaseyaBms::start(ports.next()).await?;
    let syncro = Syncro::start(ports.next()).await?;
    let described = vec![
        halo::fill(&halo, contacts),
        autotask::fill(&autotask, contacts),
        connectwise::fill(&connectwise, contacts),
        kaseya_bms::fill(&bms, contacts),
        syncro::fill(&syncro, contacts),
    ];
    Ok(Psas {
        described,
        _running: (halo, autotask, connectwise, bms, syncro),
    })
}

/// Fills the tenant.
pub(crate) fn graph(graph: &Graph, population: &Population) -> String {
    graph.add_tenant(TENANT, DOMAIN);
    population.fill_graph(graph, TENANT);
    format!(
        "Microsoft Graph  {}  tenant {TENANT}\n  client id {}  secret {}",
        graph.base(),
        graph::CLIENT_ID,
        graph::CLIENT_SECRET,
    )
}
