//! What each documentation system can do, for people who choose: as with PSAs (B180), read off what the
//! connectors declare. A row says what works here and no more.

use super::Gaps;
use crate::capability::Capability;

/// All rows, in the order of the behaviours.
pub const CAPABILITIES: [Capability<Gaps>; 10] = [
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
