//! What each PSA can do, for people who choose (B180): CloudRadial's table row by row, as this product
//! does it, read off the gaps that connectors declare. A row says what works here and no more.

use domain::gaps::Gaps;

use crate::capability::Capability;

/// All rows, in the order of the behaviours.
pub const CAPABILITIES: [Capability<Gaps>; 15] = [
    Capability {
        behaviours: "B138 to B140",
        what: "accounts are matched with its contacts",
        lack: |_| None,
    },
    Capability {
        behaviours: "B55, B32",
        what: "a contact is made where none matches, and made once",
        lack: |_| None,
    },
    Capability {
        behaviours: "B141 to B143",
        what: "contacts of certain types are left alone",
        lack: |gaps| gaps.no_types.then_some("it tells no types of contacts"),
    },
    Capability {
        behaviours: "B144, B145",
        what: "a company's territory and account manager are taken over",
        lack: |gaps| gaps.no_territory.then_some("not offered for it"),
    },
    Capability {
        behaviours: "B148",
        what: "contacts say what their accounts say",
        lack: |_| None,
    },
    Capability {
        behaviours: "B149, B150",
        what: "the contact of a leaver goes out of use",
        lack: |gaps| (gaps.no_active_status).then_some("its contacts have no active status"),
    },
    Capability {
        behaviours: "B151 to B153",
        what: "presence in Microsoft 365, in the custom field IsOffice365",
        lack: |gaps| (gaps.no_custom_fields).then_some("its contacts have no custom fields"),
    },
    Capability {
        behaviours: "B154 to B156",
        what: "a support PIN, in the custom field SupportPIN",
        lack: |gaps| (gaps.no_custom_fields).then_some("its contacts have no custom fields"),
    },
    Capability {
        behaviours: "B157, B158",
        what: "the Entra object id of a person",
        lack: |gaps| {
            gaps.no_external_id
                .then_some("its contacts have no place for it")
        },
    },
    Capability {
        behaviours: "B159 to B161",
        what: "the tenant's id on the company, in the custom field Tenant365Id",
        lack: |gaps| (gaps.no_company_fields).then_some("its companies have no such field"),
    },
    Capability {
        behaviours: "B162, B163",
        what: "names stay as the PSA has them while all else is written",
        lack: |gaps| gaps.no_kept_names.then_some("not offered for it"),
    },
    Capability {
        behaviours: "B164",
        what: "matching on other addresses of the account",
        lack: |_| None,
    },
    Capability {
        behaviours: "B165 to B168",
        what: "matching on other addresses of the contact",
        lack: |gaps| (gaps.alternate_emails_max == 0).then_some("not offered for it"),
    },
    Capability {
        behaviours: "B25",
        what: "a change in the PSA is taken over within seconds, by its webhook",
        lack: |gaps| (gaps.no_deliveries).then_some("it sends nothing"),
    },
    Capability {
        behaviours: "B25",
        what: "a change in the PSA is taken over within minutes, since it is asked for changes",
        lack: |gaps| match (gaps.no_changes_since, gaps.no_deliveries) {
            (false, _) => None,
            (true, false) => Some("its webhook is quicker"),
            (true, true) => Some("it cannot be asked; the next run sees the change"),
        },
    },
];

#[cfg(test)]
mod tests {
    use super::CAPABILITIES;
    use crate::capability::markdown;
    use crate::docs::{self, DocsKind};
    use crate::psa::PsaKind;

    const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/capabilities.md");

    /// The document with the table between these marks as it is now.
    fn with_table(document: &str, begin: &str, table: &str) -> String {
        let end = "\n<!-- end -->";
        let (before, rest) = document.split_once(begin).unwrap();
        let (_, after) = rest.split_once(end).unwrap();
        format!("{before}{begin}{table}{end}{after}")
    }

    /// Both tables in one test: two would write one file at one time.
    #[test]
    fn b180_the_document_says_what_the_code_says() {
        let document = std::fs::read_to_string(DOCUMENT).unwrap();
        let psas = PsaKind::ALL.map(|kind| (kind.name(), kind.gaps()));
        let systems = DocsKind::ALL.map(|kind| (kind.name(), kind.gaps()));
        let anew = with_table(
            &document,
            "<!-- table -->\n",
            &markdown(&psas, &CAPABILITIES),
        );
        let begin = "<!-- documentation systems -->\n";
        let anew = with_table(
            &anew,
            begin,
            &markdown(&systems, &docs::capabilities::CAPABILITIES),
        );
        #[expect(clippy::disallowed_methods, reason = "a switch for people, in a test")]
        let is_update = std::env::var("MUSTER_UPDATE").is_ok();
        if is_update {
            std::fs::write(DOCUMENT, anew).unwrap();
        } else {
            assert!(
                document == anew,
                "docs/capabilities.md is out of date; MUSTER_UPDATE=1 writes it anew"
            );
        }
    }
}
