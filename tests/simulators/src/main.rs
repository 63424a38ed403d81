//! The simulators on fixed ports, for poking by hand, with a few people in them: Graph, then every
//! PSA in the order of [`poke::psas`], then IT Glue and Hudu.
//!
//! `simulators [PORT…]`: a port for each, in that order; from 4001 on unless given, and 0 is a free one.

mod poke;

use std::process::ExitCode;

use poke::Ports;
use simulators::Graph;
use simulators::population::Population;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Some(mut ports) = Ports::given(std::env::args().skip(1)) else {
        return say("usage: simulators [PORT…]", ExitCode::FAILURE);
    };
    let mut population = Population::new(1, poke::TENANT, poke::DOMAIN, 40);
    let Ok(graph) = Graph::start(ports.next()).await else {
        return taken();
    };
    say(&poke::graph(&graph, &population), ExitCode::SUCCESS);
    let contacts = population.contacts(0.6);
    let Ok(psas) = poke::psas(&mut ports, &contacts).await else {
        return taken();
    };
    for text in psas.described() {
        say(text, ExitCode::SUCCESS);
    }
    let Ok(docs) = poke::docs::start(&mut ports).await else {
        return taken();
    };
    say(&docs.described, ExitCode::SUCCESS);
    // The servers run until the process is stopped.
    std::future::pending().await
}

fn taken() -> ExitCode {
    say(
        "a port is taken, or the journal folder cannot be written",
        ExitCode::FAILURE,
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
