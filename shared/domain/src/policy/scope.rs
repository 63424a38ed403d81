//! Who is imported: kinds of record, licences, names, patterns.

use serde::{Deserialize, Serialize};

/// Which identities become accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scope {
    /// Import guests (D17).
    pub guests: bool,
    /// Import shared mailboxes (D17).
    pub shared_mailboxes: bool,
    /// Import rooms and equipment (D17).
    pub resources: bool,
    /// Import users that are disabled when first seen. One that is disabled later stays (D13).
    pub disabled: bool,
    /// Licences that do not count, by SKU id or part number (B173, B175).
    pub excluded_skus: Vec<String>,
    /// Leave out users that have neither first nor last name (B176, B177).
    pub without_names: WithoutNames,
    /// Leave out users whose user name or e-mail fits one of these patterns; `*` and `?` stand for
    /// any text and any character.
    pub excluded_patterns: Vec<String>,
    /// User names of service accounts, as patterns (D16).
    pub service_patterns: Vec<String>,
}

/// What to do with a user without names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum WithoutNames {
    /// Import it.
    #[default]
    Import,
    /// Leave it out when both names are missing (B176).
    IgnoreBothMissing,
    /// Leave it out when either name is missing (B177).
    IgnoreEitherMissing,
}

impl Default for Scope {
    fn default() -> Self {
        Self {
            guests: false,
            shared_mailboxes: false,
            resources: false,
            disabled: true,
            excluded_skus: Vec::new(),
            without_names: WithoutNames::default(),
            excluded_patterns: Vec::new(),
            service_patterns: [
                "svc-*",
                "svc_*",
                "svc.*",
                "service-*",
                "sql*svc",
                "dns-*",
                "MSOL_*",
                "AAD_*",
                "ADSync*",
            ]
            .map(str::to_owned)
            .to_vec(),
        }
    }
}
