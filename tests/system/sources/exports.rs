//! The exports of the fixtures, handed in as an agent would, and what the directory itself said of
//! the same accounts.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;

use domain::account::Account;
use domain::fields::Attribute;
use domain::identity::Source;
use flate2::read::GzDecoder;
use muster::arguments::{Coverage, UploadSource};
use muster::summary::Summary;
use muster::upload::{Handed, hand_in};
use serde_json::Value;
use tempfile::TempDir;

use crate::world::{World, id};

/// The exports of the first day: users, groups, the server's own object.
pub(crate) const FIRST: [&str; 3] = [
    "northwind.ldif",
    "northwind-groups.ldif",
    "northwind-rootdse.ldif",
];
/// All of the second day.
pub(crate) const LATER: [&str; 3] = [
    "northwind-later.ldif",
    "northwind-later-groups.ldif",
    "northwind-later-rootdse.ldif",
];
/// What changed between the two: users, groups, deletions.
pub(crate) const CHANGES: [&str; 4] = [
    "northwind-changes.ldif",
    "northwind-later-groups.ldif",
    "northwind-deleted.ldif",
    "northwind-later-rootdse.ldif",
];

/// A customer of agents' uploads, without a company in the PSA.
pub(crate) fn on_premises(name: &str, sources: &str) -> String {
    format!("[[customers]]\nid = \"{name}\"\nsources = [{sources}]\n")
}

/// A system with one customer, `northwind`, of Active Directory alone. The exports are from 2026;
/// a policy's patterns leave nobody out.
pub(crate) async fn directory_world() -> World {
    World::new(&on_premises("northwind", "\"active-directory\"")).await
}

/// The content of a fixture, unpacked.
pub(crate) fn content(name: &str) -> Vec<u8> {
    let folder = crate::tidy::root().join("tests/fixtures/active-directory");
    let packed = folder.join(format!("{name}.gz"));
    if !packed.exists() {
        return std::fs::read(folder.join(name)).unwrap();
    }
    let mut unpacked = Vec::new();
    GzDecoder::new(std::fs::File::open(packed).unwrap())
        .read_to_end(&mut unpacked)
        .unwrap();
    unpacked
}

/// Hands in fixtures; the time goes on a little.
pub(crate) async fn fixtures(world: &mut World, source: UploadSource, names: &[&str]) -> Summary {
    let files = names
        .iter()
        .map(|name| ((*name).to_owned(), content(name)))
        .collect();
    texts(world, source, Coverage::Auto, files).await
}

/// Hands in the exports of the first day, cut down to the accounts with these logon names.
pub(crate) async fn first_of(world: &mut World, sams: &[&str]) -> Summary {
    let users = String::from_utf8(content(FIRST[0])).unwrap();
    let wanted = |entry: &&str| {
        sams.iter()
            .any(|sam| entry.contains(&format!("\nsAMAccountName: {sam}\n")))
    };
    let users: Vec<&str> = users.split("\n\n").filter(wanted).collect();
    assert_eq!(users.len(), sams.len());
    let mut files = vec![(FIRST[0].to_owned(), users.join("\n\n").into_bytes())];
    files.extend(
        FIRST[1..]
            .iter()
            .map(|name| ((*name).to_owned(), content(name))),
    );
    texts(world, UploadSource::ActiveDirectory, Coverage::Auto, files).await
}

/// Hands in files of these names and contents.
pub(crate) async fn texts(
    world: &mut World,
    source: UploadSource,
    coverage: Coverage,
    files: Vec<(String, Vec<u8>)>,
) -> Summary {
    let folder = TempDir::new().unwrap();
    let write = |(name, content): &(String, Vec<u8>)| -> PathBuf {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    };
    let files = files.iter().map(write).collect();
    let handed = Handed {
        source,
        coverage,
        files,
    };
    world.clock.advance(jiff::SignedDuration::from_mins(5));
    hand_in(world.local(), &id("northwind"), &handed)
        .await
        .unwrap()
}

/// What the directory said of one account.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) guid: String,
    pub(crate) sid: String,
    pub(crate) sam: String,
    pub(crate) upn: Option<String>,
    pub(crate) display_name: Option<String>,
    pub(crate) mobile: Option<String>,
    pub(crate) mail: Option<String>,
    pub(crate) enabled: bool,
    pub(crate) is_admin: bool,
}

impl Row {
    /// The user name that an account of it has (D15).
    pub(crate) fn username(&self) -> &str {
        self.upn.as_deref().unwrap_or(&self.sam)
    }
}

/// The user accounts that the directory held, by objectGUID, without the system's own.
pub(crate) fn truth(when: &str) -> BTreeMap<String, Row> {
    let truth: Value = serde_json::from_slice(&content("northwind-truth.json")).unwrap();
    let columns: Vec<&str> = truth["columns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap())
        .collect();
    let rows = truth[when].as_array().unwrap().iter();
    let rows = rows.map(|row| {
        let cell = |name: &str| &row[columns.iter().position(|column| *column == name).unwrap()];
        let text = |name: &str| cell(name).as_str().map(str::to_owned);
        let is_account = cell("isUserAccount").as_bool().unwrap();
        is_account.then(|| Row {
            guid: text("objectGUID").unwrap(),
            sid: text("objectSid").unwrap(),
            sam: text("sAMAccountName").unwrap(),
            upn: text("userPrincipalName"),
            display_name: text("displayName"),
            mobile: text("mobile").filter(|mobile| !mobile.trim().is_empty()),
            mail: text("mail"),
            enabled: cell("enabled").as_bool().unwrap(),
            is_admin: cell("isAdmin").as_bool().unwrap(),
        })
    });
    let rows = rows.flatten().filter(|row| !is_system(&row.sam));
    rows.map(|row| (row.guid.clone(), row)).collect()
}

/// Accounts that the system made for itself: no accounts of the customer.
fn is_system(sam: &str) -> bool {
    const SYSTEM: [&str; 6] = [
        "Guest",
        "krbtgt",
        "MSOL_8f31c0a2d5b4",
        "HealthMailbox4a1d90c",
        "SM_8d1c2f40a9f24e1a9",
        "IUSR_NWWEB01",
    ];
    SYSTEM.contains(&sam)
}

/// The accounts by the objectGUID of their record in Active Directory.
pub(crate) async fn by_guid(world: &World) -> BTreeMap<String, Account> {
    let accounts = world.accounts("northwind").await;
    let all = accounts.len();
    let by_guid: BTreeMap<String, Account> = accounts
        .into_iter()
        .filter_map(|account| {
            let identity = account
                .identities
                .iter()
                .find(|identity| identity.key.source == Source::ActiveDirectory)?;
            Some((identity.key.id.clone(), account))
        })
        .collect();
    assert_eq!(
        by_guid.len(),
        all,
        "every account has one record of Active Directory"
    );
    by_guid
}

/// The account of a logon name, of those that are not removed.
pub(crate) async fn of_sam(world: &World, row: &Row) -> Account {
    by_guid(world)
        .await
        .remove(&row.guid)
        .unwrap_or_else(|| panic!("{} has no account", row.sam))
}

/// The row of a logon name.
pub(crate) fn row(rows: &BTreeMap<String, Row>, sam: &str) -> Row {
    rows.values()
        .find(|row| row.sam == sam)
        .unwrap_or_else(|| panic!("no {sam}"))
        .clone()
}

/// A value of an account.
pub(crate) fn text(account: &Account, attribute: Attribute) -> Option<&str> {
    account.fields.get(attribute)
}

/// The octets of a GUID as Windows keeps them: the first three groups are little-endian.
pub(crate) fn guid_octets(guid: &str) -> Vec<u8> {
    let digits: Vec<u32> = guid.chars().filter_map(|c| c.to_digit(16)).collect();
    let octet = |at: usize| u8::try_from(digits[at * 2] * 16 + digits[at * 2 + 1]).unwrap();
    [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]
        .map(octet)
        .to_vec()
}
