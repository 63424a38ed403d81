//! A real directory's export (invented people), and some of those people in the cloud: Microsoft
//! knows them by the objectGUID that the directory has them under.

use std::collections::BTreeMap;
use std::io::Read;

use axum::body::Bytes;
use flate2::read::GzDecoder;
use serde_json::{Value, json};
use simulators::population::{Contact, Overlap};

/// A file of an export: its name and what is in it.
type Export = (&'static str, &'static [u8]);

macro_rules! export {
    ($name:literal) => {{
        let bytes: &'static [u8] = include_bytes!(concat!(
            "../../../../tests/fixtures/active-directory/",
            $name
        ));
        ($name, bytes)
    }};
}

const USERS: Export = export!("northwind.ldif.gz");

/// Every third person with an address is in the cloud too.
const IN_CLOUD: usize = 3;
/// Every second one is known to the PSA.
const IS_CONTACT: usize = 2;
/// A licence that counts: Business Premium.
pub(super) const LICENCE: &str = "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46";

/// The first export: users, groups, and how far the directory had come.
pub(super) fn first() -> Vec<(String, Vec<Bytes>)> {
    files(&[
        USERS,
        export!("northwind-groups.ldif.gz"),
        export!("northwind-rootdse.ldif"),
    ])
}

/// What changed a few days later, and who was deleted.
pub(super) fn later() -> Vec<(String, Vec<Bytes>)> {
    files(&[
        export!("northwind-changes.ldif"),
        export!("northwind-later-groups.ldif.gz"),
        export!("northwind-deleted.ldif"),
    ])
}

/// The local accounts of a dozen Windows machines.
pub(super) fn machines() -> Vec<(String, Vec<Bytes>)> {
    files(&[export!("local-windows.json")])
}

/// Each file as the one part that it fits into.
fn files(exports: &[Export]) -> Vec<(String, Vec<Bytes>)> {
    exports
        .iter()
        .map(|(name, bytes)| ((*name).to_owned(), parts(name, bytes)))
        .collect()
}

fn parts(name: &str, bytes: &[u8]) -> Vec<Bytes> {
    if name.ends_with(".gz") {
        return vec![Bytes::copy_from_slice(bytes)];
    }
    connectors::directory::upload::pack(bytes).expect("reading from memory does not fail")
}

/// Somebody of the directory.
pub(super) struct Person {
    values: BTreeMap<String, String>,
    pub(super) is_in_cloud: bool,
    pub(super) is_contact: bool,
}

/// The people with a name and an address, in the order of the export.
pub(super) fn people() -> Vec<Person> {
    let mut text = String::new();
    let (_, bytes) = USERS;
    GzDecoder::new(bytes)
        .read_to_string(&mut text)
        .expect("the export is part of this program and is UTF-8");
    let entries = text.split("\n\n").map(values);
    let people = entries.filter(|values| {
        let needed = [
            "objectGUID",
            "userPrincipalName",
            "displayName",
            "mail",
            "sn",
            "givenName",
        ];
        needed.iter().all(|name| values.contains_key(*name))
            && values
                .get("userAccountControl")
                .is_some_and(|control| control == "512")
    });
    people
        .enumerate()
        .map(|(number, values)| Person {
            values,
            is_in_cloud: number % IN_CLOUD == 0,
            is_contact: number % IS_CONTACT == 0,
        })
        .collect()
}

/// The values of an entry that stand in plain text, and the objectGUID in base64 as it stands.
fn values(entry: &str) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for line in entry.lines() {
        let Some((name, value)) = line.split_once(": ") else {
            continue;
        };
        match name.strip_suffix(':') {
            None => {
                _ = values
                    .entry(name.to_owned())
                    .or_insert_with(|| value.to_owned())
            }
            Some("objectGUID") => _ = values.insert("objectGUID".to_owned(), value.to_owned()),
            // Other base64 is for a real reader.
            Some(_) => {}
        }
    }
    values
}

impl Person {
    fn value(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    /// What people call the person.
    pub(super) fn name(&self) -> &str {
        self.value("displayName")
    }

    /// The user principal name.
    pub(super) fn username(&self) -> &str {
        self.value("userPrincipalName")
    }

    /// The name that the directory itself knows the person by.
    pub(super) fn logon_name(&self) -> &str {
        self.value("sAMAccountName")
    }

    /// The person as Microsoft Graph shows somebody who is synchronised.
    pub(super) fn graph_user(&self) -> Value {
        json!({
            "userPrincipalName": self.value("userPrincipalName"),
            "displayName": self.value("displayName"),
            "givenName": self.value("givenName"),
            "surname": self.value("sn"),
            "mail": self.value("mail"),
            "accountEnabled": true,
            "userType": "Member",
            "onPremisesSyncEnabled": true,
            "onPremisesImmutableId": self.value("objectGUID"),
            "onPremisesSamAccountName": self.value("sAMAccountName"),
            "onPremisesDomainName": "northwind.example",
        })
    }

    /// The person as a contact of the PSA.
    pub(super) fn contact(&self) -> Contact {
        Contact {
            person: None,
            overlap: Overlap::Email,
            members: json!({
                "name": self.value("displayName"),
                "firstname": self.value("givenName"),
                "surname": self.value("sn"),
                "emailaddress": self.value("mail"),
            }),
        }
    }
}
