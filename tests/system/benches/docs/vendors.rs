//! Each documentation system with one organization, and how it is reached.

use serde_json::json;
use simulators::docs::{hudu, it_glue};
use simulators::{Hudu, ItGlue, Journal, Options};

/// The category of every entry.
const CATEGORY: &str = "Microsoft 365";

/// The user name of an account, and of its entry.
pub(crate) fn username(number: usize) -> String {
    format!("person{number}@bench.example")
}

/// A documentation system that runs.
pub(crate) enum System {
    ItGlue {
        vendor: ItGlue,
        organization: u64,
        category: u64,
    },
    Hudu {
        vendor: Hudu,
        organization: u64,
    },
}

impl System {
    /// Both, each with an entry for so many accounts.
    pub(crate) async fn both(entries: usize) -> [Self; 2] {
        let systems = [Self::it_glue().await, Self::hudu().await];
        for system in &systems {
            (0..entries).for_each(|number| system.add(number));
        }
        systems
    }

    async fn it_glue() -> Self {
        let vendor = ItGlue::start(Options::unrecorded()).await.expect("a port");
        Self::ItGlue {
            organization: vendor.add_organization("Bench", "Active"),
            category: vendor.add_category(CATEGORY),
            vendor,
        }
    }

    async fn hudu() -> Self {
        let vendor = Hudu::start(Options::unrecorded()).await.expect("a port");
        Self::Hudu {
            organization: vendor.add_company("Bench"),
            vendor,
        }
    }

    fn add(&self, number: usize) {
        match self {
            Self::ItGlue {
                vendor,
                organization,
                category,
            } => vendor.add_password(&json!({
                "organization-id": organization, "name": "Somebody's",
                "username": username(number), "password-category-id": category,
            })),
            Self::Hudu {
                vendor,
                organization,
            } => vendor.add_password(&json!({
                "company_id": organization, "name": "Somebody's", "username": username(number),
                "password_type": CATEGORY,
            })),
        };
    }

    /// System, address and key of its connection.
    pub(crate) fn connection(&self) -> [&str; 3] {
        match self {
            Self::ItGlue { vendor, .. } => ["it-glue", vendor.base(), it_glue::API_KEY],
            Self::Hudu { vendor, .. } => ["hudu", vendor.base(), hudu::API_KEY],
        }
    }

    pub(crate) fn organization(&self) -> u64 {
        match self {
            Self::ItGlue { organization, .. } | Self::Hudu { organization, .. } => *organization,
        }
    }

    /// How many reads and writes it got so far.
    pub(crate) fn calls(&self) -> (usize, usize) {
        let journal: &Journal = match self {
            Self::ItGlue { vendor, .. } => vendor.journal(),
            Self::Hudu { vendor, .. } => vendor.journal(),
        };
        let writes = journal.writes().len();
        (journal.matching(|_| true).len() - writes, writes)
    }
}
