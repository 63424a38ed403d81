//! What each documentation system can do, for people who choose: as with PSAs (B180), read off what the
//! connectors declare. A row says what works here and no more.

use super::{DocsKind, Gaps};

/// A row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Capability {
    /// The behaviours that it stands for; empty for what is no behaviour of its own.
    pub behaviours: &'static str,
    /// What is done, or is so.
    pub what: &'static str,
    lack: fn(&Gaps) -> Option<&'static str>,
}

impl Capability {
    /// Why that system cannot do it; `None` where it can.
    pub fn lack(&self, kind: DocsKind) -> Option<&'static str> {
        (self.lack)(&kind.gaps())
    }
}

/// All rows, in the order of the behaviours.
pub const CAPABILITIES: [Capability; 10] = [
    Capability {
        behaviours: "B87 to B97",
        what: "accounts are matched with its entries, by user name and category",
        lack: |_| None,
    },
    Capability {
        behaviours: "B51",
        what: "an entry is made where none fits and none may be the one, and made once",
        lack: |_| None,
    },
    Capability {
        behaviours: "B197",
        what: "entries are made embedded in the configuration or asset that the customer names",
        lack: |_| None,
    },
    Capability {
        behaviours: "B98, B99",
        what: "an empty category is filled in once a person confirms the entry",
        lack: |_| None,
    },
    Capability {
        behaviours: "B135",
        what: "the entry of an account that was renamed gets its user name",
        lack: |_| None,
    },
    Capability {
        behaviours: "B29",
        what: "edits of an account without a contact stand in the notes of its entry",
        lack: |_| None,
    },
    Capability {
        behaviours: "B89",
        what: "every category can be written without being set up before",
        lack: |gaps| {
            (!gaps.free_categories)
                .then_some("it has a list of them; one that is missing is made there by a person")
        },
    },
    Capability {
        behaviours: "B197",
        what: "entries that hang on a device or another record are matched as well",
        lack: |_| None,
    },
    Capability {
        behaviours: "",
        what: "no entry is made beside a password that is a field of another record",
        lack: |gaps| {
            (gaps.unlisted_asset_fields)
                .then_some("such fields of its assets are in no list, so that they are not seen")
        },
    },
    Capability {
        behaviours: "",
        what: "its answers leave passwords and OTP seeds out",
        lack: |gaps| {
            (gaps.secrets_in_lists)
                .then_some("it tells them with every entry; they are dropped as an answer is read")
        },
    },
];

/// The table as Markdown, as it stands in `docs/capabilities.md`.
pub fn markdown() -> String {
    let names = DocsKind::ALL.map(DocsKind::name);
    let rule = "|---".repeat(names.len() + 2);
    let mut lines = vec![format!("| | {} | |", names.join(" | ")), format!("{rule}|")];
    for row in CAPABILITIES {
        let cells = DocsKind::ALL.map(|kind| match row.lack(kind) {
            None => "yes".to_owned(),
            Some(lack) => format!("no: {lack}"),
        });
        let cells = cells.join(" | ");
        lines.push(format!("| {} | {cells} | {} |", row.what, row.behaviours));
    }
    lines.join("\n")
}
