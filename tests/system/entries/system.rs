//! Both documentation systems in the same words, as seen from their own side.

use std::collections::BTreeMap;

use secrecy::SecretString;
use serde_json::{Value, json};
use simulators::docs::{hudu, it_glue};
use simulators::{Fault, Hudu, ItGlue, Options};

use super::CLOUD;

/// A documentation system with one organization, "Northwind Dental".
pub(crate) enum System {
    ItGlue {
        vendor: ItGlue,
        organization: u64,
        categories: BTreeMap<String, u64>,
    },
    Hudu {
        vendor: Hudu,
        organization: u64,
    },
}

impl System {
    /// IT Glue, with these categories.
    pub(crate) async fn it_glue(categories: &[&str]) -> Self {
        let vendor = ItGlue::start(Options::unrecorded()).await.unwrap();
        let organization = vendor.add_organization("Northwind Dental", "Active");
        let add = |name: &&str| ((*name).to_owned(), vendor.add_category(name));
        let categories = categories.iter().map(add).collect();
        Self::ItGlue {
            vendor,
            organization,
            categories,
        }
    }

    pub(crate) async fn hudu() -> Self {
        let vendor = Hudu::start(Options::unrecorded()).await.unwrap();
        let organization = vendor.add_company("Northwind Dental");
        Self::Hudu {
            vendor,
            organization,
        }
    }

    /// Both, with the categories that the tests use.
    pub(crate) async fn both() -> [Self; 2] {
        let names = [CLOUD, "Azure AD", "Active Directory", "VPN"];
        [Self::it_glue(&names).await, Self::hudu().await]
    }

    pub(crate) fn organization(&self) -> u64 {
        match self {
            Self::ItGlue { organization, .. } | Self::Hudu { organization, .. } => *organization,
        }
    }

    /// System, address and key of its connection.
    fn connection(&self) -> (&'static str, &str, &'static str) {
        match self {
            Self::ItGlue { vendor, .. } => ("it-glue", vendor.base(), it_glue::API_KEY),
            Self::Hudu { vendor, .. } => ("hudu", vendor.base(), hudu::API_KEY),
        }
    }

    /// The secret document of its connection.
    pub(crate) fn secret(&self) -> SecretString {
        let (system, base, key) = self.connection();
        json!({ "system": system, "api_url": base, "api_key": key })
            .to_string()
            .into()
    }

    /// Its table in the configuration file.
    pub(crate) fn table(&self) -> String {
        let (system, base, key) = self.connection();
        format!("[docs]\nsystem = \"{system}\"\napi_url = \"{base}\"\napi_key = \"{key}\"\n")
    }

    /// An entry as if it had been there before; its id.
    pub(crate) fn add(&self, username: &str, category: &str) -> String {
        let id = match self {
            Self::ItGlue {
                vendor,
                organization,
                ..
            } => vendor.add_password(&json!({
                "organization-id": organization, "name": "Somebody's", "username": username,
                "password-category-id": self.category_id(category),
            })),
            Self::Hudu {
                vendor,
                organization,
            } => vendor.add_password(&json!({
                "company_id": organization, "name": "Somebody's", "username": username,
                "password_type": category,
            })),
        };
        id.to_string()
    }

    fn category_id(&self, name: &str) -> Option<u64> {
        match self {
            Self::ItGlue { categories, .. } => categories.get(name).copied(),
            Self::Hudu { .. } => None,
        }
    }

    /// A technician gives an entry another category and user name.
    pub(crate) fn edit(&self, id: &str, username: &str, category: &str) {
        let number = id.parse().unwrap();
        let is_there = match self {
            Self::ItGlue { vendor, .. } => {
                let category = self.category_id(category);
                let changes = json!({ "username": username, "password-category-id": category });
                vendor.edit_password(number, &changes)
            }
            Self::Hudu { vendor, .. } => {
                let changes = json!({ "username": username, "password_type": category });
                vendor.edit_password(number, &changes)
            }
        };
        assert!(is_there);
    }

    /// The notes of an entry.
    pub(crate) fn notes(&self, id: &str) -> String {
        let number = id.parse().unwrap();
        let notes = match self {
            Self::ItGlue { vendor, .. } => vendor.password(number).unwrap()["notes"].clone(),
            Self::Hudu { vendor, .. } => vendor.password(number).unwrap()["description"].clone(),
        };
        notes.as_str().unwrap_or_default().to_owned()
    }

    /// A technician writes the notes of an entry.
    pub(crate) fn set_notes(&self, id: &str, notes: &str) {
        let number = id.parse().unwrap();
        let is_there = match self {
            Self::ItGlue { vendor, .. } => vendor.edit_password(number, &json!({ "notes": notes })),
            Self::Hudu { vendor, .. } => {
                vendor.edit_password(number, &json!({ "description": notes }))
            }
        };
        assert!(is_there);
    }

    /// What entries of the organization may be embedded in; its id.
    pub(crate) fn add_configuration(&self) -> String {
        let id = match self {
            Self::ItGlue {
                vendor,
                organization,
                ..
            } => vendor.add_configuration(*organization),
            Self::Hudu {
                vendor,
                organization,
            } => vendor.add_asset(*organization),
        };
        id.to_string()
    }

    /// In what an entry is embedded.
    pub(crate) fn home(&self, id: &str) -> Option<u64> {
        let number = id.parse().unwrap();
        match self {
            Self::ItGlue { vendor, .. } => vendor.password(number).unwrap()["resource-id"].as_u64(),
            Self::Hudu { vendor, .. } => {
                vendor.password(number).unwrap()["passwordable_id"].as_u64()
            }
        }
    }

    /// A technician archives an entry.
    pub(crate) fn archive(&self, id: &str) {
        self.put_away(id, true);
    }

    /// A technician archives an entry, or restores it.
    pub(crate) fn put_away(&self, id: &str, archived: bool) {
        let (number, changes) = (id.parse().unwrap(), json!({ "archived": archived }));
        let is_there = match self {
            Self::ItGlue { vendor, .. } => vendor.edit_password(number, &changes),
            Self::Hudu { vendor, .. } => vendor.edit_password(number, &changes),
        };
        assert!(is_there);
    }

    /// A technician deletes an entry.
    pub(crate) fn remove(&self, id: &str) {
        let number = id.parse().unwrap();
        let was_there = match self {
            Self::ItGlue { vendor, .. } => vendor.remove_password(number),
            Self::Hudu { vendor, .. } => vendor.remove_password(number),
        };
        assert!(was_there);
    }

    /// What the system holds of all entries: id, user name, category.
    pub(crate) fn entries(&self) -> Vec<(String, String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        match self {
            Self::ItGlue {
                vendor,
                organization,
                categories,
            } => {
                let name_of = |value: &Value| {
                    let id = value.as_u64();
                    let named = categories.iter().find(|(_, known)| Some(**known) == id);
                    named.map_or_else(String::new, |(name, _)| name.clone())
                };
                let row = |id: u64| {
                    let held = vendor.password(id).unwrap();
                    let category = name_of(&held["password-category-id"]);
                    (id.to_string(), text(&held["username"]), category)
                };
                vendor
                    .passwords_of(*organization)
                    .into_iter()
                    .map(row)
                    .collect()
            }
            Self::Hudu {
                vendor,
                organization,
            } => {
                let row = |id: u64| {
                    let held = vendor.password(id).unwrap();
                    let category = text(&held["password_type"]);
                    (id.to_string(), text(&held["username"]), category)
                };
                vendor
                    .passwords_of(*organization)
                    .into_iter()
                    .map(row)
                    .collect()
            }
        }
    }

    /// A new category; IT Glue alone has a list of them.
    pub(crate) fn add_category(&mut self, name: &str) {
        if let Self::ItGlue {
            vendor, categories, ..
        } = self
        {
            categories.insert(name.to_owned(), vendor.add_category(name));
        }
    }

    /// How many writes were asked for so far.
    pub(crate) fn writes(&self) -> usize {
        match self {
            Self::ItGlue { vendor, .. } => vendor.journal().writes().len(),
            Self::Hudu { vendor, .. } => vendor.journal().writes().len(),
        }
    }

    /// How many reads were asked for so far.
    pub(crate) fn reads(&self) -> usize {
        match self {
            Self::ItGlue { vendor, .. } => vendor.journal().count("GET", ""),
            Self::Hudu { vendor, .. } => vendor.journal().count("GET", ""),
        }
    }

    /// What goes wrong with the next calls of a method, after so many that go well.
    pub(crate) fn fail(&self, skip: usize, method: &str, times: usize, fault: Fault) {
        match self {
            Self::ItGlue { vendor, .. } => vendor.faults().after(skip, method, "", times, fault),
            Self::Hudu { vendor, .. } => vendor.faults().after(skip, method, "", times, fault),
        }
    }

    /// Calls fail at random in these ways.
    pub(crate) fn fail_at_random(&self, seed: u64, rate: f64, kinds: Vec<Fault>) {
        match self {
            Self::ItGlue { vendor, .. } => vendor.faults().random_of(seed, rate, kinds),
            Self::Hudu { vendor, .. } => vendor.faults().random_of(seed, rate, kinds),
        }
    }

    /// Nothing fails any more.
    pub(crate) fn heal(&self) {
        match self {
            Self::ItGlue { vendor, .. } => vendor.faults().clear(),
            Self::Hudu { vendor, .. } => vendor.faults().clear(),
        }
    }

    /// Another key is good from now on.
    pub(crate) fn revoke_key(&self) {
        match self {
            Self::ItGlue { vendor, .. } => vendor.set_key("another"),
            Self::Hudu { vendor, .. } => vendor.set_key("another"),
        }
    }
}
