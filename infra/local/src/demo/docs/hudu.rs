//! Hudu in the demo. Its categories are free texts, and its lists tell passwords and seeds.

use std::io;

use serde_json::json;
use simulators::docs::hudu;
use simulators::{Hudu, Options};

use super::super::texts::{lines, text};
use super::{Docs, Held, Kept, PASSWORD, SEED};

pub(super) async fn start() -> io::Result<Hudu> {
    Hudu::start(Options::default()).await
}

impl Docs for Hudu {
    fn open_organization(&self, name: &str) -> u64 {
        self.add_company(name)
    }

    fn keep(&self, organization: u64, entry: &Kept) -> u64 {
        let device = entry.is_embedded.then_some(("Asset", 311));
        self.add_password(&json!({
            "company_id": organization, "name": entry.name, "username": entry.username,
            "password_type": entry.category, "password": PASSWORD, "otp_secret": SEED,
            "passwordable_type": device.map(|device| device.0),
            "passwordable_id": device.map(|device| device.1),
        }))
    }

    fn held(&self, organization: u64) -> Vec<Held> {
        let ids = self.passwords_of(organization).into_iter();
        ids.filter_map(|id| {
            let held = self.password(id)?;
            Some(Held {
                id,
                username: text(&held, "username"),
                category: text(&held, "password_type"),
                password: text(&held, "password"),
            })
        })
        .collect()
    }

    fn settings(&self) -> String {
        lines(&[("api_url", self.base()), ("api_key", hudu::API_KEY)])
    }

    fn let_in(&self, is_good: bool) {
        self.set_key(if is_good { hudu::API_KEY } else { "revoked" });
    }

    fn writes(&self) -> usize {
        self.journal().writes().len()
    }

    fn address(&self) -> String {
        self.base().to_owned()
    }

    fn credentials(&self) -> String {
        format!("API key {}", hudu::API_KEY)
    }
}
