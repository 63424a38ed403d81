//! The commands and what they take.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use connectors::docs::DocsKind;
use connectors::psa::PsaKind;

/// Muster: the accounts of an MSP's customers, from Microsoft 365, Active Directory and Windows
/// machines, matched with the contacts of its PSA. Without a command, the demo.
#[derive(Debug, Parser)]
#[command(name = "muster", version, max_term_width = 100)]
pub struct Arguments {
    /// What to do; the demo where nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Play the whole journey with simulated vendors, in a temporary directory.
    Demo {
        /// Keep everything running afterwards, and print addresses and tokens.
        #[arg(long)]
        keep: bool,
        /// The PSA that the MSP of the demo works with.
        #[arg(long, value_name = "NAME", default_value = "halo", value_parser = psa_kinds())]
        psa: PsaKind,
        /// Its documentation system.
        #[arg(long, value_name = "NAME", default_value = "it-glue", value_parser = docs_kinds())]
        docs: DocsKind,
    },
    /// Run all functions: the schedule, and HTTP for operators, webhooks and agents.
    Up {
        /// Configuration and data.
        #[command(flatten)]
        place: Place,
        /// The port on 127.0.0.1; 0 takes a free one.
        #[arg(long, default_value_t = 8080)]
        port: u16,
    },
    /// Import every customer now, with all that follows, then end.
    Run {
        /// Configuration and data.
        #[command(flatten)]
        place: Place,
        /// Only this customer.
        #[arg(long, value_name = "ID")]
        customer: Option<String>,
        /// Print the summary as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Hand in files of Active Directory or local Windows, as an agent would.
    Upload {
        /// Configuration and data.
        #[command(flatten)]
        place: Place,
        /// Whose.
        #[arg(long, value_name = "ID")]
        customer: String,
        /// Where they come from.
        #[arg(long)]
        source: UploadSource,
        /// Do the files hold all there is, or changes only?
        #[arg(long, default_value = "auto")]
        coverage: Coverage,
        /// The files: LDIF, or the JSON of Get-ADUser and Get-LocalUser, or Muster's own format.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Show the accounts of a customer.
    Accounts {
        /// Configuration and data.
        #[command(flatten)]
        place: Place,
        /// Whose.
        #[arg(long, value_name = "ID")]
        customer: String,
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Show why an account is what it is.
    Explain {
        /// Configuration and data.
        #[command(flatten)]
        place: Place,
        /// Whose.
        #[arg(long, value_name = "ID")]
        customer: String,
        /// The account's id, user name or e-mail address.
        account: String,
    },
    /// Agents on customers' networks.
    Agents {
        /// What to do with them.
        #[command(subcommand)]
        command: AgentsCommand,
    },
    /// Show what waits for a person: held runs, accounts that more than one contact fits.
    Reviews {
        /// Configuration and data.
        #[command(flatten)]
        place: Place,
        /// Only this customer.
        #[arg(long, value_name = "ID")]
        customer: Option<String>,
    },
    /// Say yes to a held run, and import again.
    Approve {
        /// Configuration and data.
        #[command(flatten)]
        place: Place,
        /// Whose.
        #[arg(long, value_name = "ID")]
        customer: String,
        /// Which; `muster reviews` shows it.
        #[arg(long)]
        run: String,
    },
    /// Show what each PSA and each documentation system can do and what it cannot.
    Capabilities,
    /// Ask PSA and documentation system whether they let us do what the configuration wants: rights,
    /// companies, organizations, custom fields. Changes nothing; the exit status is 2 where something
    /// is wrong.
    Check {
        /// The configuration file; see docs/configuration.md.
        #[arg(long, value_name = "FILE", default_value = "muster.toml")]
        config: PathBuf,
    },
    /// Link an account with the contact or the entry that a person chose.
    Link {
        /// Configuration and data.
        #[command(flatten)]
        place: Place,
        /// Whose.
        #[arg(long, value_name = "ID")]
        customer: String,
        /// The account's id, user name or e-mail address.
        account: String,
        /// What it is linked with.
        #[command(flatten)]
        to: To,
        /// Fill in the category of an entry that has none.
        #[arg(long, requires = "entry")]
        fill_category: bool,
    },
}

/// What an account is linked with: one of the two.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct To {
    /// The contact's id in the PSA.
    #[arg(long, value_name = "ID")]
    pub contact: Option<String>,
    /// The entry's id in the documentation system.
    #[arg(long, value_name = "ID")]
    pub entry: Option<String>,
}

/// What to do with agents.
#[derive(Debug, Subcommand)]
pub enum AgentsCommand {
    /// Let an agent in; prints its token, once.
    Enrol {
        /// Configuration and data.
        #[command(flatten)]
        place: Place,
        /// The customer it is bound to.
        #[arg(long, value_name = "ID")]
        customer: String,
    },
    /// Show a customer's agents.
    List {
        /// Configuration and data.
        #[command(flatten)]
        place: Place,
        /// Whose.
        #[arg(long, value_name = "ID")]
        customer: String,
    },
    /// Refuse an agent's token from now on.
    Revoke {
        /// Configuration and data.
        #[command(flatten)]
        place: Place,
        /// Whose.
        #[arg(long, value_name = "ID")]
        customer: String,
        /// Which; `muster agents list` shows it.
        agent: String,
    },
}

/// Configuration and data.
#[derive(Debug, Clone, Args)]
pub struct Place {
    /// The configuration file; see docs/configuration.md.
    #[arg(long, value_name = "FILE", default_value = "muster.toml")]
    pub config: PathBuf,
    /// The data directory; made where there is none. One process at a time.
    #[arg(long, value_name = "DIR", default_value = "muster-data")]
    pub data: PathBuf,
}

/// Where handed-in files come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum UploadSource {
    /// A directory's users and groups.
    ActiveDirectory,
    /// Local users of Windows machines.
    LocalWindows,
}

impl UploadSource {
    /// The source's name in the agent's protocol.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ActiveDirectory => "active-directory",
            Self::LocalWindows => "local-windows",
        }
    }
}

/// What handed-in files cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Coverage {
    /// Read it from the files.
    Auto,
    /// All there is: what is not there has left.
    Complete,
    /// Changes only: what is not there did not change.
    Changes,
}

impl Coverage {
    /// The coverage's name in the agent's protocol.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Complete => "complete",
            Self::Changes => "changes",
        }
    }
}

/// The PSAs by their names in configurations.
fn psa_kinds() -> impl TypedValueParser<Value = PsaKind> {
    PossibleValuesParser::new(PsaKind::ALL.map(PsaKind::as_str)).try_map(|name| {
        // Only names of the list come this far.
        PsaKind::parse(&name).ok_or("is no PSA")
    })
}

/// The documentation systems by their names in configurations.
fn docs_kinds() -> impl TypedValueParser<Value = DocsKind> {
    PossibleValuesParser::new(DocsKind::ALL.map(DocsKind::as_str)).try_map(|name| {
        // As above.
        DocsKind::parse(&name).ok_or("is no documentation system")
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_commands_of_the_contract_are_understood() {
        Arguments::command().debug_assert();
        for line in [
            "muster",
            "muster demo",
            "muster demo --keep",
            "muster demo --psa autotask",
            "muster demo --psa kaseya-bms --keep",
            "muster demo --docs it-glue",
            "muster demo --psa syncro --docs hudu --keep",
            "muster up --config muster.toml --data DIR --port 0",
            "muster run --config muster.toml --data DIR --customer northwind --json",
            "muster upload --config c --data d --customer a --source active-directory one two",
            "muster upload --config c --data d --customer a --source local-windows one --coverage changes",
            "muster accounts --config c --data d --customer a --json",
            "muster explain --config c --data d --customer a anna@contoso.example",
            "muster agents enrol --config c --data d --customer a",
            "muster agents list --config c --data d --customer a",
            "muster agents revoke --config c --data d --customer a agt_1",
            "muster reviews --config c --data d",
            "muster approve --config c --data d --customer a --run run_1",
            "muster capabilities",
            "muster check --config muster.toml",
            "muster link --config c --data d --customer a anna@contoso.example --contact 12",
            "muster link --config c --data d --customer a anna@contoso.example --entry 9 --fill-category",
        ] {
            assert!(Arguments::try_parse_from(line.split(' ')).is_ok(), "{line}");
        }
        for line in [
            "muster upload --customer a --source microsoft-365 x",
            "muster run --jason",
            "muster demo --psa salesforce",
            "muster demo --docs confluence",
        ] {
            assert!(
                Arguments::try_parse_from(line.split(' ')).is_err(),
                "{line}"
            );
        }
    }

    #[test]
    fn a_psa_that_there_is_not_is_refused_with_the_list() {
        let words = ["muster", "demo", "--psa", "salesforce"];
        let told = Arguments::try_parse_from(words).unwrap_err().to_string();
        for kind in PsaKind::ALL {
            assert!(told.contains(kind.as_str()), "{kind}: {told}");
        }
    }
}
