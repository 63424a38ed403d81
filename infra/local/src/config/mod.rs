//! The configuration file of the local program: customers, policies, and how to reach the vendors.
//!
//! Invariants: a [`Config`] is valid as a whole, so that nothing that follows checks it again; all
//! problems of a file are told together, each with file, line and key; no secret is in an error, in
//! `Debug` or anywhere but in a [`SecretString`]. Documented in `docs/configuration.md`.

mod customers;
mod docs;
mod operators;
mod policies;
mod problems;
mod psa;
mod reader;
#[cfg(test)]
mod tests;
mod values;
mod vendors;

use std::path::{Path, PathBuf};

use domain::customer::Customer;
use domain::policy::Policy;
use secrecy::SecretString;
use toml::de::DeTable;

pub use problems::{Problem, Problems};
pub use reader::Environment;

use customers::Surroundings;
use reader::{Notes, Reader};

/// The largest configuration file read, in bytes.
pub const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// A valid configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// The customers, in the order of the file.
    pub customers: Vec<Customer>,
    /// The policies, in the order of the file.
    pub policies: Vec<Policy>,
    /// How to reach Microsoft, as the JSON document `{"login_url", "api_url", "client_id",
    /// "client_secret"}`.
    pub graph: Option<SecretString>,
    /// How to reach the PSA, as the JSON document of [`connectors::psa::Settings`].
    pub psa: Option<SecretString>,
    /// How to reach the documentation system, as the JSON document of [`connectors::docs::Settings`].
    pub docs: Option<SecretString>,
    /// Who may use the operators' API, as the JSON document `[{"token", "role"}]`.
    pub operators: SecretString,
    /// Microsoft's table of licence names, where the deployer has it.
    pub product_names: Option<PathBuf>,
}

impl Config {
    /// Reads a file, and the environment variables that it names.
    ///
    /// # Errors
    /// [`Problems`]: the file cannot be read, is no TOML, or holds something that cannot be.
    pub fn load(path: &Path) -> Result<Self, Problems> {
        let name = path.display().to_string();
        let unreadable = |error: std::io::Error| {
            Problems::of_file(
                &name,
                format!("the configuration file cannot be read: {error}"),
            )
        };
        let length = std::fs::metadata(path).map_err(unreadable)?.len();
        if length > FILE_BYTES_MAX {
            let message = format!("expected a file of at most {FILE_BYTES_MAX} bytes");
            return Err(Problems::of_file(&name, message));
        }
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        Self::read(&name, &text, &environment)
    }

    /// Reads the text of a file of that name.
    ///
    /// # Errors
    /// [`Problems`], as [`Config::load`].
    pub fn read(name: &str, text: &str, environment: Environment<'_>) -> Result<Self, Problems> {
        let notes = Notes::new(text, environment);
        let (document, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            let line = error.span().map_or(0, |span| notes.lines.at(span.start));
            // The message alone: what else the parser tells quotes the line, secrets and all.
            notes.add(
                line,
                String::new(),
                format!("is no valid TOML: {}", error.message()),
            );
        }
        if !errors.is_empty() {
            return Err(Problems::new(name, notes.into_found()));
        }
        let folder = Path::new(name).parent().unwrap_or(Path::new(""));
        let config = assemble(Reader::root(&notes, document.get_ref()), folder);
        let found = notes.into_found();
        if found.is_empty() {
            Ok(config)
        } else {
            Err(Problems::new(name, found))
        }
    }
}

fn assemble(mut root: Reader<'_>, folder: &Path) -> Config {
    let graph = root.table("graph").map(vendors::graph);
    let psa = root.table("psa").map(psa::psa);
    let docs = root.table("docs").map(docs::docs);
    let operators = operators::operators(root.tables("operators"));
    let known = psa.as_ref().and_then(Option::as_ref);
    let policies = policies::policies(root.tables("policies"), known);
    let around = Surroundings {
        has_graph: graph.is_some(),
        has_psa: psa.is_some(),
        has_docs: docs.is_some(),
        policies: &policies,
    };
    let customers = customers::customers(root.tables("customers"), &around);
    let product_names = root
        .table("licences")
        .and_then(|licences| product_names(licences, folder));
    root.finish();
    let shipped = known.map_or_else(Vec::new, |psa| policies::shipped(&policies, psa.kind));
    let policies = policies.into_iter().map(|policy| policy.value);
    Config {
        customers,
        policies: policies.chain(shipped).collect(),
        graph: graph.flatten(),
        psa: psa.flatten().and_then(|psa| psa.document),
        docs: docs.flatten(),
        operators,
        product_names,
    }
}

/// A relative path is one beside the file, wherever the program is started.
fn product_names(mut licences: Reader<'_>, folder: &Path) -> Option<PathBuf> {
    let path = licences.required_text("product_names", "the path of Microsoft's CSV file");
    let found = path.and_then(|path| {
        let file = folder.join(path.value);
        if !file.is_file() {
            let message = format!(
                "expected the path of a CSV file, and {} is none",
                file.display()
            );
            licences.wrong_at(path.line, "product_names", message);
            return None;
        }
        Some(file)
    });
    licences.finish();
    found
}

#[expect(
    clippy::disallowed_methods,
    reason = "the local program's configuration reads the environment, once, here"
)]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
