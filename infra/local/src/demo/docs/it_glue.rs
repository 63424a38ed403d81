//! IT Glue in the demo. Its categories are a list of its own, and entries name them by id.

use std::collections::BTreeMap;
use std::io;

use serde_json::json;
use simulators::docs::it_glue;
use simulators::{ItGlue, Options};

use super::super::texts::{lines, text};
use super::{Docs, Held, Kept, PASSWORD, SEED, categories};

/// IT Glue, with the ids of its categories by name.
pub(super) struct WithCategories {
    vendor: ItGlue,
    categories: BTreeMap<&'static str, u64>,
}

pub(super) async fn start() -> io::Result<WithCategories> {
    let vendor = ItGlue::start(Options::default()).await?;
    let categories = categories().map(|name| (name, vendor.add_category(name)));
    let categories = categories.collect();
    Ok(WithCategories { vendor, categories })
}

impl Docs for WithCategories {
    fn open_organization(&self, name: &str) -> u64 {
        self.vendor.add_organization(name, "Active")
    }

    fn keep(&self, organization: u64, entry: &Kept) -> u64 {
        let device = entry.is_embedded.then_some(("Configuration", 311));
        self.vendor.add_password(&json!({
            "organization-id": organization, "name": entry.name, "username": entry.username,
            "password-category-id": self.categories.get(entry.category),
            "password": PASSWORD, "otp-secret": SEED,
            "resource-type": device.map(|device| device.0),
            "resource-id": device.map(|device| device.1),
        }))
    }

    fn held(&self, organization: u64) -> Vec<Held> {
        let ids = self.vendor.passwords_of(organization).into_iter();
        ids.filter_map(|id| {
            let held = self.vendor.password(id)?;
            Some(Held {
                id,
                username: text(&held, "username"),
                category: text(&held, "password-category-name"),
                password: text(&held, "password"),
            })
        })
        .collect()
    }

    fn settings(&self) -> String {
        lines(&[
            ("api_url", self.vendor.base()),
            ("api_key", it_glue::API_KEY),
        ])
    }

    fn let_in(&self, is_good: bool) {
        let key = if is_good { it_glue::API_KEY } else { "revoked" };
        self.vendor.set_key(key);
    }

    fn writes(&self) -> usize {
        self.vendor.journal().writes().len()
    }

    fn address(&self) -> String {
        self.vendor.base().to_owned()
    }

    fn credentials(&self) -> String {
        format!("API key {}", it_glue::API_KEY)
    }
}
