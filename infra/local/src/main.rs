//! `muster`: reads what was asked for, does it, and says how it ended.

use std::process::ExitCode;

use clap::Parser;
use connectors::docs::DocsKind;
use connectors::psa::PsaKind;
use muster::arguments::{Arguments, Command};
use muster::{commands, print};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let command = arguments.command.unwrap_or(Command::Demo {
        keep: false,
        psa: PsaKind::Halo,
        docs: DocsKind::ItGlue,
    });
    // The demo narrates; its logs are for those who ask for them.
    if !matches!(command, Command::Demo { .. }) || std::env::var_os("MUSTER_LOG").is_some() {
        platform::telemetry::log_to_stderr();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            print::complaint(&format!("muster: this machine gives no threads: {error}"));
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(commands::carry_out(command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print::complaint(&format!("muster: {error}"));
            ExitCode::from(error.exit_code())
        }
    }
}
